"""Backends that speak HTTP/2: sharing their connections, their settings, GOAWAY, refusals, PING."""

from __future__ import annotations

import contextlib
import json
import threading

import pytest

import h2frames as h2
from h2frames import ACK, Code, Setting, Type
from h2origin import H2OriginConnection, OriginStream, echo
from portico import eventually
from wire import DEADLINE, Truncated


def held(stream: OriginStream) -> None:
    """Answers when the test says so."""
    stream.read()
    assert stream.connection.origin.released.wait(DEADLINE)
    stream.echo()


def gather(portico, count: int) -> list[int]:
    """The statuses of that many requests at once, from clients of HTTP/1.1."""
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(portico.get().status)
    threads = [threading.Thread(target=ask, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    return statuses


def tell(connection: H2OriginConnection, octets: bytes) -> None:
    """Sends that, and waits until the daemon has taken notice."""
    connection.send(octets, h2.ping(b"told you"))
    connection.wait(lambda: b"told you" in connection.pongs, "the daemon to take notice")


# Sharing

def test_clients_of_http1_share_one_connection(make):
    origin = make.h2_origin()
    portico = make.serve_h2(origin)
    assert portico.get().status == 200
    assert gather(portico, 20) == [200] * 20
    assert origin.accepted == 1


def test_further_connection_when_all_streams_are_taken(make):
    origin = make.h2_origin(settings={Setting.MAX_CONCURRENT_STREAMS: 4})
    portico = make.serve_h2(origin)
    assert portico.get().status == 200
    origin.handler = held
    with portico.h2() as client:
        streams = [client.open() for _ in range(12)]
        origin.wait(lambda: origin.active == 12)
        origin.released.set()
        client.finish(*streams)
    # A connection without settings yet may be given more; one with them may not.
    assert origin.accepted >= 2 and len(origin.connections[0].streams) <= 1 + 4


def test_many_requests_for_a_backend_that_takes_one_at_a_time(make):
    """All at once, before its settings are known: what it refuses is sent again, and nothing fails."""
    def handler(stream: OriginStream) -> None:
        taken = stream.connection.__dict__.setdefault("taken", threading.Lock())
        if not taken.acquire(blocking=False):
            return stream.abort(Code.REFUSED_STREAM)
        stream.read()
        taken.release()  # Before the end of the response is seen.
        stream.echo()
    origin = make.h2_origin(handler, settings={Setting.MAX_CONCURRENT_STREAMS: 1})
    portico = make.serve_h2(origin)
    with portico.h2() as client:
        streams = [client.open() for _ in range(20)]
        client.finish(*streams)
        assert {stream.status for stream in streams} == {200}


def test_own_limit_on_streams(make):
    origin = make.h2_origin(held)
    portico = make.serve_h2(origin, cluster={"http2": {"max_concurrent_streams": 2}})
    with portico.h2() as client:
        streams = [client.open() for _ in range(6)]
        origin.wait(lambda: origin.active == 6)
        origin.released.set()
        client.finish(*streams)
    assert origin.accepted == 3


def test_streams_wait_for_room_at_the_connections_limit(make):
    """`pool.max_connections` and the streams of each bound what a backend gets."""
    origin = make.h2_origin(settings={Setting.MAX_CONCURRENT_STREAMS: 3})
    portico = make.serve_h2(origin, cluster={
        "pool": {"max_connections": 1}, "timeouts": {"queue": "10s"}})
    assert portico.get().status == 200
    origin.handler = held
    with portico.h2() as client:
        streams = [client.open() for _ in range(9)]
        origin.wait(lambda: origin.active == 3)
        client.round_trip()
        tell(origin.connections[0], b"")
        assert origin.active == 3, "the others wait"
        origin.released.set()
        client.finish(*streams)
        assert all(stream.status == 200 for stream in streams)
    assert origin.accepted == 1 and origin.most_active <= 4


# Settings

@pytest.mark.parametrize("settings", [
    {Setting.HEADER_TABLE_SIZE: 0}, {Setting.HEADER_TABLE_SIZE: 65_536},
    {Setting.INITIAL_WINDOW_SIZE: 1}, {Setting.MAX_FRAME_SIZE: (1 << 24) - 1},
    {Setting.MAX_HEADER_LIST_SIZE: 65_536}, {Setting.MAX_CONCURRENT_STREAMS: 1}, {0x99: 1}, {}],
    ids=str)
def test_settings_of_the_backend(make, settings: dict[int, int]):
    origin = make.h2_origin(settings=settings)
    portico = make.serve_h2(origin)
    for _ in range(3):
        response = portico.get("/", "x-field: again", method="POST", body=b"content" * 20)
        assert response.status == 200 and json.loads(response.body)["body_length"] == 140


def test_head_over_the_backends_limit_is_answered_431(make):
    """It is advice about one message (RFC 9113 §6.5.2): the connection goes on."""
    origin = make.h2_origin(settings={Setting.MAX_HEADER_LIST_SIZE: 4096})
    portico = make.serve_h2(origin)
    assert portico.get().status == 200
    for length, status in ((3000, 200), (4000, 431), (10, 200)):
        response = portico.get("/", "x-large: " + "x" * length)
        assert response.status == status, length
        assert status == 200 or b"backend_head_limit" in response.body
    assert origin.accepted == 1
    assert len(origin.heads) == 3, "one stream for each request that went on"


def test_settings_that_change_within_a_connection(make):
    """Smaller windows, no table, fewer streams; each acknowledged, each held to."""
    def handler(stream: OriginStream) -> None:
        stream.read()
        connection, count = stream.connection, stream.connection.acknowledged
        connection.send_settings({Setting.INITIAL_WINDOW_SIZE: 100 + count,
                                  Setting.HEADER_TABLE_SIZE: 0 if count % 2 else 4096,
                                  Setting.MAX_CONCURRENT_STREAMS: 1 + count})
        connection.wait(lambda: connection.acknowledged > count, "the acknowledgement")
        stream.echo()
    origin = make.h2_origin(handler)
    portico = make.serve_h2(origin)
    for turn in range(6):
        assert portico.get("/", "x-field: again", method="POST", body=bytes(2000)).status == 200, turn
    assert origin.accepted == 1


def test_own_settings_as_configured(make):
    origin = make.h2_origin()
    portico = make.serve_h2(origin, cluster={
        "http2": {"stream_window": "128KiB", "connection_window": "2MiB"}})
    assert portico.get().status == 200
    connection = origin.connections[0]
    assert connection.peer[Setting.INITIAL_WINDOW_SIZE] == 128 << 10
    assert connection.peer.get(Setting.ENABLE_PUSH) == 0
    assert connection.send_window > 1_900_000


def test_backend_that_never_sends_settings(make):
    origin = make.h2_origin(greet=lambda connection: None)
    portico = make.serve_h2(origin, cluster={"http2": {"settings_timeout": "300ms"}})
    assert portico.get().status in (502, 503, 504)
    origin.wait_idle()


# GOAWAY and REFUSED_STREAM

def test_refused_stream_is_sent_again(make):
    """Whatever its method: the backend has said that it did nothing."""
    def handler(stream: OriginStream) -> None:
        if len(stream.connection.origin.heads) == 1:
            stream.abort(Code.REFUSED_STREAM)
        else:
            stream.read().echo()
    origin = make.h2_origin(handler)
    portico = make.serve_h2(origin)
    response = portico.get(method="POST", body=b"content")
    assert response.status == 200 and json.loads(response.body)["body_length"] == 7
    assert len(origin.heads) == 2


def test_refusing_without_an_end_is_given_up(make):
    origin = make.h2_origin(lambda stream: stream.abort(Code.REFUSED_STREAM))
    portico = make.serve_h2(origin)
    assert portico.get().status in (502, 503)
    assert len(origin.heads) < 20


def test_goaway_lets_streams_in_flight_end(make):
    """New requests take a new connection, and nobody fails."""
    origin = make.h2_origin(held)
    portico = make.serve_h2(origin)
    with portico.h2() as client:
        streams = [client.open() for _ in range(5)]
        origin.wait(lambda: origin.active == 5)
        tell(origin.connections[0], h2.goaway(max(origin.connections[0].streams)))
        origin.handler = echo
        later = client.request()
        assert json.loads(later.body)["connection"] == 2
        origin.released.set()
        client.finish(*streams)
        assert all(stream.status == 200 for stream in streams)
    origin.wait(lambda: origin.open == 1, "for the first connection to be closed")


def test_goaway_sends_unprocessed_streams_elsewhere(make):
    """Streams above the last one are sent again, with their content."""
    def handler(stream: OriginStream) -> None:
        if stream.connection.number > 1:
            return stream.read().echo()
        with contextlib.suppress(Truncated):
            stream.connection.wait(lambda: len(stream.connection.streams) == 5, "all five")
            if stream.id == 1:
                stream.connection.send(h2.goaway(1))
                stream.read().echo()
    origin = make.h2_origin(handler)
    portico = make.serve_h2(origin)
    with portico.h2() as client:
        streams = [client.open(method="POST", end=False) for _ in range(5)]
        for stream in streams:
            client.send_data(stream, b"content")
        client.finish(*streams)
        assert [s.status for s in streams] == [200] * 5
    assert origin.accepted == 2


def test_goaway_with_an_error_fails_only_what_was_in_flight(make):
    def handler(stream: OriginStream) -> None:
        if stream.target == "/bad":
            stream.connection.send(h2.goaway(stream.id, Code.INTERNAL_ERROR))
            stream.connection.origin.shut(stream.connection)
        else:
            stream.read().echo()
    origin = make.h2_origin(handler)
    origin.shut = lambda connection: connection.sock.shutdown(2)
    portico = make.serve_h2(origin)
    assert portico.get("/bad", method="POST", body=b"x").status == 502
    assert portico.get().status == 200


def test_reused_connection_that_died_is_no_failure(make):
    """A backend that closed an idle connection, with a GOAWAY or without."""
    origin = make.h2_origin()
    portico = make.serve_h2(origin)
    for turn in range(3):
        assert portico.get(method="POST", body=b"content").status == 200
        connection = origin.connections[-1]
        if turn:
            connection.send(h2.goaway(2**31 - 1))
        with contextlib.suppress(OSError):  # A GOAWAY may have ended it already.
            connection.sock.shutdown(2)
    assert portico.get(method="POST", body=b"content").status == 200


# Liveness

def test_silent_connection_is_asked_by_ping(make):
    origin = make.h2_origin()
    portico = make.serve_h2(origin, cluster={"http2": {"ping_interval": "200ms"}})
    assert portico.get().status == 200
    connection = origin.connections[0]

    def pings() -> int:
        return sum(f.type == Type.PING and not f.flags & ACK for f in connection.frames)
    eventually(lambda: pings() >= 2, "two PINGs")
    assert portico.get().status == 200 and origin.accepted == 1


def test_connection_that_answers_no_ping_is_given_up(make):
    origin = make.h2_origin()
    portico = make.serve_h2(origin, cluster={
        "http2": {"ping_interval": "200ms", "ping_timeout": "200ms"}})
    assert portico.get().status == 200
    origin.connections[0].answers = False
    origin.wait(lambda: origin.open == 0, "for the dead connection to be closed")
    assert portico.get().status == 200 and origin.accepted == 2


def test_pings_of_the_backend_are_answered(make):
    def handler(stream: OriginStream) -> None:
        connection = stream.read().connection
        connection.send(h2.ping(b"12345678"))
        connection.wait(lambda: b"12345678" in connection.pongs, "the answer")
        stream.echo()
    assert make.serve_h2(make.h2_origin(handler)).get().status == 200


def test_late_settings_of_the_backend(make):
    """Requests need not wait for them, and must not break when they come."""
    def greet(connection: H2OriginConnection) -> None:
        connection.answers = False  # Nothing may come before them.
        threading.Timer(0.3, late, [connection]).start()

    def late(connection: H2OriginConnection) -> None:
        connection.reply(connection.greeting(), h2.settings(flags=ACK))

    def handler(stream: OriginStream) -> None:
        stream.connection.origin.released.wait(0.6)
        stream.read().echo()
    portico = make.serve_h2(make.h2_origin(handler, greet=greet, credit=False))
    assert portico.get(method="POST", body=bytes(10_000)).status == 200


def test_settings_that_make_room_let_all_in_that_wait(make):
    """Not one after the other, as streams end."""
    origin = make.h2_origin(held, settings={Setting.MAX_CONCURRENT_STREAMS: 1})
    portico = make.serve_h2(origin, cluster={"pool": {"max_connections": 1}})
    with portico.h2() as client:
        streams = [client.open() for _ in range(10)]
        origin.wait(lambda: origin.active == 1)
        origin.connections[0].send_settings({Setting.MAX_CONCURRENT_STREAMS: 100})
        origin.wait(lambda: origin.active == 10)
        origin.released.set()
        client.finish(*streams)
        assert {stream.status for stream in streams} == {200}


def test_workers_share_the_only_connection_that_is_allowed(make):
    """One that has it idle lets go of it for another that has none."""
    origin = make.h2_origin()
    portico = make.serve_h2(origin, workers=2, cluster={"pool": {"max_connections": 1}})
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(portico.connect()) for _ in range(6)]
        for _ in range(3):
            assert {client.request().status for client in clients} == {200}
    assert origin.accepted > 1
