"""What systemd sees: sockets that it passes, readiness, the watchdog, the end."""

from __future__ import annotations

import socket
import time

import pytest

from portico import configuration, eventually
from wire import DEADLINE, Wire


@pytest.fixture
def notifications(make):
    """A socket such as systemd's, and the environment that names it."""
    path = str(make.fresh_directory() / "notify.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(path)
        sock.settimeout(DEADLINE)
        yield sock, {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "600000"}


def wait_for(sock: socket.socket, line: str) -> None:
    while line not in sock.recv(4096).decode().splitlines():
        pass


def test_readiness_watchdog_and_end(make, notifications):
    sock, environment = notifications
    portico = make.portico(configuration(make.origin()), environment=environment)
    wait_for(sock, "READY=1")
    assert portico.get().status == 200
    started = time.monotonic()
    for _ in range(4):
        wait_for(sock, "WATCHDOG=1")
    assert time.monotonic() - started < 4 * 0.6, "the watchdog must be fed before it bites"
    portico.send_signal(15)
    wait_for(sock, "STOPPING=1")
    assert portico.wait_exit() == 0


def test_not_ready_with_a_bad_configuration(make, notifications):
    sock, environment = notifications
    with pytest.raises(AssertionError):
        make.portico({"listeners": {}}, environment=environment)
    sock.settimeout(0.2)
    with pytest.raises(TimeoutError):
        wait_for(sock, "READY=1")


@pytest.fixture
def passed():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(64)
        yield sock


def serve_passed(make, sock: socket.socket, name: str = "web", **more):
    return make.portico(
        configuration(make.origin(), listener={"bind": f"fd:{name}"}, **more), inherited=sock,
        environment={"LISTEN_FDS": "1", "LISTEN_FDNAMES": "web"})


def test_passed_socket_is_served(make, passed):
    portico = serve_passed(make, passed)
    address = passed.getsockname()
    with Wire(address) as client:
        for _ in range(3):
            assert client.request().status == 200
    portico.reload()
    with Wire(address) as client:
        assert client.request().status == 200


def test_connections_queue_over_a_restart(make, passed):
    """The socket is systemd's: who connects between two daemons is served by the second."""
    first = serve_passed(make, passed)
    assert first.stop() == 0
    with Wire(passed.getsockname()) as client:
        client.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        serve_passed(make, passed)
        assert client.response().status == 200


def test_name_that_was_not_passed_is_an_error(make, passed):
    with pytest.raises(AssertionError, match="web2"):
        serve_passed(make, passed, name="web2")


def test_removed_listener_leaves_the_passed_socket_alone(make, passed):
    origin = make.origin()
    portico = serve_passed(make, passed, listeners={"other": {"bind": "127.0.0.1:0"}})
    portico.reload(configuration(origin, listener={"bind": "127.0.0.1:0"}))
    with Wire(passed.getsockname(), timeout=1) as client:  # Queued by the kernel, answered by nobody.
        client.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        with pytest.raises(TimeoutError):
            client.response()
    eventually(lambda: portico.get().status == 200, "the new listener")
