"""What an HTTP/2 message may say (RFC 9113 §8), and what would be smuggled into HTTP/1.1 behind.

A malformed request gets RST_STREAM(PROTOCOL_ERROR) or 400, never completes a request at a backend,
and the connection's other streams do not notice.
"""

from __future__ import annotations

import json

import pytest

import h2frames as h2
from h2cases import (BAD_REQUEST, CALM, MALFORMED, PROTOCOL, Case, case, check, served, status,
                     stream_error)
from h2frames import END_HEADERS, END_STREAM, Code, Setting, Type
from origins import OriginConnection

SMUGGLED = "\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n"


def with_field(name: str, value: str) -> bytes:
    return h2.request(1, "/case", (name, value))


def post(*fields, body: bytes = b"", end: int = END_STREAM, **pseudo) -> bytes:
    return (h2.request(1, "/case", *fields, flags=END_HEADERS, **{"method": "POST", **pseudo})
            + h2.data(1, body, end))


def with_trailers(*fields, flags: int = END_HEADERS | END_STREAM) -> bytes:
    return post(body=b"content", end=0) + h2.headers(1, h2.block(h2.pairs(*fields)), flags)


def malformed(section: str, name: str, sent: bytes, *more) -> Case:
    return case(section, name, sent, MALFORMED, BAD_REQUEST, *more)


def field_cases() -> list[Case]:
    """§8.2: names, values, and fields that belong to a connection."""
    names = ["X-Test", "xTest", "x test", "x\ttest", "x:test", "", "x\x00", "x\x7f", "x\x80", "x\xe4",
             "x\r", "x\n", "x\r\ny", "x(", "x/y", 'x"', "x{"]
    values = ["a\rb", "a\nb", "a\r\nb", "a\x00b", "\x00", "a" + SMUGGLED, " a", "a ", "\ta", "a\t", " "]
    hop_by_hop = [("connection", "close"), ("connection", "x-test"), ("keep-alive", "timeout=5"),
                  ("proxy-connection", "keep-alive"), ("upgrade", "h2c"),
                  ("transfer-encoding", "chunked"), ("transfer-encoding", "identity"),
                  ("te", "chunked"), ("te", "trailers, chunked"), ("te", "gzip")]
    return [
        *(malformed("8.2.1", f"name {name!r}", with_field(name, "a")) for name in names),
        *(malformed("8.2.1", f"value {value[:8]!r}", with_field("x-test", value)) for value in values),
        *(malformed("8.2.1", f"trailer name {name!r}", with_trailers((name, "a"))) for name in names),
        *(malformed("8.2.1", f"trailer value {value[:8]!r}", with_trailers(("x-test", value)))
          for value in values[:6]),
        *(malformed("8.2.1", f"cookie {value[:8]!r}", with_field("cookie", value))
          for value in values[:6]),
        *(malformed("8.2.2", f"{name}: {value}", with_field(name, value))
          for name, value in hop_by_hop),
        malformed("8.2.2", "transfer-encoding with content",
                  post("transfer-encoding: chunked", body=b"0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n")),
    ]


def length_cases() -> list[Case]:
    """§8.1.1: Content-Length and DATA must agree."""
    texts = ["+5", "-5", "0x5", "5_0", "5.0", "5 6", "", "5,", ",5", "5, 5", "5, 6", "\xb25",
             "18446744073709551621", "9" * 40]
    return [
        malformed("8.1.1", "length with END_STREAM",
                  h2.request(1, "/case", "content-length: 5", method="POST")),
        malformed("8.1.1", "length of a GET that ends",
                  h2.request(1, "/case", "content-length: 1")),
        malformed("8.1.1", "DATA shorter", post("content-length: 5", body=b"four")),
        malformed("8.1.1", "DATA longer", post("content-length: 5", body=b"sixsix")),
        malformed("8.1.1", "DATA longer, without an end",
                  post("content-length: 5", body=b"sixsix", end=0)),
        malformed("8.1.1", "DATA shorter, then trailers",
                  post("content-length: 9", body=b"content", end=0)
                  + h2.headers(1, h2.block([("x-sum", "1")]))),
        malformed("8.1.1", "two equal lengths",
                  post("content-length: 5", "content-length: 5", body=b"hello")),
        malformed("8.1.1", "two lengths",
                  post("content-length: 5", "content-length: 6", body=b"hello")),
        *(malformed("8.1.1", f"length {text[:24]!r}",
                    post(("content-length", text), body=b"hello"), status(413)) for text in texts),
    ]


def pseudo_cases() -> list[Case]:
    """§8.3: one of each, first, and nothing odd in them."""
    paths = ["", "index.html", "a.example:80", "*", "http://a.example/", "/a b", "/a\tb", "/a\x01",
             "/a\x00b", "/a\x7f", "/a#b", "/\xe4", "/..", "/../etc/passwd", "/%2e%2e", "/%00", "/a%0",
             "/%zz", "/a\\b", "/ HTTP/1.1\r\nHost: b.example", "/ HTTP/1.1" + SMUGGLED, "?a"]
    methods = ["", "G ET", "G(T", "G\x00T", "GE\xc4T", "GET / HTTP/1.1\r\nHost: b.example\r\n\r\nGET",
               "A" * 33]
    authorities = ["user@a.example", "a b", "a.example/path", "a.example:x", "a.example:65536",
                   "a.example:80:80", "[::1", "[::g]", "::1", "a\x00b", "a?b", "a#b", ":80",
                   "a.example, b.example", "a.example\r\nX: y", "a.example:-1"]
    schemes = ["", "ftp", "http://evil.example/?", "http\r\nx: y", "ht tp", "http/1.1", "1http"]
    return [
        *(malformed("8.3.1", f":path {path[:24]!r}", h2.request(1, path)) for path in paths),
        *(malformed("8.3.1", f":method {method[:12]!r}", h2.request(1, "/case", method=method))
          for method in methods),
        *(malformed("8.3.1", f":authority {authority[:24]!r}",
                    h2.request(1, "/case", authority=authority)) for authority in authorities),
        *(malformed("8.3.1", f":scheme {scheme[:12]!r}", h2.request(1, "/case", scheme=scheme))
          for scheme in schemes),
        malformed("8.3.1", "two :authority", h2.request(1, "/case", (":authority", "a.example"))),
        malformed("8.3.1", ":authority and another Host", h2.request(1, "/case", "host: b.example")),
        malformed("8.3.1", "two Hosts", h2.request(1, "/case", "host: a.example", "host: a.example")),
        malformed("8.3.1", "neither :authority nor Host", h2.request(1, "/case", authority=None)),
        malformed("8.3.1", "bad Host alone",
                  h2.request(1, "/case", "host: user@a.example", authority=None)),
        malformed("8.3", ":status in a request", h2.request(1, "/case", (":status", "200"))),
        malformed("8.3", "unknown pseudo-header", h2.request(1, "/case", (":path-info", "/"))),
        malformed("8.3", "pseudo-header that is only a colon", h2.request(1, "/case", (":", "/"))),
        malformed("8.3", ":path after a field", h2.headers(1, h2.block(h2.request_fields(
            None) + h2.pairs("x-test: a") + [(":path", "/case")]))),
        malformed("8.3", "no field at all", h2.headers(1, b"")),
        malformed("8.3", ":path in trailers", with_trailers((":path", "/smuggled"))),
        malformed("8.3", ":status in trailers", with_trailers((":status", "200"))),
        malformed("8.5", "CONNECT with :path and :scheme", h2.request(1, "/case", method="CONNECT"),
                  status(405)),
        case("8.5", "CONNECT", h2.request(1, None, method="CONNECT", scheme=None,
                                          authority="a.example:443"), status(405)),
        malformed("8.5", ":protocol with GET", h2.request(1, "/case", (":protocol", "websocket"))),
        malformed("8.5", ":protocol without :path", h2.request(
            1, None, (":protocol", "websocket"), method="CONNECT")),
        case("8.5", "unknown :protocol", h2.request(
            1, "/case", (":protocol", "nonsense"), method="CONNECT"), status(501), MALFORMED),
        case("9110 9.3.8", "TRACE", h2.request(1, "/case", method="TRACE"), status(405)),
    ]


def shape_cases() -> list[Case]:
    """§8.1 and limits: which frames a message is made of, and how much of it there may be."""
    many = [f"x{number}: a" for number in range(101)]
    long = [(f"x{number}", "a" * 510) for number in range(60)]
    too_long = stream_error(Code.ENHANCE_YOUR_CALM)
    return [
        malformed("8.1", "trailers without END_STREAM", with_trailers("x-sum: 1", flags=END_HEADERS)),
        malformed("8.1", "DATA after trailers that do not end",
                  with_trailers("x-sum: 1", flags=END_HEADERS) + h2.data(1, b"", END_STREAM)),
        case("8.4", "PUSH_PROMISE", h2.frame(
            Type.PUSH_PROMISE, END_HEADERS, 1, b"\0\0\0\2" + h2.block(h2.request_fields())), PROTOCOL),
        case("10.5.1", "101 fields", h2.request(1, "/case", *many), status(431)),
        case("10.5.1", "101 cookie crumbs",
             h2.request(1, "/case", *["cookie: a=b"] * 101), status(431)),
        case("10.5.1", "fields over 32 KiB, counted with 32 octets each",
             h2.headers(1, h2.block(h2.request_fields("/case")), END_STREAM)
             + h2.continuation(1, h2.block(long[:30]), 0) + h2.continuation(1, h2.block(long[30:])),
             status(431)),
        case("10.5.1", "block over 32 KiB",
             h2.headers(1, h2.block(h2.request_fields("/case")), END_STREAM)
             + h2.continuation(1, h2.literal("x", "a" * 16_000), 0) * 2
             + h2.continuation(1, h2.literal("z", "c" * 900)), CALM, status(431)),
        case("9110 15.5.15", ":path over 8 KiB", h2.request(1, "/" + "a" * 9000), status(414)),
        case("9110 10.1.1", "unknown expectation", post("expect: something"), status(417)),
        case("9110 6.5.1", "33 trailers",
             with_trailers(*(f"x{number}: a" for number in range(33))), status(431), too_long),
        case("9110 6.5.1", "trailers over 8 KiB", with_trailers("x: " + "a" * 9000), status(431),
             too_long),
    ]


def good_cases() -> list[Case]:
    """The other side of strictness: what the grammar allows must pass."""
    return [
        case("8.3.1", "Host equal to :authority", h2.request(1, "/", "host: a.example"), served()),
        case("8.3.1", "Host without :authority",
             h2.request(1, "/", "host: a.example", authority=None), served()),
        case("8.3.1", ":scheme https", h2.request(1, scheme="https"), served()),
        case("8.3.1", "unknown method", h2.request(1, method="FROB"), served()),
        case("8.3.1", "IPv6 with a port", h2.request(1, authority="[::1]:80"), served()),
        case("8.3", "pseudo-headers in another order",
             h2.headers(1, h2.block(h2.request_fields()[::-1])), served()),
        case("8.2.1", "empty value", with_field("x-test", ""), served()),
        case("8.2.1", "obs-text", with_field("x-test", "\xe4\xff"), served()),
        case("8.2.1", "HT within a value", with_field("x-test", "a\tb"), served()),
        case("8.2.1", "every octet of a token",
             with_field("x-!#$%&'*+^`|~09", "a"), served()),
        case("8.2.2", "te: trailers", with_field("te", "trailers"), served()),
        case("8.1.1", "length 0 with END_STREAM",
             h2.request(1, "/", "content-length: 0", method="POST"), served()),
        case("8.1.1", "length with zeros before it", post("content-length: 0005", body=b"hello"),
             served()),
        case("8.1.1", "DATA without a length", post(body=b"hello"), served()),
        case("8.1.1", "a GET with content", post(body=b"hello", method="GET"), served()),
        case("8.1", "empty trailers", with_trailers(), served()),
        case("8.1", "empty DATA, then the end",
             post(body=b"hello", end=0) + h2.data(1) + h2.data(1, b"", END_STREAM), served()),
        case("10.5.1", "80 fields", h2.request(1, "/", *[f"x{n}: a" for n in range(80)]), served()),
    ]


@pytest.fixture(scope="module", params=["http1", "http2"])
def peers(request, make_shared):
    if request.param == "http1":
        origin = make_shared.origin()
        return make_shared.serve(origin), origin
    origin = make_shared.h2_origin()
    return make_shared.serve_h2(origin), origin


@pytest.mark.parametrize("case", field_cases() + length_cases() + pseudo_cases() + shape_cases(),
                         ids=str)
def test_refused(peers, case: Case):
    portico, origin = peers
    before = len(origin.requests)
    check(case, portico)
    origin.wait(lambda: any(r.target == "/usable" for r in origin.requests[before:])
                or {PROTOCOL, CALM} & set(case.outcomes))
    assert {request.target for request in origin.requests[before:]} <= {"/usable"}
    assert not origin.errors


@pytest.mark.parametrize("case", good_cases(), ids=str)
def test_served(peers, case: Case):
    portico, origin = peers
    check(case, portico)
    assert not origin.errors


def test_content_beyond_a_length_of_zero_goes_nowhere(peers):
    """The request was whole with its head; what follows is malformed and no second request."""
    portico, origin = peers
    before = len(origin.requests)
    check(malformed("8.1.1", "length 0 and DATA", post("content-length: 0", body=b"GET /smuggled HTTP/1.1")),
          portico)
    origin.wait(lambda: any(r.target == "/usable" for r in origin.requests[before:]))
    assert all(r.target in ("/case", "/usable") and not r.body for r in origin.requests[before:])


def test_refusals_have_a_counter(make):
    portico = make.serve(make.origin())
    assert not portico.statistics()["refusals"]
    check(malformed("8.2.1", "uppercase", with_field("X-Test", "a")), portico)
    check(malformed("8.1.1", "length", post("content-length: 5", body=b"four")), portico)
    assert sum(portico.statistics()["refusals"].values()) == 2, portico.statistics()


def test_refused_list_limit_is_advertised(peers):
    with peers[0].h2() as client:
        assert client.peer[Setting.MAX_HEADER_LIST_SIZE] == 32 << 10
        assert client.peer[Setting.MAX_CONCURRENT_STREAMS] == 100
        assert client.peer[Setting.INITIAL_WINDOW_SIZE] in (65_535, 65_536)
        assert client.peer.get(Setting.ENABLE_PUSH, 0) == 0


def test_response_head_over_the_clients_limit_is_502(make):
    """It is advice about one message (RFC 9113 §6.5.2): the connection goes on."""
    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            connection.answer(b"", "X-Large: " + "x" * int(request.target[1:]))
    portico = make.serve(make.origin(script))
    with portico.h2(settings={Setting.MAX_HEADER_LIST_SIZE: 4096}) as client:
        for length, status in ((3000, 200), (4000, 502), (10, 200)):
            assert client.request(f"/{length}").status == status, length


def test_dropped_and_forbidden_fields(peers):
    """What HTTP/1.1 does with fields holds here, too."""
    portico, origin = peers
    with portico.h2() as client:
        client.request("/case", "x_odd: 1", "x-forwarded-for: 6.6.6.6", "http2-settings: AAAA",
                       "proxy-authorization: secret", "accept: */*")
    names = {name.lower() for name, _ in origin.requests[-1].fields}
    assert "accept" in names and not names & {"x_odd", "http2-settings", "te"}
    assert "6.6.6.6" not in str(origin.requests[-1].fields)


def test_forbidden_trailers_are_stripped(peers):
    portico, origin = peers
    with portico.h2() as client:
        client.request("/trailers", "te: trailers", method="POST", body=b"content", trailers=h2.pairs(
            "host: b.example", "content-length: 5", "authorization: x", "cookie: a", "x-sum: 1"))
    assert [(n.lower(), v) for n, v in origin.requests[-1].trailers] == [("x-sum", "1")]


def test_length_is_forwarded_normalised(peers):
    portico, origin = peers
    with portico.h2() as client:
        answer = client.request(method="POST", body=b"hello")
        assert json.loads(answer.body)["body_length"] == 5
        client.request("/", "content-length: 0005", method="POST", body=b"hello")
    assert origin.requests[-1]["content-length"] == "5"


def test_expectation_is_answered(peers):
    portico, _ = peers
    with portico.h2() as client:
        stream = client.open("/", "expect: 100-continue", method="POST", end=False)
        client.wait(lambda: stream.interim, "100 Continue")
        assert stream.interim[0] == [(":status", "100")]
        client.send_data(stream, b"content")
        assert json.loads(client.finish(stream).body)["body_length"] == 7
