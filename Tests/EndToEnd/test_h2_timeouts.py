"""Deadlines of HTTP/2 clients, and how each is told."""

from __future__ import annotations

import contextlib
import signal
import time

import pytest

import h2frames as h2
from h2client import H2Client
from h2frames import PREFACE, Code, Setting
from origins import OriginConnection
from portico import eventually
from procfs import sleeps
from test_h2_flow import stalled

GET = h2.block(h2.request_fields())


def serve(make, origin=None, timeouts: dict | None = None, **http2):
    return make.serve(origin or make.origin(), listener={
        "timeouts": timeouts or {}, "protocols": {"http1": {}, "http2": http2}})


def large(connection: OriginConnection) -> None:
    while connection.read_request():
        with contextlib.suppress(ConnectionError):
            connection.answer(bytes(200_000))


@pytest.mark.parametrize("part", [PREFACE[:1], PREFACE[:3], PREFACE[:16], PREFACE[:23]])
def test_half_a_preface_is_answered(make, part: bytes):
    portico = serve(make, timeouts={"select": "300ms", "head": "600ms"})
    with portico.connect() as client:
        assert client.send(part).response().status == 408
        client.expect_end()


def test_preface_without_settings(make):
    portico = serve(make, timeouts={"head": "300ms", "select": "300ms"}, settings_timeout="300ms")
    with H2Client(portico.address(), first=PREFACE) as client:
        client.expect_goaway(Code.PROTOCOL_ERROR, Code.SETTINGS_TIMEOUT, Code.NO_ERROR)


def test_settings_that_are_not_acknowledged(make):
    portico = serve(make, settings_timeout="300ms")
    with H2Client(portico.address()) as client:
        client.answers = False
        client.expect_goaway(Code.SETTINGS_TIMEOUT)


@pytest.mark.parametrize("part", [h2.headers(1, GET, h2.END_STREAM), h2.request(1)[:5],
                                  h2.request(1)[:20],
                                  h2.headers(1, GET[:5], 0) + h2.continuation(1, GET[5:9], 0)],
                         ids=["no END_HEADERS", "half a frame head", "half a block", "CONTINUATION"])
def test_unfinished_head_meets_its_deadline(make, part: bytes):
    portico = serve(make, timeouts={"head": "300ms"})
    with portico.h2() as client:
        client.expected(1)
        client.send(part)
        client.wait(lambda: client.goaways or client.streams[1].is_over, "an answer", 3)
        assert client.goaways or client.streams[1].status == 408


def test_idle_connection_is_told_and_closed(make):
    portico = serve(make, idle_timeout="400ms")
    with portico.h2() as client:
        assert client.request().status == 200
        started = time.monotonic()
        client.expect_goaway(Code.NO_ERROR)
        assert time.monotonic() - started > 0.3
        assert client.goaways[-1][0] == 1, "the last stream that was served"


def test_client_that_stalls_all_its_streams_has_to_go(make):
    """PINGs show that it lives, not that it takes anything."""
    portico = serve(make, make.origin(large), timeouts={"write_idle": "300ms"})
    with portico.h2(settings={Setting.INITIAL_WINDOW_SIZE: 0}) as client:
        first = client.open()
        client.wait(lambda: first.is_over, "the end of a stream that takes nothing")
        assert first.reset is not None and not client.goaways
        client.round_trip()
        second = client.open()
        client.wait(lambda: second.is_over, "the end of the second")
        client.expect_goaway(Code.NO_ERROR)
    assert portico.statistics()["refusals"]["connection_stalled"] == 1


def test_client_that_stalls_one_stream_of_two_stays(make):
    portico = serve(make, make.origin(large), timeouts={"write_idle": "300ms"})
    with portico.h2(settings={Setting.INITIAL_WINDOW_SIZE: 0}) as client:
        for _ in range(3):
            stalled = client.open()
            while not stalled.is_over:
                other = client.open()
                client.give_credit(other, 300_000)
                assert client.finish(other).status == 200
        client.round_trip()
        assert not client.goaways


def test_connection_with_a_stream_is_not_idle(make):
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.origin.released.wait(5)
        connection.answer(b"late")
    origin = make.origin(script)
    portico = serve(make, origin, idle_timeout="300ms")
    with portico.h2() as client:
        stream = client.open()
        with pytest.raises(AssertionError, match="in vain for a GOAWAY"):
            client.wait(lambda: client.goaways, "a GOAWAY", 1.0)
        origin.released.set()
        assert client.finish(stream).body == b"late"
        client.expect_goaway(Code.NO_ERROR)


def test_parked_connection_wakes_up(make):
    """After a second in which nothing happened its task is gone; its state is not."""
    portico = serve(make)
    with portico.h2() as client:
        client.request("/", "x-in-the-table: once")
        eventually(lambda: portico.statistics()["parked_connections"] == 1, "it to be parked")
        answer = client.request("/", "x-in-the-table: once")
        assert b"once" in answer.body
        client.round_trip()


def test_slow_content_is_408_and_the_others_go_on(make):
    origin = make.origin()
    portico = serve(make, origin, timeouts={"body_idle": "400ms"})
    with portico.h2() as client:
        slow = client.open("/slow", method="POST", end=False)
        client.send_data(slow, b"half", end=False)
        for _ in range(5):
            assert client.request().status == 200
        client.wait(lambda: slow.is_over, "the deadline")
        assert slow.status == 408 or slow.reset, slow
        assert client.request().status == 200
    origin.wait(lambda: origin.open <= 1, "for the slow one's connection to be closed")
    assert "/slow" not in {request.target for request in origin.requests}


def test_stream_whose_window_stays_shut_is_reset(make):
    """And only that stream: a window of 0 must not hold memory for ever."""
    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.answer(bytes(1 << 20))
    portico = serve(make, make.origin(script), timeouts={"write_idle": "500ms"})
    with portico.h2(credit=False, settings={Setting.INITIAL_WINDOW_SIZE: 1000}) as client:
        stream = client.open()
        client.wait(lambda: stream.is_over or client.goaways, "a reset")
        assert stream.reset in (Code.CANCEL, Code.INTERNAL_ERROR, Code.ENHANCE_YOUR_CALM), stream
        assert len(stream.body) <= 1000
        client.round_trip()


def test_slow_stream_that_moves_is_never_cut(make):
    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.answer(bytes(200_000))
    portico = serve(make, make.origin(script), timeouts={"write_idle": "600ms"})
    with portico.h2(credit=False) as client:
        stream, given = client.open(), 65_535
        for _ in range(10):
            client.wait(lambda: len(stream.body) > given - 1000, "about what fits")
            with pytest.raises(AssertionError, match="in vain for an end"):
                client.wait(lambda: stream.is_over, "an end", 0.2)
            client.give_credit(stream, 4000)
            given += 4000
        client.give_credit(stream, 200_000)
        assert len(client.finish(stream).body) == 200_000


def test_max_age_ends_with_a_goaway(make):
    portico = serve(make, timeouts={"max_age": "500ms"})
    with portico.h2() as client:
        started = time.monotonic()
        while not client.goaways and time.monotonic() - started < 5:
            assert client.request().status == 200
        client.expect_goaway(Code.NO_ERROR)


def test_request_in_the_turn_in_which_an_idle_task_ends_is_served(make):
    """A process that was stopped sees the end of a stream's task and a request at once.

    When that is, another daemon shows: without connections its worker wakes up for nothing else.
    """
    portico = make.serve(make.origin())
    other = make.serve(make.origin(), cluster={"pool": {"max_idle": 0}})
    with portico.h2() as client:
        assert client.request().status == 200
        portico.send_signal(signal.SIGSTOP)
        try:
            stream = client.open()
            with other.h2() as gone:
                assert gone.request().status == 200
            asleep = stalled(lambda: sleeps(other.pid, "worker-0"), pause=1.5)
            eventually(lambda: sleeps(other.pid, "worker-0") > asleep, "the task to end", 20)
        finally:
            portico.send_signal(signal.SIGCONT)
        assert client.finish(stream).status == 200


def test_waiting_for_what_clients_owe_costs_nothing(make):
    """They have a deadline of seconds for it, and the daemon no reason to look before."""
    portico = make.serve(make.origin())
    with contextlib.ExitStack() as stack:
        for _ in range(500):
            client = stack.enter_context(H2Client(portico.address()))
            client.answers = False
            client.wait(lambda: client.greeted, "the server's settings")
        time.sleep(1.2)  # Time to park, were it not for the acknowledgement.
        before = portico.cpu()
        time.sleep(2)
        assert portico.cpu() - before < 0.1
        assert portico.statistics()["open_connections"] == 500
