"""Backends that break the rules: 502 before the head is on its way, a visible end after it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from origins import OriginConnection
from wire import DEADLINE, Truncated


@dataclass
class Case:
    name: str
    wire: bytes

    def __str__(self) -> str:
        return self.name


def head(*fields: str | bytes, line: str | bytes = "HTTP/1.1 200 OK") -> bytes:
    lines = [part if isinstance(part, bytes) else part.encode("latin-1") for part in (line, *fields)]
    return b"\r\n".join(lines) + b"\r\n\r\n"


CHUNKED = "Transfer-Encoding: chunked"

HEAD_CASES = [
    Case("length and coding", head("Content-Length: 5", CHUNKED) + b"5\r\nhello\r\n0\r\n\r\n"),
    Case("two different lengths", head("Content-Length: 5", "Content-Length: 6") + b"hello"),
    Case("length list", head("Content-Length: 5, 6") + b"hello"),
    Case("negative length", head("Content-Length: -5") + b"hello"),
    Case("length that overflows", head("Content-Length: 18446744073709551621") + b"hello"),
    Case("coding on HTTP/1.0", head(CHUNKED, line="HTTP/1.0 200 OK") + b"0\r\n\r\n"),
    Case("unknown coding", head("Transfer-Encoding: gzip") + b"hello"),
    Case("coding after chunked", head("Transfer-Encoding: chunked, gzip") + b"0\r\n\r\n"),
    Case("two codings", head(CHUNKED, CHUNKED) + b"0\r\n\r\n"),
    Case("NUL in a value", head("X: a\x00b", "Content-Length: 0")),
    Case("control character in a value", head("X: a\x01b", "Content-Length: 0")),
    Case("bare CR in a value", head("X: a\rb", "Content-Length: 0")),
    Case("space in a name", head("X Y: a", "Content-Length: 0")),
    Case("no colon", head("nonsense", "Content-Length: 0")),
    Case("folded field", head("X: a\r\n b", "Content-Length: 0")),
    Case("bare LF", b"HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
    Case("status 099", head("Content-Length: 0", line="HTTP/1.1 099 Low")),
    Case("status 600", head("Content-Length: 0", line="HTTP/1.1 600 High")),
    Case("status of two digits", head("Content-Length: 0", line="HTTP/1.1 20 OK")),
    Case("status of four digits", head("Content-Length: 0", line="HTTP/1.1 2000 OK")),
    Case("status that is no number", head("Content-Length: 0", line="HTTP/1.1 2x0 OK")),
    Case("version 2", head("Content-Length: 0", line="HTTP/2 200 OK")),
    Case("version 2.0", head("Content-Length: 0", line="HTTP/2.0 200 OK")),
    Case("another protocol", head(line="ICY 200 OK")),
    Case("garbage", b"\x15\x03\x01\x00\x02\x02\x28" * 5 + b"\r\n\r\n"),
    Case("head over 64 KiB", head("X: " + "a" * 70_000, "Content-Length: 0")),
    Case("over 200 fields", head(*[f"X{i}: a" for i in range(210)], "Content-Length: 0")),
    Case("101 that nobody asked for", head("Upgrade: websocket", "Connection: upgrade",
                                           line="HTTP/1.1 101 Switching Protocols")),
    Case("over 20 interim responses",
         head(line="HTTP/1.1 102 Processing") * 21 + head("Content-Length: 0")),
    Case("end of stream at once", b""),
    Case("end of stream within the head", b"HTTP/1.1 200 OK\r\nContent-Le"),
]

CONTENT_CASES = [
    Case("end of stream within the length", head("Content-Length: 10") + b"hello"),
    Case("end of stream within a chunk", head(CHUNKED) + b"a\r\nhello"),
    Case("end of stream without the last chunk", head(CHUNKED) + b"5\r\nhello\r\n"),
    Case("end of stream before the last CRLF", head(CHUNKED) + b"5\r\nhello\r\n0\r\n"),
    Case("bad chunk-size", head(CHUNKED) + b"5\r\nhello\r\n0x5\r\nhello\r\n0\r\n\r\n"),
    Case("chunk-size that overflows", head(CHUNKED) + b"5\r\nhello\r\nFFFFFFFFFFFFFFFFF\r\n"),
    Case("no CRLF after the data", head(CHUNKED) + b"5\r\nhelloXX0\r\n\r\n"),
    Case("bare LF after the size", head(CHUNKED) + b"5\r\nhello\r\n5\nhello\r\n0\r\n\r\n"),
    Case("malformed trailer", head(CHUNKED) + b"5\r\nhello\r\n0\r\nnonsense\r\n\r\n"),
]


def scripted(wire: bytes):
    """Answers every request with those octets and ends the stream."""
    def script(connection: OriginConnection) -> None:
        if connection.read_request():
            connection.send(wire)
    return script


@pytest.fixture(scope="module")
def peers(make_shared):
    origin = make_shared.origin()
    return make_shared.serve(origin), origin


@pytest.mark.parametrize("case", HEAD_CASES, ids=str)
def test_bad_head_is_502(peers, case: Case):
    portico, origin = peers
    origin.script = scripted(case.wire)
    response = portico.get()
    assert response.status == 502
    assert b"hello" not in response.body
    origin.wait_idle()


@pytest.mark.parametrize("case", CONTENT_CASES, ids=str)
def test_bad_content_ends_visibly(peers, case: Case):
    """The client must be able to tell a broken answer from a whole one."""
    portico, origin = peers
    origin.script = scripted(case.wire)
    with portico.connect() as client:
        try:
            response = client.request()
        except (Truncated, ConnectionResetError):
            client.expect_end()
        else:
            assert response.status == 502, f"a broken answer looked whole: {response}"
    origin.wait_idle()


@pytest.mark.parametrize("case", CONTENT_CASES, ids=str)
def test_bad_content_ends_visibly_for_http_1_0(peers, case: Case):
    """Without chunks the end of the connection is the end of the content: it must be a reset."""
    portico, origin = peers
    origin.script = scripted(case.wire)
    with portico.connect() as client:
        try:
            response = client.request(version="1.0")
        except (Truncated, ConnectionResetError):
            pass
        else:
            assert response.status == 502, f"a broken answer looked whole: {response}"


@pytest.mark.parametrize("name, wire, method, status, body", [
    ("content after 204", head(line="HTTP/1.1 204 No Content") + b"surplus", "GET", 204, b""),
    ("content after 304", head("Content-Length: 7", line="HTTP/1.1 304 Not Modified") + b"surplus",
     "GET", 304, b""),
    ("content after HEAD", head("Content-Length: 7") + b"surplus", "HEAD", 200, b""),
    ("content beyond the length", head("Content-Length: 5") + b"hello, surplus", "GET", 200,
     b"hello"),
    ("a response nobody asked for", (head("Content-Length: 5") + b"hello") * 2, "GET", 200, b"hello"),
])
def test_surplus_is_not_delivered(peers, name, wire, method, status, body):
    """The correct part arrives; the connection is not used again, lest answers get mixed up."""
    portico, origin = peers

    def script(connection: OriginConnection) -> None:
        if connection.read_request():
            connection.send(wire)
            connection.wait_closed()

    origin.script = script
    with portico.connect() as client:
        for _ in range(2):
            response = client.request(method=method)
            assert (response.status, response.body) == (status, body)
    origin.wait_idle()


def test_octets_on_an_idle_connection_discard_it(make):
    """Response queue poisoning: what a backend says unasked is never anybody's answer."""
    def script(connection: OriginConnection) -> None:
        request = connection.read_request()
        assert request
        connection.answer(b"right")
        if connection.number == 1:
            connection.send(head("Content-Length: 5") + b"wrong")
            connection.origin.released.set()
            connection.wait_closed()

    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as client:
        assert client.request().body == b"right"
        assert origin.released.wait(DEADLINE)  # Once sent, octets are there: this is loopback.
        assert client.request().body == b"right"


def test_truncation_is_in_the_access_log(make):
    origin = make.origin(scripted(head("Content-Length: 10") + b"hello"))
    portico = make.serve(origin)
    with portico.connect() as client, pytest.raises((Truncated, ConnectionResetError)):
        client.request()
    entry = portico.wait_access(status=200)
    assert entry["end"] == "truncated_body" and entry["bytes_out"] <= 5
