"""Peers of a proxy that cost little: a client that counts frames, and an origin that never answers.

Neither knows the compression of fields: what they send needs no state, and of what they get they
look for the octet of status 200.
"""

from __future__ import annotations

import selectors
import socket
import struct
import threading
import time

import proxies  # noqa: F401, it makes the modules of the end-to-end tests known

import h2frames as h2
from h2frames import ACK, END_STREAM, PREFACE, Setting, Type

STATUS_200 = b"\x88"
"""As the static table has it (RFC 7541 Appendix A)."""
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def frames(octets: bytes) -> tuple[list[h2.Frame], bytes]:
    """The whole frames at the beginning, and the rest."""
    found, at = [], 0
    while len(octets) - at >= 9:
        length = int.from_bytes(octets[at : at + 3], "big")
        if len(octets) - at < 9 + length:
            break
        kind, flags, stream = struct.unpack_from(">BBI", octets, at + 3)
        found.append(h2.Frame(kind, flags, stream, octets[at + 9 : at + 9 + length]))
        at += 9 + length
    return found, octets[at:]


class FrameClient:
    """One HTTP/2 connection to a proxy, with prior knowledge.

    `buffer`: of its socket, where it matters how much the kernel holds for it.
    """

    def __init__(self, port: int, window: int = 1 << 24, buffer: int | None = None):
        self.sock, self.window = socket.socket(), window
        if buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.sock.settimeout(10)
        self.sock.connect(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.next_stream, self.rest, self.received = 1, b"", 0
        """`received`: octets of content so far."""
        self._owed: dict[int, int] = {}
        self.sock.sendall(
            PREFACE + h2.settings({Setting.INITIAL_WINDOW_SIZE: window, Setting.ENABLE_PUSH: 0})
            + h2.window_update(0, (1 << 30) - 65_535))

    def open(self, path: str = "/", count: int = 1) -> int:
        """Sends that many requests at once; the last one's stream."""
        octets = b""
        for _ in range(count):
            octets += h2.request(self.next_stream, path, authority="bench.example")
            self.next_stream += 2
        self.sock.sendall(octets)
        return self.next_stream - 2

    def receive(self, until: float | None = None) -> list[int]:
        """Waits for octets, no longer than until then; the streams that ended with them."""
        self.sock.settimeout(10 if until is None else max(1e-6, until - time.perf_counter()))
        try:
            octets = self.sock.recv(1 << 18)
        except TimeoutError:
            if until is None:
                raise
            return []
        if not octets:
            raise SystemExit("bench: a connection ended without an answer")
        arrived, self.rest = frames(self.rest + octets)
        ended = []
        for frame in arrived:
            if frame.type == Type.DATA:
                self._credit(frame)
            elif frame.type != Type.WINDOW_UPDATE:
                self._other(frame)
            if frame.flags & END_STREAM and frame.type in (Type.DATA, Type.HEADERS):
                ended.append(frame.stream)
        return ended

    def request(self, path: str = "/") -> None:
        """A request and its whole answer, with nothing else on the connection."""
        stream = self.open(path)
        while stream not in self.receive():
            pass

    def await_content(self, octets: int) -> None:
        end = self.received + octets
        while self.received < end:
            self.receive()

    def close(self) -> None:
        self.sock.close()

    def _credit(self, frame: h2.Frame) -> None:
        """Gives back the windows when half of one has been used."""
        size = len(frame.payload)
        self.received += size
        for stream in (0, frame.stream):
            owed = self._owed[stream] = self._owed.get(stream, 0) + size
            if owed >= self.window // 2:
                self._owed[stream] = 0
                self.sock.sendall(h2.window_update(stream, owed))
        if frame.flags & END_STREAM:
            self._owed.pop(frame.stream)

    def _other(self, frame: h2.Frame) -> None:
        if frame.type == Type.SETTINGS and not frame.flags & ACK:
            self.sock.sendall(h2.settings(flags=ACK))
        elif frame.type == Type.PING and not frame.flags & ACK:
            self.sock.sendall(h2.ping(frame.payload, ACK))
        elif frame.type in (Type.RST_STREAM, Type.GOAWAY):
            raise SystemExit(f"bench: {frame}")
        elif frame.type == Type.HEADERS and not frame.flags & END_STREAM:
            # Updates of the table's size may come before the status (RFC 7541 §6.3).
            if STATUS_200 not in frame.payload[:8]:
                raise SystemExit("bench: an answer that is not 200")


class HoldingOrigin:
    """An origin that answers while `answering`, and then holds every request without a word."""

    def __init__(self, protocol: str):
        self.protocol, self.answering, self.held = protocol, True, 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.port = self.listener.getsockname()[1]
        self.selector, self.over = selectors.DefaultSelector(), False
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.rests: dict[socket.socket, bytes] = {}
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def wait(self, count: int, proxy: str) -> None:
        """Until that many requests are held of what the proxy was sent."""
        end = time.monotonic() + 30
        while self.held < count:
            if time.monotonic() > end:
                raise SystemExit(f"bench: {proxy} sent on {self.held} of {count} requests")
            time.sleep(0.02)

    def __enter__(self) -> "HoldingOrigin":
        return self

    def __exit__(self, *_) -> None:
        self.over = True
        self.thread.join()
        for sock in (self.listener, *self.rests):
            sock.close()
        self.selector.close()

    def _run(self) -> None:
        while not self.over:
            for key, _ in self.selector.select(timeout=0.1):
                if key.fileobj is self.listener:
                    sock = self.listener.accept()[0]
                    self.rests[sock] = b""
                    self.selector.register(sock, selectors.EVENT_READ)
                else:
                    self._serve(key.fileobj)

    def _serve(self, sock: socket.socket) -> None:
        try:
            if octets := sock.recv(1 << 18):
                take = self._take_http2 if self.protocol == "http2" else self._take_http1
                self.rests[sock] = take(sock, self.rests[sock] + octets)
                return
        except ConnectionError:
            pass
        self.selector.unregister(sock)
        del self.rests[sock]
        sock.close()

    def _take_http1(self, sock: socket.socket, octets: bytes) -> bytes:
        *heads, rest = octets.split(b"\r\n\r\n")
        for _ in heads:
            self._take(sock, ANSWER)
        return rest

    def _take_http2(self, sock: socket.socket, octets: bytes) -> bytes:
        if octets.startswith(PREFACE[: len(octets)]):
            if len(octets) < len(PREFACE):
                return octets
            sock.sendall(h2.settings({Setting.MAX_CONCURRENT_STREAMS: 100}))
            octets = octets[len(PREFACE) :]
        arrived, rest = frames(octets)
        for frame in arrived:
            if frame.type == Type.SETTINGS and not frame.flags & ACK:
                sock.sendall(h2.settings(flags=ACK))
            elif frame.type == Type.PING and not frame.flags & ACK:
                sock.sendall(h2.ping(frame.payload, ACK))
            elif frame.type == Type.HEADERS:
                self._take(sock, h2.headers(frame.stream, STATUS_200))
        return rest

    def _take(self, sock: socket.socket, answer: bytes) -> None:
        if self.answering:
            sock.sendall(answer)
        else:
            self.held += 1
