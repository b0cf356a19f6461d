"""What a tunnel over HTTP/1.1 carries, and how it ends."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import socket
import threading
import time

import pytest

from origins import OriginConnection
from portico import configuration
from test_h2_flow import stalled
from tunnels import echo_octets, opened, tunnel, upgrade, was_reset
from wire import DEADLINE


# Ends


def test_client_ends_its_half_first(make):
    def carry(connection: OriginConnection) -> None:
        assert connection.reader.rest() == b"last words"
        connection.send(b"answer " * 100_000)
    origin = make.origin(tunnel(carry))
    # What counts as gone elsewhere does not here.
    portico = make.serve(origin, listener={"protocols": {"http1": {"half_close": "abort"},
                                                         "websocket": {}}})
    with opened(portico) as client:
        client.send("last words")
        client.half_close()
        assert client.reader.rest() == b"answer " * 100_000
    line = portico.wait_access(status=101)
    assert line["end"] == "client_closed"
    assert line["bytes_in"] == 10 and line["bytes_out"] == 700_000


def test_backend_ends_its_half_first(make):
    heard = []

    def carry(connection: OriginConnection) -> None:
        connection.send("last words")
        connection.sock.shutdown(socket.SHUT_WR)
        heard.append(connection.reader.rest())
    origin = make.origin(tunnel(carry))
    portico = make.serve(origin)
    with opened(portico) as client:
        assert client.reader.rest() == b"last words"
        client.send(b"answer " * 100_000)
        client.half_close()
        origin.wait_idle()
        assert heard == [b"answer " * 100_000]
        line = portico.wait_access(status=101)
    assert line["end"] == "backend_closed"
    assert line["bytes_in"] == 700_000 and line["bytes_out"] == 10


def test_half_close_with_the_request(make):
    """A client that says all it has to say at once, and ends its half."""
    portico = make.serve(make.origin(tunnel(echo_octets)), listener={
        "protocols": {"http1": {"half_close": "allow"}, "websocket": {}}})
    with portico.connect() as client:
        client.send(upgrade() + b"all of it").half_close()
        assert client.head().status == 101
        assert client.reader.rest() == b"all of it"


def test_last_words_of_a_backend_that_closes(make):
    """It closes while the client still sends: what it said before arrives all the same."""
    words = b"goodbye " * 1000

    def carry(connection: OriginConnection) -> None:
        connection.reader.fill()
        connection.send(words)
        connection.sock.shutdown(socket.SHUT_RDWR)
    origin = make.origin(tunnel(carry))
    portico = make.serve(origin)
    for _ in range(20):
        with opened(portico) as client:
            client.send("x")
            got = b""
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                while len(got) < len(words):
                    client.send("y")
                    got += client.sock.recv(65536)
            assert got == words


def test_unix_sockets(make):
    """There, a close is a close of both halves: what was said before still arrives."""
    heard = []
    directory = make.fresh_directory()

    def carry(connection: OriginConnection) -> None:
        connection.origin.released.wait(DEADLINE)
        heard.append(connection.reader.rest())
    origin = make.origin(tunnel(carry), address=str(directory / "origin"))
    portico = make.serve(origin, listener={"bind": [f"unix:{directory}/portico"]})
    client = opened(portico)
    client.sock.setblocking(False)
    sent = 0
    with contextlib.suppress(BlockingIOError):  # More than goes through at once.
        while True:
            sent += client.sock.send(b"x" * 65536)
    client.close()
    origin.released.set()
    origin.wait_idle()
    assert heard == [b"x" * sent]
    assert portico.wait_access(status=101)["end"] == "client_closed"


@pytest.mark.parametrize("busy", [False, True])
def test_reset_by_the_client(make, busy):
    ended = []

    def carry(connection: OriginConnection) -> None:
        try:
            while busy:
                connection.send(b"x" * 65536)
            connection.reader.rest()
            ended.append("end")
        except (ConnectionResetError, BrokenPipeError) as error:
            ended.append(type(error).__name__)
    origin = make.origin(tunnel(carry))
    portico = make.serve(origin)
    client = opened(portico)
    if busy:
        client.reader.exactly(1 << 20)
    client.reset()
    origin.wait_idle()
    assert ended[0] != "end"
    assert portico.wait_access(status=101)["end"] == "client_abort"


@pytest.mark.parametrize("busy", [False, True])
def test_reset_by_the_backend(make, busy):
    def carry(connection: OriginConnection) -> None:
        connection.origin.released.wait(DEADLINE)
        connection.reset()
    origin = make.origin(tunnel(carry))
    portico = make.serve(origin)
    with opened(portico) as client:
        if busy:
            client.sock.settimeout(0.5)
            with contextlib.suppress(TimeoutError):
                while True:
                    client.send(b"x" * 65536)
            client.sock.settimeout(DEADLINE)
        origin.released.set()
        assert was_reset(client)
    assert portico.wait_access(status=101)["end"] == "backend_reset"


def test_never_pooled(make):
    origin = make.origin(tunnel(echo_octets))
    portico = make.serve(origin)
    for number in (1, 2, 3):
        with opened(portico) as client:
            client.send("hello")
            assert client.reader.exactly(5) == b"hello"
            client.half_close()
            client.expect_end()
        assert origin.accepted == number
    origin.wait_idle()
    assert portico.get().status == 200
    assert origin.accepted == 4


# Time


def test_silence_ends_it(make):
    origin = make.origin(tunnel(OriginConnection.wait_closed))
    portico = make.serve(origin, listener={"protocols": {
        "http1": {}, "websocket": {"idle_timeout": "300ms"}}})
    started = time.monotonic()
    with opened(portico) as client:
        assert was_reset(client)
    assert 0.25 < time.monotonic() - started < 3
    assert portico.wait_access(status=101)["end"] == "tunnel_idle"
    origin.wait_idle()


@pytest.mark.parametrize("who", ["client", "backend"])
def test_either_direction_keeps_it(make, who):
    """And neither the limits of content nor the least rate count in it."""
    ticks = 12

    def carry(connection: OriginConnection) -> None:
        for _ in range(ticks if who == "backend" else 0):
            time.sleep(0.1)
            connection.send("t")
        assert connection.reader.rest() == (b"t" * ticks if who == "client" else b"")
    portico = make.serve(
        make.origin(tunnel(carry)),
        listener={"timeouts": {"body_idle": "50ms", "write_idle": "50ms"}},
        cluster={"timeouts": {"body_idle": "50ms", "write_idle": "50ms"}},
        route={"max_body": "4B", "timeouts": {"total": "500ms", "tunnel_idle": "400ms"}})
    with opened(portico) as client:
        for _ in range(ticks if who == "client" else 0):
            time.sleep(0.1)
            client.send("t")
        if who == "backend":
            assert client.reader.exactly(ticks) == b"t" * ticks
        client.half_close()
        client.expect_end()
    assert portico.wait_access(status=101)["end"] == "client_closed"


def test_stalled_reader_is_not_idle_as_long_as_the_other_side_talks(make):
    def carry(connection: OriginConnection) -> None:
        connection.origin.released.wait(DEADLINE)
        connection.wait_closed()
    origin = make.origin(tunnel(carry))
    portico = make.serve(origin, route={"timeouts": {"tunnel_idle": "300ms"}})
    with opened(portico) as client:
        client.sock.settimeout(0.1)
        with contextlib.suppress(TimeoutError):
            while True:
                client.send(b"x" * 65536)
        client.sock.settimeout(DEADLINE)
        assert was_reset(client)
    assert portico.wait_access(status=101)["end"] == "tunnel_idle"
    origin.released.set()


# Flow


def test_slow_client_stops_the_backend(make):
    total = 64 << 20
    piece = os.urandom(1 << 16)
    sent = []

    def carry(connection: OriginConnection) -> None:
        for _ in range(total // len(piece)):
            connection.send(piece)
            sent.append(len(piece))
    portico = make.serve(make.origin(tunnel(carry)))
    before = portico.resident()
    with opened(portico, receive_buffer=1 << 16) as client:
        assert 0 < stalled(lambda: sum(sent)) < total // 2
        assert portico.resident() - before < 2 << 20
        got = hashlib.sha256()
        left = total
        while left:
            data = client.reader.exactly(min(left, 1 << 20))
            left -= len(data)
            got.update(data)
        assert got.digest() == hashlib.sha256(piece * (total // len(piece))).digest()
        client.expect_end()


def test_both_directions_at_full_speed(make):
    total = 32 << 20
    data = os.urandom(1 << 20)
    portico = make.serve(make.origin(tunnel(echo_octets)))
    with opened(portico) as client:
        def send() -> None:
            for _ in range(total >> 20):
                client.send(data)
            client.half_close()
        sender = threading.Thread(target=send)
        sender.start()
        for _ in range(total >> 20):
            assert client.reader.exactly(1 << 20) == data
        client.expect_end()
        sender.join()
    line = portico.wait_access(status=101)
    assert line["bytes_in"] == line["bytes_out"] == total


def test_silent_tunnels_hold_no_buffer(make):
    count = 200
    portico = make.serve(make.origin(tunnel(echo_octets)), workers=2)
    with contextlib.ExitStack() as stack:
        def grow() -> int:
            for _ in range(count):
                client = stack.enter_context(opened(portico))
                client.send("hello")
                assert client.reader.exactly(5) == b"hello"
            return portico.resident()
        first = grow()
        each = (grow() - first) / count
        print(f"a silent tunnel: {each:.0f} octets")
        # The tasks of two loops and the objects of two connections; one small buffer would be 16 KiB more.
        assert each < 24 * 1024


# Reload and stop


def test_tunnels_live_through_reloads(make):
    origin, other = make.origin(tunnel(echo_octets)), make.origin(name="other")
    portico = make.serve(origin)
    with opened(portico) as client:
        portico.reload(configuration(other, route={"upgrades": []}))
        client.send("hello")
        assert client.reader.exactly(5) == b"hello"
        assert portico.get().status == 200 and other.requests
        client.half_close()
        client.expect_end()
    assert portico.wait_access(status=101)["end"] == "client_closed"


def test_drain_waits_and_then_cuts(make):
    origin = make.origin(tunnel(echo_octets))
    portico = make.serve(origin, drain_timeout="1s")
    with opened(portico) as client, opened(portico) as leaving:
        portico.send_signal(signal.SIGTERM)
        portico.wait_log(" stopping ")
        client.send("hello")
        assert client.reader.exactly(5) == b"hello"
        leaving.half_close()
        leaving.expect_end()
        client.expect_end()
    assert portico.wait_exit() == 0
    ends = sorted(json.loads(line)["end"] for line in portico.access.lines)
    assert ends == ["client_closed", "drain_timeout"]
    assert portico.log.wait(lambda line: " stopped" in line and "cut=1" in line, "cut=1")


def stuck(connection: OriginConnection) -> None:
    connection.origin.released.wait(DEADLINE)


def stuck_after_its_end(connection: OriginConnection) -> None:
    connection.sock.shutdown(socket.SHUT_WR)
    connection.origin.released.wait(DEADLINE)


@pytest.mark.parametrize("carry, client_does", [
    (OriginConnection.wait_closed, "nothing"),
    (stuck, "ends its half"),
    (stuck, "fills the way"),
    (stuck_after_its_end, "nothing"),
    (stuck_after_its_end, "fills the way"),
])
def test_removed_listener_cuts_after_the_drain(make, carry, client_does):
    """Whatever the two loops of the tunnel wait for."""
    origin = make.origin(tunnel(carry))
    portico = make.serve(origin, drain_timeout="300ms", listeners={"old": {"bind": ["127.0.0.1:0"]}})
    with opened(portico, listener="old") as client:
        match client_does:
            case "ends its half":
                client.half_close()
            case "fills the way":
                client.sock.settimeout(0.1)
                with contextlib.suppress(TimeoutError):
                    while True:
                        client.send(b"x" * 65536)
                client.sock.settimeout(DEADLINE)
        portico.reload(configuration(origin, drain_timeout="300ms"))
        line = portico.wait_access(status=101)
        assert line["end"] == "drain_timeout"
        client.expect_end()
    origin.released.set()
    origin.wait_idle()
