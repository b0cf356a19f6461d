"""Attacks that are cheap for a client and dear for a server (the CVEs of HTTP/2).

The attacker is gone within a second, the daemon has not grown, and a polite client that works all
the while sees no error. What merely looks similar must pass.
"""

from __future__ import annotations

import contextlib
import select
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pytest

import h2frames as h2
from h2frames import END_HEADERS, END_STREAM, PREFACE, Code, Setting, Type
from origins import OriginConnection
from wire import DEADLINE, Truncated

GET = h2.block(h2.request_fields("/attack"))
OPEN = h2.headers(1, h2.block(h2.request_fields("/attack", method="POST")), END_HEADERS)
FAR = 20_000
LARGEST = (1 << 31) - 1
PATIENCE = 3.0
GROWTH = 10 << 20
"""Octets that an attack may add to the daemon, for as long as it lasts."""


@dataclass
class Attack:
    name: str
    frames: Callable[[], Iterable[bytes]]
    codes: tuple[Code, ...] = (Code.ENHANCE_YOUR_CALM,)
    reads: bool = True
    settings: bytes = h2.settings()

    def __str__(self) -> str:
        return self.name.replace(" ", "_")


def streams(each: Callable[[int], bytes], count: int = FAR) -> Callable[[], Iterator[bytes]]:
    return lambda: (each(number) for number in range(1, 2 * count, 2))


def repeated(frame: bytes, before: bytes = b"", count: int = FAR) -> Callable[[], Iterator[bytes]]:
    def frames() -> Iterator[bytes]:
        yield before
        for _ in range(count // 100):
            yield frame * 100
    return frames


def opened(stream: int) -> bytes:
    return h2.headers(stream, h2.block(h2.request_fields("/attack", method="POST")), END_HEADERS)


def bomb(encoded: bytes, before: bytes = b"") -> Callable[[int], bytes]:
    """On every stream a block that is small on the wire and large once decoded."""
    return lambda stream: h2.headers(stream, GET + (before if stream == 1 else b"") + encoded)


def mixed(stream: int) -> bytes:
    """A little of everything, less of each than its own limit bears."""
    kind = stream // 2 % 4
    return [h2.headers(stream, GET) + h2.rst_stream(stream), h2.settings(), h2.ping(),
            h2.frame(0x77, 0, 0)][kind]


ATTACKS = [
    Attack("rapid reset", streams(lambda n: h2.headers(n, GET) + h2.rst_stream(n))),
    Attack("rapid reset with content", streams(lambda n: opened(n) + h2.rst_stream(n))),
    Attack("reset by overflowing a window",
           streams(lambda n: opened(n) + h2.window_update(n, LARGEST))),
    Attack("reset by a malformed field", streams(lambda n: h2.request(n, "/attack", "X: a"))),
    Attack("reset by a wrong length", streams(
        lambda n: h2.request(n, "/attack", "content-length: 5"))),
    Attack("reset by a wrong PRIORITY", streams(
        lambda n: opened(n) + h2.frame(Type.PRIORITY, 0, n, b"\0")),
        (Code.ENHANCE_YOUR_CALM, Code.FRAME_SIZE_ERROR)),
    Attack("reset by a zero WINDOW_UPDATE", streams(
        lambda n: opened(n) + h2.frame(Type.WINDOW_UPDATE, 0, n, b"\0" * 4)), (Code.PROTOCOL_ERROR,)),
    Attack("reset by DATA after the end", streams(
        lambda n: h2.headers(n, GET) + h2.data(n, b"x")), (Code.STREAM_CLOSED,)),
    Attack("streams above the limit", streams(opened)),
    Attack("CONTINUATION without an end",
           repeated(h2.continuation(1, h2.literal("x", "a"), 0), h2.headers(1, GET, END_STREAM))),
    Attack("large CONTINUATION without an end",
           repeated(h2.continuation(1, h2.literal("x", "a" * 16_000), 0), h2.headers(1, GET, 0), 2000)),
    Attack("empty CONTINUATION", repeated(h2.continuation(1, b"", 0), h2.headers(1, GET, 0))),
    Attack("empty DATA", repeated(h2.data(1), OPEN)),
    Attack("DATA of padding alone", repeated(h2.data(1, h2.padded(b"", 0), h2.PADDED), OPEN),
           (Code.ENHANCE_YOUR_CALM, Code.FLOW_CONTROL_ERROR)),
    Attack("empty HEADERS", streams(lambda n: h2.headers(n, b"")),
           (Code.ENHANCE_YOUR_CALM, Code.PROTOCOL_ERROR)),
    Attack("empty unknown frames", repeated(h2.frame(0x77, 0, 0))),
    Attack("unknown frames", repeated(h2.frame(0x77, 0, 0, b"octets"))),
    Attack("PING", repeated(h2.ping())),
    Attack("PING, answers unread", repeated(h2.ping(), count=FAR * 5), reads=False),
    Attack("SETTINGS", repeated(h2.settings({Setting.INITIAL_WINDOW_SIZE: 65_535}))),
    Attack("SETTINGS, acknowledgements unread",
           repeated(h2.settings(), count=FAR * 5), reads=False),
    Attack("SETTINGS of 2,700 entries", repeated(h2.settings([(0x99, 1)] * 2700), count=1000)),
    Attack("windows changed under open streams", repeated(
        h2.settings({Setting.INITIAL_WINDOW_SIZE: 1}) + h2.settings({Setting.INITIAL_WINDOW_SIZE: 2}),
        b"".join(opened(n) for n in range(1, 190, 2)))),
    Attack("PRIORITY", repeated(h2.frame(Type.PRIORITY, 0, 3, h2.priority(0)))),
    Attack("PRIORITY of ever other streams",
           streams(lambda n: h2.frame(Type.PRIORITY, 0, n, h2.priority(0)))),
    Attack("PRIORITY_UPDATE", repeated(h2.frame(0x10, 0, 0, b"\0\0\0\1u=1"))),
    Attack("WINDOW_UPDATE", repeated(h2.window_update(0, 1))),
    Attack("WINDOW_UPDATE of a stream", repeated(h2.window_update(1, 1), OPEN)),
    Attack("RST_STREAM of a closed stream",
           repeated(h2.rst_stream(1), h2.headers(1, GET) + h2.rst_stream(1)),
           (Code.ENHANCE_YOUR_CALM, Code.STREAM_CLOSED)),
    Attack("acknowledgements of nothing", repeated(h2.settings(flags=h2.ACK)),
           (Code.ENHANCE_YOUR_CALM, Code.PROTOCOL_ERROR)),
    Attack("answers to no PING", repeated(h2.ping(flags=h2.ACK))),
    Attack("HPACK bomb", streams(bomb(h2.integer(62, 7, 0x80) * 4000,
                                      h2.literal("x-bomb", "a" * 4000, 0x40)), 400)),
    Attack("bomb of indexed fields", streams(bomb(h2.integer(16, 7, 0x80) * 12_000), 400)),
    Attack("bomb of cookie crumbs", streams(bomb(h2.integer(32, 7, 0x80) * 12_000), 400)),
    Attack("bomb of table size updates", repeated(h2.headers(1, b"\x20" * 16_000), count=200),
           (Code.ENHANCE_YOUR_CALM, Code.COMPRESSION_ERROR)),
    Attack("a little of everything", streams(mixed)),
]


def slow(connection: OriginConnection) -> None:
    """Holds an attacker's requests, serves the others."""
    while request := connection.read_head():
        if request.target == "/attack":
            connection.wait_closed()
            return
        connection.echo(connection.read_content(request))


@pytest.fixture(scope="module")
def portico(make_shared):
    portico = make_shared.serve(make_shared.origin(slow))
    with portico.h2() as client:  # Whatever is allocated once, is.
        assert client.request().status == 200
    return portico


class Polite:
    """A client that works without a pause and knows whether anything went wrong."""

    def __init__(self, portico):
        self.client, self.served, self.failure = portico.h2(), 0, None
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)

    def _work(self) -> None:
        try:
            while not self.done.is_set():
                assert self.client.request(method="POST", body=b"polite").status == 200
                self.served += 1
        except BaseException as error:  # noqa: BLE001
            self.failure = error

    def __enter__(self) -> "Polite":
        self.thread.start()
        return self

    def __exit__(self, kind, *_) -> None:
        self.done.set()
        self.thread.join(DEADLINE)
        with self.client:
            if kind is None:
                assert self.failure is None and self.served, self.failure
                assert self.client.request().status == 200


def run(client, attack: Attack) -> float:
    """Sends until the server has had enough; seconds that it took to be rid of the attacker."""
    started, frames, pending = time.monotonic(), iter(attack.frames()), b""
    end, more, reads = started + PATIENCE, True, attack.reads
    client.sock.settimeout(PATIENCE)
    while time.monotonic() < end and not client.ended:
        if not pending and more:
            pending = b"".join(part for _, part in zip(range(64), frames))
            more = bool(pending)
        readable, writable, _ = select.select(
            [client.sock] if reads or not more else [], [client.sock] if pending else [], [], 0.05)
        if readable:
            with contextlib.suppress(Truncated):
                client.process()
        elif writable:
            try:
                pending = pending[client.sock.send(pending[: 1 << 16]):]
            except ConnectionError:
                break  # Gone; what it said is still to be read.
        elif pending:
            reads = True  # Nothing more is taken: see what it has said.
    with contextlib.suppress(Truncated, TimeoutError):
        while client.process():
            pass
    return time.monotonic() - started


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_attacker_is_gone_and_nobody_else_notices(portico, attack: Attack):
    before = portico.resident()
    with Polite(portico), portico.h2(first=PREFACE + attack.settings) as client:
        for number in range(1, 2 * FAR, 2):
            client.expected(number)
        client.answers = client.credit = False
        seconds = run(client, attack)
        growth = portico.resident() - before
        assert client.ended, "the attacker is still there"
        if attack.reads:  # Who reads nothing cannot be told.
            assert client.goaways and client.goaways[-1][1] in attack.codes, client.goaways
        assert seconds < 1, f"gone after {seconds:.1f} s"
        assert growth < GROWTH, f"grown by {growth >> 10} KiB"


def test_attackers_are_counted(make):
    portico = make.serve(make.origin(slow))
    for _ in range(2):
        with portico.h2() as client:
            run(client, ATTACKS[0])
    assert sum(portico.statistics()["refusals"].values()) >= 2, portico.statistics()


def test_second_bomb_ends_the_connection(portico):
    """The first is answered 431, for it may have been a mistake."""
    with portico.h2() as client:
        for number in (1, 3, 5):
            client.expected(number)
        encoded = bomb(h2.integer(16, 7, 0x80) * 12_000)
        client.send(encoded(1))
        assert client.finish(client.streams[1]).status == 431
        client.send(encoded(3))
        client.expect_goaway(Code.ENHANCE_YOUR_CALM)


def test_streams_with_closed_windows_cost_little(make):
    """100 answers of 1 MiB, none of which may be sent: they stay at the origin."""
    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.answer(bytes(1 << 20))
    portico = make.serve(make.origin(script))
    before = portico.resident()
    with portico.h2(settings={Setting.INITIAL_WINDOW_SIZE: 0}) as client:
        flying = [client.open() for _ in range(100)]
        client.wait(lambda: all(stream.fields for stream in flying), "all heads")
        client.round_trip()
        assert portico.resident() - before < 100 * (192 << 10), "more than 192 KiB a stream"
        assert not any(stream.body for stream in flying)


# What must pass

def test_pings_between_data_are_no_flood(portico):
    """gRPC clients measure the bandwidth with them."""
    with portico.h2() as client:
        stream = client.open(method="POST", end=False)
        for _ in range(1500):
            client.send_data(stream, bytes(1000), end=False)
            client.send(h2.ping())
        client.send_data(stream, b"", end=True)
        assert client.finish(stream).status == 200
        client.wait(lambda: len(client.pongs) == 1500, "every answer")


def test_a_few_cancelled_requests_are_no_attack(portico):
    """Someone who scrolls through a page of pictures."""
    with portico.h2() as client:
        for _ in range(150):
            stream = client.open("/attack")
            client.send(h2.rst_stream(stream.id))
        assert client.request().status == 200


def test_resets_after_the_response_are_free(portico):
    with portico.h2() as client:
        for _ in range(600):
            stream = client.open(method="POST", end=False)
            client.send_data(stream, b"content")
            client.finish(stream)
            client.send(h2.rst_stream(stream.id, Code.NO_ERROR))
        assert client.request().status == 200


def test_windows_given_back_for_every_frame_are_no_flood(make):
    """A download in pieces of 100 octets, each with two WINDOW_UPDATEs."""
    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.answer(bytes(200_000))
    portico = make.serve(make.origin(script))
    with portico.h2(settings={Setting.INITIAL_WINDOW_SIZE: 100}) as client:
        assert len(client.request().body) == 200_000


def test_small_pieces_of_content_are_no_flood(portico):
    with portico.h2() as client:
        stream = client.open(method="POST", end=False)
        for _ in range(5000):
            client.send_data(stream, b"x", end=False)
        client.send(h2.data(stream.id, b"", END_STREAM))
        assert client.finish(stream).status == 200
