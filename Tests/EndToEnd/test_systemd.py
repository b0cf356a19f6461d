"""What systemd hears and what it passes: notifications, the watchdog, sockets by name."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess

import pytest

from portico import EXECUTABLE, Lines, configuration, run
from wire import DEADLINE, Wire


class Service:
    """The daemon as systemd starts it: with a notification socket, a watchdog and open sockets."""

    def __init__(self, directory, config: dict, sockets: list[socket.socket]):
        self.file = directory / "portico.json"
        self.control = str(directory / "control.sock")
        self.write(config)
        self.notifications = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notifications.settimeout(DEADLINE)
        self.notifications.bind(str(directory / "notify"))

        def pass_sockets() -> None:
            # Out of the way first: a descriptor may be where another has to go.
            moved = [os.dup2(passed.fileno(), 50 + index) for index, passed in enumerate(sockets)]
            for index, descriptor in enumerate(moved):
                os.dup2(descriptor, 3 + index, inheritable=True)

        # The shell knows the process's number, which systemd writes into LISTEN_PID.
        command = 'LISTEN_PID=$$ exec "$@"'
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", command, "sh", EXECUTABLE, "serve", "--config", str(self.file)],
            env={**os.environ, "NOTIFY_SOCKET": str(directory / "notify"),
                 "WATCHDOG_USEC": "200000", "LISTEN_FDS": str(len(sockets)),
                 "LISTEN_FDNAMES": ":".join("web" for _ in sockets)},
            preexec_fn=pass_sockets, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.log = Lines(self.process.stderr)

    def write(self, config: dict) -> None:
        self.file.write_text(json.dumps({"control_socket": self.control, **config}))

    def wait(self, pattern: str) -> str:
        """The first notification that has the pattern."""
        while True:
            text = self.notifications.recv(4096).decode()
            if re.search(pattern, text):
                return text

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.log.thread.join(DEADLINE)
        self.notifications.close()


@pytest.fixture
def passed():
    """Two listening sockets, as a `.socket` unit has opened them."""
    sockets = []
    for _ in range(2):
        opened = socket.socket()
        opened.bind(("127.0.0.1", 0))
        opened.listen(64)
        sockets.append(opened)
    yield sockets
    for opened in sockets:
        opened.close()


@pytest.fixture
def service(make, passed):
    config = configuration(make.origin(), listener={"bind": "fd:web"})
    service = Service(make.fresh_directory(), config, passed)
    yield service
    service.close()


def test_notifications_tell_the_truth(make, service):
    assert service.wait("READY=1")
    config = configuration(make.origin(), listener={"bind": "fd:web"})
    service.write(config)
    assert run("reload", "--config", service.file).returncode == 0
    assert re.search(r"RELOADING=1\nMONOTONIC_USEC=\d+", service.wait("RELOADING"))
    assert "refused" not in service.wait("READY=1")
    service.write({**config, "nonsense": 1})
    assert run("reload", "--config", service.file).returncode == 1
    assert "refused" in service.wait("refused")
    service.process.send_signal(signal.SIGTERM)
    assert service.wait("STOPPING=1")
    assert service.process.wait(DEADLINE) == 0


def test_watchdog_is_fed(service):
    for _ in range(3):
        assert service.wait("WATCHDOG=1")


def test_passed_sockets_serve_and_come_back(make, service, passed):
    service.wait("READY=1")

    def answers() -> list[int]:
        found = []
        for opened in passed:
            with Wire(opened.getsockname()) as client:
                found.append(client.request().status)
        return found

    assert answers() == [200, 200]
    origin = make.origin()
    for name, bind in (("web", "127.0.0.1:0"), ("other", "fd:web"), ("renamed", "fd:web")):
        service.write({**configuration(origin), "listeners": {name: {"bind": bind}}})
        assert run("reload", "--config", service.file).returncode == 0
        if bind == "fd:web":
            assert answers() == [200, 200], name


def test_socket_that_was_not_passed_refuses_the_configuration(make, service):
    service.wait("READY=1")
    service.write(configuration(make.origin(), listener={"bind": "fd:other"}))
    outcome = run("reload", "--config", service.file)
    assert outcome.returncode == 1 and "no socket named other" in outcome.stderr
