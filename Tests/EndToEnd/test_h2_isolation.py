"""Clients that share connections to backends: what becomes of one reaches no other."""

from __future__ import annotations

import threading

import h2frames as h2
from h2client import H2Client
from h2frames import Code, Setting
from h2origin import H2OriginConnection, OriginStream
from test_h2_flow import stalled
from wire import DEADLINE

MIB = 1 << 20


def test_stream_that_is_answered_with_an_error_aborts_no_other(make):
    """Its backend's stream serves the next request while the client is slow to take the answer."""
    def handler(stream: OriginStream) -> None:
        stream.read()
        if stream.target == "/bad":
            return stream.abort(Code.INTERNAL_ERROR)
        assert stream.connection.origin.released.wait(DEADLINE)
        stream.echo()
    origin = make.h2_origin(handler)
    portico = make.serve_h2(origin)
    shut = {Setting.INITIAL_WINDOW_SIZE: 0}
    with H2Client(portico.address(), settings=shut).start() as bad, portico.h2() as good:
        failed = bad.open("/bad")
        bad.wait(lambda: failed.fields, "the head of the 502")
        stream = good.open("/good")
        origin.wait(lambda: any(request.target == "/good" for request in origin.requests))
        bad.send(h2.rst_stream(failed.id))
        bad.round_trip()
        good.round_trip()
        origin.released.set()
        assert good.finish(stream).status == 200


def test_upload_that_is_cancelled_cuts_no_shared_connection(make):
    """The client whose request has opened the connection leaves while the backend reads nothing."""
    reading, stopped = threading.Event(), threading.Event()

    def greet(connection: H2OriginConnection) -> None:
        connection.receive_window += 1 << 30
        connection.send(connection.greeting(), h2.window_update(0, 1 << 30))

    def handler(stream: OriginStream) -> None:
        if stream.target == "/stop":
            with stream.connection.lock:  # What reads the connection waits for it.
                stopped.set()
                assert reading.wait(DEADLINE)
        stream.read().answer(str(len(stream.body)).encode())
    origin = make.h2_origin(handler, greet=greet, credit=False,
                            settings={Setting.INITIAL_WINDOW_SIZE: 1 << 30})
    portico = make.serve_h2(origin)
    with portico.h2() as first, portico.h2() as second:
        opener = first.open("/first", method="POST", end=False)
        origin.wait(lambda: origin.heads)
        second.open("/stop")
        assert stopped.wait(DEADLINE)
        upload = second.open("/upload", f"content-length: {16 * MIB}", method="POST", end=False)
        sender = threading.Thread(target=lambda: second.send_data(upload, bytes(16 * MIB)),
                                  daemon=True)
        sender.start()
        window = second.send_window
        stalled(lambda: window - second.send_window)
        first.send(h2.rst_stream(opener.id))
        first.round_trip()
        reading.set()
        sender.join(DEADLINE)
        assert second.finish(upload).body == str(16 * MIB).encode()
    assert origin.accepted == 1
