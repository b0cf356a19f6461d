"""h2spec's cases of RFC 9113 by section, each with the answer that this server has chosen."""

from __future__ import annotations

import h2frames as h2
from h2cases import (ACKNOWLEDGED, BAD_REQUEST, CLOSED, COMPRESSION, FLOW_CONTROL, FRAME_SIZE, IGNORED,
                     MALFORMED, PONG, PROTOCOL, STREAM_CLOSED, Step, case, saw, served, stream_error)
from h2frames import (ACK, END_HEADERS, END_STREAM, HAS_PRIORITY, PADDED, PREFACE, Code, Setting,
                      Type)

GET = h2.block(h2.request_fields())
POST = h2.block(h2.request_fields(method="POST"))
OPEN = h2.headers(1, POST, END_HEADERS)
DONE = [h2.request(1), Step(served())]
RESET = [OPEN + h2.rst_stream(1)]
LARGEST = (1 << 31) - 1
WINDOW = Setting.INITIAL_WINDOW_SIZE
# RFC 9113 §5.1 lets what was sent before our reset arrived pass.
LATE = (STREAM_CLOSED, stream_error(Code.STREAM_CLOSED))


def post(*fields, **pseudo) -> bytes:
    return h2.request(1, "/", *fields, **{"method": "POST", **pseudo})


def malformed(section: str, name: str, sent: bytes):
    return case(section, name, sent, MALFORMED, BAD_REQUEST)


CONNECTION = [
    case("3.4", "client preface", b"", saw(Type.SETTINGS)),
    case("3.4", "first frame is not SETTINGS", PREFACE + h2.ping(), PROTOCOL, bare=True),
    case("3.4", "first frame is an acknowledgement", PREFACE + h2.settings(flags=ACK), PROTOCOL,
         bare=True),

    case("4.1", "frame of an unknown type", h2.frame(0xFF, 0, 0, b"octets") + h2.ping(), PONG),
    case("4.1", "undefined flags", h2.frame(Type.PING, 0x16, 0, b"octets 8"), PONG),
    case("4.1", "reserved bit", h2.frame(Type.PING, 0, 1 << 31, b"octets 8"), PONG),

    case("4.2", "DATA of 2^14 octets", OPEN + h2.data(1, bytes(1 << 14), END_STREAM), served()),
    case("4.2", "DATA above the maximum", OPEN + h2.data(1, bytes((1 << 14) + 1)), FRAME_SIZE),
    case("4.2", "HEADERS above the maximum",
         h2.headers(1, GET + h2.literal("x", "a" * (1 << 14))), FRAME_SIZE),
    case("4.2", "unknown frame above the maximum", h2.frame(0xFF, 0, 0, bytes((1 << 14) + 1)),
         FRAME_SIZE),
    case("4.2", "length of 2^24-1, with nothing behind it",
         h2.frame(Type.DATA, 0, 1, b"", length=(1 << 24) - 1), FRAME_SIZE, PROTOCOL),

    case("4.3", "invalid field block", h2.headers(1, b"\x00\x00\x03a"), COMPRESSION),
    case("4.3", "PRIORITY within a field block", h2.headers(1, GET, END_STREAM)
         + h2.frame(Type.PRIORITY, 0, 1, h2.priority(0)), PROTOCOL),
    case("4.3", "HEADERS of another stream within a field block",
         h2.headers(1, GET, END_STREAM) + h2.request(3), PROTOCOL),

    *(case("5.1", f"idle: {name}", sent, PROTOCOL) for name, sent in [
        ("DATA", h2.data(1, b"test", END_STREAM)), ("RST_STREAM", h2.rst_stream(1)),
        ("WINDOW_UPDATE", h2.window_update(1, 100)), ("CONTINUATION", h2.continuation(1, GET))]),
    case("5.1", "half-closed: DATA", h2.request(1) + h2.data(1, b"test", END_STREAM), STREAM_CLOSED),
    case("5.1", "half-closed: HEADERS", h2.request(1) * 2, STREAM_CLOSED),
    case("5.1", "half-closed: CONTINUATION", h2.request(1) + h2.continuation(1, GET), PROTOCOL),
    case("5.1", "reset: DATA", [*RESET, h2.data(1, b"test", END_STREAM)], *LATE),
    case("5.1", "reset: HEADERS", [*RESET, h2.request(1)], *LATE),
    case("5.1", "reset: CONTINUATION", [*RESET, h2.continuation(1, GET)], PROTOCOL),
    case("5.1", "closed: DATA", [*DONE, h2.data(1, b"test", END_STREAM)], STREAM_CLOSED),
    case("5.1", "closed: HEADERS", [*DONE, h2.request(1)], STREAM_CLOSED, PROTOCOL),
    case("5.1", "closed: CONTINUATION", [*DONE, h2.continuation(1, GET)], PROTOCOL),
    case("5.1", "closed: WINDOW_UPDATE", [*DONE, h2.window_update(1, 1)], IGNORED),
    case("5.1", "closed: RST_STREAM", [*DONE, h2.rst_stream(1)], IGNORED),

    case("5.1.1", "even stream", h2.request(2), PROTOCOL),
    case("5.1.1", "stream below the last", h2.request(5) + h2.request(3), PROTOCOL, STREAM_CLOSED),

    case("5.3.1", "HEADERS that depend on themselves",
         h2.headers(1, h2.priority(1) + GET, END_HEADERS | END_STREAM | HAS_PRIORITY), PROTOCOL,
         MALFORMED, served()),
    case("5.3.1", "PRIORITY that depends on itself",
         h2.frame(Type.PRIORITY, 0, 3, h2.priority(3)), IGNORED, PROTOCOL),

    case("5.4.1", "invalid PING: the connection ends", h2.frame(Type.PING, 0, 0, b"\0" * 7), CLOSED,
         FRAME_SIZE),
    case("5.4.1", "invalid PING: GOAWAY says why", h2.frame(Type.PING, 0, 0, b"\0" * 7), FRAME_SIZE),

    case("5.5", "unknown frame", h2.frame(0x77, 0xFF, 0, b"x" * 100) + h2.request(1), served()),
    case("5.5", "unknown frame within a field block", h2.headers(1, GET[:9], END_STREAM)
         + h2.frame(0x77, 0, 1, b"x") + h2.continuation(1, GET[9:]), PROTOCOL),
]

FRAMES = [
    case("6.1", "DATA on stream 0", h2.data(0, b"test"), PROTOCOL),
    case("6.1", "DATA on a half-closed stream", h2.request(1) + h2.data(1, b"test"), STREAM_CLOSED),
    case("6.1", "padding as long as the frame",
         OPEN + h2.data(1, h2.padded(b"test", 0, says=5), END_STREAM | PADDED), PROTOCOL),
    case("6.1", "PADDED without an octet", OPEN + h2.data(1, b"", PADDED), PROTOCOL, FRAME_SIZE),

    case("6.2", "HEADERS without END_HEADERS, then PRIORITY", h2.headers(1, GET, END_STREAM)
         + h2.frame(Type.PRIORITY, 0, 1, h2.priority(0)), PROTOCOL),
    case("6.2", "HEADERS of another stream before END_HEADERS",
         h2.headers(1, GET, END_STREAM) + h2.request(3), PROTOCOL),
    case("6.2", "HEADERS on stream 0", h2.request(0), PROTOCOL),
    case("6.2", "padding longer than the block", h2.headers(
        1, h2.padded(GET, 0, says=len(GET) + 1), END_HEADERS | END_STREAM | PADDED), PROTOCOL),
    case("6.2", "priority without its octets",
         h2.headers(1, b"\0\0\0", END_HEADERS | END_STREAM | HAS_PRIORITY), PROTOCOL, FRAME_SIZE),

    case("6.3", "PRIORITY on stream 0", h2.frame(Type.PRIORITY, 0, 0, h2.priority(1)), PROTOCOL),
    case("6.3", "PRIORITY of 4 octets", h2.frame(Type.PRIORITY, 0, 1, b"\0" * 4),
         stream_error(Code.FRAME_SIZE_ERROR), FRAME_SIZE),

    case("6.4", "RST_STREAM on stream 0", h2.rst_stream(0), PROTOCOL),
    case("6.4", "RST_STREAM on an idle stream", h2.rst_stream(1), PROTOCOL),
    case("6.4", "RST_STREAM of 3 octets", OPEN + h2.frame(Type.RST_STREAM, 0, 1, b"\0" * 3),
         FRAME_SIZE),

    case("6.5", "acknowledgement with a payload", h2.settings({WINDOW: 1}, ACK), FRAME_SIZE),
    case("6.5", "SETTINGS on a stream", h2.frame(Type.SETTINGS, 0, 1), PROTOCOL),
    case("6.5", "SETTINGS of 3 octets", h2.frame(Type.SETTINGS, 0, 0, b"\0" * 3), FRAME_SIZE),
    case("6.5.2", "ENABLE_PUSH 2", h2.settings({Setting.ENABLE_PUSH: 2}), PROTOCOL),
    case("6.5.2", "INITIAL_WINDOW_SIZE 2^31", h2.settings({WINDOW: 1 << 31}), FLOW_CONTROL),
    case("6.5.2", "MAX_FRAME_SIZE 2^14-1", h2.settings({Setting.MAX_FRAME_SIZE: 16_383}), PROTOCOL),
    case("6.5.2", "MAX_FRAME_SIZE 2^24", h2.settings({Setting.MAX_FRAME_SIZE: 1 << 24}), PROTOCOL),
    case("6.5.2", "unknown setting", h2.settings({0xFF: 1}) + h2.ping(), PONG),
    case("6.5.2", "ENABLE_CONNECT_PROTOCOL 2", h2.settings({8: 2}), PROTOCOL, IGNORED),
    case("6.5.3", "two values of INITIAL_WINDOW_SIZE, the last one holds",
         h2.settings([(WINDOW, 100), (WINDOW, 1)]) + h2.request(1), saw(Type.DATA, payload=b"o")),
    case("6.5.3", "SETTINGS are acknowledged", h2.settings(), ACKNOWLEDGED),

    case("6.7", "PING", h2.ping(), PONG),
    case("6.7", "PING with ACK is not answered", h2.ping(b"not ours", ACK), IGNORED),
    case("6.7", "PING on a stream", h2.frame(Type.PING, 0, 1, b"octets 8"), PROTOCOL),
    case("6.7", "PING of 6 octets", h2.frame(Type.PING, 0, 0, b"octets"), FRAME_SIZE),

    case("6.8", "GOAWAY on a stream", h2.frame(Type.GOAWAY, 0, 1, b"\0" * 8), PROTOCOL),
    case("6.8", "GOAWAY of 7 octets", h2.frame(Type.GOAWAY, 0, 0, b"\0" * 7), FRAME_SIZE),

    case("6.9", "WINDOW_UPDATE of 0 for the connection", h2.window_update(0, 0), PROTOCOL),
    case("6.9", "WINDOW_UPDATE of 0 for a stream", OPEN + h2.window_update(1, 0), PROTOCOL),
    case("6.9", "WINDOW_UPDATE of 3 octets", h2.frame(Type.WINDOW_UPDATE, 0, 0, b"\0" * 3),
         FRAME_SIZE),
    case("6.9.1", "window of 1: DATA of 1", h2.settings({WINDOW: 1}) + h2.request(1),
         saw(Type.DATA, payload=b"o")),
    case("6.9.1", "WINDOW_UPDATEs above 2^31-1 for the connection",
         h2.window_update(0, LARGEST) * 2, FLOW_CONTROL),
    case("6.9.1", "WINDOW_UPDATEs above 2^31-1 for a stream",
         OPEN + h2.window_update(1, LARGEST) * 2, stream_error(Code.FLOW_CONTROL_ERROR)),
    case("6.9.2", "window changed after HEADERS",
         [h2.settings({WINDOW: 0}) + h2.request(1),
          Step(saw(Type.HEADERS, stream=1)), h2.settings({WINDOW: 1})],
         saw(Type.DATA, payload=b"o")),
    case("6.9.2", "negative window, tracked",
         [h2.settings({WINDOW: 3}) + h2.request(1), Step(saw(Type.DATA, payload=b"ok,")),
          h2.settings({WINDOW: 2}) + h2.window_update(1, 2)], saw(Type.DATA, payload=b" "), credit=False),
    case("6.9.2", "INITIAL_WINDOW_SIZE above the maximum, with streams",
         OPEN + h2.settings({WINDOW: 1 << 31}), FLOW_CONTROL),
    case("6.9.2", "INITIAL_WINDOW_SIZE that overflows a stream's window",
         OPEN + h2.window_update(1, LARGEST - 65_535) + h2.settings({WINDOW: 65_536}), FLOW_CONTROL),

    case("6.10", "several CONTINUATIONs", h2.headers(1, GET[:5], END_STREAM)
         + h2.continuation(1, GET[5:9], 0) + h2.continuation(1, GET[9:]), served()),
    case("6.10", "something else after a CONTINUATION", h2.headers(1, GET[:5], END_STREAM)
         + h2.continuation(1, GET[5:9], 0) + h2.data(1, b"test", END_STREAM), PROTOCOL),
    case("6.10", "CONTINUATION on stream 0",
         h2.headers(1, GET[:5], END_STREAM) + h2.continuation(0, GET[5:]), PROTOCOL),
    case("6.10", "CONTINUATION after END_HEADERS", h2.request(1) + h2.continuation(1, GET), PROTOCOL),
    case("6.10", "CONTINUATION after a CONTINUATION with END_HEADERS",
         h2.headers(1, GET[:5], END_STREAM) + h2.continuation(1, GET[5:])
         + h2.continuation(1, GET), PROTOCOL),
    case("6.10", "CONTINUATION after DATA",
         OPEN + h2.data(1, b"test") + h2.continuation(1, GET), PROTOCOL),

    case("7", "GOAWAY with an unknown code",
         h2.goaway(0, 0xFF) + h2.ping(), PONG, CLOSED, goes_away=True),
    case("7", "RST_STREAM with an unknown code", OPEN + h2.rst_stream(1, 0xFF) + h2.ping(), PONG),
]

MESSAGES = [
    case("8.1", "second HEADERS without END_STREAM",
         OPEN + h2.headers(1, h2.block([("x-trailer", "1")]), END_HEADERS), MALFORMED, BAD_REQUEST),
    malformed("8.2.1", "uppercase name", h2.request(1, "/", "X-Test: ok")),
    malformed("8.3", "unknown pseudo-header", h2.request(1, "/", (":test", "ok"))),
    malformed("8.3", "pseudo-header of responses", h2.request(1, "/", (":status", "200"))),
    malformed("8.3", "pseudo-header in trailers",
              OPEN + h2.headers(1, h2.block([(":method", "POST")]))),
    malformed("8.3", "pseudo-header after a field", h2.headers(1, h2.block(
        h2.pairs("x-test: ok") + h2.request_fields()))),
    malformed("8.2.2", "connection-specific field", h2.request(1, "/", "connection: keep-alive")),
    malformed("8.2.2", "TE other than trailers", h2.request(1, "/", "te: trailers, deflate")),
    malformed("8.3.1", "empty :path", h2.request(1, "")),
    malformed("8.3.1", "no :method", h2.request(1, method=None)),
    malformed("8.3.1", "no :scheme", h2.request(1, scheme=None)),
    malformed("8.3.1", "no :path", h2.request(1, None)),
    malformed("8.3.1", "two :method", h2.request(1, "/", (":method", "GET"))),
    malformed("8.3.1", "two :scheme", h2.request(1, "/", (":scheme", "http"))),
    malformed("8.3.1", "two :path", h2.request(1, "/", (":path", "/"))),
    malformed("8.1.1", "Content-Length is not the DATA's",
              post("content-length: 1", flags=END_HEADERS) + h2.data(1, b"test", END_STREAM)),
    malformed("8.1.1", "Content-Length is not the sum of the DATA",
              post("content-length: 1", flags=END_HEADERS) + h2.data(1, b"te")
              + h2.data(1, b"st", END_STREAM)),
    case("8.4", "PUSH_PROMISE", OPEN + h2.frame(
        Type.PUSH_PROMISE, END_HEADERS, 1, b"\0\0\0\3" + GET), PROTOCOL),
]
