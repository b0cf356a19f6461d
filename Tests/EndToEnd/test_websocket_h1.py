"""WebSocket over HTTP/1.1: who gets a tunnel, what is in it, and how it ends."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import select
import signal
import socket
import threading
import time

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as websocket
from websockets.sync.server import serve as websocket_server

from origins import OriginConnection, Script
from portico import Portico, configuration
from wire import DEADLINE, Wire, names

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
ASKS = ("Connection: Upgrade", "Upgrade: websocket", f"Sec-WebSocket-Key: {KEY}",
        "Sec-WebSocket-Version: 13")


def upgrade(*fields: str, method: str = "GET", version: str = "1.1", target: str = "/chat") -> bytes:
    lines = [f"{method} {target} HTTP/{version}", "Host: a.example", *(fields or ASKS)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def consent(key: str | None = KEY, *fields: str) -> bytes:
    digest = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
             f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def tunnel(carry: Script) -> Script:
    """A script that consents, and then has `carry` do what it likes with the tunnel."""
    def script(connection: OriginConnection) -> None:
        request = connection.read_head()
        if request is None:
            return
        if (request["upgrade"] or "").lower() != "websocket":
            return connection.echo(request)
        connection.send(consent(request["sec-websocket-key"]))
        carry(connection)
    return script


def echo_octets(connection: OriginConnection) -> None:
    """Sends back whatever comes, until the end of it."""
    while True:
        if connection.reader.buffer:
            connection.send(bytes(connection.reader.buffer))
            connection.reader.buffer.clear()
        if not connection.reader.fill():
            return


def opened(portico: Portico, **options) -> Wire:
    """A client whose tunnel is open."""
    client = portico.connect(**options)
    client.send(upgrade())
    head = client.head()
    assert head.status == 101, head
    return client


def was_reset(client: Wire) -> bool:
    try:
        client.reader.rest()
    except ConnectionResetError:
        return True
    return False


# A library at both ends


@pytest.fixture(scope="module")
def echo(make_shared):
    """A daemon before an echo server that somebody else wrote: its URL, and the daemon."""
    def handle(connection) -> None:
        if connection.request.path.startswith("/close/"):
            connection.close(int(connection.request.path.removeprefix("/close/")), "because")
            return
        with contextlib.suppress(ConnectionClosed):
            for message in connection:
                connection.send(message)
    server = websocket_server(handle, "127.0.0.1", 0, max_size=None, compression=None)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    portico = make_shared.serve("127.0.0.1:%d" % server.socket.getsockname()[1], workers=2)
    yield "ws://%s:%d" % portico.address(), portico
    server.shutdown()


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 1 << 20, 64 << 20])
def test_messages_of_any_size(echo, size):
    url, portico = echo
    message = os.urandom(min(size, 1 << 20)) * max(1, size >> 20)
    mark = len(portico.access.lines)
    with websocket(f"{url}/size/{size}", max_size=None, compression=None) as client:
        client.send(message)
        assert client.recv(DEADLINE) == message
    line = portico.wait_access(after=mark, target=f"/size/{size}")
    assert line["status"] == 101 and line["method"] == "GET" and line["attempts"] == 1
    assert line["bytes_in"] >= size and line["bytes_out"] >= size
    assert line["end"] in ("client_closed", "backend_closed")


def test_fragments_pings_and_text(echo):
    url, _ = echo
    with websocket(url, compression=None) as client:
        client.send([b"one ", b"", b"two ", b"three" * 50_000])
        assert client.recv(DEADLINE) == b"one two " + b"three" * 50_000
        client.send(["gr", "üß", "e"])
        assert client.recv(DEADLINE) == "grüße"
        assert client.ping().wait(DEADLINE)


def test_compression_is_between_the_ends(echo):
    url, portico = echo
    with websocket(url, compression="deflate") as client:
        client.send("again and again " * 1000)
        assert client.recv(DEADLINE) == "again and again " * 1000


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 3000, 4999])
def test_close_codes_from_the_backend(echo, code):
    url, portico = echo
    with websocket(f"{url}/close/{code}") as client:
        with pytest.raises(ConnectionClosed):
            client.recv(DEADLINE)
        assert (client.close_code, client.close_reason) == (code, "because")


def test_many_at_once(echo):
    url, _ = echo
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(websocket(url, compression=None)) for _ in range(50)]
        for number, client in enumerate(clients):
            client.send(f"{number}")
        for number, client in enumerate(clients):
            assert client.recv(DEADLINE) == f"{number}"


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


def test_refusal_by_the_backend(make):
    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.answer(b"members only", status="403 Forbidden")
        assert connection.reader.rest() == b"", "no octet of the tunnel"
    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as client:
        client.send(upgrade() + b"GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n")
        response = client.response()
        assert response.status == 403 and response.body == b"members only" and response.closes
        client.expect_end()
    origin.wait_idle()
    line = portico.wait_access(status=403)
    assert line["bytes_in"] == 0 and line["end"] is None
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


# Ends


def test_client_ends_its_half_first(make):
    def carry(connection: OriginConnection) -> None:
        assert connection.reader.rest() == b"last words"
        connection.send(b"answer " * 100_000)
    origin = make.origin(tunnel(carry))
    # What counts as gone elsewhere does not here.
    portico = make.serve(origin, listener={"protocols": {"http1": {"half_close": "abort"},
                                                         "websocket": {}}})
    with opened(portico) as client:
        client.send("last words")
        client.half_close()
        assert client.reader.rest() == b"answer " * 100_000
    line = portico.wait_access(status=101)
    assert line["end"] == "client_closed"
    assert line["bytes_in"] == 10 and line["bytes_out"] == 700_000


def test_backend_ends_its_half_first(make):
    heard = []

    def carry(connection: OriginConnection) -> None:
        connection.send("last words")
        connection.sock.shutdown(socket.SHUT_WR)
        heard.append(connection.reader.rest())
    origin = make.origin(tunnel(carry))
    portico = make.serve(origin)
    with opened(portico) as client:
        assert client.reader.rest() == b"last words"
        client.send(b"answer " * 100_000)
        client.half_close()
        origin.wait_idle()
        assert heard == [b"answer " * 100_000]
        line = portico.wait_access(status=101)
    assert line["end"] == "backend_closed"
    assert line["bytes_in"] == 700_000 and line["bytes_out"] == 10


def test_half_close_with_the_request(make):
    """A client that says all it has to say at once, and ends its half."""
    portico = make.serve(make.origin(tunnel(echo_octets)), listener={
        "protocols": {"http1": {"half_close": "allow"}, "websocket": {}}})
    with portico.connect() as client:
        client.send(upgrade() + b"all of it").half_close()
        assert client.head().status == 101
        assert client.reader.rest() == b"all of it"


def test_last_words_of_a_backend_that_closes(make):
    """It closes while the client still sends: what it said before arrives all the same."""
    words = b"goodbye " * 1000

    def carry(connection: OriginConnection) -> None:
        connection.reader.fill()
        connection.send(words)
        connection.sock.shutdown(socket.SHUT_RDWR)
    origin = make.origin(tunnel(carry))
    portico = make.serve(origin)
    for _ in range(20):
        with opened(portico) as client:
            client.send("x")
            got = b""
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                while len(got) < len(words):
                    client.send("y")
                    got += client.sock.recv(65536)
            assert got == words


def test_unix_sockets(make):
    """There, a close is a close of both halves: what was said before still arrives."""
    heard = []
    directory = make.fresh_directory()

    def carry(connection: OriginConnection) -> None:
        connection.origin.released.wait(DEADLINE)
        heard.append(connection.reader.rest())
    origin = make.origin(tunnel(carry), address=str(directory / "origin"))
    portico = make.serve(origin, listener={"bind": [f"unix:{directory}/portico"]})
    client = opened(portico)
    client.sock.setblocking(False)
    sent = 0
    with contextlib.suppress(BlockingIOError):  # More than goes through at once.
        while True:
            sent += client.sock.send(b"x" * 65536)
    client.close()
    origin.released.set()
    origin.wait_idle()
    assert heard == [b"x" * sent]
    assert portico.wait_access(status=101)["end"] == "client_closed"


@pytest.mark.parametrize("busy", [False, True])
def test_reset_by_the_client(make, busy):
    ended = []

    def carry(connection: OriginConnection) -> None:
        try:
            while busy:
                connection.send(b"x" * 65536)
            connection.reader.rest()
            ended.append("end")
        except (ConnectionResetError, BrokenPipeError) as error:
            ended.append(type(error).__name__)
    origin = make.origin(tunnel(carry))
    portico = make.serve(origin)
    client = opened(portico)
    if busy:
        client.reader.exactly(1 << 20)
    client.reset()
    origin.wait_idle()
    assert ended[0] != "end"
    assert portico.wait_access(status=101)["end"] == "client_abort"


@pytest.mark.parametrize("busy", [False, True])
def test_reset_by_the_backend(make, busy):
    def carry(connection: OriginConnection) -> None:
        connection.origin.released.wait(DEADLINE)
        connection.reset()
    origin = make.origin(tunnel(carry))
    portico = make.serve(origin)
    with opened(portico) as client:
        if busy:
            client.sock.settimeout(0.5)
            with contextlib.suppress(TimeoutError):
                while True:
                    client.send(b"x" * 65536)
            client.sock.settimeout(DEADLINE)
        origin.released.set()
        assert was_reset(client)
    assert portico.wait_access(status=101)["end"] == "backend_reset"


def test_never_pooled(make):
    origin = make.origin(tunnel(echo_octets))
    portico = make.serve(origin)
    for number in (1, 2, 3):
        with opened(portico) as client:
            client.send("hello")
            assert client.reader.exactly(5) == b"hello"
            client.half_close()
            client.expect_end()
        assert origin.accepted == number
    origin.wait_idle()
    assert portico.get().status == 200
    assert origin.accepted == 4


# Time


def test_silence_ends_it(make):
    origin = make.origin(tunnel(OriginConnection.wait_closed))
    portico = make.serve(origin, listener={"protocols": {
        "http1": {}, "websocket": {"idle_timeout": "300ms"}}})
    started = time.monotonic()
    with opened(portico) as client:
        assert was_reset(client)
    assert 0.25 < time.monotonic() - started < 3
    assert portico.wait_access(status=101)["end"] == "tunnel_idle"
    origin.wait_idle()


@pytest.mark.parametrize("who", ["client", "backend"])
def test_either_direction_keeps_it(make, who):
    """And neither the limits of content nor the least rate count in it."""
    ticks = 12

    def carry(connection: OriginConnection) -> None:
        for _ in range(ticks if who == "backend" else 0):
            time.sleep(0.1)
            connection.send("t")
        assert connection.reader.rest() == (b"t" * ticks if who == "client" else b"")
    portico = make.serve(
        make.origin(tunnel(carry)),
        listener={"timeouts": {"body_idle": "50ms", "write_idle": "50ms"}},
        cluster={"timeouts": {"body_idle": "50ms", "write_idle": "50ms"}},
        route={"max_body": "4B", "timeouts": {"total": "500ms", "tunnel_idle": "400ms"}})
    with opened(portico) as client:
        for _ in range(ticks if who == "client" else 0):
            time.sleep(0.1)
            client.send("t")
        if who == "backend":
            assert client.reader.exactly(ticks) == b"t" * ticks
        client.half_close()
        client.expect_end()
    assert portico.wait_access(status=101)["end"] == "client_closed"


def test_stalled_reader_is_not_idle_as_long_as_the_other_side_talks(make):
    def carry(connection: OriginConnection) -> None:
        connection.origin.released.wait(DEADLINE)
        connection.wait_closed()
    origin = make.origin(tunnel(carry))
    portico = make.serve(origin, route={"timeouts": {"tunnel_idle": "300ms"}})
    with opened(portico) as client:
        client.sock.settimeout(0.1)
        with contextlib.suppress(TimeoutError):
            while True:
                client.send(b"x" * 65536)
        client.sock.settimeout(DEADLINE)
        assert was_reset(client)
    assert portico.wait_access(status=101)["end"] == "tunnel_idle"
    origin.released.set()


# Flow


def test_slow_client_stops_the_backend(make):
    total = 64 << 20
    piece = os.urandom(1 << 16)
    sent = []

    def carry(connection: OriginConnection) -> None:
        for _ in range(total // len(piece)):
            connection.send(piece)
            sent.append(len(piece))
    portico = make.serve(make.origin(tunnel(carry)))
    before = portico.resident()
    with opened(portico, receive_buffer=1 << 16) as client:
        count = -1
        while count != len(sent):  # Until the backend is stuck.
            count = len(sent)
            threading.Event().wait(0.2)
        assert sum(sent) < total // 2
        assert portico.resident() - before < 2 << 20
        got = hashlib.sha256()
        left = total
        while left:
            data = client.reader.exactly(min(left, 1 << 20))
            left -= len(data)
            got.update(data)
        assert got.digest() == hashlib.sha256(piece * (total // len(piece))).digest()
        client.expect_end()


def test_both_directions_at_full_speed(make):
    total = 32 << 20
    data = os.urandom(1 << 20)
    portico = make.serve(make.origin(tunnel(echo_octets)))
    with opened(portico) as client:
        def send() -> None:
            for _ in range(total >> 20):
                client.send(data)
            client.half_close()
        sender = threading.Thread(target=send)
        sender.start()
        for _ in range(total >> 20):
            assert client.reader.exactly(1 << 20) == data
        client.expect_end()
        sender.join()
    line = portico.wait_access(status=101)
    assert line["bytes_in"] == line["bytes_out"] == total


def test_silent_tunnels_hold_no_buffer(make):
    count = 200
    portico = make.serve(make.origin(tunnel(echo_octets)), workers=2)
    with contextlib.ExitStack() as stack:
        def grow() -> int:
            for _ in range(count):
                client = stack.enter_context(opened(portico))
                client.send("hello")
                assert client.reader.exactly(5) == b"hello"
            return portico.resident()
        first = grow()
        each = (grow() - first) / count
        print(f"a silent tunnel: {each:.0f} octets")
        # The tasks of two loops and the objects of two connections; one small buffer would be 16 KiB more.
        assert each < 24 * 1024


# Reload and stop


def test_tunnels_live_through_reloads(make):
    origin, other = make.origin(tunnel(echo_octets)), make.origin(name="other")
    portico = make.serve(origin)
    with opened(portico) as client:
        portico.reload(configuration(other, route={"upgrades": []}))
        client.send("hello")
        assert client.reader.exactly(5) == b"hello"
        assert portico.get().status == 200 and other.requests
        client.half_close()
        client.expect_end()
    assert portico.wait_access(status=101)["end"] == "client_closed"


def test_drain_waits_and_then_cuts(make):
    origin = make.origin(tunnel(echo_octets))
    portico = make.serve(origin, drain_timeout="1s")
    with opened(portico) as client, opened(portico) as leaving:
        portico.send_signal(signal.SIGTERM)
        portico.wait_log(" stopping ")
        client.send("hello")
        assert client.reader.exactly(5) == b"hello"
        leaving.half_close()
        leaving.expect_end()
        client.expect_end()
    assert portico.wait_exit() == 0
    ends = sorted(json.loads(line)["end"] for line in portico.access.lines)
    assert ends == ["client_closed", "drain_timeout"]
    assert portico.log.wait(lambda line: " stopped" in line and "cut=1" in line, "cut=1")


def stuck(connection: OriginConnection) -> None:
    connection.origin.released.wait(DEADLINE)


def stuck_after_its_end(connection: OriginConnection) -> None:
    connection.sock.shutdown(socket.SHUT_WR)
    connection.origin.released.wait(DEADLINE)


@pytest.mark.parametrize("carry, client_does", [
    (OriginConnection.wait_closed, "nothing"),
    (stuck, "ends its half"),
    (stuck, "fills the way"),
    (stuck_after_its_end, "nothing"),
    (stuck_after_its_end, "fills the way"),
])
def test_removed_listener_cuts_after_the_drain(make, carry, client_does):
    """Whatever the two loops of the tunnel wait for."""
    origin = make.origin(tunnel(carry))
    portico = make.serve(origin, drain_timeout="300ms", listeners={"old": {"bind": ["127.0.0.1:0"]}})
    with opened(portico, listener="old") as client:
        match client_does:
            case "ends its half":
                client.half_close()
            case "fills the way":
                client.sock.settimeout(0.1)
                with contextlib.suppress(TimeoutError):
                    while True:
                        client.send(b"x" * 65536)
                client.sock.settimeout(DEADLINE)
        portico.reload(configuration(origin, drain_timeout="300ms"))
        line = portico.wait_access(status=101)
        assert line["end"] == "drain_timeout"
        client.expect_end()
    origin.released.set()
    origin.wait_idle()
