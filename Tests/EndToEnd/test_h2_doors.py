"""Every way into HTTP/2 and HTTP/1.1 on one port: the preface however it is cut, the h2c upgrade
(RFC 7540 §3.2), and doors that are shut."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

import pytest

import h2frames as h2
from h2client import H2Client
from h2frames import END_STREAM, PREFACE, Code, Setting
from wire import Wire, names

START = PREFACE + h2.settings()


@pytest.fixture(scope="module")
def peers(make_shared):
    origin = make_shared.origin()
    # Deadlines longer than the tests': an answer that comes only with a deadline is a failure.
    return make_shared.serve(origin, listener={"timeouts": {"head": "60s", "select": "60s"}}), origin


def pieces(data: bytes, size: int) -> list[int]:
    return list(range(size, len(data), size))


# Prior knowledge

def send_cut(wire: Wire, data: bytes, cuts: list[int]) -> None:
    """The pieces apart, also after the server has begun to answer."""
    for start, end in zip([0, *cuts], [*cuts, len(data)]):
        wire.send(data[start:end])
        wire.readable(0.002)


def check_preface(portico, cuts: list[int]) -> None:
    with portico.connect() as wire:
        send_cut(wire, START + h2.request(1), cuts)
        with H2Client(wire=wire, first=b"") as client:
            assert client.finish(client.expected(1)).status == 200


@pytest.mark.parametrize("cut", range(len(START) + 1))
def test_preface_cut_anywhere_is_http2(peers, cut: int):
    check_preface(peers[0], [cut])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_preface_in_pieces_is_http2(peers, size: int):
    check_preface(peers[0], pieces(START + h2.request(1), size))


@pytest.mark.parametrize("line", ["POST / HTTP/1.1", "PUT /PRI HTTP/1.1", "PATCH / HTTP/1.1",
                                  "PROPFIND / HTTP/1.1", "PRINT / HTTP/1.1"])
@pytest.mark.parametrize("cut", range(7))
def test_what_begins_like_the_preface_is_http1(peers, line: str, cut: int):
    data = f"{line}\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n".encode()
    with peers[0].connect() as client:
        client.send_in_pieces(data, [cut])
        assert client.response().status == 200


@pytest.mark.parametrize("cut", range(4, len(PREFACE)))
def test_preface_with_a_wrong_octet_is_refused(peers, cut: int):
    """As HTTP/1.1, which is the fallback, and never with silence."""
    portico, origin = peers
    wrong = PREFACE[:cut] + b"?" + PREFACE[cut + 1 :]
    before = len(origin.heads)
    with portico.connect() as client:
        client.send(wrong + b"\r\n\r\n")
        response = client.response()
        assert response.status in (400, 505) and response.closes
        client.expect_end()
    assert len(origin.heads) == before


def test_short_http10_request_does_not_wait_for_24_octets(peers):
    with peers[0].connect() as client:
        assert client.send("GET / HTTP/1.0\r\n\r\n").response().status == 200


def test_both_protocols_at_once_on_one_port(peers):
    portico, _ = peers
    with portico.connect() as wire, portico.h2() as client:
        for _ in range(20):
            assert wire.request().status == client.request().status == 200


# The h2c upgrade

def settings_field(pairs: dict[int, int] | bytes = {Setting.MAX_CONCURRENT_STREAMS: 100}) -> str:
    payload = pairs if isinstance(pairs, bytes) else h2.settings_payload(pairs)
    return "HTTP2-Settings: " + base64.urlsafe_b64encode(payload).decode().rstrip("=")


@dataclass
class Upgrade:
    """A request that asks for h2c; the defaults are right."""

    name: str
    upgrade: list[str] = field(default_factory=lambda: ["Upgrade: h2c"])
    connection: list[str] = field(default_factory=lambda: ["Connection: Upgrade, HTTP2-Settings"])
    settings: list[str] = field(default_factory=lambda: [settings_field()])
    line: str = "GET /up?a= HTTP/1.1"
    more: list[str] = field(default_factory=list)
    body: bytes = b""
    statuses: tuple[int, ...] = (200,)

    def __str__(self) -> str:
        return self.name.replace(" ", "_")

    @property
    def wire(self) -> bytes:
        lines = [self.line, "Host: a.example", *self.upgrade, *self.connection, *self.settings, *self.more]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + self.body


TAKEN = [
    Upgrade("as in the RFC"),
    Upgrade("other case", ["Upgrade: H2C"], ["Connection: upgrade, http2-settings"]),
    Upgrade("among others", ["Upgrade: foo/1, h2c"]),
    Upgrade("in two Upgrade fields", ["Upgrade: foo", "Upgrade: h2c"]),
    Upgrade("Connection in two fields", connection=["Connection: HTTP2-Settings", "Connection: Upgrade"]),
    Upgrade("Connection with more", connection=["Connection: keep-alive, Upgrade, HTTP2-Settings"]),
    Upgrade("length 0", more=["Content-Length: 0"]),
    Upgrade("another method", line="DELETE /up?a= HTTP/1.1"),
    Upgrade("unknown setting", settings=[settings_field({0x99: 7, 4: 65_535})]),
    Upgrade("settings with - and _", settings=[settings_field({0x3EFB: 0xFFEFBEFB, 0xFBEF: 0xBEFFFFFF})]),
]

IGNORED = [
    Upgrade("no settings", settings=[], connection=["Connection: Upgrade"]),
    Upgrade("two settings", settings=[settings_field()] * 2, statuses=(200, 400)),
    Upgrade("two settings in one", settings=[settings_field() + ", " + settings_field()[16:]],
            statuses=(200, 400)),
    Upgrade("settings that are no base64", settings=["HTTP2-Settings: ?!"], statuses=(200, 400)),
    Upgrade("settings of 5 octets", settings=[settings_field(b"12345")], statuses=(200, 400)),
    Upgrade("ENABLE_PUSH 2", settings=[settings_field({2: 2})], statuses=(200, 400)),
    Upgrade("window of 2^31", settings=[settings_field({4: 1 << 31})], statuses=(200, 400)),
    Upgrade("MAX_FRAME_SIZE 1", settings=[settings_field({5: 1})], statuses=(200, 400)),
    Upgrade("Connection without Upgrade", connection=["Connection: HTTP2-Settings"]),
    Upgrade("Connection without HTTP2-Settings", connection=["Connection: Upgrade"]),
    Upgrade("no Connection", connection=[]),
    Upgrade("h2, which is for TLS", ["Upgrade: h2"]),
    Upgrade("h2c with more behind it", ["Upgrade: h2cx"]),
    Upgrade("content", line="POST /up?a= HTTP/1.1", more=["Content-Length: 5"], body=b"hello"),
    Upgrade("chunked content", line="POST /up?a= HTTP/1.1", more=["Transfer-Encoding: chunked"],
            body=b"5\r\nhello\r\n0\r\n\r\n"),
    Upgrade("HTTP/1.0", line="GET /up?a= HTTP/1.0", more=["Connection: keep-alive"]),
]


def check_forwarded(origin) -> None:
    """Nothing of the upgrade went upstream."""
    request = origin.requests[-1]
    assert request.target == "/up?a=" and request["host"] == "a.example"
    assert not names(request.fields) & {"upgrade", "http2-settings"}
    assert "upgrade" not in (request["connection"] or "").lower()


@pytest.mark.parametrize("case", TAKEN, ids=str)
def test_upgrade(peers, case: Upgrade):
    portico, origin = peers
    before = len(origin.heads)
    with portico.connect() as wire:
        head = wire.send(case.wire).head()
        assert head.status == 101 and head["upgrade"].lower() == "h2c"
        assert "upgrade" in head["connection"].lower() and head["content-length"] is None
        # Others' requests may still be on their way there.
        assert not any("/up" in str(head) for head in origin.heads[before:]), "dispatched early"
        with H2Client(wire=wire).start() as client:
            first = client.expected(1)
            assert client.finish(first).status == 200
            check_forwarded(origin)
            assert client.open().id == 3 and client.request(method="POST", body=b"x").status == 200


@pytest.mark.parametrize("case", IGNORED, ids=str)
def test_upgrade_is_ignored(peers, case: Upgrade):
    """The request is served as HTTP/1.1, with its content, and the connection goes on."""
    portico, origin = peers
    with portico.connect() as wire:
        response = wire.send(case.wire).response()
        assert response.status in case.statuses and not response.interim
        assert response["upgrade"] is None
        if response.status == 200:
            check_forwarded(origin)
            assert origin.requests[-1].body == (b"hello" if case.body else b"")
            assert wire.request().status == 200


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_upgrade_with_everything_sent_at_once(peers, size: int):
    """A client may send its preface before the 101; the octets wait for it."""
    portico, _ = peers
    data = Upgrade("").wire + START + h2.request(3)
    with portico.connect() as wire:
        send_cut(wire, data, pieces(data, size))
        assert wire.head().status == 101
        with H2Client(wire=wire, first=b"") as client:
            assert client.finish(client.expected(1), client.expected(3)).status == 200


def upgraded(portico, case: Upgrade = Upgrade("")):
    wire = portico.connect()
    assert wire.send(case.wire).head().status == 101
    return wire


def test_settings_of_the_upgrade_hold(peers):
    settings = {Setting.INITIAL_WINDOW_SIZE: 3}
    with H2Client(wire=upgraded(peers[0], Upgrade("", settings=[settings_field(settings)])),
                  settings=settings, credit=False) as client:
        client.wait(lambda: len(client.expected(1).body) == 3, "three octets")
        client.round_trip()
        assert len(client.expected(1).body) == 3


def test_head_request_is_upgraded(peers):
    with H2Client(wire=upgraded(peers[0], Upgrade("", line="HEAD /up?a= HTTP/1.1"))) as client:
        stream = client.finish(client.expected(1))
        assert stream.status == 200 and not stream.body


@pytest.mark.parametrize("sent, codes", [
    (b"GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n", (Code.PROTOCOL_ERROR,)),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40), (Code.PROTOCOL_ERROR,)),
    (PREFACE + h2.ping(), (Code.PROTOCOL_ERROR,)),
    (h2.settings() + h2.ping() * 3, (Code.PROTOCOL_ERROR,)),
    (START + h2.data(1, b"content", END_STREAM), (Code.STREAM_CLOSED,)),
    (START + h2.request(1), (Code.STREAM_CLOSED, Code.PROTOCOL_ERROR)),
], ids=["HTTP/1.1", "TLS", "no SETTINGS", "no preface", "DATA on stream 1", "HEADERS on stream 1"])
def test_errors_after_101_are_those_of_http2(peers, sent: bytes, codes: tuple[Code, ...]):
    portico, origin = peers
    with H2Client(wire=upgraded(portico), first=sent) as client:
        client.expected(1)
        client.expect_goaway(*codes)
    assert "/smuggled" not in {request.target for request in origin.heads}


def test_client_that_is_silent_after_101_is_told(make):
    portico = make.serve(make.origin(), listener={
        "protocols": {"http1": {}, "http2": {"settings_timeout": "300ms"}},
        "timeouts": {"select": "300ms", "head": "300ms"}})
    with H2Client(wire=upgraded(portico), first=b"") as client:
        client.expected(1)
        client.expect_goaway(Code.PROTOCOL_ERROR, Code.SETTINGS_TIMEOUT)


# Doors that are shut

def shut(make, protocols: dict):
    return make.serve(make.origin(), listener={"protocols": protocols})


def test_without_http2_the_preface_is_told_505(make):
    for protocols in ({"http1": {}}, {"http1": {}, "http2": {"prior_knowledge": False}}):
        with shut(make, protocols).connect() as client:
            response = client.send(START).response()
            assert response.status == 505 and response.closes
            client.expect_end()


def test_without_the_upgrade_it_is_ignored(make):
    for protocols in ({"http1": {}}, {"http1": {}, "http2": {"upgrade": False}}):
        with shut(make, protocols).connect() as client:
            response = client.send(TAKEN[0].wire).response()
            assert response.status == 200 and not response.interim


def test_prior_knowledge_shut_leaves_the_upgrade_open(make):
    portico = shut(make, {"http1": {}, "http2": {"prior_knowledge": False}})
    with H2Client(wire=upgraded(portico)) as client:
        assert client.finish(client.expected(1)).status == 200


def test_without_http1_its_clients_are_told(make):
    portico = shut(make, {"http2": {}})
    with portico.h2() as client:
        assert client.request().status == 200
    for request in (b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", b"POST / HTTP/1.0\r\n\r\n"):
        with portico.connect() as client:
            response = client.send(request).response()
            assert response.status == 400 and b"unknown_protocol" in response.body
            client.expect_end()


def test_upgrade_to_http2_is_none_to_websocket(make):
    """One of the two it gets."""
    origin = make.origin()
    portico = make.serve(origin, listener={"protocols": {
        "http1": {}, "http2": {"upgrade": True}, "websocket": {}}})
    with H2Client(wire=upgraded(portico, Upgrade("", ["Upgrade: h2c, websocket"]))) as client:
        client.finish(client.expected(1))
    check_forwarded(origin)


def test_clients_that_leave_after_101_leave_nothing_behind(make):
    portico = make.serve(make.origin(), listener={
        "protocols": {"http1": {}, "http2": {"upgrade": True}}})

    def come_and_go(count: int) -> int:
        for _ in range(count):
            upgraded(portico).close()
        portico.get()
        return portico.resident()
    before = come_and_go(100)
    assert come_and_go(1000) - before < 2 << 20
