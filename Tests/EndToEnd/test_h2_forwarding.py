"""HTTP/2 in front, behind, or both: requests and responses arrive whole and as they were meant."""

from __future__ import annotations

import hashlib
import json
import os

import pytest

import h2frames as h2
from h2pairs import PAIRS, Pair
from wire import names, value

MIB = 1 << 20


@pytest.fixture(params=PAIRS, ids=" to ".join)
def pair(request, make) -> Pair:
    return Pair(make, *request.param)


@pytest.fixture
def echoing(pair):
    origin = pair.origin()
    with pair.client(pair.serve(origin)) as client:
        yield client, origin


def lowered(fields: h2.Fields) -> h2.Fields:
    return [(name.lower(), text) for name, text in fields]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "FROB"])
def test_methods_and_targets(echoing, method: str):
    client, origin = echoing
    target = "/a/b;c=d/%20?x=1&y=%2F"
    assert client.request(target, method=method).status == 200
    assert (origin.requests[-1].method, origin.requests[-1].target) == (method, target)


def test_authority_and_scheme(echoing, pair):
    client, origin = echoing
    client.request(authority="shop.example:8080")
    seen = lowered(origin.requests[-1].fields)
    assert value(seen, "host" if pair.back == "http1" else ":authority") == "shop.example:8080"
    if pair.back == "http2":
        assert value(seen, ":scheme") == "http"
        assert names(seen[:4]) == {":method", ":scheme", ":authority", ":path"}
        assert "host" not in names(seen)


@pytest.mark.parametrize("size", [0, 1, 16_383, 16_384, 16_385, 65_535, 65_536, 3 * MIB])
def test_content_of_every_size(pair, size: int):
    content = os.urandom(size)

    def handler(exchange) -> None:
        exchange.answer(bytes(exchange.read().body))
    with pair.client(pair.serve(pair.origin(handler))) as client:
        for _ in range(2):
            response = client.request(method="POST", body=content)
            assert response.status == 200 and bytes(response.body) == content


def test_content_without_a_length(pair):
    """In pieces that nobody announced."""
    def handler(exchange) -> None:
        exchange.read().head()
        for piece in (b"one", b"two" * 5000, b"three"):
            exchange.send(piece, end=False)
        exchange.send(b"", end=True)
    with pair.client(pair.serve(pair.origin(handler))) as client:
        stream = client.open(method="POST", end=False)
        client.send_data(stream, b"content")
        response = client.finish(stream)
        assert bytes(response.body) == b"one" + b"two" * 5000 + b"three"
        assert response["content-length"] is None


def test_both_directions_at_once(pair):
    """The response begins before the request's content ends, and neither waits for the other."""
    def handler(exchange) -> None:
        if pair.back == "http1":
            exchange.head()
            exchange.read()
            exchange.send(bytes(exchange.body))
        else:
            exchange.head()
            exchange.connection.wait(lambda: exchange.body, "the first piece")
            exchange.send(b"early", end=False)
            exchange.send(bytes(exchange.read().body))
    if pair.front == "http1":
        pytest.skip("a client of HTTP/1.1 reads when it has sent")
    with pair.client(pair.serve(pair.origin(handler))) as client:
        stream = client.open(method="POST", end=False)
        client.send_data(stream, b"first,", end=False)
        client.wait(lambda: stream.fields, "the head while content is owed")
        client.send_data(stream, b"second")
        assert bytes(client.finish(stream).body).endswith(b"first,second")


def test_request_trailers(echoing):
    client, origin = echoing
    client.request("/", "te: trailers", method="POST", body=b"content",
                   trailers=[("x-sum", "1"), ("x-more", "a b")])
    assert lowered(origin.requests[-1].trailers) == [("x-sum", "1"), ("x-more", "a b")]
    assert bytes(origin.requests[-1].body) == b"content"


def test_response_trailers(pair):
    def handler(exchange) -> None:
        exchange.read()
        exchange.head("trailer: x-sum")
        exchange.send(b"content", end=False)
        exchange.finish("x-sum: 1", "x-more: a b")
    with pair.client(pair.serve(pair.origin(handler))) as client:
        response = client.request("/", "te: trailers")
        assert bytes(response.body) == b"content"
        assert lowered(response.trailers) == [("x-sum", "1"), ("x-more", "a b")]
        assert client.request("/", "te: trailers").status == 200


def test_interim_responses(pair):
    def handler(exchange) -> None:
        exchange.read()
        for number in range(3):
            exchange.head(f"link: </{number}>; rel=preload", status=103)
        exchange.answer(b"final")
    with pair.client(pair.serve(pair.origin(handler))) as client:
        response = client.request()
        links = [value(getattr(interim, "fields", interim), "link") for interim in response.interim]
        assert links == [f"</{number}>; rel=preload" for number in range(3)]
        assert response.status == 200 and bytes(response.body) == b"final"


@pytest.mark.parametrize("status", [204, 304])
def test_responses_without_content(pair, status: int):
    def handler(exchange) -> None:
        exchange.read().head("etag: x", status=status, end=True)
    with pair.client(pair.serve(pair.origin(handler))) as client:
        for _ in range(3):
            response = client.request()
            assert response.status == status and not response.body and response["etag"] == "x"


def test_head_keeps_the_length(pair):
    def handler(exchange) -> None:
        exchange.read().head("content-length: 12345", end=True)
    with pair.client(pair.serve(pair.origin(handler))) as client:
        for _ in range(2):
            response = client.request(method="HEAD")
            assert response["content-length"] == "12345" and not response.body


def test_fields_pass_and_hop_by_hop_ones_do_not(pair):
    def handler(exchange) -> None:
        hop_by_hop = ["Connection: x-gone", "X-Gone: 1", "Keep-Alive: timeout=9"] \
            if pair.back == "http1" else []
        exchange.read().answer(b"", "Set-Cookie: a=1" if pair.back == "http1" else "set-cookie: a=1",
                               "set-cookie: b=2", "x-empty: ", "x-multi: 1", "x-multi: 2", *hop_by_hop)
    origin = pair.origin(handler)
    with pair.client(pair.serve(origin)) as client:
        more = ["Connection: x-gone", "X-Gone: 1"] if pair.front == "http1" else []
        response = client.request("/", "x-first: 1", "x-multi: 1", "x-multi: 2", "x-empty: ", *more)
    seen = lowered(origin.requests[-1].fields)
    assert [text for name, text in seen if name == "x-multi"] in (["1", "2"], ["1, 2"])
    assert ("x-empty", "") in seen and "x-gone" not in names(seen)
    assert "connection" not in names(seen) or pair.back == "http1"
    answered = lowered(response.fields)
    assert [text for name, text in answered if name == "set-cookie"] == ["a=1", "b=2"]
    assert ("x-empty", "") in answered and "x-gone" not in names(answered)
    assert [text for name, text in answered if name == "x-multi"] in (["1", "2"], ["1, 2"])


def test_cookies_are_joined(pair):
    """RFC 9113 §8.2.3; what HTTP/2 cut apart must be one field before HTTP/1.1."""
    origin = pair.origin()
    with pair.client(pair.serve(origin)) as client:
        crumbs = ["cookie: a=1", "cookie: b=2", "cookie: c=3"] if pair.front == "http2" \
            else ["cookie: a=1; b=2; c=3"]
        client.request("/", *crumbs)
    cookies = [text for name, text in lowered(origin.requests[-1].fields) if name == "cookie"]
    assert "; ".join(cookies) == "a=1; b=2; c=3"
    assert pair.back == "http2" or len(cookies) == 1


def test_forwarding_fields(echoing, pair):
    client, origin = echoing
    response = client.request("/", "x-forwarded-for: 6.6.6.6", "x-forwarded-proto: https")
    seen = lowered(origin.requests[-1].fields)
    assert value(seen, "x-forwarded-for") == "127.0.0.1"
    assert value(seen, "x-forwarded-proto") == "http"
    version = {"http1": "1.1", "http2": "2.0"}
    assert value(seen, "via") == f"{version[pair.front]} portico"
    assert response["via"] == f"{version[pair.back]} portico"


def test_host_of_the_cluster(pair):
    origin = pair.origin()
    with pair.client(pair.serve(origin, cluster={"host": "api.internal:8080"})) as client:
        client.request()
    seen = lowered(origin.requests[-1].fields)
    assert value(seen, "host" if pair.back == "http1" else ":authority") == "api.internal:8080"


def test_large_fields_in_many_frames(echoing):
    """More than one frame's worth, both ways, and equally large again from the table."""
    client, origin = echoing
    large = [f"x-{number}: {'v' * 3000}" for number in range(9)]
    for _ in range(2):
        response = client.request("/", *large)
        assert sum(len(text) for _, text in origin.requests[-1].fields) > 27_000
        assert len(response.body) > 27_000


def test_large_response_fields(pair):
    def handler(exchange) -> None:
        exchange.read().answer(b"x", *[f"x-{n}: {'v' * 3000}" for n in range(12)])
    with pair.client(pair.serve(pair.origin(handler))) as client:
        for _ in range(2):
            assert sum(len(text) for _, text in client.request().fields) > 36_000


def test_expectations_pass(pair):
    """Nobody waits for the other's 100: the client gets one, and the content arrives."""
    origin = pair.origin()
    with pair.client(pair.serve(origin)) as client:
        stream = client.open("/", "expect: 100-continue", "content-length: 7", method="POST", end=False)
        client.send_data(stream, b"content")
        response = client.finish(stream)
    assert json.loads(response.body)["body_length"] == 7


def test_32_mebibytes_both_ways(pair):
    content = os.urandom(32 * MIB)
    digest = hashlib.sha256(content).digest()

    def handler(exchange) -> None:
        body = bytes(exchange.read().body)
        assert hashlib.sha256(body).digest() == digest
        exchange.answer(content)
    portico = pair.serve(pair.origin(handler))
    before = portico.resident()
    with pair.client(portico) as client:
        response = client.request(method="POST", body=content)
        assert hashlib.sha256(response.body).digest() == digest
    assert portico.resident() - before < 8 * MIB


def test_own_answers(pair):
    """Errors of the daemon itself, in the client's protocol."""
    with pair.client(pair.serve("127.0.0.1:1")) as client:
        response = client.request()
        assert response.status == 503 and response["retry-after"]
        assert client.request(method="HEAD").status == 503


def test_response_that_ends_with_its_head_and_says_no_length(pair):
    """HTTP/1.1 has no other way to say so than a length of 0."""
    def handler(exchange) -> None:
        exchange.read().head(end=True)
    with pair.client(pair.serve(pair.origin(handler))) as client:
        for _ in range(2):
            response = client.request()
            assert response.status == 200 and response.body == b""
