"""Reload, drain, limits and logs with streams in flight."""

from __future__ import annotations

import json
import signal
import time

import pytest

import h2frames as h2
from h2frames import Code
from h2origin import OriginStream
from origins import OriginConnection
from portico import configuration, run
from wire import DEADLINE, Truncated


def held(connection: OriginConnection) -> None:
    while request := connection.read_request():
        if request.target == "/held":
            assert connection.origin.released.wait(DEADLINE)
        connection.echo(request)


def held_stream(stream: OriginStream) -> None:
    stream.read()
    if stream.target == "/held":
        assert stream.connection.origin.released.wait(DEADLINE)
    stream.echo()


def in_flight(client, origin, count: int = 10) -> list:
    streams = [client.open("/held") for _ in range(count)]
    origin.wait(lambda: sum(r.target == "/held" for r in origin.requests) == count)
    return streams


@pytest.mark.parametrize("protocol", ["http1", "http2"])
def test_reload_keeps_streams_and_connection(make, protocol: str):
    """Streams end on what they began with; new ones on the same connection see the new routes."""
    old = make.origin(held, name="old") if protocol == "http1" else make.h2_origin(held_stream, name="old")
    new = make.origin(name="new") if protocol == "http1" else make.h2_origin(name="new")
    portico = make.serve(old, cluster={"protocol": protocol})
    with portico.h2() as client:
        streams = in_flight(client, old)
        for turn in range(5):
            portico.reload(configuration(new, cluster={"protocol": protocol},
                                         listener={"timeouts": {"head": f"{turn + 5}s"}}))
            assert json.loads(client.request().body)["origin"] == "new"
        old.released.set()
        client.finish(*streams)
        assert {json.loads(stream.body)["origin"] for stream in streams} == {"old"}
        assert not client.goaways
    old.wait_idle()


def test_reloads_under_load_fail_no_stream(make):
    origins = [make.h2_origin(name=f"o{number}") for number in range(2)]
    portico = make.serve_h2(origins[0], workers=2)
    with portico.h2() as client:
        for turn in range(20):
            streams = [client.open(method="POST", end=False) for _ in range(20)]
            portico.write(configuration(origins[turn % 2], cluster={"protocol": "http2"}))
            portico.send_signal(signal.SIGHUP)
            for stream in streams:
                client.send_data(stream, b"content")
            client.finish(*streams)
            assert {stream.status for stream in streams} == {200}
        portico.reload()
    assert all(origin.requests for origin in origins)


def test_drain_says_goaway_in_two_steps(make):
    """First with the highest stream, so that none is lost that is under way; then with the last."""
    origin = make.origin(held)
    portico = make.serve(origin, drain_timeout="10s")
    with portico.h2() as client:
        streams = in_flight(client, origin)
        portico.send_signal(signal.SIGTERM)
        client.wait(lambda: client.goaways, "a GOAWAY")
        assert client.goaways[0][:2] == ((1 << 31) - 1, Code.NO_ERROR), client.goaways
        origin.released.set()
        client.finish(*streams)
        assert {stream.status for stream in streams} == {200}
        client.expect_end()
        assert client.goaways[-1][0] == streams[-1].id and client.goaways[-1][1] == Code.NO_ERROR
    assert portico.wait_exit() == 0


def test_streams_after_the_goaway_are_not_processed(make):
    origin = make.origin(held)
    portico = make.serve(origin, drain_timeout="10s")
    with portico.h2() as client:
        streams = in_flight(client, origin, 1)
        portico.send_signal(signal.SIGTERM)
        client.wait(lambda: client.goaways and client.goaways[-1][0] < (1 << 31) - 1, "the second step")
        late = client.open("/late")
        origin.released.set()
        client.finish(*streams)
        try:
            client.wait(lambda: late.is_over, "a refusal")
            assert late.reset == Code.REFUSED_STREAM
        except Truncated:
            pass  # Ignored, which is as good: it is above the last stream.
    assert "/late" not in {request.target for request in origin.heads}


def test_drain_ends_at_its_deadline(make):
    origin = make.origin(held)
    portico = make.serve(origin, drain_timeout="500ms")
    with portico.h2() as client:
        in_flight(client, origin)
        started = time.monotonic()
        portico.send_signal(signal.SIGTERM)
        client.expect_end()
        assert portico.wait_exit() == 0 and 0.4 < time.monotonic() - started < 3


def test_drain_closes_idle_connections_at_once(make):
    portico = make.serve(make.origin(), drain_timeout="10s")
    with portico.h2() as client:
        assert client.request().status == 200
        started = time.monotonic()
        portico.send_signal(signal.SIGTERM)
        client.expect_goaway(Code.NO_ERROR)
        assert portico.wait_exit() == 0 and time.monotonic() - started < 2


def test_drain_with_http2_backends(make):
    origin = make.h2_origin(held_stream)
    portico = make.serve_h2(origin, drain_timeout="10s")
    with portico.h2() as client:
        streams = in_flight(client, origin)
        portico.send_signal(signal.SIGTERM)
        client.wait(lambda: client.goaways, "a GOAWAY")
        origin.released.set()
        client.finish(*streams)
        client.expect_end()
    assert portico.wait_exit() == 0
    origin.wait_idle()


def test_goaway_of_the_client_lets_its_streams_end(make):
    origin = make.origin(held)
    portico = make.serve(origin)
    with portico.h2() as client:
        streams = in_flight(client, origin, 3)
        client.send(h2.goaway())
        client.round_trip()
        origin.released.set()
        client.finish(*streams)
        assert {stream.status for stream in streams} == {200}


def test_max_requests_and_age_end_with_goaway(make):
    """What `Connection: close` is to HTTP/1.1: nothing in flight is lost."""
    portico = make.serve(make.origin(), listener={"timeouts": {"max_age": "300ms"}})
    for _ in range(2):
        with portico.h2() as client:
            end = time.monotonic() + DEADLINE
            while not client.goaways and time.monotonic() < end:
                assert client.request().status == 200
            client.expect_goaway(Code.NO_ERROR)


def test_access_log_names_protocol_and_stream(make):
    portico = make.serve(make.origin())
    with portico.h2() as client:
        client.request("/one")
        client.request("/two", method="POST", body=b"content")
    first, second = portico.wait_access(target="/one"), portico.wait_access(target="/two")
    assert first["protocol"] == second["protocol"] == "HTTP/2.0", first
    assert (first["stream"], second["stream"]) == (1, 3)
    assert (second["method"], second["status"], second["host"]) == ("POST", 200, "a.example")


def test_access_log_says_how_a_stream_ended(make):
    portico = make.serve(make.origin(held))
    with portico.h2() as client:
        stream = client.open("/held")
        client.round_trip()
        client.send(h2.rst_stream(stream.id))
        entry = portico.wait_access(target="/held")
        assert entry["status"] == 499, entry


def test_statistics_count_streams_as_requests(make):
    portico = make.serve(make.origin())
    with portico.h2() as client:
        for _ in range(7):
            client.request()
        assert portico.statistics()["requests"] == 7
        assert portico.statistics()["open_connections"] == 1


def test_check_refuses_a_listener_that_accepts_nothing(make, tmp_path):
    for protocols in ({"http2": {"prior_knowledge": False}}, {"websocket": {}}):
        file = tmp_path / "portico.json"
        file.write_text(json.dumps(configuration("127.0.0.1:1", listener={"protocols": protocols})))
        assert run("check", "--config", file).returncode == 78
