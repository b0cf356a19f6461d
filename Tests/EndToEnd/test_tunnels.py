"""Who gets a tunnel over HTTP/1.1 (RFC 9110 §7.8), and what becomes of those who do not."""

from __future__ import annotations

import select
import socket

import pytest

from origins import OriginConnection
from tunnels import ACCEPT, ASKS, KEY, consent, echo_octets, opened, tunnel, upgrade
from wire import DEADLINE, names


# Asking for it


def test_heads(make):
    origin = make.origin(tunnel(OriginConnection.wait_closed))
    portico = make.serve(origin)
    with portico.connect() as client:
        client.send(upgrade(
            "Connection: keep-alive, Upgrade, X-Gone", "Upgrade: WebSocket", "X-Gone: 1",
            "HTTP2-Settings: AAMAAABk", f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: chat, superchat", "Sec-WebSocket-Extensions: x-unknown",
            "TE: trailers", "Origin: http://a.example", "X-Forwarded-For: 10.9.8.7"))
        response = client.head()
    assert response.start_line == "HTTP/1.1 101 Switching Protocols"
    assert response["connection"] == "Upgrade" and response["upgrade"] == "websocket"
    assert response["sec-websocket-accept"] == ACCEPT
    assert not names(response.fields) & {"content-length", "transfer-encoding", "keep-alive"}
    request = origin.heads[0]
    assert request.start_line == "GET /chat HTTP/1.1"
    assert request["connection"] == "Upgrade" and request["upgrade"] == "websocket"
    assert request["sec-websocket-key"] == KEY and request["sec-websocket-version"] == "13"
    assert request["sec-websocket-protocol"] == "chat, superchat"
    assert request["sec-websocket-extensions"] == "x-unknown"
    assert request["origin"] == "http://a.example"
    assert request["x-forwarded-for"] == "127.0.0.1" and request["via"] and request["x-request-id"]
    assert not names(request.fields) & {
        "x-gone", "http2-settings", "te", "content-length", "transfer-encoding"}


@pytest.mark.parametrize("fields", [
    ("Connection: upgrade", "Upgrade: WEBSOCKET"),
    ("Connection: keep-alive, UPGRADE", "Upgrade: websocket"),
    ("Connection: keep-alive", "Connection: Upgrade", "Upgrade: websocket"),
    ("Connection: Upgrade", "Upgrade: foo/2, WebSocket"),
    ("Connection: Upgrade", "Upgrade: foo", "Upgrade: ,websocket,"),
])
def test_tokens_are_lists_without_case(make, fields):
    origin = make.origin(tunnel(echo_octets))
    portico = make.serve(origin)
    with portico.connect() as client:
        client.send(upgrade(*fields, f"Sec-WebSocket-Key: {KEY}"))
        assert client.head().status == 101
        client.send("hello")
        assert client.reader.exactly(5) == b"hello"
    assert origin.heads[0]["upgrade"] == "websocket"


@pytest.mark.parametrize("fields, version, options", [
    pytest.param(("Upgrade: websocket",), "1.1", {}, id="connection does not name it"),
    pytest.param(("Connection: Upgrade",), "1.1", {}, id="nothing to upgrade to"),
    pytest.param(("Connection: Upgrade", "Upgrade: h2x"), "1.1", {}, id="another token"),
    pytest.param(("Connection: Upgrade", "Upgrade: h2c"), "1.1", {}, id="h2c without settings"),
    pytest.param(("Connection: Upgrade", "Upgrade: TLS/1.0"), "1.1", {}, id="TLS"),
    pytest.param(("Connection: Upgrade", "Upgrade: websocket/13"), "1.1", {}, id="with a version"),
    pytest.param(("Connection: Upgrade", "Upgrade: websockets"), "1.1", {}, id="a longer token"),
    pytest.param(("Connection: keep-alive, Upgrade", "Upgrade: websocket"), "1.0", {}, id="1.0"),
    pytest.param(ASKS, "1.1", {"route": {"upgrades": []}}, id="not on this route"),
    pytest.param(ASKS, "1.1", {"listener": {"protocols": {"http1": {}}}}, id="not here"),
])
def test_else_it_is_a_plain_request(make, fields, version, options):
    origin = make.origin()
    portico = make.serve(origin, **options)
    with portico.connect() as client:
        client.send(upgrade(*fields, version=version))
        response = client.response()
        assert response.status == 200 and not response.closes
        assert client.request("/next").status == 200
    first, second = origin.requests
    assert not names(first.fields) & {"upgrade", "connection"}
    assert first.connection == second.connection == 1


@pytest.mark.parametrize("method, fields, body, reason", [
    ("POST", (), b"", "websocket_not_get"),
    ("HEAD", (), b"", "websocket_not_get"),
    ("PUT", ("Content-Length: 0",), b"", "websocket_not_get"),
    ("GET", ("Content-Length: 0",), b"", "websocket_with_content"),
    ("GET", ("Content-Length: 5",), b"hello", "websocket_with_content"),
    ("GET", ("Transfer-Encoding: chunked",), b"0\r\n\r\n", "websocket_with_content"),
])
def test_refused(make, method, fields, body, reason):
    origin = make.origin()
    portico = make.serve(origin)
    smuggled = b"GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n"
    with portico.connect() as client:
        client.send(upgrade(*ASKS, *fields, method=method) + body + smuggled)
        response = client.response(method)
        assert response.status == 400 and response.closes
        client.expect_end()
    assert portico.wait_access(status=400)["end"] == reason
    assert not origin.heads
    portico.wait_log(rf"request refused .*{reason}")


def test_no_backend(make):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        portico = make.serve("127.0.0.1:%d" % nobody.getsockname()[1])
        with portico.connect() as client:
            client.send(upgrade() + b"\x81\x00")
            response = client.response()
            assert response.status == 503 and response.closes
            client.expect_end()


def test_an_answer_without_a_backend(make):
    portico = make.serve(
        make.origin(), route={"cluster": None, "respond": {"status": 200, "body": "hello"}})
    with portico.connect() as client:
        client.send(upgrade())
        response = client.response()
        assert response.status == 200 and response.body == b"hello"


# The backend's answer


@pytest.mark.parametrize("answer, reason", [
    ("HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n", "wrong_upgrade"),
    ("HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: foo, websocket\r\n\r\n", "wrong_upgrade"),
    ("HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: websocket\r\n\r\n",
     "wrong_upgrade"),
    ("HTTP/1.1 101 X\r\nConnection: Upgrade\r\n\r\n", "wrong_upgrade"),
    ("HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n", "wrong_upgrade"),
    ("HTTP/1.1 101 X\r\n\r\n", "wrong_upgrade"),
    ("HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n",
     "framed_upgrade"),
    ("HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
     "Transfer-Encoding: chunked\r\n\r\n", "framed_upgrade"),
    ("HTTP/1.0 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "wrong_upgrade"),
])
def test_consent_to_something_else(make, answer, reason):
    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.send(answer)
        connection.wait_closed()
    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as client:
        client.send(upgrade())
        response = client.response()
        assert response.status == 502 and response.closes
        client.expect_end()
    assert portico.wait_access(status=502)["end"] == reason
    origin.wait_idle()


def test_consent_that_nobody_asked_for(make):
    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.send(consent())
        connection.wait_closed()
    origin = make.origin(script)
    portico = make.serve(origin, route={"upgrades": []})
    with portico.connect() as client:
        client.send(upgrade())
        assert client.response().status == 502
    assert portico.wait_access(status=502)["end"] == "unasked_upgrade"
    origin.wait_idle()


def test_what_comes_early_waits_for_the_consent(make):
    early = b"\x81\x85\x00\x00\x00\x00early"

    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.origin.released.wait(DEADLINE)
        assert not connection.reader.buffer
        assert not select.select([connection.sock], [], [], 0.1)[0], "nothing before the consent"
        connection.send(consent())
        echo_octets(connection)

    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as client:
        client.send(upgrade() + early)
        origin.wait(lambda: origin.heads)
        client.send(early)
        origin.released.set()
        assert client.head().status == 101
        client.send(b"late")
        assert client.reader.exactly(2 * len(early) + 4) == early + early + b"late"


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "404 Not Found", "426 Upgrade Required"])
def test_refusal_by_the_backend(make, status):
    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.answer(b"members only", status=status)
        assert connection.reader.rest() == b"", "no octet of the tunnel"
    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as client:
        client.send(upgrade() + b"GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n")
        response = client.response()
        assert response.status == int(status[:3])
        assert response.body == b"members only" and response.closes
        client.expect_end()
    origin.wait_idle()
    line = portico.wait_access(status=int(status[:3]))
    assert line["bytes_in"] == 0 and "end" not in line
    assert len(origin.heads) == 1


def test_redirect_without_content_and_interim_responses(make):
    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                        "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n")
        connection.wait_closed()
    portico = make.serve(make.origin(script))
    with portico.connect() as client:
        client.send(upgrade())
        response = client.response()
        assert [r.status for r in response.interim] == [103]
        assert response.status == 302 and response.closes
        client.expect_end()


def test_what_the_backend_sends_with_its_consent(make):
    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.send("HTTP/1.1 102 Processing\r\n\r\n")
        connection.send(consent(KEY, "Sec-WebSocket-Protocol: chat") + b"hello at once")
        connection.wait_closed()
    portico = make.serve(make.origin(script))
    with portico.connect() as client:
        client.send(upgrade())
        assert client.head().status == 102
        response = client.head()
        assert response.status == 101 and response["sec-websocket-protocol"] == "chat"
        assert client.reader.exactly(13) == b"hello at once"


def test_head_cut_anywhere(make):
    answer = consent() + b"hello"

    def script(connection: OriginConnection) -> None:
        request = connection.read_head()
        cut = int(request.target.removeprefix("/"))
        connection.send(answer[:cut])
        assert not select.select([connection.sock], [], [], 0.002)[0]
        connection.send(answer[cut:])
        connection.wait_closed()

    portico = make.serve(make.origin(script))
    for cut in range(1, len(answer), 3):
        with portico.connect() as client:
            client.send(upgrade(target=f"/{cut}"))
            assert client.head().status == 101
            assert client.reader.exactly(5) == b"hello"


def test_silence_instead_of_an_answer(make):
    portico = make.serve(
        make.origin(OriginConnection.wait_closed), cluster={"timeouts": {"response_head": "200ms"}})
    with portico.connect() as client:
        client.send(upgrade())
        response = client.response()
        assert response.status == 504 and response.closes


def test_client_that_leaves_before_the_answer(make):
    origin = make.origin(lambda connection: (connection.read_head(), connection.wait_closed()))
    portico = make.serve(origin)
    with portico.connect() as client:
        client.send(upgrade())
        origin.wait(lambda: origin.heads)
    origin.wait_idle()
    assert portico.wait_access(status=499)["end"] == "client_abort"


def test_one_more_try_on_a_fresh_connection(make):
    def script(connection: OriginConnection) -> None:
        connection.echo(connection.read_request())
        connection.read_head()
        connection.reset()
    origin = make.origin(script)
    portico = make.serve(origin)
    assert portico.get().status == 200
    origin.script = tunnel(echo_octets)
    with opened(portico) as client:
        client.send("hello")
        assert client.reader.exactly(5) == b"hello"
    assert portico.wait_access(status=101)["attempts"] == 2
