"""A second try beside a first one that is not answered for a while."""

from __future__ import annotations

import json

import pytest

from origins import OriginConnection
from test_metrics import scrape


def hanging(connection: OriginConnection) -> None:
    """Answers once it is released, if anybody still wants that."""
    while request := connection.read_request():
        connection.origin.released.wait(20)
        connection.echo(request)


def hedged(after: str = "60ms", **retries) -> dict:
    # In turn: the first request goes to the first backend.
    return {"retries": {"hedge_after": after, **retries}}


def names(portico, requests: int, **request) -> list[str]:
    return [json.loads(portico.get(**request).body)["origin"] for _ in range(requests)]


def hedges(portico) -> tuple[int, int]:
    metrics = scrape(portico)
    return (int(metrics["portico_cluster_hedges_total"]),
            int(metrics["portico_cluster_hedges_won_total"]))


def test_quicker_backend_is_heard(make):
    slow, quick = make.origin(hanging, name="slow"), make.origin(name="quick")
    portico = make.serve(slow, quick, cluster=hedged())
    assert names(portico, 4) == ["quick"] * 4
    entry = portico.wait_access(attempts=2)
    assert entry["backend"] == quick.address and entry["status"] == 200
    assert hedges(portico) == (2, 2)
    slow.wait(lambda: len(slow.heads) == 2)
    # Its answer is wanted by nobody: the connection is given up.
    slow.released.set()
    slow.wait_idle()
    metrics = scrape(portico)
    assert metrics["portico_backend_in_flight"] == 0


def test_quick_answer_needs_no_hedge(make):
    portico = make.serve(make.origin(name="a"), make.origin(name="b"), cluster=hedged("5s"))
    assert set(names(portico, 6)) == {"a", "b"}
    assert hedges(portico) == (0, 0)


def test_first_one_may_still_win(make):
    def late(connection: OriginConnection) -> None:
        while request := connection.read_request():
            connection.origin.released.wait(0.3)
            connection.echo(request)
    late_one, hung = make.origin(late, name="late"), make.origin(hanging, name="hung")
    portico = make.serve(late_one, hung, cluster=hedged())
    assert names(portico, 1) == ["late"]
    assert hedges(portico) == (1, 0)
    hung.released.set()
    hung.wait_idle()
    assert scrape(portico)["portico_backend_in_flight"] == 0


@pytest.mark.parametrize("size", [300_000, 0])
def test_all_of_the_answer_comes_from_the_hedge(make, size):
    content = b"x" * size

    def answers(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.answer(content, "X-Origin: quick")
    portico = make.serve(make.origin(hanging), make.origin(answers), cluster=hedged())
    with portico.connect() as client:
        for _ in range(4):
            response = client.request()
            assert response.body == content and response["x-origin"] == "quick"


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_may_not_be_repeated_has_no_hedge(make, method):
    slow, quick = make.origin(hanging, name="slow"), make.origin(name="quick")
    portico = make.serve(slow, quick, cluster=hedged())
    with portico.connect() as client:
        client.send(f"{method} / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert not client.readable(0.4)
        slow.released.set()
        assert json.loads(client.response().body)["origin"] == "slow"
    assert hedges(portico) == (0, 0) and not quick.heads


def test_any_method_where_that_is_allowed(make):
    portico = make.serve(make.origin(hanging), make.origin(name="quick"),
                         cluster=hedged(methods="any"))
    with portico.connect() as client:
        response = client.request(method="POST", body=b"")
        assert json.loads(response.body)["origin"] == "quick"


def failing(connection: OriginConnection) -> None:
    while connection.read_request():
        connection.answer(b"no", status="503 Service Unavailable")


def resetting(connection: OriginConnection) -> None:
    connection.read_request()
    connection.reset()


@pytest.mark.parametrize("script", [failing, resetting])
def test_hedge_that_fails_is_not_heard(make, script):
    slow, bad = make.origin(hanging, name="slow"), make.origin(script)
    portico = make.serve(slow, bad, cluster=hedged())
    with portico.connect() as client:
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        bad.wait(lambda: len(bad.heads) == 1)
        assert not client.readable(0.1)
        slow.released.set()
        response = client.response()
        assert response.status == 200 and json.loads(response.body)["origin"] == "slow"
    assert hedges(portico) == (1, 0)


def test_hedge_saves_a_try_that_breaks(make):
    def breaks(connection: OriginConnection) -> None:
        connection.read_request()
        connection.origin.released.wait(20)
        connection.reset()

    def late(connection: OriginConnection) -> None:
        while request := connection.read_request():
            first.released.set()
            connection.origin.released.wait(0.2)
            connection.echo(request)
    first, second = make.origin(breaks), make.origin(late, name="late")
    portico = make.serve(first, second, cluster=hedged())
    assert names(portico, 1) == ["late"]
    assert hedges(portico) == (1, 1)
    assert scrape(portico).sum("portico_backend_failures_total", backend=first.address) == 1


def test_both_break(make):
    def breaks(connection: OriginConnection) -> None:
        connection.read_request()
        connection.origin.released.wait(20)
        connection.reset()

    def resets(connection: OriginConnection) -> None:
        connection.read_request()
        first.released.set()
        connection.reset()
    first, second = make.origin(breaks), make.origin(resets)
    portico = make.serve(first, second, cluster=hedged())
    assert portico.get().status == 502
    assert len(first.heads) + len(second.heads) == 2, "attempts are tries in all"


def test_no_hedge_beyond_the_budget(make):
    slow, quick = make.origin(hanging, name="slow"), make.origin(name="quick")
    portico = make.serve(slow, quick,
                         cluster=hedged(budget={"percent": 0, "min_per_second": 0}))
    with portico.connect() as client:
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert not client.readable(0.4)
        slow.released.set()
        assert client.response().status == 200
    metrics = scrape(portico)
    assert metrics["portico_cluster_retries_over_budget_total"] == 1
    assert metrics["portico_cluster_hedges_total"] == 0


def test_client_that_leaves_ends_both(make):
    a, b = make.origin(hanging), make.origin(hanging)
    portico = make.serve(a, b, cluster=hedged())
    with portico.connect() as client:
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        for origin in (a, b):
            origin.wait(lambda: len(origin.heads) == 1)
    assert portico.wait_access(status=499)["attempts"] == 2
    for origin in (a, b):
        origin.released.set()
        origin.wait_idle()
    assert scrape(portico)["portico_backend_in_flight"] == 0


def test_no_place_for_a_hedge(make):
    """A hedge waits for nothing: where the limits are reached there is none."""
    slow, quick = make.origin(hanging, name="slow"), make.origin(name="quick")
    portico = make.serve(slow, quick, cluster={**hedged(), "limits": {"requests": 1}})
    with portico.connect() as client:
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert not client.readable(0.4)
        assert not quick.heads
        slow.released.set()
        assert client.response().status == 200
    assert names(portico, 1) == ["quick"], "the place was given back"


def test_http2_backends(make):
    def hangs(stream) -> None:
        stream.read()
        stream.wait_reset()
    slow, quick = make.h2_origin(hangs), make.h2_origin(name="quick")
    portico = make.serve_h2(slow, quick, cluster=hedged())
    assert names(portico, 6) == ["quick"] * 6
    begun, won = hedges(portico)
    assert begun == won >= 2
    assert scrape(portico)["portico_backend_in_flight"] == 0
