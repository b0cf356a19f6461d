"""An HTTP/2 client, polite or not: what a test does with `H2Connection`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import h2frames as h2
from h2frames import PREFACE, Code
from h2wire import H2Connection, Stream
from wire import DEADLINE, Truncated, Wire


class H2Client(H2Connection):
    """A client. It reads only while it waits for something."""

    def __init__(self, address=None, wire: Wire | None = None, first: bytes | None = None,
                 settings: dict[int, int] | None = None, credit: bool = True, **options):
        """`first`: what goes out before anything else, in place of preface and SETTINGS."""
        wire = wire or Wire(address, **options)
        super().__init__(wire.sock, bytes(wire.reader.buffer), settings, credit)
        self.wire, self.next_stream = wire, 1
        self.send(PREFACE + self.greeting() if first is None else first)

    def __enter__(self) -> "H2Client":
        return self

    def __exit__(self, *_) -> None:
        self.wire.close()

    def wait(self, condition: Callable[[], object], what: str, deadline: float = DEADLINE):
        end = time.monotonic() + deadline
        while not (result := condition()):
            self.sock.settimeout(max(0.001, end - time.monotonic()))
            try:
                if not self.process():
                    raise Truncated(f"the connection ended before {what}; {self}")
            except TimeoutError:
                raise AssertionError(f"waited in vain for {what}; {self}") from None
        self.sock.settimeout(DEADLINE)
        return result

    def __str__(self) -> str:
        return (f"goaways {self.goaways}, " + "; ".join(map(str, self.streams.values())) + ", last "
                + ", ".join(map(str, self.frames[-5:])))

    def start(self) -> "H2Client":
        """Waits for the server's settings and for its acknowledgement of ours."""
        self.wait(lambda: self.greeted and self.acknowledged, "the server's settings")
        return self

    def expected(self, number: int) -> Stream:
        """A stream whose frames the test writes itself."""
        self.next_stream = max(self.next_stream, number + 2)
        return self.streams.setdefault(number, self.stream_type(self, number))

    def open(self, target: str | None = "/", *fields: str | tuple[str, str], end: bool = True,
             **pseudo) -> Stream:
        stream = self.expected(self.next_stream)
        self.send_headers(stream.id, h2.request_fields(target, *fields, **pseudo), end)
        return stream

    def request(self, target: str = "/", *fields: str | tuple[str, str], body: bytes | None = None,
                trailers: h2.Fields | None = None, **pseudo) -> Stream:
        """A request and its whole response."""
        stream = self.open(target, *fields, end=body is None and not trailers, **pseudo)
        if body is not None:
            self.send_data(stream, body, end=not trailers)
        if trailers:
            self.send_headers(stream.id, trailers, end=True)
        return self.finish(stream)

    def finish(self, *streams: Stream) -> Stream:
        """Waits until the responses are whole; the last of them."""
        for stream in streams:
            self.wait(lambda: stream.is_over, f"the end of stream {stream.id}")
            assert stream.reset in (None, Code.NO_ERROR) and stream.ended, stream
        return streams[-1]

    def round_trip(self) -> None:
        """A PING and its answer: everything sent so far has been read."""
        count = len(self.pongs)
        self.send(h2.ping())
        self.wait(lambda: len(self.pongs) > count, "the answer to a PING")

    def expect_reset(self, stream: Stream, *codes: int) -> None:
        self.wait(lambda: stream.is_over, f"a reset of stream {stream.id}")
        assert stream.reset in codes, stream

    def expect_goaway(self, *codes: int, deadline: float = DEADLINE) -> None:
        """A connection error: GOAWAY with one of the codes, then the end."""
        self.wait(lambda: self.goaways, f"a GOAWAY with {codes}", deadline)
        self.expect_end(deadline)
        assert self.goaways[-1][1] in codes, self.goaways

    def expect_end(self, deadline: float = DEADLINE) -> None:
        with contextlib.suppress(Truncated):
            self.wait(lambda: self.ended, "the end of the connection", deadline)
