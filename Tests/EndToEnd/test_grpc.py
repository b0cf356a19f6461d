"""gRPC end to end, with PyPI `grpcio` on both sides: those cases of gRPC's interop suite that a
proxy could spoil."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import grpc
import pytest

from grpcpeers import ECHOED, ECHOED_LATE, SERVICE, Server, channel_to, status_of
from portico import configuration
from wire import DEADLINE

SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"


class Peers:
    def __init__(self, server: Server | None, portico, channel: grpc.Channel):
        self.server, self.portico, self.channel = server, portico, channel
        path = f"/{SERVICE}/"
        self.unary = channel.unary_unary(path + "Unary")
        self.sleep = channel.unary_unary(path + "Sleep")
        self.collect = channel.stream_unary(path + "Collect")
        self.stream = channel.unary_stream(path + "Stream")
        self.converse = channel.stream_stream(path + "Converse")


@pytest.fixture(scope="module")
def peers(make_shared):
    server = Server()
    portico = make_shared.serve_h2(server)
    with channel_to(portico) as channel:
        yield Peers(server, portico, channel)
    server.close()


@pytest.mark.parametrize("size", [0, 1, 16_384, 271_828, 16 << 20])
def test_unary(peers, size: int):
    assert peers.unary(bytes(size), timeout=DEADLINE) == bytes(size)


def test_large_unary_of_unequal_sizes(peers):
    assert len(peers.unary(b"size:314159", timeout=DEADLINE)) == 314_159


def test_client_streaming(peers):
    messages = (bytes(size) for size in (27_182, 8, 1828, 45_904))
    assert peers.collect(messages, timeout=DEADLINE) == b"74922"


def test_server_streaming(peers):
    sizes = [31_415, 9, 2653, 58_979]
    call = peers.stream(",".join(map(str, sizes)).encode(), timeout=DEADLINE)
    assert [len(message) for message in call] == sizes


def test_ping_pong(peers):
    """Each message only after the answer to the one before: nothing may be held back."""
    answered = threading.Semaphore(1)

    def requests() -> Iterator[bytes]:
        for size in (27_182, 8, 1828, 45_904) * 20:
            assert answered.acquire(timeout=DEADLINE)
            yield bytes(size)
    sizes = []
    for message in peers.converse(requests(), timeout=DEADLINE):
        sizes.append(len(message))
        answered.release()
    assert sizes == [27_182, 8, 1828, 45_904] * 20


def test_empty_stream(peers):
    assert list(peers.converse(iter(()), timeout=DEADLINE)) == []


def test_custom_metadata(peers):
    metadata = ((ECHOED, "test_initial_metadata_value"), (ECHOED_LATE, b"\xab\xab\xab\x00\xff"))
    _, call = peers.unary.with_call(b"x", metadata=metadata, timeout=DEADLINE)
    assert dict(call.initial_metadata())[ECHOED] == "test_initial_metadata_value"
    assert dict(call.trailing_metadata())[ECHOED_LATE] == b"\xab\xab\xab\x00\xff"
    call = peers.converse(iter([b"x"]), metadata=metadata, timeout=DEADLINE)
    assert list(call) == [b"x"]
    assert dict(call.trailing_metadata())[ECHOED_LATE] == b"\xab\xab\xab\x00\xff"


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code.value[0]], ids=str)
def test_status_code_and_message(peers, code: grpc.StatusCode):
    request = b"status:%d:test status message" % code.value[0]
    assert status_of(lambda: peers.unary(request, timeout=DEADLINE)) == (code, "test status message")


def test_status_within_a_stream(peers):
    call = peers.converse(iter([b"one", b"abort"]), timeout=DEADLINE)
    assert next(call) == b"one"
    assert status_of(lambda: next(call)) == (grpc.StatusCode.UNKNOWN, "test status message")


def test_special_status_message(peers):
    request = b"status:2:" + SPECIAL.encode()
    assert status_of(lambda: peers.unary(request, timeout=DEADLINE)) == (grpc.StatusCode.UNKNOWN, SPECIAL)


@pytest.mark.parametrize("path", [f"/{SERVICE}/None", "/portico.None/Unary"])
def test_unimplemented(peers, path: str):
    call = peers.channel.unary_unary(path)
    assert status_of(lambda: call(b"", timeout=DEADLINE))[0] is grpc.StatusCode.UNIMPLEMENTED


def test_cancel_after_begin(peers):
    peers.server.service.cancelled.clear()
    hold = threading.Event()

    def requests() -> Iterator[bytes]:
        yield b"x"
        hold.wait(DEADLINE)
    peers.server.service.entered.clear()
    call = peers.collect.future(requests())
    assert peers.server.service.entered.wait(DEADLINE)
    call.cancel()
    hold.set()
    assert call.code() is grpc.StatusCode.CANCELLED
    assert peers.server.service.cancelled.wait(DEADLINE), "the server never heard of it"


def test_cancel_after_first_response(peers):
    peers.server.service.cancelled.clear()
    hold = threading.Event()

    def requests() -> Iterator[bytes]:
        yield bytes(27_182)
        hold.wait(DEADLINE)
    call = peers.converse(requests())
    assert len(next(call)) == 27_182
    call.cancel()
    hold.set()
    assert peers.server.service.cancelled.wait(DEADLINE)


def test_timeout_on_a_sleeping_server(peers):
    """`grpc-timeout` is forwarded, and the stream ends on both sides."""
    started = time.monotonic()
    assert status_of(lambda: peers.sleep(b"", timeout=0.3))[0] is grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - started < 2


def test_100_calls_at_once(peers):
    calls = [peers.unary.future(bytes(1000), timeout=DEADLINE) for _ in range(100)]
    assert [len(call.result()) for call in calls] == [1000] * 100


def test_pings_of_the_client_are_answered(peers):
    """Keep-alive PINGs without a pause, as some clients are configured."""
    options = [("grpc.keepalive_time_ms", 100), ("grpc.keepalive_timeout_ms", 500),
               ("grpc.http2.max_pings_without_data", 0),
               ("grpc.keepalive_permit_without_calls", 1)]
    with channel_to(peers.portico, *options) as channel:
        call = channel.unary_unary(f"/{SERVICE}/Sleep").future(b"", timeout=1.5)
        assert call.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert channel.unary_unary(f"/{SERVICE}/Unary")(b"x", timeout=DEADLINE) == b"x"


def test_server_with_one_stream_per_connection(make):
    server = Server([("grpc.max_concurrent_streams", 1)])
    try:
        with channel_to(make.serve_h2(server)) as channel:
            unary = channel.unary_unary(f"/{SERVICE}/Unary")
            calls = [unary.future(b"x", timeout=DEADLINE) for _ in range(20)]
            assert [call.result() for call in calls] == [b"x"] * 20
    finally:
        server.close()


def test_server_that_goes_away_between_calls(make):
    """A graceful stop sends GOAWAY; the next call finds the new server, or UNAVAILABLE."""
    old, new = Server(), Server()
    portico = make.serve_h2(old)
    with channel_to(portico) as channel:
        unary = channel.unary_unary(f"/{SERVICE}/Unary")
        assert unary(b"x", timeout=DEADLINE) == b"x"
        portico.reload(configuration(new, cluster={"protocol": "http2"}))
        old.close()
        for _ in range(5):
            assert unary(b"x", timeout=DEADLINE) == b"x"
    new.close()


def test_streams_survive_a_reload(make):
    server = Server()
    portico = make.serve_h2(server)
    with channel_to(portico) as channel:
        go = threading.Semaphore(0)

        def requests() -> Iterator[bytes]:
            for number in range(5):
                assert go.acquire(timeout=DEADLINE)
                yield b"%d" % number
        call = channel.stream_stream(f"/{SERVICE}/Converse")(requests(), timeout=DEADLINE)
        for number in range(5):
            portico.reload(configuration(server, cluster={"protocol": "http2"},
                                         listener={"timeouts": {"head": f"{5 + number}s"}}))
            go.release()
            assert next(call) == b"%d" % number
        assert list(call) == []
    server.close()


def test_max_streams_of_the_listener_hold_for_grpcio(make):
    server = Server()
    portico = make.serve_h2(server, listener={
        "protocols": {"http1": {}, "http2": {"max_concurrent_streams": 3}}})
    with channel_to(portico) as channel:
        unary = channel.unary_unary(f"/{SERVICE}/Unary")
        calls = [unary.future(b"x", timeout=DEADLINE) for _ in range(30)]
        assert [call.result() for call in calls] == [b"x"] * 30
    server.close()
