"""The client's end of a connection: raw octets out, strictly parsed HTTP/1.x in."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
from dataclasses import dataclass, field

DEADLINE = 10.0
"""Seconds that anything may take that is expected to happen at all."""


class WireError(AssertionError):
    """The peer sent what no HTTP/1.1 server may send, or ended in the middle of a message."""


class Truncated(WireError):
    """The connection ended before the message did."""


Fields = list[tuple[str, str]]


def value(fields: Fields, name: str) -> str | None:
    """The value of the one field of that name; None when there is none."""
    values = [v for n, v in fields if n.lower() == name.lower()]
    if len(values) > 1:
        raise WireError(f"{name} stands there {len(values)} times: {values}")
    return values[0] if values else None


def names(fields: Fields) -> set[str]:
    return {name.lower() for name, _ in fields}


@dataclass
class Message:
    """A parsed head, with its content and trailers once they are read."""

    start_line: str
    fields: Fields
    body: bytes = b""
    trailers: Fields = field(default_factory=list)

    def __getitem__(self, name: str) -> str | None:
        return value(self.fields, name)


@dataclass
class Response(Message):
    interim: list["Response"] = field(default_factory=list)

    @property
    def status(self) -> int:
        return int(self.start_line.split(" ")[1])

    @property
    def closes(self) -> bool:
        return "close" in (self["connection"] or "").lower()


@dataclass
class Request(Message):
    connection: int = 0
    """Number of the connection that it came on, counted from 1."""

    @property
    def method(self) -> str:
        return self.start_line.split(" ")[0]

    @property
    def target(self) -> str:
        return self.start_line.split(" ")[1]


class Reader:
    """Reads messages from a socket, buffering what came too early."""

    def __init__(self, sock: socket.socket):
        self.sock = sock
        self.buffer = bytearray()
        self.received = 0

    def fill(self) -> bool:
        """Receives once; False at the end of the stream."""
        data = self.sock.recv(1 << 18)
        self.received += len(data)
        self.buffer += data
        return bool(data)

    def line(self) -> bytes:
        """One line without its CRLF. A lone LF or CR is an error: portico never writes one."""
        while (end := self.buffer.find(b"\n")) < 0:
            if not self.fill():
                raise Truncated(f"end of stream within a line: {bytes(self.buffer[:80])!r}")
        line = bytes(self.buffer[: end + 1])
        if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
            raise WireError(f"a line that does not end in one CRLF: {line!r}")
        del self.buffer[: end + 1]
        return line[:-2]

    def exactly(self, count: int) -> bytes:
        while len(self.buffer) < count:
            if not self.fill():
                got = len(self.buffer)
                self.buffer.clear()
                raise Truncated(f"{got} of {count} octets")
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    def rest(self) -> bytes:
        """Everything until the end of the stream."""
        while self.fill():
            pass
        data = bytes(self.buffer)
        self.buffer.clear()
        return data

    def fields(self) -> Fields:
        fields = []
        while line := self.line():
            name, colon, text = line.partition(b":")
            if not colon or not name or name != name.strip() or name[:1] in b" \t":
                raise WireError(f"not a field line: {line!r}")
            fields.append((name.decode("latin-1"), text.strip(b" \t").decode("latin-1")))
        return fields

    def chunked(self) -> tuple[bytes, Fields]:
        pieces = []
        while True:
            size = self.line()
            if not size or any(c not in b"0123456789abcdefABCDEF" for c in size):
                raise WireError(f"not a chunk-size: {size!r}")
            if int(size, 16) == 0:
                return b"".join(pieces), self.fields()
            pieces.append(self.exactly(int(size, 16)))
            if self.exactly(2) != b"\r\n":
                raise WireError("chunk data is not followed by CRLF")

    def content(self, message: Message, until_close: bool) -> None:
        coding, length = message["transfer-encoding"], message["content-length"]
        if coding is not None and length is not None:
            raise WireError("both Transfer-Encoding and Content-Length")
        if coding is not None:
            if coding != "chunked":
                raise WireError(f"Transfer-Encoding: {coding}")
            message.body, message.trailers = self.chunked()
        elif length is not None:
            message.body = self.exactly(int(length))
        elif until_close:
            message.body = self.rest()


class Wire:
    """A client's connection to portico."""

    def __init__(self, address, timeout: float = DEADLINE, receive_buffer: int | None = None):
        family = socket.AF_UNIX
        if not isinstance(address, str):
            family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.sock = socket.socket(family)
        self.sock.settimeout(timeout)
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.connect(address)
        if family != socket.AF_UNIX:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = Reader(self.sock)

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self.sock.close()

    def reset(self) -> None:
        """Closes with a RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def half_close(self) -> None:
        self.sock.shutdown(socket.SHUT_WR)

    def send(self, data: bytes | str) -> "Wire":
        self.sock.sendall(data.encode("latin-1") if isinstance(data, str) else data)
        return self

    def send_in_pieces(self, data: bytes, cuts: list[int], pause: float = 0.002) -> "Wire":
        """Sends the pieces between the cuts apart; stops when an answer comes meanwhile.

        The other side may have closed already, having seen enough.
        """
        edges = [0, *[cut for cut in cuts if 0 < cut < len(data)], len(data)]
        with contextlib.suppress(ConnectionError):
            for start, end in zip(edges, edges[1:]):
                self.sock.sendall(data[start:end])
                if self.readable(pause):
                    break
        return self

    def readable(self, seconds: float) -> bool:
        return bool(self.reader.buffer) or bool(select.select([self.sock], [], [], seconds)[0])

    def request(self, target: str = "/", *fields: str, method: str = "GET", host: str = "a.example",
                body: bytes | None = None, version: str = "1.1") -> Response:
        """Sends one well-formed request and reads its answer."""
        lines = [f"{method} {target} HTTP/{version}", f"Host: {host}", *fields]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b""))
        return self.response(method)

    def head(self) -> Response:
        start = self.reader.line().decode("latin-1")
        if not start.startswith("HTTP/1.1 "):
            raise WireError(f"not a status line: {start!r}")
        return Response(start, self.reader.fields())

    def response(self, method: str = "GET") -> Response:
        """The next final response, with the interim ones before it."""
        interim = []
        while (response := self.head()).status < 200:
            interim.append(response)
        response.interim = interim
        if method != "HEAD" and response.status not in (204, 304):
            self.reader.content(response, until_close=True)
        return response

    def until_end(self) -> bytes:
        """What comes until the end. A reset is an end, too."""
        with contextlib.suppress(ConnectionResetError):
            return self.reader.rest()
        return bytes(self.reader.buffer)

    def expect_end(self) -> None:
        """The connection ends now, without another octet."""
        if rest := self.until_end():
            raise WireError(f"octets where the end should be: {rest[:200]!r}")
