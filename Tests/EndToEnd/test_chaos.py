"""One of four origins breaks, in every way there is, under load; clients do not notice."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from portico import eventually
from wire import Truncated, WireError


class OriginProcess:
    def __init__(self, name: str):
        self.name = name
        # Holds the port while the process is dead; nobody listens on it then.
        self.place = socket.socket()
        self.place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.place.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.place.getsockname()[1]
        self.start()

    def start(self) -> None:
        script = Path(__file__).with_name("chaos_origin.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script), self.address.rpartition(":")[2], self.name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def become(self, mode: str) -> None:
        self.process.stdin.write(mode + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == mode + "\n"

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        self.kill()
        self.place.close()


class Load:
    """Clients that ask one request after the other, and count what comes of them."""

    def __init__(self, portico, clients: int = 6):
        self.portico = portico
        self.lock = threading.Lock()
        self.answers: list[str] = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def _run(self) -> None:
        client = self.portico.connect()
        while not self.stopping.is_set():
            try:
                response = client.request("/work")
                answer = "ok" if response.status == 200 else f"{response.status}"
                closes = response.closes
            except (OSError, Truncated, WireError) as error:
                answer, closes = repr(error), True
            with self.lock:
                self.answers.append(answer)
            if closes:
                client.close()
                client = self.portico.connect()
            # Load, not a race: the machine has other things to do.
            self.stopping.wait(0.005)
        client.close()

    @property
    def count(self) -> int:
        with self.lock:
            return len(self.answers)

    def more(self, requests: int) -> list[str]:
        """Of the next so many requests, what went wrong."""
        start = self.count
        eventually(lambda: self.count >= start + requests, f"{requests} requests", deadline=60)
        with self.lock:
            return [answer for answer in self.answers[start:] if answer != "ok"]

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(20)


CLUSTER = {
    "timeouts": {"connect": "200ms"},
    "retries": {"attempts": 3, "statuses": [500, 502, 503, 504], "per_try_timeout": "250ms"},
    "ejection": {"consecutive": 3, "statuses": [500, 502, 503, 504], "base_time": "2s"},
    "health": {"interval": "200ms", "timeout": "200ms", "fall": 2, "rise": 2},
}


def kill(origin: OriginProcess) -> None:
    origin.kill()


def stop(origin: OriginProcess) -> None:
    origin.signal(signal.SIGSTOP)


def mend(origin: OriginProcess) -> None:
    if origin.process.poll() is not None:
        origin.start()
    else:
        origin.signal(signal.SIGCONT)
        origin.become("well")


BREAKS = {
    "is killed": kill,
    "is stopped": stop,
    "accepts and never answers": lambda origin: origin.become("hangs"),
    "answers 500": lambda origin: origin.become("fails"),
    "takes 2 s": lambda origin: origin.become("slow"),
}


@pytest.fixture
def origins():
    origins = [OriginProcess(name) for name in "abcd"]
    yield origins
    for origin in origins:
        origin.close()


@pytest.mark.timeout(240)
def test_clients_do_not_notice(make, origins):
    portico = make.serve(*origins, workers=2, cluster=CLUSTER)
    load = Load(portico)
    bad = origins[0]
    wrong: list[str] = []
    try:
        assert load.more(200) == []
        for what, do in BREAKS.items():
            mark, lines = len(portico.log.lines), len(portico.access.lines)
            do(bad)
            wrong += load.more(300)
            portico.wait_log(rf"backend (unhealthy|ejected|rests) .*{bad.address}", after=mark)
            # From here on it is known.
            assert load.more(300) == [], what
            broken = [json.loads(line) for line in list(portico.access.lines)[lines:]]
            attempts = sum(entry["attempts"] for entry in broken)
            assert attempts <= 1.2 * len(broken), (what, attempts, len(broken))
            mark = len(portico.log.lines)
            mend(bad)
            portico.wait_log(rf"backend healthy .*{bad.address}", after=mark, deadline=30)
            wrong += load.more(100)
        total = load.count
    finally:
        load.stop()
    assert len(wrong) <= 0.005 * total, (wrong, total)


@pytest.mark.timeout(120)
def test_all_break_and_come_back(make, origins):
    """An outage of everything ends by itself, and retries do not pile up on it meanwhile."""
    portico = make.serve(*origins, cluster=CLUSTER)
    load = Load(portico)
    try:
        assert load.more(100) == []
        for origin in origins:
            origin.become("fails")
        portico.wait_log("too few healthy backends")
        lines = len(portico.access.lines)
        load.more(500)
        entries = [json.loads(line) for line in list(portico.access.lines)[lines:]]
        attempts = sum(entry["attempts"] for entry in entries)
        # The budget: a fifth of the requests, or 30 in ten seconds.
        assert attempts <= 1.25 * len(entries) + 60, (attempts, len(entries))
        for origin in origins:
            origin.become("well")
        eventually(lambda: load.more(50) == [], "everything to be well again", deadline=30)
    finally:
        load.stop()
