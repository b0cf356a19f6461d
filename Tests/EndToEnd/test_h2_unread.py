"""Clients that do not read what they asked for: what that may cost, and what they still get."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading

import h2frames as h2
from h2client import H2Client
from origins import OriginConnection
from test_h2_flow import stalled
from wire import Wire

MIB = 1 << 20


def large_heads(connection: OriginConnection) -> None:
    """Heads of 8 KB that no compression makes smaller."""
    while connection.read_request():
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Large: %b\r\n\r\n"
                        % os.urandom(4000).hex().encode())


def small(portico) -> H2Client:
    """A client whose kernel takes little for it."""
    return H2Client(wire=Wire(portico.address(), receive_buffer=4096)).start()


def test_answers_that_nobody_reads_are_not_piled_up(make):
    """HEAD needs no window, and its stream is over with the answer's head."""
    portico = make.serve(make.origin(large_heads))
    before = portico.resident()
    sent, given_up, over = [0], threading.Event(), threading.Event()
    with small(portico) as client:
        def ask() -> None:
            with contextlib.suppress(OSError):
                for number in range(20_000):
                    # More streams at a time would be refused, and in the end the client with them.
                    while number - len(portico.access.lines) >= 80 and not over.wait(0.002):
                        pass
                    client.send(h2.request(2 * number + 1, "/", "x-some: " + 400 * "x", method="HEAD"))
                    sent[0] += 1
            given_up.set()
        threading.Thread(target=ask, daemon=True).start()
        assert 0 < stalled(lambda: sent[0]) < 20_000
        assert not given_up.is_set(), "paused, not cut"
        over.set()
        assert portico.resident() - before < 8 * MIB


def test_answers_that_are_read_late_survive_a_drain(make):
    """Their streams have ended; what the kernel has not taken of them is still here."""
    portico = make.serve(make.origin(large_heads), drain_timeout="10s")
    with small(portico) as client:
        streams = []
        while len(portico.access.lines) == len(streams):
            assert len(streams) < 2000
            streams += [client.open("/", method="HEAD") for _ in range(80)]
            stalled(lambda: len(portico.access.lines), 0.1)
        portico.send_signal(signal.SIGTERM)
        portico.wait_log(" stopping")
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, MIB)
        client.finish(*streams)
        assert all(len(stream["x-large"]) == 8000 for stream in streams)
        client.expect_end()
    assert portico.wait_exit() == 0
