"""HTTP/2 frames as octets (RFC 9113 §4, §6), and field blocks written by hand (RFC 7541 §6).

Nothing here checks anything: a test may write whatever it likes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Type(IntEnum):
    DATA = 0
    HEADERS = 1
    PRIORITY = 2
    RST_STREAM = 3
    SETTINGS = 4
    PUSH_PROMISE = 5
    PING = 6
    GOAWAY = 7
    WINDOW_UPDATE = 8
    CONTINUATION = 9


ACK = END_STREAM = 0x1
END_HEADERS = 0x4
PADDED = 0x8
HAS_PRIORITY = 0x20


class Code(IntEnum):
    """RFC 9113 §7."""

    NO_ERROR = 0
    PROTOCOL_ERROR = 1
    INTERNAL_ERROR = 2
    FLOW_CONTROL_ERROR = 3
    SETTINGS_TIMEOUT = 4
    STREAM_CLOSED = 5
    FRAME_SIZE_ERROR = 6
    REFUSED_STREAM = 7
    CANCEL = 8
    COMPRESSION_ERROR = 9
    CONNECT_ERROR = 10
    ENHANCE_YOUR_CALM = 11
    INADEQUATE_SECURITY = 12
    HTTP_1_1_REQUIRED = 13


class Setting(IntEnum):
    """RFC 9113 §6.5.2, RFC 8441 §3."""

    HEADER_TABLE_SIZE = 1
    ENABLE_PUSH = 2
    MAX_CONCURRENT_STREAMS = 3
    INITIAL_WINDOW_SIZE = 4
    MAX_FRAME_SIZE = 5
    MAX_HEADER_LIST_SIZE = 6
    ENABLE_CONNECT_PROTOCOL = 8


@dataclass
class Frame:
    type: int
    flags: int
    stream: int
    payload: bytes

    def __str__(self) -> str:
        name = Type(self.type).name if self.type in list(Type) else f"type {self.type}"
        return f"{name} flags {self.flags:#x} stream {self.stream} octets {len(self.payload)}"


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"",
          length: int | None = None) -> bytes:
    """One frame; `length` lies about the payload's."""
    length = len(payload) if length is None else length
    return struct.pack(">I", length)[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def settings(pairs: dict[int, int] | list[tuple[int, int]] = (), flags: int = 0) -> bytes:
    return frame(Type.SETTINGS, flags, 0, settings_payload(pairs))


def settings_payload(pairs: dict[int, int] | list[tuple[int, int]]) -> bytes:
    pairs = pairs.items() if isinstance(pairs, dict) else pairs
    return b"".join(struct.pack(">HI", *pair) for pair in pairs)


def headers(stream: int, block: bytes, flags: int = END_HEADERS | END_STREAM) -> bytes:
    return frame(Type.HEADERS, flags, stream, block)


def continuation(stream: int, block: bytes, flags: int = END_HEADERS) -> bytes:
    return frame(Type.CONTINUATION, flags, stream, block)


def data(stream: int, payload: bytes = b"", flags: int = 0) -> bytes:
    return frame(Type.DATA, flags, stream, payload)


def padded(payload: bytes, padding: int, says: int | None = None) -> bytes:
    """A payload as PADDED frames have it; `says` lies about the padding's length."""
    return bytes([padding if says is None else says]) + payload + bytes(padding)


def priority(dependency: int, weight: int = 15, exclusive: bool = False) -> bytes:
    return struct.pack(">IB", dependency | exclusive << 31, weight)


def rst_stream(stream: int, code: int = Code.CANCEL) -> bytes:
    return frame(Type.RST_STREAM, 0, stream, struct.pack(">I", code))


def window_update(stream: int, increment: int) -> bytes:
    return frame(Type.WINDOW_UPDATE, 0, stream, struct.pack(">I", increment))


def ping(payload: bytes = b"octets 8", flags: int = 0) -> bytes:
    return frame(Type.PING, flags, 0, payload)


def goaway(last: int = 0, code: int = Code.NO_ERROR, debug: bytes = b"") -> bytes:
    return frame(Type.GOAWAY, 0, 0, struct.pack(">II", last, code) + debug)


Fields = list[tuple[str, str]]


def pairs(*fields: str | tuple[str, str]) -> Fields:
    """`"name: value"`, or the pair where a name or a value is out of the ordinary."""
    return [field if isinstance(field, tuple) else tuple(field.split(": ", 1)) for field in fields]


def request_fields(target: str | None = "/", *fields: str | tuple[str, str],
                   method: str | None = "GET", scheme: str | None = "http",
                   authority: str | None = "a.example") -> Fields:
    """The pseudo-header fields of a request, without those that are None, and its fields."""
    pseudo = [(":method", method), (":scheme", scheme), (":authority", authority),
              (":path", target)]
    return [(name, value) for name, value in pseudo if value is not None] + pairs(*fields)


def integer(value: int, prefix: int, first: int = 0) -> bytes:
    """An integer with that many bits of prefix (RFC 7541 §5.1)."""
    limit = (1 << prefix) - 1
    if value < limit:
        return bytes([first | value])
    encoded, value = [first | limit], value - limit
    while value >= 128:
        encoded.append(value % 128 + 128)
        value //= 128
    return bytes([*encoded, value])


def string(text: str) -> bytes:
    """A string literal without Huffman coding (RFC 7541 §5.2)."""
    octets = text.encode("latin-1")
    return integer(len(octets), 7) + octets


def literal(name: str, value: str, first: int = 0) -> bytes:
    """A literal with a new name: not indexed (`first` 0), never (0x10), or indexed (0x40)."""
    return bytes([first]) + string(name) + string(value)


def block(fields: Fields) -> bytes:
    """A field block that needs and changes no state: every field a literal, none indexed."""
    return b"".join(literal(name, value) for name, value in fields)


def request(stream: int = 1, target: str | None = "/", *fields: str | tuple[str, str],
            flags: int = END_HEADERS | END_STREAM, **pseudo) -> bytes:
    """A request's HEADERS frame, well-formed unless told otherwise."""
    return headers(stream, block(request_fields(target, *fields, **pseudo)), flags)
