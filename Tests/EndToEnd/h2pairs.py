"""HTTP/1.1 and HTTP/2 on either side of the daemon, in one shape, so that a rule is written once.

A handler gets an exchange with `read`, `head`, `send`, `finish`, `answer`, `abort`: an
`OriginStream`, or an `H1Exchange` with the same face. A client has `request`, `open` and `finish`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import h2frames as h2
from h2client import H2Client
from h2frames import Code
from h2origin import echo
from h2wire import Stream
from origins import OriginConnection
from wire import Request, Truncated, Wire

PAIRS = [("http2", "http1"), ("http1", "http2"), ("http2", "http2")]
"""Client and backend."""


def line(field: str | tuple[str, str]) -> str:
    return field if isinstance(field, str) else ": ".join(field)


class H1Exchange:
    """A request on an HTTP/1.1 backend connection, with the face of an `OriginStream`."""

    def __init__(self, connection: OriginConnection, request: Request):
        self.connection, self.request = connection, request
        self.chunked = self.spent = False
        self.sent_head = self.length = None

    def __getattr__(self, name: str):
        return getattr(self.request, name)

    def __getitem__(self, name: str) -> str | None:
        return self.request[name]

    def read(self) -> "H1Exchange":
        self.connection.read_content(self.request)
        return self

    def head(self, *fields: str | tuple[str, str], status: int = 200, end: bool = False) -> None:
        lines = [f"HTTP/1.1 {status} Status", *map(line, fields)]
        if status >= 200:
            named = any(entry.lower().startswith("content-length:") for entry in lines)
            bodiless = status in (204, 304) or self.method == "HEAD"
            if not named and not bodiless:
                lines.append("Content-Length: 0" if end else "Transfer-Encoding: chunked")
                self.chunked = not end
        self.connection.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")

    def send(self, data: bytes = b"", end: bool = True) -> None:
        if not self.chunked:
            return self.connection.send(data)
        if data:
            self.connection.send(b"%x\r\n%b\r\n" % (len(data), data))
        if end:
            self.connection.send(b"0\r\n\r\n")

    def finish(self, *trailers: str | tuple[str, str]) -> None:
        text = "".join(line(field) + "\r\n" for field in trailers)
        self.connection.send(b"0\r\n" + text.encode("latin-1") + b"\r\n")

    def answer(self, body: bytes = b"", *fields: str | tuple[str, str], status: int = 200) -> None:
        self.head(*fields, f"content-length: {len(body)}", status=status, end=not body)
        if body:
            self.send(body)

    def echo(self) -> None:
        self.connection.echo(self.request)

    def abort(self, code: int = Code.CANCEL) -> None:
        self.spent = True
        self.connection.reset()

    def wait_gone(self) -> None:
        self.connection.wait_closed()
        self.spent = True


def in_http1(handler: Callable) -> Callable[[OriginConnection], None]:
    """The handler as a script of an `Origin`."""
    def script(connection: OriginConnection) -> None:
        while request := connection.read_head():
            exchange = H1Exchange(connection, request)
            handler(exchange)
            if exchange.spent:
                return
    return script


def wait_gone(exchange) -> None:
    """Until the daemon has given this exchange up."""
    if isinstance(exchange, H1Exchange):
        exchange.wait_gone()
    else:
        with contextlib.suppress(Truncated):
            exchange.wait_reset()


class H1Client(Wire):
    """A `Wire` with the face of an `H2Client`; one request at a time."""

    def open(self, target: str = "/", *fields: str, method: str = "GET", end: bool = True,
             authority: str = "a.example") -> "H1Client":
        self.method, self.chunked = method, not end
        lines = [f"{method} {target} HTTP/1.1", f"Host: {authority}", *map(line, fields)]
        self.chunked = not end and "content-length" not in "".join(lines).lower()
        if self.chunked:
            lines.append("Transfer-Encoding: chunked")
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")
        return self

    def send_data(self, stream: "H1Client", data: bytes, end: bool = True) -> None:
        if not self.chunked:
            self.send(data)
            return
        if data:
            self.send(b"%x\r\n%b\r\n" % (len(data), data))
        if end:
            self.send(b"0\r\n\r\n")

    def request(self, target: str = "/", *fields: str, method: str = "GET",
                body: bytes | None = None, trailers: h2.Fields | None = None, **options):
        if body is not None and not trailers:
            fields = (*fields, f"Content-Length: {len(body)}")
        self.open(target, *fields, method=method, end=body is None, **options)
        if body is not None:
            self.send_data(self, body, end=not trailers)
        if trailers:
            text = "".join(f"{name}: {value}\r\n" for name, value in trailers)
            self.send(b"0\r\n" + text.encode("latin-1") + b"\r\n")
        return self.response(method)

    def finish(self, stream: "H1Client"):
        return self.response(self.method)

    def cancel(self, stream: "H1Client") -> None:
        self.close()


class H2PairClient(H2Client):
    def cancel(self, stream: Stream) -> None:
        self.send(h2.rst_stream(stream.id, Code.CANCEL))


class Pair:
    """A client's protocol, a backend's, and the daemon between them."""

    def __init__(self, make, front: str, back: str):
        self.make, self.front, self.back = make, front, back

    def __str__(self) -> str:
        return f"{self.front} to {self.back}"

    def origin(self, handler: Callable = echo, **options):
        if self.back == "http1":
            return self.make.origin(in_http1(handler))
        return self.make.h2_origin(handler, **options)

    def serve(self, *origins, cluster: dict | None = None, **options):
        return self.make.serve(*origins, cluster={"protocol": self.back, **(cluster or {})},
                               **options)

    def client(self, portico, **options) -> H1Client | H2PairClient:
        if self.front == "http1":
            return H1Client(portico.address(), **options)
        return H2PairClient(portico.address(), **options).start()
