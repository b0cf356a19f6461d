"""WebSocket through the daemon, with a real client and a real server (PyPI `websockets`)."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time

import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve

from portico import configuration, eventually
from wire import DEADLINE

MIB = 1 << 20


def echo(connection: ServerConnection) -> None:
    for message in connection:
        connection.send(message)


class WebSocketServer:
    """`websockets` on a port that the kernel chose."""

    def __init__(self, handler=echo, **options):
        self.seen: list[ServerConnection] = []
        self.handler = handler
        self.server = serve(self._serve, "127.0.0.1", 0, max_size=None, **options)
        self.address = "127.0.0.1:%d" % self.server.socket.getsockname()[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _serve(self, connection: ServerConnection) -> None:
        self.seen.append(connection)
        self.handler(connection)

    def close(self) -> None:
        for connection in self.seen:
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)
        self.server.shutdown()


@pytest.fixture
def behind(make):
    """A function: the daemon before a WebSocket server."""
    with contextlib.ExitStack() as stack:
        def start(handler=echo, listener: dict | None = None, route: dict | None = None, **options):
            server = WebSocketServer(handler, **options)
            stack.callback(server.close)
            return make.serve(server, listener=listener, route=route), server
        yield start


def client(portico, target: str = "/", **options):
    options = {"max_size": None, "compression": None, "ping_interval": None, "proxy": None} | options
    return connect("ws://%s:%d%s" % (*portico.address(), target), **options)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, MIB, 64 * MIB])
def test_messages_of_every_size(behind, size: int):
    portico, _ = behind()
    message = os.urandom(size)
    before = portico.resident()
    with client(portico) as ws:
        ws.send(message)
        assert ws.recv(DEADLINE) == message
        assert portico.resident() - before < 8 * MIB
    line = portico.wait_access(status=101)
    assert line["method"] == "GET" and line["attempts"] == 1
    assert line["bytes_in"] >= size and line["bytes_out"] >= size


def test_text_and_octets_in_turn(behind):
    portico, _ = behind()
    with client(portico) as ws:
        for number in range(500):
            message = f"tür {number}" if number % 2 else bytes([number % 256]) * number
            ws.send(message)
            assert ws.recv(DEADLINE) == message


def test_fragments_stay_fragments(behind):
    received: list[str] = []

    def collect(connection: ServerConnection) -> None:
        received.extend(connection.recv_streaming())
        connection.send("done")
    portico, _ = behind(collect)
    with client(portico) as ws:
        ws.send(["one ", "two ", "", "three"])
        assert ws.recv(DEADLINE) == "done"
    assert "".join(received) == "one two three" and len(received) >= 4


def test_fragments_interleaved_with_pings(behind):
    portico, _ = behind()
    with client(portico) as ws:
        def parts():
            for number in range(20):
                assert ws.ping().wait(DEADLINE), "no pong"
                yield f"{number},"
        ws.send(parts())
        assert ws.recv(DEADLINE) == "".join(f"{number}," for number in range(20))


def test_compression_is_the_peers_affair(behind):
    portico, _ = behind(compression="deflate")
    with client(portico, compression="deflate") as ws:
        ws.send("a" * 100_000)
        assert ws.recv(DEADLINE) == "a" * 100_000
        assert ws.protocol.extensions


@pytest.mark.parametrize("code, reason", [(1000, ""), (1000, "bye"), (1001, "going"), (1008, "policy"),
                                          (1011, "oops"),
                                          (3000, "registered"), (4999, "r" * 123)])
def test_close_codes_pass_both_ways(behind, code: int, reason: str):
    closed: list[tuple[int, str]] = []

    def handler(connection: ServerConnection) -> None:
        if connection.request.path == "/server":
            connection.close(code, reason)
            return
        with contextlib.suppress(ConnectionClosed):
            connection.recv()
        closed.append((connection.protocol.close_code, connection.protocol.close_reason))
    portico, _ = behind(handler)
    with client(portico, "/server") as ws:
        with pytest.raises((ConnectionClosedOK, ConnectionClosedError)):
            ws.recv(DEADLINE)
        assert (ws.protocol.close_code, ws.protocol.close_reason) == (code, reason)
    with client(portico) as ws:
        ws.close(code, reason)
    eventually(lambda: closed == [(code, reason)], "the code at the server")


def test_handshake_passes_whole(behind):
    portico, server = behind(subprotocols=["b"])
    with client(portico, "/chat?room=1&x=%20", subprotocols=["a", "b"],
                additional_headers={"Cookie": "a=1; b=2", "X-Test": "1"}) as ws:
        assert ws.subprotocol == "b"
        assert ws.response.headers["Via"]
        ws.send("x")  # Once it echoes, the server has noted the handshake.
        assert ws.recv(DEADLINE) == "x"
    request = server.seen[0].request
    assert request.path == "/chat?room=1&x=%20"
    assert request.headers["Cookie"] == "a=1; b=2" and request.headers["X-Test"] == "1"
    assert request.headers["X-Forwarded-For"] == "127.0.0.1"
    assert request.headers["Upgrade"].lower() == "websocket"
    assert "upgrade" in request.headers["Connection"].lower()


def test_idle_tunnel_is_cut_and_a_busy_one_is_not(behind):
    portico, _ = behind(listener={"protocols": {"http1": {}, "websocket": {"idle_timeout": "500ms"}}})
    with client(portico) as busy, client(portico) as idle:
        started = time.monotonic()
        while time.monotonic() - started < 1.2:
            busy.send("x")
            assert busy.recv(DEADLINE) == "x"
        with pytest.raises(ConnectionClosedError):
            idle.recv(1)
        busy.send("still")
        assert busy.recv(DEADLINE) == "still"


def test_idle_timeout_of_the_route(behind):
    portico, _ = behind(route={"timeouts": {"tunnel_idle": "300ms"}})
    with client(portico) as ws, pytest.raises(ConnectionClosedError):
        ws.recv(DEADLINE)


def test_silence_of_one_side_is_no_idleness(behind):
    """A stock ticker: the client never says a word."""
    def ticker(connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            for number in range(12):
                connection.send(str(number))
                threading.Event().wait(0.1)
    portico, _ = behind(ticker, route={"timeouts": {"tunnel_idle": "500ms"}})
    with client(portico) as ws:
        assert [ws.recv(DEADLINE) for _ in range(12)] == [str(number) for number in range(12)]


def test_abrupt_end_of_the_client_ends_the_server(behind):
    ended = threading.Event()

    def handler(connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            connection.recv()
        ended.set()
    portico, server = behind(handler)
    ws = client(portico)
    eventually(lambda: server.seen, "the connection")
    ws.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    ws.socket.shutdown(socket.SHUT_RDWR)
    assert ended.wait(DEADLINE)


def test_abrupt_end_of_the_server_ends_the_client(behind):
    portico, server = behind()
    with client(portico) as ws:
        ws.send("x")
        assert ws.recv(DEADLINE) == "x"
        server.seen[0].socket.shutdown(socket.SHUT_RDWR)
        with pytest.raises(ConnectionClosedError):
            ws.recv(DEADLINE)


def test_many_tunnels_at_once(behind):
    portico, _ = behind()
    with contextlib.ExitStack() as stack:
        tunnels = [stack.enter_context(client(portico)) for _ in range(50)]
        for turn in range(3):
            for number, ws in enumerate(tunnels):
                ws.send(f"{turn} {number}")
            for number, ws in enumerate(tunnels):
                assert ws.recv(DEADLINE) == f"{turn} {number}"


def test_tunnels_survive_reloads(behind):
    portico, server = behind()
    with client(portico) as ws:
        for turn in range(3):
            portico.reload(configuration(server, listener={"timeouts": {"head": f"{turn + 5}s"}}))
            ws.send(str(turn))
            assert ws.recv(DEADLINE) == str(turn)
        portico.reload(configuration(route={"cluster": None, "respond": {"status": 404}},
                                     clusters={"app": None}))
        ws.send("of a route that is gone")
        assert ws.recv(DEADLINE) == "of a route that is gone"
        with pytest.raises(InvalidStatus) as refused:
            client(portico)
        assert refused.value.response.status_code == 404


def test_drain_ends_tunnels_at_its_deadline(behind):
    portico, server = behind()
    portico.reload(configuration(server, drain_timeout="700ms"))
    with client(portico) as ws:
        started = time.monotonic()
        portico.send_signal(15)
        ws.send("while it drains")
        assert ws.recv(DEADLINE) == "while it drains"
        assert portico.wait_exit() == 0
        assert 0.5 < time.monotonic() - started < 3
        with pytest.raises(ConnectionClosedError):
            ws.recv(DEADLINE)


def test_access_log_says_how_a_tunnel_ended(behind):
    portico, _ = behind()
    with client(portico, "/log") as ws:
        ws.send("x" * 1000)
        assert ws.recv(DEADLINE)
    entry = portico.wait_access(target="/log")
    # By RFC 6455 §7.1.1 it is the server that closes.
    assert (entry["status"], entry["end"]) == (101, "backend_closed"), entry


def test_routes_and_listeners_can_forbid_it(behind):
    for options in ({"route": {"upgrades": []}}, {"listener": {"protocols": {"http1": {}}}}):
        portico, server = behind(**options)
        with pytest.raises(InvalidStatus) as refused:
            client(portico)
        # What the server says to a plain request.
        assert refused.value.response.status_code == 426 and not server.seen
