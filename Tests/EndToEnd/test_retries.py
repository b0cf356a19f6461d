"""Requests that are sent once more: when, whither, how often, and what of them."""

from __future__ import annotations

import collections
import time

import pytest

from h2frames import Code
from origins import OriginConnection
from test_balancing import refused_address
from test_metrics import scrape

QUICK = {"backoff": "0s"}


def resets(connection: OriginConnection) -> None:
    """Reads a request and dies without a word."""
    connection.read_request()
    connection.reset()


def answers(status: str):
    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.answer(b"no", status=status)
    return script


def never_answers(connection: OriginConnection) -> None:
    connection.read_request()
    connection.wait_closed()


def pair(make, script, retries: dict, route: dict | None = None, **cluster):
    """A daemon between a backend with that script and a good one; the bad one's turn is first."""
    bad, good = make.origin(script, name="bad"), make.origin(name="good")
    portico = make.serve(bad, good, route=route,
                         cluster={"retries": {**QUICK, **retries}, **cluster})
    return portico, bad, good


def until_tried(portico, bad, send):
    """Sends until the bad backend had its turn; what came of that request."""
    for _ in range(4):
        before = len(bad.heads)
        response = send()
        if len(bad.heads) > before:
            return response
    raise AssertionError("the bad backend was never chosen")


# Conditions

@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_reset_before_the_head_goes_to_another_backend(make, method):
    portico, bad, good = pair(make, resets, {})
    body = b"content" if method == "PUT" else b""
    response = until_tried(portico, bad, lambda: portico.get(method=method, body=body))
    assert response.status == 200
    assert portico.wait_access(attempts=2)["backend"] == good.address


@pytest.mark.parametrize("method", ["POST", "PATCH", "FROB"])
def test_what_is_not_idempotent_is_not_sent_again(make, method):
    portico, bad, good = pair(make, resets, {})
    response = until_tried(portico, bad, lambda: portico.get(method=method, body=b"x"))
    assert response.status == 502
    assert portico.wait_access(status=502)["attempts"] == 1


def test_unless_the_route_says_so(make):
    portico, bad, good = pair(make, resets, {}, route={"retries": {"methods": "any", **QUICK}})
    assert until_tried(
        portico, bad, lambda: portico.get(method="POST", body=b"x")).status == 200
    assert good.requests[-1].body == b"x"


def test_only_under_the_conditions_that_are_named(make):
    portico, bad, _ = pair(make, resets, {"on": ["connect_failure", "reused"]})
    assert until_tried(portico, bad, portico.get).status == 502


@pytest.mark.parametrize("status", ["500 Oops", "502 Bad Gateway", "503 Service Unavailable"])
def test_statuses_that_are_named(make, status):
    portico, bad, good = pair(make, answers(status), {"statuses": [500, 502, 503]})
    assert until_tried(portico, bad, portico.get).status == 200
    assert portico.wait_access(attempts=2)["status"] == 200


def test_status_that_is_not_named_is_an_answer(make):
    portico, bad, _ = pair(make, answers("503 Service Unavailable"), {"statuses": [502]})
    response = until_tried(portico, bad, portico.get)
    assert (response.status, response.body) == (503, b"no")


def test_answer_that_is_thrown_away_leaves_its_connection_usable(make):
    portico, bad, _ = pair(make, answers("502 Bad Gateway"), {"statuses": [502]})
    for _ in range(10):
        assert portico.get().status == 200
    assert len(bad.heads) >= 4 and bad.accepted == 1


def test_last_answer_is_the_clients(make):
    origins = [make.origin(answers("503 Service Unavailable")) for _ in range(3)]
    portico = make.serve(*origins, cluster={
        "retries": {"attempts": 3, "statuses": [503], **QUICK}})
    response = portico.get()
    assert (response.status, response.body) == (503, b"no")
    assert [len(origin.heads) for origin in origins] == [1, 1, 1]


def test_per_try_timeout(make):
    portico, bad, good = pair(make, never_answers, {"per_try_timeout": "100ms"})
    assert until_tried(portico, bad, portico.get).status == 200
    portico, bad, good = pair(make, never_answers, {"per_try_timeout": "100ms"})
    response = until_tried(portico, bad, lambda: portico.get(method="POST", body=b"x"))
    assert response.status == 504 and b"per_try_timeout" in response.body


def test_connect_failure_can_be_left_out(make):
    portico = make.serve(refused_address(), refused_address(), cluster={"retries": {"on": []}})
    assert portico.get().status == 503


# How often and whither

def test_never_twice_to_the_same_backend_while_another_is_left(make):
    origins = [make.origin(resets) for _ in range(4)]
    portico = make.serve(*origins, cluster={"retries": {"attempts": 4, **QUICK}})
    assert portico.get().status == 502
    assert [len(origin.heads) for origin in origins] == [1, 1, 1, 1]
    assert portico.wait_access(status=502)["attempts"] == 4


def test_same_backend_when_no_other_is_left(make):
    origin = make.origin(resets)
    portico = make.serve(origin, cluster={"retries": {"attempts": 3, **QUICK}})
    assert portico.get().status == 502
    assert len(origin.heads) == 3


def test_attempts_of_1_are_no_retries(make):
    portico, bad, _ = pair(make, resets, {"attempts": 1})
    assert until_tried(portico, bad, portico.get).status == 502


@pytest.mark.parametrize("allowed", [True, False])
def test_other_subclusters(make, allowed):
    bad, good = make.origin(resets), make.origin()
    portico = make.serve(cluster={
        "backends": None, "retries": {"other_subclusters": allowed, **QUICK},
        "subclusters": {"east": {"backends": [bad.address]}, "west": {"backends": [good.address]}}})
    assert until_tried(portico, bad, portico.get).status == (200 if allowed else 502)


def test_back_off_waits(make):
    origin = make.origin(resets)
    portico = make.serve(origin, cluster={
        "retries": {"attempts": 6, "backoff": "200ms", "max_backoff": "200ms"}})
    began = time.monotonic()
    assert portico.get().status == 502
    # Five pauses of 100 ms on average; that they take less than 10 ms together is out of the question.
    assert time.monotonic() - began > 0.01
    assert len(origin.heads) == 6


def test_connection_that_died_while_idle_counts_for_nothing(make):
    """Not as a failure of the backend, which closes idle connections as it may."""
    def dies_on_its_second(connection: OriginConnection) -> None:
        connection.answer(b"first") if connection.read_request() else None
        if connection.number == 1 and connection.read_request():
            return connection.reset()
        while request := connection.read_request():
            connection.echo(request)
    origin = make.origin(dies_on_its_second)
    portico = make.serve(origin, cluster={"retries": QUICK})
    with portico.connect() as client:
        assert client.request().body == b"first"
        assert client.request().body == b"first", "on a fresh connection, its first"
    metrics = scrape(portico)
    assert origin.accepted == 2
    assert metrics.sum("portico_backend_failures_total") == 0
    assert metrics.sum("portico_backend_retries_total") == 1


def test_budget_bounds_them(make):
    origin = make.origin(resets)
    portico = make.serve(origin, cluster={"retries": {
        "attempts": 10, "budget": {"percent": 0, "min_per_second": 1}, **QUICK}})
    for _ in range(20):
        assert portico.get().status == 502
    assert len(origin.heads) == 20 + 10
    statistics = portico.statistics()
    assert statistics["retries"] == 10 and statistics["retries_over_budget"] >= 18


# What the other backend gets

@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("size", [0, 1, 5_000, 40_000, 60_000])
def test_content_is_sent_again(make, framing, size):
    portico, bad, good = pair(make, resets, {})
    body = bytes(index % 251 for index in range(size))

    def put():
        with portico.connect() as client:
            if framing == "length":
                return client.request("/", method="PUT", body=body)
            client.send("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            for start in range(0, size, 7_000):
                piece = body[start : start + 7_000]
                client.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            client.send("0\r\n\r\n")
            return client.response()
    assert until_tried(portico, bad, put).status == 200
    assert good.requests[-1].body == body


def test_content_of_an_http2_client_is_sent_again(make):
    portico, bad, good = pair(make, resets, {})
    body = bytes(index % 251 for index in range(50_000))

    def put():
        with portico.h2() as client:
            return client.request("/", method="PUT", body=body)
    assert until_tried(portico, bad, put).status == 200
    assert good.requests[-1].body == body


def dies_midway(connection: OriginConnection) -> None:
    """Reads the head and some of the content, and dies."""
    connection.read_head()
    connection.sock.recv(1000)
    connection.reset()


def test_content_that_is_still_to_come_goes_to_the_other(make):
    portico, bad, good = pair(make, dies_midway, {})
    for _ in range(4):
        before = len(bad.heads)
        with portico.connect() as client:
            client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 30000\r\n\r\n" + "a" * 10_000)
            if len(good.heads) == 0 and before == len(bad.heads):
                bad.wait(lambda: len(bad.heads) > before or len(good.heads) > 0)
            client.send("b" * 20_000)
            assert client.response().status == 200
        if len(bad.heads) > before:
            break
    assert bad.heads, "the bad backend was never chosen"
    assert good.requests[-1].body == b"a" * 10_000 + b"b" * 20_000


def test_more_content_than_is_kept_is_sent_once(make):
    portico, bad, good = pair(make, dies_midway, {"replay": "1KiB"})
    response = until_tried(
        portico, bad, lambda: portico.get(method="PUT", body=b"x" * 200_000))
    assert response.status == 502


# Telling

def test_attempts_are_told_if_wanted(make):
    portico, bad, good = pair(make, resets, {"attempts_field": True})
    assert until_tried(portico, bad, portico.get)["portico-attempts"] == "2"
    told = collections.Counter(portico.get()["portico-attempts"] for _ in range(4))
    assert told == {"1": 2, "2": 2}


def test_attempts_are_told_of_errors_too(make):
    portico = make.serve(make.origin(resets), cluster={
        "retries": {"attempts_field": True, **QUICK}})
    response = portico.get()
    assert (response.status, response["portico-attempts"]) == (502, "2")


def test_attempts_are_not_told_otherwise(make):
    assert "portico-attempts" not in dict(
        (name.lower(), value) for name, value in make.serve(make.origin()).get().fields)


# HTTP/2 backends

def test_reset_stream_goes_to_another_backend(make):
    bad = make.h2_origin(lambda stream: stream.abort(Code.INTERNAL_ERROR), name="bad")
    good = make.h2_origin(name="good")
    portico = make.serve_h2(bad, good, cluster={"retries": QUICK})
    assert until_tried(portico, bad, portico.get).status == 200
    assert until_tried(portico, bad, lambda: portico.get(method="POST", body=b"x")).status == 502


def test_refused_stream_goes_to_another_backend_whatever_the_method(make):
    bad = make.h2_origin(lambda stream: stream.abort(Code.REFUSED_STREAM), name="bad")
    good = make.h2_origin(name="good")
    portico = make.serve_h2(bad, good, cluster={"retries": QUICK})
    assert until_tried(portico, bad, lambda: portico.get(method="POST", body=b"x")).status == 200


def test_grpc_codes_that_are_named(make):
    def unavailable(stream) -> None:
        stream.read().head("content-type: application/grpc", "grpc-status: 14", end=True)

    def ok(stream) -> None:
        stream.read().head("content-type: application/grpc", "grpc-status: 0", end=True)
    bad, good = make.h2_origin(unavailable, name="bad"), make.h2_origin(ok, name="good")
    portico = make.serve_h2(bad, good, cluster={
        "retries": {"grpc": ["unavailable"], "methods": "any", **QUICK}})

    def call():
        with portico.h2() as client:
            return client.request("/x/Y", "content-type: application/grpc", "te: trailers",
                                  method="POST", body=b"\0\0\0\0\0")
    assert until_tried(portico, bad, call)["grpc-status"] == "0"
