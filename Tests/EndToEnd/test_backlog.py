"""Clients that have not read what they were answered: what comes next waits, and nothing is lost.

A small answer counts as sent although the kernel has no room for it; the daemon keeps it.
"""

from __future__ import annotations

import contextlib
import json
import queue
import signal
import socket
import time
from pathlib import Path

from origins import OriginConnection
from portico import Portico, eventually
from procfs import stat
from tunnels import consent, opened
from wire import DEADLINE, Wire

CONTENT = b"x" * 3000
REQUEST = b"GET /fixed HTTP/1.1\r\nHost: a.example\r\n\r\n"


def serving(make, *backends, listener: dict | None = None) -> Portico:
    config = {
        "listeners": {"web": {"bind": ["127.0.0.1:0"], **(listener or {})}},
        "routes": [{"path": "/fixed", "respond": {"status": 200, "body": CONTENT.decode()}}],
    }
    if backends:
        config["routes"].append({"path": "/*", "cluster": "app"})
        config["clusters"] = {"app": {"backends": [origin.address for origin in backends]}}
    return make.portico(config)


class Stuck:
    """Clients that read nothing, and that the daemon has answered until the kernel had no more room."""

    def __init__(self, portico: Portico, stack: contextlib.ExitStack, count: int = 1):
        self.portico = portico
        self.control = stack.enter_context(Wire(str(portico.control)))
        with self.client() as client:
            # Of the last request that was read, the answer waits; of the one before, the end is kept.
            self.answers = next(n for n in range(20_000) if not self.is_read(client, REQUEST)) - 1
        self.clients = []
        for _ in range(count):
            client = stack.enter_context(self.client())
            assert all(self.is_read(client, REQUEST) for _ in range(self.answers))
            self.clients.append(client)

    def client(self) -> Wire:
        return self.portico.connect(receive_buffer=1)

    def is_read(self, client: Wire, request: bytes) -> bool:
        """Sends it; whether the daemon reads on. If not, it waits for the client."""
        before = self.requests()
        client.send(request)
        end = time.monotonic() + 1
        while self.requests() == before:
            if time.monotonic() > end:
                return False
        return True

    def requests(self) -> int:
        return json.loads(self.control.request("/statistics").body)["requests"]

    def read_all(self, client: Wire, more: int = 0) -> None:
        for _ in range(self.answers + more):
            response = client.response()
            assert response.status == 200 and response.body == CONTENT


def parked(portico: Portico, count: int) -> None:
    eventually(lambda: portico.statistics()["parked_connections"] >= count, "parking")


def test_woken_and_told_to_end_in_one_turn(make):
    """Octets that come as the connection makes room for another: it has one task, not two."""
    portico = serving(make, listener={"max_connections": 4})
    with contextlib.ExitStack() as stack:
        stuck = Stuck(portico, stack, 3)
        parked(portico, 3)
        # One turn finds all of it at once.
        portico.send_signal(signal.SIGSTOP)
        eventually(lambda: stat(portico.pid)[0] == "T", "the stop")
        for client in stuck.clients:
            client.send(REQUEST)
        others = [stack.enter_context(portico.connect()) for _ in range(2)]
        portico.send_signal(signal.SIGCONT)
        for client in stuck.clients:
            stuck.read_all(client, more=1)
            client.close()
        for other in others:
            assert other.request("/fixed").status == 200


def test_end_of_the_idle_time_cuts_no_answer(make):
    portico = serving(make, listener={"timeouts": {"keep_alive": "1500ms"}})
    with contextlib.ExitStack() as stack:
        stuck = Stuck(portico, stack)
        client = stuck.clients[0]
        parked(portico, 1)
        eventually(lambda: portico.statistics()["parked_connections"] == 0, "the idle time's end")
        stuck.read_all(client)
        assert client.reader.rest() == b""


def test_switch_of_protocols_never_comes_after_an_answer(make):
    """It finds no room; when there is some, the request is being served as it is."""
    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            connection.origin.released.wait(DEADLINE)
            connection.echo(request)
    late = make.origin(script)
    portico = serving(make, late, listener={"protocols": {"http1": {}, "http2": {"upgrade": True}}})
    with contextlib.ExitStack() as stack:
        stuck = Stuck(portico, stack)
        client = stuck.clients[0]
        client.send(b"GET /late HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                    b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
        late.wait(lambda: late.requests)
        stuck.read_all(client)
        late.released.set()
        assert client.response().status == 200
        assert client.send(REQUEST).head().status == 200, "and no 101"


def test_client_is_told_to_continue_when_it_has_read(make):
    portico = serving(make, make.origin())
    with contextlib.ExitStack() as stack:
        stuck = Stuck(portico, stack)
        client = stuck.clients[0]
        client.send(b"POST /echo HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n"
                    b"Expect: 100-continue\r\n\r\n")
        stuck.read_all(client)
        assert client.head().status == 100
        client.send(b"hello")
        assert client.response("POST").status == 200


def is_drained(portico: Portico, client: Wire) -> bool:
    """Whether the daemon has read what the client has sent, by the kernel's table; if not, it waits for the
    other side."""
    ends = [":%04X" % port for port in (portico.address()[1], client.sock.getsockname()[1])]
    end = time.monotonic() + 1
    while time.monotonic() < end:
        table = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()]
        waiting = [words[4].split(":")[1] for words in table
                   if words[1].endswith(ends[0]) and words[2].endswith(ends[1])]
        if waiting == ["00000000"]:
            return True
    return False


def test_end_of_a_tunnel_goes_out_behind_the_rest(make):
    """To a backend that has ended its own half, and reads later."""
    def script(connection: OriginConnection) -> None:
        request = connection.read_head()
        connection.send(consent(request["sec-websocket-key"]))
        connection.sock.shutdown(socket.SHUT_WR)
        released.get(timeout=6 * DEADLINE)
        received.put(len(connection.reader.rest()))
    released: queue.Queue[None] = queue.Queue()
    received: queue.Queue[int] = queue.Queue()
    origin = make.origin(script)
    origin.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    portico = serving(make, origin, listener={"protocols": {"http1": {}, "websocket": {}}})
    piece = b"y" * 4000

    def fill(client: Wire, pieces: int, at_once: int) -> int:
        """Sends so many, unless the daemon stops reading before; how many."""
        for sent in range(at_once, pieces + 1, at_once):
            client.send(piece * at_once)
            if not is_drained(portico, client):
                break
        return sent
    with opened(portico) as client:
        rough = fill(client, 20_000, 50)
        released.put(None)
        client.half_close()
        assert received.get(timeout=DEADLINE) == rough * len(piece)
    ended, pieces = [], rough
    for _ in range(5):
        with opened(portico) as client:
            client.send(piece * (rough - 100))
            sent = fill(client, pieces - (rough - 100), 1)
            lines = len(portico.access.lines)
            client.half_close()
            # Over while the backend has not read: what is left of it, the daemon has.
            with contextlib.suppress(AssertionError):
                eventually(lambda: len(portico.access.lines) > lines, "the end", 1)
            ended.append(len(portico.access.lines) > lines)
            released.put(None)
            assert received.get(timeout=DEADLINE) == (rough - 100 + sent) * len(piece)
        pieces = rough - 100 + sent - 1
    assert not ended[0] and ended[-1]
