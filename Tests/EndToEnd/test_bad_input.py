"""Malformed requests: each gets its status and a close, and no backend hears of it.

Rules and sections are those of RFC 9112 (message framing, lines, fields) and RFC 9110 (targets, Host).
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from wire import Wire


@dataclass
class Case:
    name: str
    wire: bytes
    status: int | tuple[int, ...] = 400

    def __str__(self) -> str:
        return self.name


def get(*fields: str | bytes, line: str | bytes = "GET / HTTP/1.1", host: str | None = "a.example",
        body: bytes = b"") -> bytes:
    lines = [line, *([f"Host: {host}"] if host is not None else []), *fields]
    encoded = [part if isinstance(part, bytes) else part.encode("latin-1") for part in lines]
    return b"\r\n".join(encoded) + b"\r\n\r\n" + body


def post(*fields: str | bytes, body: bytes = b"") -> bytes:
    return get(*fields, line="POST /upload HTTP/1.1", body=body)


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n"
CHUNKED_BODY = b"5\r\nhello\r\n0\r\n\r\n"


def framing_cases() -> list[Case]:
    """RFC 9112 §6, §7 and RFC 9110 §8.6: what says where the message ends."""
    te = "Transfer-Encoding"
    cases = [
        Case("length and coding", post("Content-Length: 5", f"{te}: chunked", body=CHUNKED_BODY)),
        Case("coding and length", post(f"{te}: chunked", "Content-Length: 5", body=CHUNKED_BODY)),
        Case("coding and length 0 with a request after",
             post(f"{te}: chunked", "Content-Length: 0", body=b"0\r\n\r\n" + SMUGGLED)),
        Case("empty coding and length", post(f"{te}: ", "Content-Length: 5", body=b"hello")),
        Case("coding on HTTP/1.0",
             get(f"{te}: chunked", line="POST / HTTP/1.0", body=CHUNKED_BODY)),
        Case("whitespace before the coding's colon", post(f"{te} : chunked", body=CHUNKED_BODY)),
        Case("folded coding", post(f"{te}:\r\n chunked", body=CHUNKED_BODY)),
        Case("two codings in two fields",
             post(f"{te}: chunked", f"{te}: chunked", body=CHUNKED_BODY)),
        Case("two fields, the second unknown",
             post(f"{te}: chunked", f"{te}: identity", body=CHUNKED_BODY), (400, 501)),
        Case("known coding before chunked", post(f"{te}: gzip, chunked", body=CHUNKED_BODY), 501),
        Case("chunked is not final", post(f"{te}: chunked, gzip", body=CHUNKED_BODY), (400, 501)),
    ]
    for coding in ("xchunked", "identity", "gzip"):
        cases.append(Case(f"coding {coding}", post(f"{te}: {coding}", body=b"hello"), (400, 501)))
    for coding in ('"chunked"', "chunked, chunked", "chunked;q=1", ", chunked", "chunked,",
                   "\x0bchunked", "chunked\x0c", "chunked\x00", "chun ked"):
        cases.append(Case(f"coding {coding!r}", post(f"{te}: {coding}", body=CHUNKED_BODY),
                          (400, 501) if coding in ("chunked;q=1", "chun ked") else 400))
    for length in ("+5", "-5", "0x5", "5_0", "5.0", "5 6", "", "5\x00", "\x0b5", "\xb25", "5,", ",5",
                   "5, 5", "5, 6", "9223372036854775808", "18446744073709551616",
                   "18446744073709551621", "9" * 40):
        cases.append(Case(f"length {length[:24]!r}",
                          post(f"Content-Length: {length}", body=b"hello"),
                          (400, 413) if length.startswith("9223") else 400))
    cases += [
        Case("two different lengths",
             post("Content-Length: 5", "Content-Length: 6", body=b"hello")),
        Case("two equal lengths", post("Content-Length: 5", "Content-Length: 5", body=b"hello")),
        Case("unknown expectation", post("Expect: something", "Content-Length: 0"), 417),
        Case("two expectations", post("Expect: 100-continue, x", "Content-Length: 5"), 417),
        Case("quoted expectation", post('Expect: "100-continue"', "Content-Length: 5"), 417),
    ]
    return cases


def line_cases() -> list[Case]:
    """RFC 9112 §2 to §5: lines, request line, field lines."""
    cases = [
        Case("bare LF after the request line", b"GET / HTTP/1.1\nHost: a.example\r\n\r\n"),
        Case("bare LF after a field", b"GET / HTTP/1.1\r\nHost: a.example\n\r\n"),
        Case("bare LF at the end", b"GET / HTTP/1.1\r\nHost: a.example\r\n\n"),
        Case("bare CR in a value", get("X: a\rb")),
        Case("CR CR LF", b"GET / HTTP/1.1\r\r\nHost: a.example\r\n\r\n"),
        Case("CR only", b"GET / HTTP/1.1\rHost: a.example\r\r"),
        Case("three empty lines before", b"\r\n\r\n\r\n" + get()),
        Case("folded field", get("X: a\r\n b")),
        Case("folded first field", b"GET / HTTP/1.1\r\n Host: a.example\r\n\r\n"),
        Case("whitespace line after the request line",
             b"GET / HTTP/1.1\r\n \r\nHost: a.example\r\n\r\n"),
        Case("no colon", get("nonsense")),
        Case("empty name", get(": value")),
        Case("HTTP/0.9", b"GET /\r\n"),
        Case("no target", b"GET HTTP/1.1\r\nHost: a.example\r\n\r\n"),
        Case("TLS ClientHello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x5a" * 32),
        Case("binary", b"\x00\x01\x02\x03"),
        Case("method of 33 octets", get(line="A" * 33 + " / HTTP/1.1")),
        Case("version 2.0 as text", get(line="GET / HTTP/2.0"), 505),
        Case("version 9.9", get(line="GET / HTTP/9.9"), 505),
        Case("section over 32 KiB", get("X: " + "a" * 40_000), 431),
        Case("over 32 KiB in many fields", get(*[f"X{i}: " + "a" * 900 for i in range(60)]), 431),
        Case("101 fields", get(*[f"X{i}: a" for i in range(101)]), 431),
        Case("target over 8 KiB", get(line="GET /" + "a" * 9000 + " HTTP/1.1"), 414),
        Case("target over 8 KiB without an end", b"GET /" + b"a" * 9000, 414),
    ]
    for name in ("X ", "X\t", "X Y", "X[", "X\x00", "X\x7f", "X\xc3\xa4", "X(", "X\x01", "X/"):
        cases.append(Case(f"field name {name!r}", get(f"{name}: value")))
    for octet in (0x00, 0x01, 0x07, 0x08, 0x0B, 0x0C, 0x1B, 0x1F, 0x7F):
        cases.append(Case(f"0x{octet:02x} in a value", get(b"X: a" + bytes([octet]) + b"b")))
    for line in ("GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET\t/ HTTP/1.1", "GET /\tHTTP/1.1",
                 " GET / HTTP/1.1", "GET / HTTP/1.1 ", "GET / a HTTP/1.1"):
        cases.append(Case(f"request line {line!r}", get(line=line)))
    for method in ("G(T", "G\x00T", "GE\xc4T", "G@T", '"GET"'):
        cases.append(Case(f"method {method!r}", get(line=f"{method} / HTTP/1.1")))
    for version in ("HTTP/01.1", "http/1.1", "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/1.1.1", "HTTP1.1",
                    "HTTP/1.1x", "HTTPS/1.1", "HTTP/+1.1", "HTTP/1,1", "HTTP /1.1"):
        cases.append(Case(f"version {version!r}", get(line=f"GET / {version}")))
    return cases


def target_cases() -> list[Case]:
    """RFC 9112 §3.2, RFC 3986 and RFC 9110 §7.2: targets and Host."""
    cases = [
        Case("GET *", get(line="GET * HTTP/1.1")),
        Case("CONNECT", get(line="CONNECT a.example:443 HTTP/1.1"), 405),
        Case("TRACE", get(line="TRACE / HTTP/1.1"), 405),
        Case("absolute-form and another Host", get(line="GET http://b.example/ HTTP/1.1")),
        Case("absolute-form with userinfo",
             get(line="GET http://user@a.example/ HTTP/1.1")),
        Case("absolute-form of a foreign scheme", get(line="GET ftp://a.example/ HTTP/1.1")),
        Case("absolute-form without a host", get(line="GET http:/// HTTP/1.1")),
        Case("relative target", get(line="GET index.html HTTP/1.1")),
        Case("authority-form for GET", get(line="GET a.example:80 HTTP/1.1")),
        Case("no Host", get(host=None)),
        Case("two equal Hosts", get("Host: a.example")),
        Case("two Hosts", get("Host: b.example")),
    ]
    for target in ("/a\x01", "/a\x00b", "/a\x7f", "/a#b", "/\xe4", "/..", "/../etc/passwd",
                   "/a/../../b", "/%2e%2e", "/a/%2E%2e/..", "/%00", "/a%0", "/%zz", "/%", "/a\\b"):
        cases.append(Case(f"target {target!r}", get(line=f"GET {target} HTTP/1.1")))
    for host in ("", "a.example, b.example", "a b", "a.example/path", "user@a.example", "a.example:x",
                 "a.example:65536", "a.example:99999999999999999999", "a.example:80:80", "[::1",
                 "[::g]", "::1", "[1:2]", "a\x00b", "a?b", "a#b", "a.example:-1", ":80"):
        cases.append(Case(f"Host {host!r}", get(host=host)))
    return cases


def chunk_cases() -> list[Case]:
    """RFC 9112 §7.1: the head is good, the content is not."""
    def chunked(body: bytes) -> bytes:
        return post("Transfer-Encoding: chunked", body=body)

    cases = [
        Case("bare LF after the size", chunked(b"5\nhello\r\n0\r\n\r\n")),
        Case("bare LF after the data", chunked(b"5\r\nhello\n0\r\n\r\n")),
        Case("bare LF after an extension", chunked(b"5;a=b\nhello\r\n0\r\n\r\n")),
        Case("bare LF after an empty extension", chunked(b"5;\nhello\r\n0\r\n\r\n")),
        Case("CR in an extension", chunked(b"5;a\rb\r\nhello\r\n0\r\n\r\n")),
        Case("NUL in an extension", chunked(b"5;a\x00\r\nhello\r\n0\r\n\r\n")),
        Case("extension without a name", chunked(b"5;=b\r\nhello\r\n0\r\n\r\n")),
        Case("extension that is no token", chunked(b"5;a=(b)\r\nhello\r\n0\r\n\r\n")),
        Case("extension over 256 octets",
             chunked(b"5;a=" + b"b" * 300 + b"\r\nhello\r\n0\r\n\r\n")),
        Case("extensions over 16 KiB",
             chunked((b"1;a=" + b"b" * 200 + b"\r\nx\r\n") * 100 + b"0\r\n\r\n")),
        Case("data longer than its size", chunked(b"5\r\nhello!\r\n0\r\n\r\n")),
        Case("data shorter than its size", chunked(b"6\r\nhello\r\n0\r\n\r\n")),
        Case("no CRLF after the data", chunked(b"5\r\nhello0\r\n\r\n")),
        Case("a request where the last CRLF belongs", chunked(b"0\r\n" + SMUGGLED)),
        Case("trailer without a colon", chunked(b"0\r\nnonsense\r\n\r\n")),
        Case("trailer with whitespace before the colon", chunked(b"0\r\nX : a\r\n\r\n")),
        Case("folded trailer", chunked(b"0\r\nX: a\r\n b\r\n\r\n")),
        Case("bare LF in trailers", chunked(b"0\r\nX: a\n\r\n")),
        Case("NUL in a trailer", chunked(b"0\r\nX: a\x00\r\n\r\n")),
        Case("trailers over 8 KiB", chunked(b"0\r\nX: " + b"a" * 9000 + b"\r\n\r\n"), 431),
        Case("33 trailers",
             chunked(b"0\r\n" + b"".join(b"X%d: a\r\n" % i for i in range(33)) + b"\r\n"), 431),
    ]
    for size in ("0x5", "+5", "-1", "1_0", " 5", "", "5 ", "5\t", "g", "8000000000000000",
                 "FFFFFFFFFFFFFFFF", "10000000000000005", "0" * 17 + "5", "0" * 5000 + "5"):
        cases.append(Case(f"chunk-size {size[:20]!r} of {len(size)} octets",
                          chunked(size.encode() + b"\r\nhello\r\n0\r\n\r\n")))
    return cases


HEAD_CASES = framing_cases() + line_cases() + target_cases()


@pytest.fixture(scope="module")
def peers(make_shared):
    origin = make_shared.origin()
    # Deadlines longer than the tests': an answer that comes only with a deadline is a failure.
    return make_shared.serve(origin, listener={"timeouts": {"head": "60s", "select": "60s"}}), origin


def cuts_of(wire: bytes) -> list[list[int]]:
    """Nothing cut; cut in the middle; around each of the first line ends; the last octet apart."""
    line_end = wire.find(b"\n")
    head_end = wire.find(b"\r\n\r\n")
    return [
        [],
        [1, len(wire) // 2],
        [line_end - 1, line_end, line_end + 1],
        [head_end + 1, head_end + 3, len(wire) - 1],
    ]


def answer(portico, wire: bytes, cuts: list[int]) -> int:
    with portico.connect() as client:
        client.send_in_pieces(wire, cuts)
        response = client.response()
        assert response.closes, f"no Connection: close with {response.status}"
        client.expect_end()
        return response.status


def allowed(case: Case) -> tuple[int, ...]:
    return case.status if isinstance(case.status, tuple) else (case.status,)


@pytest.mark.parametrize("case", HEAD_CASES, ids=str)
def test_refused_head_reaches_no_backend(peers, case: Case):
    portico, origin = peers
    before = len(origin.heads), origin.accepted
    for cuts in cuts_of(case.wire):
        assert answer(portico, case.wire, cuts) in allowed(case), f"cut at {cuts}"
    assert (len(origin.heads), origin.accepted) == before, "the backend was bothered"


@pytest.mark.parametrize("case", chunk_cases(), ids=str)
def test_refused_content_never_completes_a_request(peers, case: Case):
    portico, origin = peers
    before = len(origin.requests)
    for cuts in cuts_of(case.wire):
        assert answer(portico, case.wire, cuts) in allowed(case), f"cut at {cuts}"
    origin.wait_idle()
    assert len(origin.requests) == before, "a backend took the request for a whole one"
    assert not origin.errors


def test_nothing_after_a_refused_request_is_served(peers):
    portico, origin = peers
    before = origin.accepted
    assert answer(portico, get("X : a") + SMUGGLED * 3, []) == 400
    assert origin.accepted == before


def test_refusal_comes_while_the_client_still_sends(peers):
    """The whole answer must arrive although octets of the request are unread (no RST first)."""
    portico, _ = peers
    with portico.connect() as client:
        client.send(post("Content-Length: +5") + b"x" * 100_000)
        assert client.response().status == 400
        client.expect_end()


def test_requests_before_a_bad_one_are_served(peers):
    portico, _ = peers
    with portico.connect() as client:
        client.send(get() + get() + get("X : a"))
        assert [client.response().status for _ in range(3)] == [200, 200, 400]
        client.expect_end()


@pytest.mark.parametrize("name", ["Content_Length", "Transfer_Encoding", "X.Odd", "X_Odd"])
def test_odd_names_are_dropped(peers, name: str):
    portico, origin = peers
    response = portico.get("/", f"{name}: 7")
    assert response.status == 200
    assert name.lower() not in {field.lower() for field, _ in origin.heads[-1].fields}


def test_odd_names_can_be_rejected_or_kept(make):
    origin = make.origin()
    for choice, status in (("reject", 400), ("keep", 200)):
        portico = make.serve(
            origin, listener={"protocols": {"http1": {"odd_field_names": choice}}})
        assert portico.get("/", "X_Odd: 7").status == status
    assert origin.heads[-1]["x_odd"] == "7"


def test_valid_oddities_are_served(peers):
    """The other side of strictness: what the grammar allows must pass."""
    portico, origin = peers
    for wire in (
        b"\r\n\r\n" + get(),
        get("X: \t value \t"),
        get("X:"),
        get(b"X: \xe4\xff"),
        get("X-!#$%&'*+-.^`|~9: token".replace(".", "")),
        get(line="GET /?a=b?c/%zz".replace("%zz", "%25") + " HTTP/1.1"),
        get(line="GET /a;b=c//d HTTP/1.1"),
        get(line="GET http://a.example HTTP/1.1"),
        get(line="GET HTTP://A.example:80/ HTTP/1.1", host="A.example:80"),
        get(line="GET / HTTP/1.2"),
        get(line="FROB / HTTP/1.1"),
        get(host="a.example:"),
        get(host="[::1]:80"),
        post("Content-Length: 0005", body=b"hello"),
        post("Transfer-Encoding: Chunked", body=b"5;a=b;c=\"d\\\"e\"\r\nhello\r\n0005\r\nworld\r\n"
             b"0\r\nX-Sum: 1\r\n\r\n"),
    ):
        with portico.connect() as client:
            assert client.send(wire).response().status == 200, wire
    posted = [request for request in origin.requests if request.method == "POST"][-2:]
    assert [request.body for request in posted] == [b"hello", b"helloworld"]
    assert posted[0]["content-length"] == "5", "the length is forwarded as a number, not as text"


def test_client_that_resets_at_once_hurts_nobody(peers):
    portico, _ = peers
    for wire in (b"", b"GET", get(), post("Content-Length: 10", body=b"abc")):
        client = portico.connect()
        client.send(wire)
        client.reset()
    assert portico.get().status == 200
    assert isinstance(portico.connect(), Wire)
