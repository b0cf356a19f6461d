"""What flows: cancellation both ways, early answers, backpressure through every hop, many streams."""

from __future__ import annotations

import contextlib
import select
import threading
import time

import pytest

import h2frames as h2
from h2frames import Code, Setting, Type
from h2pairs import PAIRS, H1Exchange, Pair, wait_gone
from origins import OriginConnection
from wire import DEADLINE, Truncated

MIB = 1 << 20
# One body must not stay in the daemon: watermarks on both sides, windows, and a kernel's buffers.
BUFFERED = 12 * MIB


@pytest.fixture(params=PAIRS, ids=" to ".join)
def pair(request, make) -> Pair:
    return Pair(make, *request.param)


def to_http2(make, handler, **options):
    origin = make.h2_origin(handler, **options)
    return make.serve_h2(origin), origin


# Cancellation and early ends

def test_cancelled_request_is_cancelled_upstream(pair):
    """At once, and only then the daemon is done with it."""
    def handler(exchange) -> None:
        if exchange.target == "/cancel":
            wait_gone(exchange)
            exchange.connection.origin.released.set()
        else:
            exchange.read().echo()
    origin = pair.origin(handler)
    portico = pair.serve(origin)
    with pair.client(portico) as client:
        stream = client.open("/cancel")
        origin.wait(lambda: origin.heads)
        client.cancel(stream)
        assert origin.released.wait(1), "the backend still works for nobody"
        if pair.front == "http2":
            assert client.request().status == 200, "the other streams go on"
    entry = portico.wait_access(target="/cancel")
    assert entry["status"] == 499, entry


def test_cancelled_download_is_cancelled_upstream(pair):
    def handler(exchange) -> None:
        exchange.head()
        try:
            while getattr(exchange, "reset", None) is None:
                exchange.send(bytes(1 << 16), end=False)
        except (ConnectionError, Truncated):
            pass
        exchange.connection.origin.released.set()
    origin = pair.origin(handler)
    with pair.client(pair.serve(origin)) as client:
        stream = client.open()
        if pair.front == "http2":
            client.wait(lambda: len(stream.body) > 100_000, "some of the response")
        else:
            assert client.sock.recv(100_000)
        client.cancel(stream)
        assert origin.released.wait(DEADLINE)


def test_client_that_vanishes_cancels_everything(make):
    """100 streams in flight when the connection dies."""
    def handler(stream) -> None:
        stream.wait_reset()
    portico, origin = to_http2(make, handler)
    with portico.h2() as client:
        for _ in range(100):
            client.open()
        origin.wait(lambda: origin.active == 100)
        client.wire.reset()
    origin.wait_quiet()
    assert {stream.reset for stream in origin.heads} == {Code.CANCEL}


def test_early_response_ends_the_upload(pair):
    """The client is told to stop (RST_STREAM NO_ERROR), and the answer is whole."""
    def handler(exchange) -> None:
        exchange.answer(b"enough", status=413)
        if isinstance(exchange, H1Exchange):
            exchange.wait_gone()
        elif not exchange.is_over:
            exchange.abort(Code.NO_ERROR)
    origin = pair.origin(handler)
    with pair.client(pair.serve(origin)) as client:
        stream = client.open(method="POST", end=False)
        with contextlib.suppress(ConnectionError):
            for _ in range(4):
                client.send_data(stream, bytes(1 << 15), end=False)
        if pair.front == "http1":
            response = client.finish(stream)
        else:
            client.wait(lambda: stream.ended, "the answer")
            client.wait(lambda: stream.reset is not None, "to be told to stop")
            assert stream.reset == Code.NO_ERROR
            response = stream
        assert response.status == 413 and bytes(response.body) == b"enough"


def test_backend_that_dies_within_the_content(pair):
    """A client can tell: RST_STREAM, or an end without the last chunk."""
    def handler(exchange) -> None:
        exchange.read().head()
        exchange.send(b"half", end=False)
        assert exchange.connection.origin.released.wait(DEADLINE)
        exchange.abort(Code.INTERNAL_ERROR)
    origin = pair.origin(handler)
    with pair.client(pair.serve(origin)) as client:
        stream = client.open()
        if pair.front == "http1":
            assert client.head().status == 200
            origin.released.set()
            with pytest.raises(Truncated):
                client.reader.chunked()
        else:
            client.wait(lambda: stream.body, "half")
            origin.released.set()
            client.wait(lambda: stream.is_over, "a reset")
            assert stream.reset == Code.INTERNAL_ERROR and bytes(stream.body) == b"half"
            client.round_trip()


def test_backend_that_dies_before_the_head(pair):
    def handler(exchange) -> None:
        exchange.read()
        exchange.abort(Code.INTERNAL_ERROR)
    with pair.client(pair.serve(pair.origin(handler))) as client:
        assert client.request(method="POST", body=b"content").status == 502


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "head first"])
@pytest.mark.parametrize("content", [b"four", b"x" * 20], ids=["short", "long"])
def test_length_that_the_backend_does_not_keep(pair, content: bytes, at_once: bool):
    """Shorter or longer: 502 or a visible cut, and never an octet beyond the length.

    Only behind HTTP/1.1 what comes too much is no part of the message, which is whole without it.
    """
    def handler(exchange) -> None:
        exchange.read().head("content-length: 10")
        assert at_once or exchange.connection.origin.released.wait(DEADLINE)
        exchange.send(content)
        if isinstance(exchange, H1Exchange):
            exchange.abort()
    origin = pair.origin(handler)
    with pair.client(pair.serve(origin)) as client:
        stream = client.open()
        if pair.front == "http1":
            response = client.head()
            origin.released.set()
            if at_once and response.status == 502:
                return client.reader.content(response, until_close=False)
            assert (response.status, response["content-length"]) == (200, "10")
            body = client.until_end()
        else:
            client.wait(lambda: stream.fields, "the head")
            origin.released.set()
            client.wait(lambda: stream.is_over, "an end")
            client.round_trip()  # A frame behind the end would raise.
            if at_once and stream.status == 502:
                return
            whole = pair.back == "http1" and len(content) > 10
            assert stream.reset == (None if whole else Code.INTERNAL_ERROR), stream
            assert stream.status == 200 and stream["content-length"] == "10"
            if whole:
                assert stream.ended and bytes(stream.body) == content[:10]
                return
            body = stream.body
        assert len(body) < 10 and content.startswith(bytes(body)), body


# Backpressure

def stalled(counter, pause: float = 0.4) -> int:
    """The counter's value once it has moved from 0, and moves no longer."""
    value, end = 0, time.monotonic() + DEADLINE
    while time.monotonic() < end:
        select.select([], [], [], pause)
        if (after := counter()) == value > 0:
            return value
        value = after
    raise AssertionError(f"never stalls: {value}" if value else "never moves")


def test_client_that_does_not_read_pauses_the_backend(pair):
    sent, given_up = [0], threading.Event()

    def handler(exchange) -> None:
        exchange.head()
        try:
            for _ in range(64 * 16):
                exchange.send(bytes(1 << 16), end=False)
                sent[0] += 1 << 16
        finally:
            given_up.set()
    portico = pair.serve(pair.origin(handler))
    before = portico.resident()
    options = {"credit": False} if pair.front == "http2" else {"receive_buffer": 1 << 16}
    with pair.client(portico, **options) as client:
        client.open()
        assert 0 < stalled(lambda: sent[0]) < BUFFERED
        assert not given_up.is_set(), "paused, not cut"
        assert portico.resident() - before < 3 * MIB


def test_backend_that_does_not_read_pauses_the_client(pair):
    def handler(exchange) -> None:
        if isinstance(exchange, H1Exchange):
            exchange.connection.origin.released.wait(2 * DEADLINE)
            exchange.wait_gone()
    origin = pair.origin(handler) if pair.back == "http1" else pair.origin(handler, credit=False)
    portico = pair.serve(origin)
    before = portico.resident()
    with pair.client(portico) as client:
        stream = client.open(method="POST", end=False)
        client.sock.settimeout(1)
        sent = 0
        with pytest.raises((TimeoutError, AssertionError), match="timed out|in vain for a window"):
            while sent < 64 * MIB:
                size = 1 << 14
                if pair.front == "http2":
                    size = min(size, client.wait(
                        lambda: max(0, min(client.send_window, stream.send_window)), "a window", 1))
                client.send_data(stream, bytes(size), end=False)
                sent += size
        assert 0 < sent < BUFFERED
        assert portico.resident() - before < 3 * MIB
        origin.released.set()


def test_stalled_stream_does_not_hold_up_its_neighbours(make):
    """On one client connection, and on the one backend connection that both share."""
    def handler(stream) -> None:
        if stream.read().target == "/stall":
            stream.answer(bytes(16 * MIB))
        else:
            stream.answer(bytes(200_000))
    portico, origin = to_http2(make, handler)
    window = {Setting.INITIAL_WINDOW_SIZE: 0}
    with portico.h2(credit=False, settings=window) as client:
        stalled_streams = [client.open("/stall") for _ in range(8)]
        client.wait(lambda: all(s.fields for s in stalled_streams), "the heads")
        stream = client.open("/flow")
        client.send(h2.window_update(0, 1 << 20), h2.window_update(stream.id, 1 << 20))
        client.receive_window += 1 << 20
        stream.receive_window += 1 << 20
        assert len(client.finish(stream).body) == 200_000
    with portico.h2() as other:
        assert len(other.request("/flow").body) == 200_000


def test_slow_clients_do_not_stall_others_on_a_shared_backend_connection(make):
    """Eight clients that take nothing, of more than the connection's window; a ninth is served."""
    def handler(stream) -> None:
        stream.read().answer(bytes(4 * MIB if stream.target == "/stall" else 300_000))
    portico, origin = to_http2(make, handler)
    with contextlib.ExitStack() as stack:
        for _ in range(24):
            client = stack.enter_context(portico.h2(credit=False))
            client.open("/stall")
        origin.wait(lambda: origin.most_active >= 20)
        with portico.h2() as client:
            for _ in range(5):
                assert len(client.request("/flow").body) == 300_000


@pytest.mark.parametrize("window", [1, 100, 65_535, MIB])
def test_windows_of_the_client_are_kept(make, window: int):
    """Every octet beyond raises in the client; the sum must arrive all the same."""
    def handler(stream) -> None:
        stream.read().answer(bytes(min(200 * window, 2 * MIB)))
    portico, _ = to_http2(make, handler)
    with portico.h2(settings={Setting.INITIAL_WINDOW_SIZE: window}) as client:
        assert len(client.request().body) == min(200 * window, 2 * MIB)


@pytest.mark.parametrize("window", [1, 100, 65_535, MIB])
def test_windows_of_the_backend_are_kept(make, window: int):
    portico, origin = to_http2(make, lambda stream: stream.read().echo(),
                               settings={Setting.INITIAL_WINDOW_SIZE: window})
    with portico.h2() as client:
        assert client.request(method="POST", body=bytes(min(200 * window, 2 * MIB))).status == 200
    assert len(origin.requests[-1].body) == min(200 * window, 2 * MIB)


def test_window_shrunk_within_a_response(make):
    """Below zero, and up again (§6.9.2)."""
    portico, _ = to_http2(make, lambda stream: stream.read().answer(bytes(300_000)))
    with portico.h2(credit=False) as client:
        stream = client.open()
        client.wait(lambda: len(stream.body) > 60_000, "most of a window")
        client.send_settings({Setting.INITIAL_WINDOW_SIZE: 1000})
        client.wait(lambda: client.acknowledged == 2, "the acknowledgement")
        assert stream.receive_window < -50_000
        client.give_credit(stream, -stream.receive_window)
        client.round_trip()  # An octet beyond the window, which is 0, would raise.
        client.give_credit(stream, 1 << 20)
        assert len(client.finish(stream).body) == 300_000


# Many at once

def test_100_streams_at_once(pair):
    def handler(exchange) -> None:
        exchange.read()
        exchange.answer(exchange.target.encode() * 500)
    if pair.front == "http1":
        pytest.skip("HTTP/1.1 has no streams")
    origin = pair.origin(handler)
    with pair.client(pair.serve(origin)) as client:
        for _ in range(5):
            streams = [client.open(f"/{number}", method="POST", end=False) for number in range(100)]
            for stream in streams:
                client.send_data(stream, b"content")
            client.finish(*streams)
            assert [bytes(s.body) for s in streams] == [b"/%d" % n * 500 for n in range(100)]
    if pair.back == "http2":
        assert origin.accepted <= 2, "one connection carries a hundred streams"


def test_small_answers_pass_a_large_one(make):
    """Streams of equal urgency take turns: a small one does not wait for a large one to end."""
    def handler(stream) -> None:
        stream.read().answer(bytes(24 * MIB if stream.target == "/large" else 1000))
    portico, _ = to_http2(make, handler)
    with portico.h2(settings={Setting.INITIAL_WINDOW_SIZE: 1 << 30}) as client:
        client.send(h2.window_update(0, 1 << 30))
        client.receive_window += 1 << 30
        large = client.open("/large")
        client.wait(lambda: large.body, "the beginning")
        for _ in range(10):
            assert client.request("/small").status == 200
        assert not large.is_over


def test_short_content_follows_its_head(make):
    """Behind as much of a large response as is under way, and not behind another turn of that."""
    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            # Head and content in one segment: what comes later cannot follow at once.
            connection.answer(bytes(24 * MIB if request.target == "/large" else 1000))
    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.h2(settings={Setting.INITIAL_WINDOW_SIZE: 1 << 30}) as client:
        client.send(h2.window_update(0, 1 << 30))
        client.receive_window += 1 << 30
        large = client.open("/large")
        client.wait(lambda: large.body, "the beginning")
        for _ in range(5):
            count = len(origin.requests)
            short = client.open("/short")
            # Nothing is read meanwhile, so the socket is full when the answer comes.
            origin.wait(lambda: len(origin.requests) > count)
            client.finish(short)
            at = next(i for i, frame in enumerate(client.frames) if frame.stream == short.id)
            assert [(f.type, f.stream) for f in client.frames[at:at + 2]] \
                == [(Type.HEADERS, short.id), (Type.DATA, short.id)], client.frames[at:at + 3]
        assert not large.is_over
