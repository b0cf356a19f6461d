"""An HTTP/2 origin whose behaviour a test scripts, one thread per stream."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import h2frames as h2
from h2frames import PREFACE, Code, Frame, Setting
from h2wire import H2Connection, Stream
from origins import Origin, OriginConnection
from wire import DEADLINE, Truncated, WireError, value


class OriginStream(Stream):
    """A request, as its handler sees it, and the means to answer it."""

    connection: "H2OriginConnection"

    @property
    def method(self) -> str | None:
        return self[":method"]

    @property
    def target(self) -> str | None:
        return self[":path"]

    def read(self) -> "OriginStream":
        """Waits for the whole request; raises Truncated when the client resets it."""
        self.connection.wait(lambda: self.is_over, f"the end of request {self.id}")
        if not self.ended:
            raise Truncated(f"reset with {self.reset}")
        with self.connection.origin.changed:
            self.connection.origin.requests.append(self)
            self.connection.origin.changed.notify_all()
        return self

    def head(self, *fields: str | tuple[str, str], status: int = 200, end: bool = False) -> None:
        self.connection.send_headers(self.id, [(":status", str(status)), *h2.pairs(*fields)], end)

    def send(self, data: bytes = b"", end: bool = True) -> None:
        self.connection.send_data(self, data, end)

    def finish(self, *trailers: str | tuple[str, str]) -> None:
        """The trailer section, which ends the response."""
        self.connection.send_headers(self.id, h2.pairs(*trailers), end=True)

    def answer(self, body: bytes = b"", *fields: str | tuple[str, str], status: int = 200) -> None:
        self.head(*fields, f"content-length: {len(body)}", status=status, end=not body)
        if body:
            self.send(body)

    def abort(self, code: int = Code.CANCEL) -> None:
        self.connection.send(h2.rst_stream(self.id, code))

    def echo(self) -> None:
        """Answers what arrived, as JSON, in the form of `OriginConnection.echo`."""
        body = json.dumps({
            "origin": self.connection.origin.name, "method": self.method, "target": self.target,
            "fields": self.fields, "body_length": len(self.body), "trailers": self.trailers,
            "connection": self.connection.number, "stream": self.id,
        }).encode()
        if self.method == "HEAD":
            self.head("content-type: application/json", f"content-length: {len(body)}", end=True)
        else:
            self.answer(body, "content-type: application/json")

    def wait_reset(self) -> int:
        self.connection.wait(lambda: self.reset is not None, f"a reset of stream {self.id}")
        return self.reset


Handler = Callable[[OriginStream], None]


def echo(stream: OriginStream) -> None:
    stream.read().echo()


class H2OriginConnection(H2Connection):
    is_client = False
    stream_type = OriginStream

    def __init__(self, origin: "H2Origin", accepted: OriginConnection):
        super().__init__(accepted.sock, settings=origin.settings, credit=origin.credit)
        self.origin, self.number = origin, accepted.number
        self.changed = threading.Condition(self.lock)

    def run(self) -> None:
        """Reads until the client closes; every request gets a thread with the handler."""
        try:
            if not self._fill(len(PREFACE)):
                return
            if self.buffer[: len(PREFACE)] != PREFACE:
                raise WireError(f"not a preface: {bytes(self.buffer[:40])!r}")
            del self.buffer[: len(PREFACE)]
            self.origin.greet(self)
            while self.process():
                with self.changed:
                    self.changed.notify_all()
        finally:
            with self.changed:
                self.ended = True
                self.changed.notify_all()

    def wait(self, condition: Callable[[], object], what: str, deadline: float = DEADLINE):
        with self.changed:
            if not self.changed.wait_for(lambda: self.ended or condition(), deadline):
                raise AssertionError(f"origin: waited in vain for {what}")
            if not (result := condition()):
                raise Truncated(f"the connection ended before {what}")
            return result

    def _opened(self, first: Frame) -> Stream:
        if first.stream in self.streams:
            return self.streams[first.stream]
        self._expect(first.stream % 2 == 1 and first.stream > max(self.streams, default=0), first)
        stream = self.streams[first.stream] = OriginStream(self, first.stream)
        return stream

    def _section(self, first: Frame, fields: h2.Fields) -> None:
        is_new = first.stream not in self.streams
        super()._section(first, fields)
        if not is_new:
            return
        with self.origin.changed:
            self.origin.heads.append(self.streams[first.stream])
            self.origin.active += 1
            self.origin.most_active = max(self.origin.most_active, self.origin.active)
            self.origin.changed.notify_all()
        threading.Thread(target=self._handle, args=(self.streams[first.stream],),
                         daemon=True).start()

    def _check(self, fields: h2.Fields) -> None:
        super()._check(fields)
        for name in (":method", ":scheme", ":path", ":authority", "host", "content-length"):
            value(fields, name)  # At most once.

    def _handle(self, stream: OriginStream) -> None:
        try:
            self.origin.handler(stream)
        except (ConnectionError, Truncated, OSError):
            pass  # The proxy hung up, which handlers provoke on purpose.
        except BaseException as error:
            self.origin.errors.append(error)
        finally:
            with self.origin.changed:
                self.origin.active -= 1
                self.origin.changed.notify_all()


def send_settings(connection: H2OriginConnection) -> None:
    connection.send(connection.greeting())


class H2Origin(Origin):
    """An `Origin` that speaks HTTP/2 with prior knowledge.

    `handler` runs for every request as soon as its head is there and may be exchanged at any time;
    `greet` runs in place of sending SETTINGS; `credit` as with `H2Connection`.
    """

    def __init__(self, handler: Handler = echo, settings: dict[int, int] | None = None,
                 greet: Callable[[H2OriginConnection], None] = send_settings, credit: bool = True,
                 **options):
        self.handler, self.greet, self.credit = handler, greet, credit
        self.settings = {Setting.MAX_CONCURRENT_STREAMS: 100, **(settings or {})}
        self.active = self.most_active = 0
        """Handlers that run, and the most that ever did."""
        self.connections: list[H2OriginConnection] = []
        super().__init__(self._session, **options)

    def _session(self, accepted: OriginConnection) -> None:
        connection = H2OriginConnection(self, accepted)
        self.connections.append(connection)
        connection.run()

    def wait_quiet(self) -> None:
        self.wait(lambda: self.active == 0, "for every handler to end")
