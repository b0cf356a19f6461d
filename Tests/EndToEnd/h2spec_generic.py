"""The generic and the HPACK part of h2spec's cases: what every server must take, and RFC 7541."""

from __future__ import annotations

import h2frames as h2
from h2cases import ACKNOWLEDGED, COMPRESSION, IGNORED, PONG, Step, case, served
from h2frames import END_HEADERS, END_STREAM, HAS_PRIORITY, PADDED, Type

GET = h2.block(h2.request_fields())
POST = h2.block(h2.request_fields(method="POST"))
OPEN = h2.headers(1, POST, END_HEADERS)

# RFC 7541 C.4 and C.6: custom-key and custom-value with Huffman coding.
HUFFMAN_NAME = bytes.fromhex("88 25a849e95ba97d7f")
HUFFMAN_VALUE = bytes.fromhex("89 25a849e95bb8e8b4bf")
NAME, VALUE = h2.string("custom-key"), h2.string("custom-value")
USER_AGENT = 58


def with_field(encoded: bytes) -> bytes:
    """A request whose block has that field at its end."""
    return h2.headers(1, GET + encoded)


GENERIC = [
    case("1", "a connection preface", b"", ACKNOWLEDGED),

    case("2", "PRIORITY on an idle stream",
         h2.frame(Type.PRIORITY, 0, 3, h2.priority(0)) + h2.request(3), served(3)),
    case("2", "WINDOW_UPDATE on a half-closed stream",
         h2.request(1) + h2.window_update(1, 1), served()),
    case("2", "PRIORITY on a half-closed stream",
         h2.request(1) + h2.frame(Type.PRIORITY, 0, 1, h2.priority(0)), served()),
    case("2", "RST_STREAM on a half-closed stream", h2.request(1) + h2.rst_stream(1), IGNORED),
    case("2", "PRIORITY on a closed stream",
         [h2.request(1), Step(served()), h2.frame(Type.PRIORITY, 0, 1, h2.priority(0))], IGNORED),

    case("3.1", "DATA", OPEN + h2.data(1, b"test", END_STREAM), served()),
    case("3.1", "several DATA", OPEN + h2.data(1, b"te") + h2.data(1, b"st", END_STREAM), served()),
    case("3.1", "padded DATA",
         OPEN + h2.data(1, h2.padded(b"test", 6), END_STREAM | PADDED), served()),
    case("3.2", "HEADERS", h2.request(1), served()),
    case("3.2", "padded HEADERS",
         h2.headers(1, h2.padded(GET, 6), END_HEADERS | END_STREAM | PADDED), served()),
    case("3.2", "HEADERS with a priority",
         h2.headers(1, h2.priority(0) + GET, END_HEADERS | END_STREAM | HAS_PRIORITY), served()),
    *(case("3.3", f"PRIORITY {name}", h2.frame(Type.PRIORITY, 0, 1, payload) + h2.request(1), served())
      for name, payload in [("of weight 1", h2.priority(0, 0)),
                            ("of weight 256", h2.priority(0, 255)),
                            ("with a dependency", h2.priority(3)),
                            ("with an exclusive dependency", h2.priority(3, exclusive=True))]),
    case("3.3", "PRIORITY for an idle stream, then a lower one",
         h2.frame(Type.PRIORITY, 0, 7, h2.priority(0)) + h2.request(5), served(5)),
    case("3.4", "RST_STREAM", OPEN + h2.rst_stream(1), IGNORED),
    case("3.5", "SETTINGS", [Step(ACKNOWLEDGED), h2.settings({4: 65_535})], ACKNOWLEDGED),
    case("3.7", "PING", h2.ping(), PONG),
    case("3.8", "GOAWAY, and the stream in flight ends",
         h2.request(1) + h2.goaway(), served(), goes_away=True),
    case("3.9", "WINDOW_UPDATE of the connection", h2.window_update(0, 1) + h2.request(1), served()),
    case("3.9", "WINDOW_UPDATE of a stream", OPEN + h2.window_update(1, 1)
         + h2.data(1, b"", END_STREAM), served()),
    case("3.10", "CONTINUATION",
         h2.headers(1, GET[:10], END_STREAM) + h2.continuation(1, GET[10:]), served()),
    case("3.10", "several CONTINUATION", h2.headers(1, GET[:3], END_STREAM)
         + h2.continuation(1, GET[3:10], 0) + h2.continuation(1, GET[10:]), served()),

    case("4", "GET", h2.request(1), served()),
    case("4", "HEAD", h2.request(1, method="HEAD"), served()),
    case("4", "POST", OPEN + h2.data(1, b"test", END_STREAM), served()),
    case("4", "POST with trailers", OPEN + h2.data(1, b"test")
         + h2.headers(1, h2.block([("x-trailer", "1")])), served()),

    case("5", "indexed field", with_field(h2.integer(16, 7, 0x80)), served()),
    *(case("5", f"literal {kind}, {what}",
           with_field(encoded), served())
      for kind, first, prefix in [("with indexing", 0x40, 6), ("without indexing", 0, 4),
                                  ("never indexed", 0x10, 4)]
      for what, encoded in [
          ("indexed name", h2.integer(USER_AGENT, prefix, first) + VALUE),
          ("indexed name, Huffman", h2.integer(USER_AGENT, prefix, first) + HUFFMAN_VALUE),
          ("new name", bytes([first]) + NAME + VALUE),
          ("new name, Huffman", bytes([first]) + HUFFMAN_NAME + HUFFMAN_VALUE)]),
    case("5", "table size update", h2.headers(1, h2.integer(4096, 5, 0x20) + GET), served()),
    case("5", "two table size updates",
         h2.headers(1, h2.integer(0, 5, 0x20) + h2.integer(4096, 5, 0x20) + GET), served()),
]

HPACK = [
    case("2.3.3", "index 70, beyond both tables", with_field(h2.integer(70, 7, 0x80)), COMPRESSION),
    case("2.3.3", "name index 70, beyond both tables",
         with_field(h2.integer(70, 6, 0x40) + VALUE), COMPRESSION),
    case("4.2", "table size update at the end of a block",
         with_field(h2.integer(1, 5, 0x20)), COMPRESSION),
    case("5.2", "Huffman padding of more than 7 bits",
         with_field(b"\x40" + NAME + bytes.fromhex("8a 25a849e95bb8e8b4bf ff")), COMPRESSION),
    case("5.2", "Huffman padding of zeros",
         with_field(b"\x40" + HUFFMAN_NAME + bytes.fromhex("81 18")), COMPRESSION),
    case("5.2", "Huffman EOS",
         with_field(b"\x40" + HUFFMAN_NAME + bytes.fromhex("84 ffffffff")), COMPRESSION),
    case("6.1", "index 0", with_field(b"\x80"), COMPRESSION),
    case("6.3", "table size above the limit",
         h2.headers(1, h2.integer(4097, 5, 0x20) + GET), COMPRESSION),

    # Beyond h2spec.
    case("5.1", "integer that overflows 32 bits",
         with_field(b"\xff" + b"\xff" * 8 + b"\x0f"), COMPRESSION),
    case("5.1", "integer without an end", with_field(b"\xff" + b"\x80" * 40), COMPRESSION),
    case("5.2", "string longer than the block", with_field(b"\x40\x05abc"), COMPRESSION),
    case("5.2", "string of 2^31 octets", with_field(b"\x40\x7f\x81\xff\xff\xff\x07"), COMPRESSION),
    case("6.2", "name without a value", with_field(b"\x40" + NAME), COMPRESSION),
    case("4.2", "table size update between fields",
         h2.headers(1, GET[:12] + b"\x3f\xe1\x1f" + GET[12:]), COMPRESSION),
    case("4.3", "the block of a reset stream still counts for the table",
         OPEN + h2.rst_stream(1)
         + h2.headers(3, GET + b"\x40" + NAME + VALUE) + h2.rst_stream(3)
         + h2.headers(5, GET + h2.integer(62, 7, 0x80)), served(5)),
]
