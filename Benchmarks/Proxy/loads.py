"""The programs that make the load, and what they say of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from proxies import find

MEBIBYTE = 1 << 20


@dataclass
class Outcome:
    """What a load has done, as far as the program that made it knows."""

    requests: float
    """Or whatever else the CPU time is divided by."""
    rate: float
    p99: float | None
    """Microseconds."""
    trouble: str | None


@dataclass
class Wrk:
    """HTTP/1.1: one request at a time on each connection."""

    path: str
    connections: int

    def command(self, port: int, seconds: int) -> list[str]:
        return [find("wrk"), "-t1", f"-c{self.connections}", f"-d{seconds}s", "--latency",
                f"http://127.0.0.1:{port}{self.path}"]

    def outcome(self, out: str) -> Outcome:
        number, unit = re.search(r"99% +([\d.]+)(us|ms|s)", out).groups()
        trouble = re.search(r"(Socket errors|Non-2xx).*", out)
        return Outcome(int(re.search(r"(\d+) requests in", out)[1]),
                       float(re.search(r"Requests/sec: +([\d.]+)", out)[1]),
                       float(number) * {"us": 1, "ms": 1e3, "s": 1e6}[unit],
                       trouble and trouble[0])


@dataclass
class H2Load:
    """HTTP/2 with prior knowledge: as many streams on each connection, all the time."""

    path: str
    connections: int
    streams: int
    arguments: tuple[str, ...] = ()
    unit: int | None = None
    """Octets of content to divide by; without it requests are counted."""

    def command(self, port: int, seconds: int) -> list[str]:
        return [find("h2load"), "-t1", f"-c{self.connections}", f"-m{self.streams}",
                f"-D{seconds}", *self.arguments, f"http://127.0.0.1:{port}{self.path}"]

    def outcome(self, out: str) -> Outcome:
        done, failed, broken = (int(re.search(rf"(\d+) {word}", out)[1])
                                for word in ("succeeded", "failed", "errored"))
        seconds = self.seconds(re.search(r"finished in ([\d.]+)(us|ms|s|m)\b", out))
        other = sum(map(int, re.findall(r"(\d+) [345]xx", out)))
        trouble = f"{failed} failed, {broken} broken, {other} not 2xx" \
            if failed or broken or other else None
        if self.unit:
            done = int(re.search(r"\((\d+)\) data", out)[1]) / self.unit
        return Outcome(done, done / seconds, None, trouble)

    @staticmethod
    def seconds(match: re.Match) -> float:
        return float(match[1]) * {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}[match[2]]
