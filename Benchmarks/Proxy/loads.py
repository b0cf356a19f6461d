"""The programs that make the load, and what they say of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from proxies import Proxy, find

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

    def command(self, proxy: Proxy, seconds: int) -> list[str]:
        return [find("wrk"), "-t1", f"-c{self.connections}", f"-d{seconds}s", "--latency",
                proxy.url + self.path]

    def outcome(self, out: str) -> Outcome:
        number, unit = re.search(r"99% +([\d.]+)(us|ms|s)", out).groups()
        trouble = re.search(r"(Socket errors|Non-2xx).*", out)
        return Outcome(int(re.search(r"(\d+) requests in", out)[1]),
                       float(re.search(r"Requests/sec: +([\d.]+)", out)[1]),
                       float(number) * {"us": 1, "ms": 1e3, "s": 1e6}[unit],
                       trouble and trouble[0])


@dataclass
class H2Load:
    """HTTP/2, with prior knowledge or by ALPN: as many streams on each connection, all the time."""

    path: str
    connections: int
    streams: int
    arguments: tuple[str, ...] = ()
    unit: int | None = None
    """Octets of content to divide by; without it requests are counted."""
    log: Path | None = None
    """A file for the times of all requests, which p99 is read from."""

    def command(self, proxy: Proxy, seconds: int) -> list[str]:
        log = []
        if self.log:
            self.log.unlink(missing_ok=True)  # It would be appended to.
            log = [f"--log-file={self.log}"]
        return [find("h2load"), "-t1", f"-c{self.connections}", f"-m{self.streams}",
                f"-D{seconds}", *log, *self.arguments, proxy.url + self.path]

    def outcome(self, out: str) -> Outcome:
        done, failed, broken = (int(re.search(rf"(\d+) {word}", out)[1])
                                for word in ("succeeded", "failed", "errored"))
        seconds = self.seconds(re.search(r"finished in ([\d.]+)(us|ms|s|m)\b", out))
        other = sum(map(int, re.findall(r"(\d+) [345]xx", out)))
        trouble = f"{failed} failed, {broken} broken, {other} not 2xx" \
            if failed or broken or other else None
        if self.unit:
            done = int(re.search(r"\((\d+)\) data", out)[1]) / self.unit
        return Outcome(done, done / seconds, self.p99(), trouble)

    def p99(self) -> float | None:
        if not self.log:
            return None
        times = sorted(int(line.split()[2]) for line in self.log.read_text().splitlines())
        return times[len(times) * 99 // 100]

    @staticmethod
    def seconds(match: re.Match) -> float:
        return float(match[1]) * {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}[match[2]]


@dataclass
class Handshakes:
    """Connections that carry one request each, of a few clients at a time."""

    program: Path
    kind: str
    """`full` or `resumed`."""
    version: str = "1.3"
    clients: int = 8

    def command(self, proxy: Proxy, seconds: int) -> list[str]:
        return [str(self.program), str(proxy.port), str(seconds), str(self.clients), self.kind,
                self.version]

    def outcome(self, out: str) -> Outcome:
        done, resumed, seconds = map(float, re.findall(r"[\d.]+", out))
        # The first of each client has nothing to resume.
        expected = done - self.clients if self.kind == "resumed" else 0
        trouble = f"{resumed:.0f} of {done:.0f} resumed" if resumed != expected else None
        return Outcome(done, done / seconds, None, trouble)
