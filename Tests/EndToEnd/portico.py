"""Portico as a process: started with a configuration on ports that the kernel chose, always ended."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import re
import resource
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from h2client import H2Client
from procfs import TICK, stat
from wire import DEADLINE, Wire

ROOT = Path(__file__).resolve().parents[2]
EXECUTABLE = os.environ.get("PORTICO") or str(ROOT / ".build/release/portico")
SANITIZER = os.environ.get("PORTICO_SANITIZER")
"""The one that watches the executable, if one does."""


def run(*arguments: str, timeout: float = 30, **options) -> subprocess.CompletedProcess:
    """`portico ARGUMENTS` to its end; the outcome has `returncode`, `stdout`, `stderr`."""
    return subprocess.run([EXECUTABLE, *map(str, arguments)], capture_output=True, text=True,
                          timeout=timeout, stdin=subprocess.DEVNULL, **options)


def merged(base: dict, changes: dict) -> dict:
    """A deep copy of `base` with `changes` in it; a value of None takes the key away."""
    result = copy.deepcopy(base)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = copy.deepcopy(value)
    return result


def configuration(*backends, listener: dict | None = None, cluster: dict | None = None,
                  route: dict | None = None, **top) -> dict:
    """One listener `web`, one route, one cluster `app` with those backends (objects with an
    address, or strings); everything else is merged into it."""
    config = {
        "listeners": {"web": merged({"bind": ["127.0.0.1:0"]}, listener or {})},
        "routes": [merged({"cluster": "app"}, route or {})],
        "clusters": {"app": merged(
            {"backends": [getattr(b, "address", b) for b in backends]}, cluster or {})},
    }
    return merged(config, top)


def eventually(condition: Callable[[], object], what: str, deadline: float = DEADLINE):
    """What the condition returns as soon as it is true. For what has no event to wait for: the
    kernel's view of a process, a file."""
    end = time.monotonic() + deadline
    pause = threading.Event()
    while not (result := condition()):
        assert time.monotonic() < end, f"waited in vain for {what}"
        pause.wait(0.01)
    return result


class Lines:
    """The lines of a pipe, collected by a thread, with a way to wait for one."""

    def __init__(self, pipe):
        self.lines: list[str] = []
        self.ended = False
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        self.thread.start()

    def _read(self, pipe) -> None:
        for line in pipe:
            with self.changed:
                self.lines.append(line.decode("utf-8", "surrogateescape").rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait(self, match: Callable[[str], object], what: str, after: int = 0,
             deadline: float = DEADLINE):
        """The first true result of `match` on a line from number `after` on."""
        end = time.monotonic() + deadline
        with self.changed:
            while True:
                while after < len(self.lines):
                    after += 1
                    if result := match(self.lines[after - 1]):
                        return result
                left = end - time.monotonic()
                assert left > 0 and not self.ended, "no line says {}:\n{}".format(
                    what, "\n".join(self.lines[-30:]))
                self.changed.wait(left)


class Portico:
    """A running daemon. Use it as a context; leaving it stops it and checks how it ended."""

    def __init__(self, config: dict, directory: Path, workers: int = 1,
                 descriptors: int | None = None, environment: dict | None = None,
                 inherited: socket.socket | None = None, reads_everything: bool = True):
        """Without `reads_everything` even root's files need their permissions."""
        self.directory = directory
        self.file = directory / "portico.json"
        self.control = directory / "control.sock"
        self.write(config)
        limit = None
        if descriptors:
            def limit() -> None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
        command = [EXECUTABLE, "serve", "--config", str(self.file), "--workers", str(workers)]
        pass_fds = []
        if not reads_everything:
            capabilities = "-dac_override,-dac_read_search"
            command = ["setpriv", f"--inh-caps={capabilities}", f"--bounding-set={capabilities}",
                       *command]
        if inherited:  # As systemd does: descriptor 3, and the process that it is meant for.
            pass_fds = [inherited.fileno()]
            command = ["bash", "-c", f'exec 3<&{pass_fds[0]}; LISTEN_PID=$$ exec "$@"', "-", *command]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            preexec_fn=limit, pass_fds=pass_fds,
            env={**os.environ, "SWIFT_BACKTRACE": "enable=no", **(environment or {})})
        self.access = Lines(self.process.stdout)
        self.log = Lines(self.process.stderr)
        self.stopped = False
        try:
            self.wait_log(r" ready\b")
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

    def __enter__(self) -> "Portico":
        return self

    def __exit__(self, kind, *_) -> None:
        try:
            if not self.stopped:
                self.send_signal(signal.SIGTERM)
                with contextlib.suppress(AssertionError):  # Two that wait to be delivered are one.
                    self.wait_log(r" stopping\b", deadline=1)
                self.send_signal(signal.SIGTERM)
                status = self.wait_exit()
                # Two signals are a hurry; how it exits then is its own affair, but not by a trap.
                assert kind or status >= 0, f"exit status {status}\n{self.tail()}"
        finally:
            self.kill()
        if kind is None:
            self.check_log()

    def check_log(self) -> None:
        assert not [line for line in self.log.lines
                    if "Fatal error" in line or "Crash" in line], self.tail()

    def tail(self) -> str:
        return "\n".join(self.log.lines[-30:])

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for lines in (self.access, self.log):
            lines.thread.join(DEADLINE)

    @property
    def pid(self) -> int:
        return self.process.pid

    # Configuration

    def write(self, config: dict | str) -> None:
        """Replaces the configuration's file; a reload reads it."""
        if isinstance(config, dict):
            config = json.dumps(
                merged({"control_socket": str(self.control)}, config), indent=2)
        self.file.write_text(config)

    def reload(self, config: dict | str | None = None, outcome: str = "succeeded") -> None:
        """SIGHUP, and the log line that says how it went."""
        if config is not None:
            self.write(config)
        mark = len(self.log.lines)
        self.send_signal(signal.SIGHUP)
        self.wait_log(rf" reload {outcome}\b", after=mark)

    # The process

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    def wait_exit(self, deadline: float = DEADLINE) -> int:
        status = self.process.wait(deadline)
        self.stopped = True
        for lines in (self.access, self.log):
            lines.thread.join(DEADLINE)
        return status

    def stop(self, number: int = signal.SIGTERM, deadline: float = DEADLINE) -> int:
        self.send_signal(number)
        return self.wait_exit(deadline)

    def resident(self) -> int:
        """Octets of memory that are its own and in use; 0 under a sanitizer, whose memory it is."""
        if SANITIZER:
            return 0
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return 1024 * sum(int(n) for n in re.findall(r"^Private_\w+: +(\d+) kB", text, re.M))

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu(self) -> float:
        """Seconds of user and system time so far."""
        fields = stat(self.pid)
        return (int(fields[11]) + int(fields[12])) / TICK

    def statistics(self) -> dict:
        """What the control socket says; `refusals` counts by reason."""
        with Wire(str(self.control)) as wire:
            return json.loads(wire.request("/statistics").body)

    # Logs

    def wait_log(self, pattern: str, after: int = 0, deadline: float = DEADLINE) -> re.Match:
        return self.log.wait(re.compile(pattern).search, pattern, after, deadline)

    def wait_access(self, after: int = 0, **expected) -> dict:
        """The first access log line (JSON) whose keys have those values."""
        def match(line: str):
            entry = json.loads(line)
            return entry if all(entry.get(k) == v for k, v in expected.items()) else None
        return self.access.wait(match, f"{expected}", after)

    # Connections

    def addresses(self, listener: str = "web") -> list:
        """Of the newest sockets last: (host, port), or a path."""
        found = []
        for line in list(self.log.lines):
            if match := re.search(rf" listening listener={listener} address=(\S+)", line):
                found.append(parse_address(match[1]))
        assert found, f"listener {listener} is not listening\n{self.tail()}"
        return found

    def address(self, listener: str = "web"):
        return self.addresses(listener)[-1]

    def connect(self, listener: str = "web", **options) -> Wire:
        return Wire(self.address(listener), **options)

    def h2(self, listener: str = "web", **options) -> H2Client:
        """An HTTP/2 client that has this daemon's settings."""
        return H2Client(self.address(listener), **options).start()

    def get(self, target: str = "/", *fields: str, listener: str = "web", **options):
        """One request on a connection of its own."""
        with self.connect(listener) as wire:
            return wire.request(target, *fields, **options)


def parse_address(text: str):
    if text.startswith("unix:"):
        return text.removeprefix("unix:")
    host, _, port = text.rpartition(":")
    return (host.strip("[]"), int(port))
