"""SIGTERM and SIGQUIT: what is under way ends well, what idles is closed, exit 0."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
import time

import pytest

from origins import OriginConnection
from portico import eventually
from wire import DEADLINE, Truncated, Wire


def waiting(connection: OriginConnection) -> None:
    """Holds every request until the test releases it."""
    while request := connection.read_request():
        connection.origin.released.wait(DEADLINE)
        connection.echo(request)


def refused(address) -> bool:
    try:
        with Wire(address) as client:
            return client.reader.rest() == b""  # Accepted by the backlog of a dying socket.
    except (ConnectionRefusedError, ConnectionResetError):
        return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT])
def test_drain(make, number):
    origin = make.origin(waiting)
    portico = make.serve(origin, workers=2)
    address = portico.address()
    with portico.connect() as idle, portico.connect() as busy, portico.connect() as fresh:
        origin.released.set()
        assert idle.request().status == 200
        origin.released.clear()
        busy.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        origin.wait(lambda: len(origin.requests) == 2)
        portico.send_signal(number)
        idle.expect_end()
        fresh.expect_end()
        eventually(lambda: refused(address), "new connections to be refused")
        assert portico.process.poll() is None
        origin.released.set()
        response = busy.response()
        assert response.status == 200 and response.closes
        busy.expect_end()
    assert portico.wait_exit() == 0
    assert portico.log.wait(lambda line: " stopped" in line, "stopped")
    portico.check_log()


def test_upload_under_way_ends_well(make):
    origin = make.origin()
    portico = make.serve(origin)
    with portico.connect() as client:
        client.send("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 10\r\n\r\nhello")
        origin.wait(lambda: origin.heads)
        portico.send_signal(signal.SIGTERM)
        eventually(lambda: refused(portico.address()), "new connections to be refused")
        client.send("world")
        assert client.response().status == 200
    assert [request.body for request in origin.requests] == [b"helloworld"]
    assert portico.wait_exit() == 0


def test_idle_daemon_stops_at_once(make):
    portico = make.serve(make.origin())
    started = time.monotonic()
    assert portico.stop() == 0
    assert time.monotonic() - started < 5


def test_drain_timeout_cuts_what_is_left(make):
    origin = make.origin(waiting)
    portico = make.serve(origin, drain_timeout="300ms")
    with portico.connect() as client:
        client.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        origin.wait(lambda: len(origin.requests) == 1)
        assert portico.stop() == 0
        with pytest.raises((Truncated, ConnectionResetError)):
            client.response()
    origin.released.set()
    origin.wait_idle()
    # It is not the client who has left.
    entry = portico.wait_access(end="drain_timeout")
    assert entry["status"] == 503 and entry["termination"] == "PW"


def test_second_signal_ends_it_now(make):
    origin = make.origin(waiting)
    portico = make.serve(origin, drain_timeout="60s")
    with portico.connect() as client:
        client.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        origin.wait(lambda: len(origin.requests) == 1)
        portico.send_signal(signal.SIGTERM)
        eventually(lambda: refused(portico.address()), "the drain to begin")
        portico.send_signal(signal.SIGTERM)
        portico.wait_exit()
    portico.check_log()


def test_shutdown_delay_goes_on_accepting(make):
    portico = make.serve(make.origin(), shutdown_delay="1s")
    address = portico.address()
    started = time.monotonic()
    portico.send_signal(signal.SIGTERM)
    served = 0
    while time.monotonic() - started < 0.7:
        with Wire(address) as client:
            assert client.request().status == 200
            served += 1
    assert served > 3
    assert portico.wait_exit() == 0
    assert time.monotonic() - started >= 0.9


def test_unix_socket_is_removed(make):
    path = make.fresh_directory() / "front.sock"
    portico = make.serve(make.origin(), listener={"bind": f"unix:{path}"})
    assert path.exists() and portico.control.exists()
    assert portico.stop() == 0
    assert not path.exists() and not portico.control.exists()


def test_modes_of_unix_sockets_do_not_depend_on_the_mask(make):
    """Listeners are for everybody who can enter the directory, the rest is for the daemon's user."""
    directory = make.fresh_directory()
    before = os.umask(0o027)
    try:
        portico = make.serve(make.origin(), listener={"bind": f"unix:{directory}/front.sock"},
                             admin={"bind": f"unix:{directory}/admin.sock"})
    finally:
        os.umask(before)
    portico.wait_log(" admin listening ")
    def mode(path) -> int:
        return stat.S_IMODE(path.stat().st_mode)
    assert mode(directory / "front.sock") == 0o666
    assert mode(directory / "admin.sock") == mode(portico.control) == 0o600


def test_what_another_has_put_in_the_place_of_a_socket_stays(make):
    path = make.fresh_directory() / "front.sock"
    portico = make.serve(make.origin(), listener={"bind": f"unix:{path}"})
    with contextlib.ExitStack() as stack:
        for place in (path, portico.control):
            place.unlink()
            other = stack.enter_context(socket.socket(socket.AF_UNIX))
            other.bind(str(place))
        assert portico.stop() == 0
        assert path.exists() and portico.control.exists()
