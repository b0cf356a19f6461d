"""HTTP/2 backends that are broken or hostile: 502 or a visible end, bounded memory, nobody else hurt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

import h2frames as h2
from h2frames import END_HEADERS, END_STREAM, Code, Setting, Type
from h2origin import OriginStream
from wire import Truncated

OK = h2.block([(":status", "200")])
GROWTH = 10 << 20


@dataclass
class Bad:
    """What a backend sends on the stream of a request that it has read."""

    name: str
    frames: Callable[[int], bytes]
    repeat: int = 1

    def __str__(self) -> str:
        return self.name.replace(" ", "_")


def response(*fields: str | tuple[str, str], status: str | None = "200",
             flags: int = END_HEADERS | END_STREAM, body: bytes = b"") -> Callable[[int], bytes]:
    pseudo = [] if status is None else [(":status", status)]
    encoded = h2.block(pseudo + h2.pairs(*fields))
    return lambda stream: h2.headers(stream, encoded, flags) + (
        h2.data(stream, body, END_STREAM) if body else b"")


MALFORMED = [Bad(name, frames) for name, frames in [
    ("no status", response("x-test: a", status=None)),
    ("status of four digits", response(status="2000")),
    ("status 099", response(status="099")),
    ("status 20x", response(status="20x")),
    ("empty status", response(status="")),
    ("status 101", response(status="101")),
    ("two statuses", response((":status", "200"))),
    ("status after a field", lambda n: h2.headers(n, h2.block([("x", "a"), (":status", "200")]))),
    ("pseudo-header of requests", response((":path", "/"))),
    ("uppercase name", response("X-Test: a")),
    ("empty name", response(("", "a"))),
    ("space in a name", response(("x y", "a"))),
    ("NUL in a value", response(("x", "a\0b"))),
    ("line end in a value", response(("x", "a\r\nset-cookie: evil=1"))),
    ("connection", response("connection: close")),
    ("transfer-encoding", response("transfer-encoding: chunked")),
    ("upgrade", response("upgrade: h2c")),
    ("two lengths", response("content-length: 1", "content-length: 2", flags=END_HEADERS, body=b"x")),
    ("length that is no number", response("content-length: x", flags=END_HEADERS, body=b"x")),
    ("length and no content", response("content-length: 5")),
    ("interim response that ends", response(status="103")),
    ("201 fields", response(*[f"x{n}: a" for n in range(201)])),
    ("trailers with a status", lambda n: h2.headers(n, OK, END_HEADERS) + h2.headers(n, OK)),
    ("trailers that do not end", lambda n: h2.headers(n, OK, END_HEADERS)
     + h2.headers(n, h2.block([("x", "a")]), END_HEADERS)),
    ("DATA before HEADERS", lambda n: h2.data(n, b"x", END_STREAM)),
]]

BROKEN = [Bad(name, frames) for name, frames in [
    ("push", lambda n: h2.frame(Type.PUSH_PROMISE, END_HEADERS, n, b"\0\0\0\2" + OK)),
    ("HEADERS on an even stream", lambda n: h2.headers(2, OK)),
    ("HEADERS on a stream never opened", lambda n: h2.headers(n + 2, OK)),
    ("HEADERS on stream 0", lambda n: h2.headers(0, OK)),
    ("DATA on stream 0", lambda n: h2.data(0, b"x")),
    ("frame above the maximum", lambda n: h2.frame(Type.DATA, 0, n, bytes(16_385))),
    ("frame of 2^24-1", lambda n: h2.frame(Type.DATA, 0, n, b"", length=(1 << 24) - 1)),
    ("bad field block", lambda n: h2.headers(n, b"\x80")),
    ("CONTINUATION alone", lambda n: h2.continuation(n, OK)),
    ("DATA within a field block", lambda n: h2.headers(n, OK, 0) + h2.data(n, b"x")),
    ("WINDOW_UPDATE of 0", lambda n: h2.window_update(0, 0)),
    ("WINDOW_UPDATEs above 2^31-1", lambda n: h2.window_update(0, (1 << 31) - 1) * 2),
    ("SETTINGS of 5 octets", lambda n: h2.frame(Type.SETTINGS, 0, 0, bytes(5))),
    ("INITIAL_WINDOW_SIZE 2^31", lambda n: h2.settings({Setting.INITIAL_WINDOW_SIZE: 1 << 31})),
    ("ENABLE_PUSH 1", lambda n: h2.settings({Setting.ENABLE_PUSH: 1})),
    ("PING of 7 octets", lambda n: h2.frame(Type.PING, 0, 0, bytes(7))),
    ("HTTP/1.1", lambda n: b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
    ("noise", lambda n: bytes(range(256)) * 4),
]]

FLOODS = [
    Bad("PING", lambda n: h2.ping() * 100, 1000),
    Bad("SETTINGS", lambda n: h2.settings({0x99: 1}) * 100, 1000),
    Bad("empty DATA", lambda n: h2.headers(n, OK, END_HEADERS) + h2.data(n) * 50_000),
    Bad("empty unknown frames", lambda n: h2.frame(0x77) * 100, 1000),
    Bad("PRIORITY", lambda n: h2.frame(Type.PRIORITY, 0, n, h2.priority(0)) * 100, 1000),
    Bad("interim responses", lambda n: h2.headers(
        n, h2.block([(":status", "103"), ("x", "a" * 1000)]), END_HEADERS) * 10, 1000),
    Bad("fields over 64 KiB", lambda n: h2.headers(n, OK, END_STREAM) + b"".join(
        h2.continuation(n, h2.literal(f"x{i}", "a" * 16_000), END_HEADERS if i == 5 else 0)
        for i in range(6))),
    Bad("CONTINUATION without an end", lambda n: h2.headers(n, OK, 0)
        + h2.continuation(n, h2.literal("x", "a" * 1000), 0) * 10_000),
    Bad("HPACK bomb", lambda n: h2.headers(
        n, OK + h2.literal("x", "a" * 4000, 0x40) + h2.integer(62, 7, 0x80) * 4000)),
    Bad("bomb of indexed fields", lambda n: h2.headers(n, OK + h2.integer(54, 7, 0x80) * 12_000)),
]


def handler(case: Bad) -> Callable[[OriginStream], None]:
    def handle(stream: OriginStream) -> None:
        stream.read()
        if stream.target != "/bad":
            return stream.echo()
        for _ in range(case.repeat):
            stream.connection.send(case.frames(stream.id))
    return handle


@pytest.fixture(scope="module")
def peers(make_shared):
    origin = make_shared.h2_origin()
    portico = make_shared.serve_h2(origin, cluster={"timeouts": {"response_head": "4s"}})
    with portico.h2() as client:
        assert client.request().status == 200
    yield portico, origin
    origin.errors.clear()  # The daemon's answers to nonsense may look like nonsense.


def outcome(client, target: str = "/bad") -> str | int:
    """How a request ends for its client: a status, "reset", or "whole"."""
    if target == "/good":  # May be repeated, should it meet a connection that is about to break.
        stream = client.open(target)
    else:
        stream = client.open(target, method="POST", end=False)
        client.send_data(stream, b"content")
    client.wait(lambda: stream.is_over, "an end")
    if stream.reset is not None:
        return "reset"
    return stream.status


@pytest.mark.parametrize("case", MALFORMED + BROKEN, ids=str)
def test_bad_response_is_502_or_ends_visibly(peers, case: Bad):
    """Other requests on the same backend connection survive where the error is the stream's."""
    portico, origin = peers
    origin.handler = handler(case)
    with portico.h2() as client:
        assert outcome(client) in (502, "reset")
        assert outcome(client, "/good") == 200
        client.round_trip()
        assert not client.goaways
    assert portico.get("/good").status == 200
    with portico.connect() as wire:
        try:
            assert wire.request("/bad", method="POST", body=b"content").status == 502
        except Truncated:
            pass


@pytest.mark.parametrize("case", FLOODS, ids=str)
def test_floods_of_a_backend_are_bounded(peers, case: Bad):
    portico, origin = peers
    origin.handler = handler(case)
    before = portico.resident()
    with portico.h2() as client:
        assert outcome(client) in (502, 504, "reset")
        assert outcome(client, "/good") == 200
    assert portico.resident() - before < GROWTH
    assert portico.get("/good").status == 200


def test_stream_error_leaves_the_shared_connection(make):
    """Three requests on one backend connection; one of them is answered with nonsense."""
    origin = make.h2_origin()

    def mixed(stream: OriginStream) -> None:
        stream.read()
        if stream.target == "/bad":
            stream.connection.send(response("X-Test: a")(stream.id))
            origin.released.set()
        else:
            assert origin.released.wait(5)
            stream.connection.wait(lambda: any(
                other.reset is not None for other in stream.connection.streams.values()), "the reset")
            stream.echo()
    origin.handler = mixed
    portico = make.serve_h2(origin)
    with portico.h2() as client:
        good = [client.open("/good"), client.open("/good")]
        assert outcome(client) == 502
        client.finish(*good)
        assert [stream.status for stream in good] == [200, 200]
    assert origin.accepted == 1
    assert {s.reset for s in origin.heads} == {None, Code.PROTOCOL_ERROR}


def test_data_beyond_the_window(make):
    """The client takes nothing, so the window stays as it is, and the backend does not care."""
    def handler(stream: OriginStream) -> None:
        stream.read().head()
        stream.connection.send(h2.data(stream.id, bytes(16_384)) * 256)
    origin = make.h2_origin(handler)
    portico = make.serve_h2(origin)
    before = portico.resident()
    with portico.h2(credit=False) as client:
        stream = client.open()
        origin.wait(lambda: origin.accepted and not origin.open, "for the connection to be given up")
        assert origin.connections[0].goaways[0][1] == Code.FLOW_CONTROL_ERROR
        assert portico.resident() - before < 4 << 20
        client.give_credit(stream, 1 << 22)
        client.wait(lambda: stream.is_over, "a reset")
        assert stream.reset == Code.INTERNAL_ERROR and len(stream.body) < 1 << 20


def test_http1_backend_in_an_http2_cluster(make):
    """And the reverse: neither side hangs."""
    plain = make.origin(lambda connection: connection.answer(b"HTTP/1.1"))
    assert make.serve_h2(plain).get().status == 502
    origin = make.h2_origin()
    assert make.serve(origin).get().status == 502
    origin.errors.clear()  # It has read an HTTP/1.1 request, as it must here.
