"""Upgrades octet by octet: what may become a tunnel, what a tunnel carries, and what is smuggling.

WebSocket in HTTP/1.1 (RFC 9110 §7.8) and as an extended CONNECT of HTTP/2 (RFC 8441).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json

import pytest

import h2frames as h2
from h2frames import END_STREAM, Code, Setting
from origins import OriginConnection
from test_h2_flow import stalled
from wire import DEADLINE, Request, names

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n"
SWITCH = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"


def switch(request: Request) -> str:
    """A proper agreement to that request."""
    digest = hashlib.sha1((request["sec-websocket-key"] + GUID).encode()).digest()
    return SWITCH + f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}\r\n\r\n"


def handshake(*more: str, line: str = "GET /ws HTTP/1.1", upgrade: str | None = "websocket",
              connection: str | None = "Upgrade", body: bytes = b"") -> bytes:
    lines = [line, "Host: a.example", f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13", *more]
    if upgrade is not None:
        lines.append(f"Upgrade: {upgrade}")
    if connection is not None:
        lines.append(f"Connection: {connection}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def accepting(connection: OriginConnection) -> None:
    """Takes an upgrade and echoes octets; serves whatever is none."""
    while request := connection.read_head():
        if (request["upgrade"] or "").lower() != "websocket":
            connection.echo(connection.read_content(request))
            continue
        connection.send(switch(request))
        while connection.reader.buffer or connection.reader.fill():
            connection.send(bytes(connection.reader.buffer))
            connection.reader.buffer.clear()
        return


@pytest.fixture
def peers(make):
    origin = make.origin(accepting)
    return make.serve(origin), origin


def tunnel(portico, **options):
    wire = portico.connect(**options)
    assert wire.send(handshake()).head().status == 101
    return wire


def test_handshake_and_octets_both_ways(peers):
    portico, origin = peers
    with portico.connect() as wire:
        head = wire.send(handshake()).head()
        assert head.status == 101 and head["upgrade"] == "websocket" and head["sec-websocket-accept"]
        assert head["connection"].lower() == "upgrade" and head["content-length"] is None
        for size in (1, 100, 100_000):
            wire.send(bytes(size))
            assert wire.reader.exactly(size) == bytes(size)
    assert origin.heads[0]["sec-websocket-key"] == KEY
    assert origin.heads[0]["upgrade"] == "websocket"
    assert origin.heads[0]["connection"].lower() == "upgrade"


@pytest.mark.parametrize("options", [
    {"upgrade": "WebSocket", "connection": "upgrade"}, {"connection": "keep-alive, Upgrade"}], ids=str)
def test_tokens_have_no_case_and_company(peers, options: dict):
    portico, origin = peers
    with portico.connect() as wire:
        assert wire.send(handshake(**options)).head().status == 101


@pytest.mark.parametrize("options", [
    {"upgrade": "foo"}, {"upgrade": "h2c"}, {"upgrade": "TLS/1.0"}, {"upgrade": "websockets"},
    {"connection": None}, {"connection": "keep-alive"}, {"upgrade": None},
    {"line": "GET /ws HTTP/1.0", "connection": "Upgrade, keep-alive"}], ids=str)
def test_what_is_no_upgrade_is_a_plain_request(peers, options: dict):
    """Neither the field nor its token in Connection go upstream."""
    portico, origin = peers
    with portico.connect() as wire:
        response = wire.send(handshake(**options)).response()
        assert response.status == 200, response
    assert not names(origin.requests[0].fields) & {"upgrade", "http2-settings"}
    assert "upgrade" not in (origin.requests[0]["connection"] or "").lower()


@pytest.mark.parametrize("wire", [
    handshake("Content-Length: 5", body=b"hello"),
    handshake("Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n\r\n"),
    handshake("Content-Length: 44", body=SMUGGLED[:44]),
    handshake(line="POST /ws HTTP/1.1"), handshake("Content-Length: 0", line="PUT /ws HTTP/1.1")],
    ids=["length", "chunked", "smuggled request", "POST", "PUT"])
def test_upgrade_with_content_or_another_method_is_400(peers, wire: bytes):
    portico, origin = peers
    with portico.connect() as client:
        response = client.send(wire).response()
        assert response.status == 400 and response.closes
        client.expect_end()
    assert not origin.heads


def test_octets_before_the_101_wait_for_it(make):
    """Sent with the handshake, in pieces: the backend must not see one before it has agreed."""
    def script(connection: OriginConnection) -> None:
        connection.read_head()
        assert connection.origin.released.wait(DEADLINE)
        connection.sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.reader.fill()
        assert not connection.reader.buffer, "octets before the 101"
        connection.sock.settimeout(DEADLINE)
        connection.send(SWITCH + "\r\nearly bird")
        assert connection.reader.exactly(len(SMUGGLED) * 2) == SMUGGLED * 2
        connection.send("got it")
    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as wire:
        wire.send(handshake(body=SMUGGLED))
        origin.wait(lambda: origin.heads)
        wire.send(SMUGGLED)
        origin.released.set()
        assert wire.head().status == 101
        assert wire.reader.exactly(16) == b"early birdgot it"
    assert len(origin.heads) == 1


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "426 Upgrade Required", "404 Not Found"])
def test_refused_upgrade_is_answered_and_closed(make, status: str):
    """What the client has sent ahead is not a request."""
    def script(connection: OriginConnection) -> None:
        while connection.read_head():
            connection.answer(b"no", status=status)
    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as wire:
        response = wire.send(handshake(body=SMUGGLED)).response()
        assert (response.status, response.body) == (int(status[:3]), b"no")
        wire.expect_end()
    assert len(origin.heads) == 1


@pytest.mark.parametrize("answer, asked", [
    (SWITCH, False),
    (SWITCH.replace("websocket", "h2c"), True),
    (SWITCH.replace("Upgrade: websocket\r\n", ""), True),
    (SWITCH.replace("Connection: Upgrade\r\n", ""), True),
    (SWITCH + "Content-Length: 5\r\n", True),
    (SWITCH + "Transfer-Encoding: chunked\r\n", True),
    (SWITCH.replace("1.1 101", "1.0 101"), True)],
    ids=["unasked", "another token", "no token", "no Connection", "length", "chunked", "HTTP/1.0"])
def test_bad_101_is_502(make, answer: str, asked: bool):
    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.send(answer + "\r\n")
        connection.wait_closed()
    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as wire:
        wire.send(handshake() if asked else "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        assert wire.response().status == 502
    origin.wait_idle()


def test_half_close_passes_both_ways(make):
    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.send(SWITCH + "\r\n")
        if connection.number == 1:
            assert connection.reader.rest() == b"all I have"
            connection.send("and I have more")
        else:
            connection.send("all I have")
            connection.sock.shutdown(1)
            assert connection.reader.rest() == b"and I have more"
            connection.origin.released.set()
    origin = make.origin(script)
    portico = make.serve(origin)
    with tunnel(portico) as wire:
        wire.send("all I have").half_close()
        assert wire.reader.rest() == b"and I have more"
    with tunnel(portico) as wire:
        assert wire.reader.rest() == b"all I have"
        wire.send("and I have more").half_close()
        assert origin.released.wait(DEADLINE)
    origin.wait_idle()


def test_tunnels_are_never_pooled(peers):
    """Not even one that ended cleanly."""
    portico, origin = peers
    for turn in range(1, 4):
        with tunnel(portico) as wire:
            wire.half_close()
            assert wire.reader.rest() == b""
        origin.wait_idle()
        assert portico.get().status == 200
        assert origin.requests[-1].connection != origin.heads[-2].connection
        origin.wait(lambda: origin.open <= 1)
        with portico.connect() as client:
            assert client.request().status == 200


def test_backpressure_in_a_tunnel(make):
    sent = [0]

    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.send(SWITCH + "\r\n")
        with contextlib.suppress(OSError):
            for _ in range(64 * 16):
                connection.send(bytes(1 << 16))
                sent[0] += 1 << 16
    portico = make.serve(make.origin(script))
    before = portico.resident()
    with tunnel(portico, receive_buffer=1 << 16):
        assert stalled(lambda: sent[0]) < 12 << 20
        assert portico.resident() - before < 2 << 20


def test_resets_end_both_sides(peers):
    portico, origin = peers
    wire = tunnel(portico)
    wire.send("x")
    assert wire.reader.exactly(1) == b"x"
    wire.reset()
    origin.wait_idle()


# Extended CONNECT

def websocket_over_http2(client, *fields: str, **pseudo):
    return client.open("/ws", (":protocol", "websocket"), "sec-websocket-version: 13", *fields,
                       method="CONNECT", end=False, **pseudo)


def test_extended_connect(peers):
    portico, origin = peers
    with portico.h2() as client:
        assert client.peer[Setting.ENABLE_CONNECT_PROTOCOL] == 1
        stream = websocket_over_http2(client, "origin: http://a.example")
        client.wait(lambda: stream.fields, "the answer")
        assert stream.status == 200
        assert not names(stream.fields) & {"upgrade", "connection", "sec-websocket-accept"}
        for size in (1, 1000, 300_000):
            stream.body.clear()
            client.send_data(stream, bytes(size), end=False)
            client.wait(lambda: len(stream.body) == size, "the echo")
        client.send_data(stream, b"last", end=True)
        client.wait(lambda: stream.ended, "the end")
        assert client.request("/plain").status == 200
    head = origin.heads[0]
    assert head.method == "GET" and head.target == "/ws" and head["host"] == "a.example"
    assert head["upgrade"] == "websocket" and "upgrade" in head["connection"].lower()
    assert len(head["sec-websocket-key"]) == 24 and head["origin"] == "http://a.example"


def test_extended_connect_is_cancelled_both_ways(peers):
    portico, origin = peers
    with portico.h2() as client:
        stream = websocket_over_http2(client)
        client.wait(lambda: stream.fields, "the answer")
        client.send(h2.rst_stream(stream.id, Code.CANCEL))
        origin.wait_idle()
        client.round_trip()

    def script(connection: OriginConnection) -> None:
        connection.send(switch(connection.read_head()))
        connection.reset()
    origin.script = script
    with portico.h2() as client:
        stream = websocket_over_http2(client)
        client.wait(lambda: stream.is_over, "the end")
        client.round_trip()


def test_extended_connect_that_the_backend_refuses(make):
    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.answer(b"no", status="403 Forbidden")
    portico = make.serve(make.origin(script))
    with portico.h2() as client:
        stream = websocket_over_http2(client)
        client.wait(lambda: stream.ended, "the answer")
        assert stream.status == 403 and bytes(stream.body) == b"no"


def test_success_that_is_no_consent_opens_nothing(make):
    """A server without WebSocket answers a GET. To the client 200 would be the consent."""
    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.answer(b"a page")
    portico = make.serve(make.origin(script))
    with portico.h2() as client:
        stream = websocket_over_http2(client)
        client.wait(lambda: stream.ended, "the answer")
        assert stream.status == 502


@pytest.mark.parametrize("protocols", [{"http1": {}, "http2": {}},
                                       {"http1": {}, "http2": {}, "websocket": {"extended_connect": False}}])
def test_extended_connect_that_is_off(make, protocols: dict):
    origin = make.origin(accepting)
    portico = make.serve(origin, listener={"protocols": protocols})
    with portico.h2() as client:
        assert client.peer.get(Setting.ENABLE_CONNECT_PROTOCOL, 0) == 0
        stream = websocket_over_http2(client)
        client.wait(lambda: stream.is_over, "a refusal")
        assert stream.reset == Code.PROTOCOL_ERROR or stream.status in (400, 405, 501), stream
        assert client.request().status == 200
    assert all(request.method != "CONNECT" for request in origin.heads)


def test_data_before_the_answer_waits(make):
    """As with HTTP/1.1: the backend sees none of it before it has agreed."""
    def script(connection: OriginConnection) -> None:
        request = connection.read_head()
        assert connection.origin.released.wait(DEADLINE)
        assert not connection.reader.buffer
        connection.send(switch(request))
        connection.send(connection.reader.exactly(5) + b"!")
    origin = make.origin(script)
    with make.serve(origin).h2() as client:
        stream = websocket_over_http2(client)
        client.send(h2.data(stream.id, b"early"))
        client.round_trip()
        origin.released.set()
        client.wait(lambda: bytes(stream.body) == b"early!", "the echo")
        client.send(h2.data(stream.id, b"", END_STREAM))
        client.wait(lambda: stream.ended, "the end")


def test_tunnel_and_requests_share_a_connection(peers):
    portico, _ = peers
    with portico.h2() as client:
        tunnels = [websocket_over_http2(client) for _ in range(20)]
        client.wait(lambda: all(stream.fields for stream in tunnels), "the answers")
        answer = client.request("/", method="POST", body=bytes(100_000))
        assert json.loads(answer.body)["body_length"] == 100_000
        for stream in tunnels:
            client.send_data(stream, b"x", end=True)
        client.wait(lambda: all(bytes(s.body) == b"x" and s.ended for s in tunnels), "the echoes")
