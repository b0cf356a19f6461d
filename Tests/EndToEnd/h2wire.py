"""One end of an HTTP/2 connection: any octets out, strictly checked frames in.

What arrives is held against RFC 9113 as a peer would: frame sizes, stream states, field blocks,
both levels of flow control. A violation raises `WireError` in whichever test sees it.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable

import hpack

import h2frames as h2
from h2frames import ACK, END_HEADERS, END_STREAM, PADDED, Frame, Setting, Type
from wire import DEADLINE, Truncated, WireError, value

INITIAL_WINDOW = 65_535


class Stream:
    """What the peer has sent on one stream, and how much it may still be sent."""

    def __init__(self, connection: "H2Connection", number: int):
        self.connection, self.id = connection, number
        self.interim: list[h2.Fields] = []
        self.fields: h2.Fields | None = None
        self.body = bytearray()
        self.trailers: h2.Fields = []
        self.ended = False
        self.reset: int | None = None
        self.send_window = connection.peer.get(Setting.INITIAL_WINDOW_SIZE, INITIAL_WINDOW)
        self.receive_window = connection.window
        self.answered = threading.Event()

    def __getitem__(self, name: str) -> str | None:
        return value(self.fields or [], name)

    @property
    def status(self) -> int:
        return int(self[":status"] or 0)

    @property
    def is_over(self) -> bool:
        return self.ended or self.reset is not None

    def __str__(self) -> str:
        reset = "" if self.reset is None else f", reset {self.reset}"
        return (f"stream {self.id}: {self.fields}, {len(self.body)} octets, "
                f"{'ended' if self.ended else 'open'}{reset}")


class H2Connection:
    """Framing, settings, windows and streams of one end, whichever it is.

    `credit`: give back the windows for what arrives; without it the peer comes to a stand.
    """

    is_client = True
    stream_type = Stream

    def __init__(self, sock: socket.socket, received: bytes = b"",
                 settings: dict[int, int] | None = None, credit: bool = True):
        self.sock, self.buffer = sock, bytearray(received)
        self.settings = dict(settings or {})
        # A smaller one holds when the peer has acknowledged it (RFC 9113 §6.9.2).
        self.window = max(self._own_window, INITIAL_WINDOW)
        self.credit, self.answers = credit, True
        """`answers`: acknowledge settings and pings, as one must."""
        self.peer: dict[int, int] = {}
        """The peer's settings so far."""
        self.encoder, self.decoder = hpack.Encoder(), hpack.Decoder()
        self.streams: dict[int, Stream] = {}
        self.frames: list[Frame] = []
        self.greeted = self.ended = False
        self.acknowledged = 0
        self.pongs: list[bytes] = []
        self.goaways: list[tuple[int, int, bytes]] = []
        """Last stream, code, debug data."""
        self.send_window = self.receive_window = INITIAL_WINDOW
        self.lock = threading.RLock()
        self._block: tuple[Frame, bytearray] | None = None
        self._changed_windows: list[int] = []

    # Out

    def send(self, *parts: bytes) -> None:
        with self.lock:
            self.sock.sendall(b"".join(parts))

    def greeting(self) -> bytes:
        """The SETTINGS frame that this end begins with."""
        self._changed_windows.append(self._own_window)
        return h2.settings(self.settings)

    @property
    def _own_window(self) -> int:
        return self.settings.get(Setting.INITIAL_WINDOW_SIZE, INITIAL_WINDOW)

    def reply(self, *parts: bytes) -> None:
        """What one owes the peer, if the peer is still there to get it."""
        with contextlib.suppress(ConnectionError):
            self.send(*parts)

    def send_settings(self, pairs: dict[int, int]) -> None:
        """Counts with a smaller window only once the peer has acknowledged it."""
        window = pairs.get(Setting.INITIAL_WINDOW_SIZE, self.window)
        if window > self.window:
            self._change_window(window)
        self._changed_windows.append(window)
        self.send(h2.settings(pairs))

    def send_headers(self, stream: int, fields: h2.Fields, end: bool = False) -> None:
        """Encoded with the dynamic table; CONTINUATION where one frame is too small."""
        with self.lock:
            rest = self.encoder.encode([(n.encode("latin-1"), v.encode("latin-1"))
                                        for n, v in fields])
            kind, flags = Type.HEADERS, END_STREAM if end else 0
            while True:
                part, rest = rest[:16_384], rest[16_384:]
                self.send(h2.frame(kind, flags | (0 if rest else END_HEADERS), stream, part))
                if not rest:
                    return
                kind, flags = Type.CONTINUATION, 0

    def send_data(self, stream: Stream, data: bytes, end: bool = True) -> None:
        """As much at a time as both windows allow; gives up when the stream is over."""
        view = memoryview(data)
        while True:
            if len(view):
                self.wait(lambda: stream.reset is not None
                          or min(self.send_window, stream.send_window) > 0, "a window")
            if stream.reset is not None:
                return
            with self.lock:
                size = max(0, min(len(view), self.send_window, stream.send_window, 16_384))
                self.send_window -= size
                stream.send_window -= size
                part, view = view[:size], view[size:]
                self.send(h2.data(stream.id, bytes(part), END_STREAM if end and not len(view) else 0))
            if not len(view):
                return

    def give_credit(self, stream: Stream, octets: int) -> None:
        self.receive_window += octets
        stream.receive_window += octets
        self.send(h2.window_update(0, octets), h2.window_update(stream.id, octets))

    # In

    def read_frame(self) -> Frame | None:
        """The next frame, unprocessed; None at the end of the connection."""
        if not self._fill(9):
            return None
        length, kind, flags, stream = struct.unpack(">IBBI", b"\0" + bytes(self.buffer[:9]))
        if length > self.settings.get(Setting.MAX_FRAME_SIZE, 16_384):
            raise WireError(f"a frame of {length} octets, type {kind}")
        if not self._fill(9 + length):
            raise Truncated("end of stream within a frame")
        payload = bytes(self.buffer[9 : 9 + length])
        del self.buffer[: 9 + length]
        return Frame(kind, flags, stream, payload)

    def _fill(self, count: int) -> bool:
        while len(self.buffer) < count:
            try:
                received = self.sock.recv(1 << 18)
            except ConnectionResetError:
                received = b""
            if not received:
                self.ended = True
                return False
            self.buffer += received
        return True

    def process(self) -> bool:
        """Reads one frame and lets it take effect; False at the end of the connection."""
        if (arrived := self.read_frame()) is None:
            return False
        with self.lock:
            if not self.greeted and arrived.type != Type.SETTINGS:
                raise WireError(f"the first frame is not SETTINGS: {arrived}")
            self.greeted = True
            self.frames.append(arrived)
            if self._block and arrived.type != Type.CONTINUATION:
                raise WireError(f"{arrived} within a field block")
            self._effect(arrived)
        return True

    def _effect(self, arrived: Frame) -> None:
        number = struct.unpack(">I", arrived.payload[-4:])[0] if len(arrived.payload) >= 4 else 0
        match arrived.type:
            case Type.DATA:
                self._data(arrived)
            case Type.HEADERS | Type.CONTINUATION:
                self._headers(arrived)
            case Type.RST_STREAM:
                self._expect(len(arrived.payload) == 4, arrived)
                self._stream(arrived).reset = number
            case Type.SETTINGS:
                self._settings(arrived)
            case Type.PING if arrived.flags & ACK:
                self.pongs.append(arrived.payload)
            case Type.PING if self.answers:
                self.reply(h2.ping(arrived.payload, ACK))
            case Type.GOAWAY:
                last, code = struct.unpack(">II", arrived.payload[:8])
                self.goaways.append((last, code, arrived.payload[8:]))
            case Type.WINDOW_UPDATE:
                self._expect(len(arrived.payload) == 4 and 0 < number < 1 << 31, arrived)
                if arrived.stream == 0:
                    self.send_window += number
                else:
                    self._stream(arrived).send_window += number
            case Type.PUSH_PROMISE:
                raise WireError("a push")

    def _expect(self, condition: bool, arrived: Frame) -> None:
        if not condition:
            raise WireError(f"{arrived}: {arrived.payload[:40]!r}")

    def _stream(self, arrived: Frame) -> Stream:
        """The stream that the frame is for, which must not be idle."""
        if (stream := self.streams.get(arrived.stream)) is None:
            raise WireError(f"a frame on an idle stream: {arrived}")
        return stream

    def _open(self, arrived: Frame) -> Stream:
        """As `_stream`, where the peer must not have ended it."""
        stream = self._stream(arrived)
        self._expect(not stream.is_over, arrived)
        return stream

    def _settings(self, arrived: Frame) -> None:
        self._expect(arrived.stream == 0 and len(arrived.payload) % 6 == 0, arrived)
        if arrived.flags & ACK:
            self._expect(not arrived.payload, arrived)
            self.acknowledged += 1
            if self._changed_windows:
                self._change_window(self._changed_windows.pop(0))
            return
        before = self.peer.get(Setting.INITIAL_WINDOW_SIZE, INITIAL_WINDOW)
        self.peer.update(struct.iter_unpack(">HI", arrived.payload))
        for stream in self.streams.values():
            stream.send_window += self.peer.get(Setting.INITIAL_WINDOW_SIZE, before) - before
        self.encoder.header_table_size = min(4096, self.peer.get(Setting.HEADER_TABLE_SIZE, 4096))
        if self.answers:
            self.reply(h2.settings(flags=ACK))

    def _change_window(self, window: int) -> None:
        for stream in self.streams.values():
            stream.receive_window += window - self.window
        self.window = window

    def _data(self, arrived: Frame) -> None:
        stream, size = self._open(arrived), len(arrived.payload)
        self.receive_window -= size
        stream.receive_window -= size
        if size and min(self.receive_window, stream.receive_window) < 0:
            raise WireError(f"beyond the window: {arrived}")
        self._expect(stream.fields is not None, arrived)
        payload = arrived.payload
        if arrived.flags & PADDED:
            self._expect(payload[0] < size, arrived)
            payload = payload[1 : size - payload[0]]
        stream.body += payload
        stream.ended = bool(arrived.flags & END_STREAM)
        if self.credit and size:
            self.receive_window += size
            self.reply(h2.window_update(0, size))
            if not stream.ended:
                stream.receive_window += size
                self.reply(h2.window_update(stream.id, size))

    def _headers(self, arrived: Frame) -> None:
        if arrived.type == Type.CONTINUATION:
            self._expect(bool(self._block) and self._block[0].stream == arrived.stream, arrived)
            self._block[1].extend(arrived.payload)
        else:
            payload = arrived.payload
            if arrived.flags & PADDED:
                payload = payload[1 : len(payload) - payload[0]]
            self._block = (arrived, bytearray(payload[5 if arrived.flags & 0x20 else 0 :]))
        if not arrived.flags & END_HEADERS:
            return
        (first, octets), self._block = self._block, None
        fields = [(n.decode("latin-1"), v.decode("latin-1"))
                  for n, v in self.decoder.decode(bytes(octets), raw=True)]
        self._check(fields)
        self._section(first, fields)

    def _check(self, fields: h2.Fields) -> None:
        """RFC 9113 §8.2: what no well-formed message has."""
        for name, text in fields:
            if name != name.lower() or text != text.strip(" \t") or name in (
                    "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"):
                raise WireError(f"not allowed in HTTP/2: {name}: {text}")

    def _section(self, first: Frame, fields: h2.Fields) -> None:
        stream = self._opened(first)
        self._expect(not stream.is_over, first)
        end = bool(first.flags & END_STREAM)
        if stream.fields is not None:
            self._expect(end and not any(name.startswith(":") for name, _ in fields), first)
            stream.trailers = fields
        elif (value(fields, ":status") or "").startswith("1"):
            self._expect(not end, first)
            stream.interim.append(fields)
        else:
            stream.fields = fields
        stream.ended = end

    def _opened(self, first: Frame) -> Stream:
        return self._stream(first)

    def wait(self, condition: Callable[[], object], what: str, deadline: float = DEADLINE):
        """What the condition returns as soon as it is true."""
        raise NotImplementedError
