#!/usr/bin/env python3
"""Portico beside nginx, HAProxy and a forwarder that parses nothing, in one run on one machine.

One core is the proxy's; the load (wrk) and the origin share another. What counts is CPU time of the
proxy's processes divided by requests, and of that the ratio to the peers: absolute numbers belong to
a machine, ratios to the programs. Rounds are interleaved and the medians taken.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import resource
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))

from procfs import TICK, connections_of_loops, stat  # noqa: E402, the path comes first

SCENARIOS = ["small", "fields", "logs", "workers", "bodies", "idle",
             "tls", "tls-bodies", "tls-idle", "handshakes"]
IDLE_CONNECTIONS = 5000


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def wait_listening(port: int, process: subprocess.Popen, name: str) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            connect(port).close()
            return
        time.sleep(0.02)
    raise SystemExit(f"bench: {name} did not start (status {process.poll()})")


@dataclass
class Sample:
    """One proxy under one load."""

    user: float
    system: float
    requests: float
    rate: float
    p99: float

    @property
    def total(self) -> float:
        return self.user + self.system


class Proxy:
    """A proxy's processes, from start to kill, on its cores."""

    def __init__(self, bench: "Bench", name: str, cores: set[int], logs: bool = False,
                 fields: bool = False, workers: int = 1, tls: str = ""):
        """`tls` names the kind of key: ecdsa or rsa; without it connections are in clear."""
        self.name, self.port, self.tls = name, free_port(), tls
        self.directory = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=bench.directory))
        self.fields = fields
        command = self.command(bench, name, logs, workers)
        self.output = open(self.directory / "output", "wb")
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output,
            start_new_session=True, preexec_fn=lambda: os.sched_setaffinity(0, cores))
        try:
            wait_listening(self.port, self.process, name)
        except SystemExit:
            self.close()
            sys.stderr.write((self.directory / "output").read_text(errors="replace"))
            raise

    def command(self, bench: "Bench", name: str, logs: bool, workers: int) -> list[str]:
        if name == "forwarder":
            return [str(bench.directory / "forwarder"), str(self.port), str(bench.origin_port)]
        log = str(self.directory / "access.log")
        values = {"PORT": self.port, "ORIGIN": bench.origin_port, "DIRECTORY": self.directory,
                  "USER": "user root;" if os.geteuid() == 0 else "",
                  "FIELDS": "true" if self.fields else "false", "SSL": "", "CERTIFICATE": ""}
        if self.tls:
            values["CERTIFICATE"] = certificate = bench.certificate(self.tls)
            values["SSL"] = {
                "nginx": "ssl",
                "haproxy": f"ssl crt {certificate}.both ciphers ECDHE-ECDSA-AES128-GCM-SHA256:"
                           "ECDHE-RSA-AES128-GCM-SHA256 ciphersuites TLS_AES_128_GCM_SHA256",
                "portico": '"tls": { "certificates": [{ "chain": "%s.pem", "key": "%s.key" }] },'
                           % (certificate, certificate),
            }[name]
        if name == "nginx":
            values["ACCESS_LOG"] = f"access_log {log} combined buffer=64k flush=1s;" if logs \
                else "access_log off;"
            file = self.fill("nginx.conf.in", values)
            return [find("nginx"), "-p", str(self.directory), "-c", file]
        if name == "haproxy":
            values["LOG_TARGET"] = "log stdout format raw local0" if logs else ""
            values["LOG"] = "log global\n  option httplog" if logs else ""
            return [find("haproxy"), "-db", "-f", self.fill("haproxy.cfg.in", values)]
        values["ACCESS_LOG"] = log if logs else "off"
        return [bench.portico, "serve", "--config", self.fill("portico.json.in", values),
                "--workers", str(workers)]

    def fill(self, template: str, values: dict) -> str:
        """The template with its @NAMES@ replaced; lines marked @fields stay only with `fields`."""
        text = re.sub(r"@([A-Z_]+)@", lambda m: str(values[m[1]]), (HERE / template).read_text())
        if not self.tls:
            text = re.sub(r"^.*# @tls\n", "", text, flags=re.M)
        if not self.fields:
            text = re.sub(r"^.*# @fields\n", "", text, flags=re.M)
        path = self.directory / template.removesuffix(".in")
        path.write_text(text)
        return str(path)

    def pids(self) -> list[int]:
        """All processes of its session: nginx has a master and a worker."""
        group = str(self.process.pid)
        found = []
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError):
                    if stat(int(entry))[3] == group:
                        found.append(int(entry))
        return found

    def cpu(self) -> tuple[float, float]:
        """Seconds of user and of system time."""
        fields = [stat(pid) for pid in self.pids()]
        return sum(int(f[11]) for f in fields) / TICK, sum(int(f[12]) for f in fields) / TICK

    def memory(self) -> int:
        """Octets that are resident, each page divided by the number of processes that share it."""
        total = 0
        for pid in self.pids():
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(re.search(r"^Pss: +(\d+) kB", text, re.M)[1])
        return total * 1024

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, 9)
        self.process.wait()
        self.output.close()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_) -> None:
        self.close()


def find(name: str) -> str:
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    return path or sys.exit(f"bench: {name} is not installed (scripts/bench installs it)")


class Bench:
    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.portico = str(Path(options.portico).resolve())
        self.proxies = options.proxies.split(",")
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < 2:
            sys.exit("bench: needs two cores, one for the proxy and one for the load")
        self.proxy_core, self.load_core = {cores[0]}, {cores[1]}
        # Two workers need two cores; the load gets others where there are any.
        self.worker_cores = set(cores[:2])
        self.worker_load_cores = set(cores[2:4]) if len(cores) >= 4 else set(cores[:2])
        self.temporary = tempfile.TemporaryDirectory(prefix="portico-bench-")
        self.directory = Path(self.temporary.name)
        self.results: list[dict] = []
        self.problems: list[str] = []
        for name in ("origin", "forwarder"):
            subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-o", self.directory / name,
                            HERE / f"{name}.c"], check=True)
        self.origin_port = free_port()
        self.origin = subprocess.Popen(
            [self.directory / "origin", str(self.origin_port)],
            preexec_fn=lambda: os.sched_setaffinity(0, self.load_core))
        wait_listening(self.origin_port, self.origin, "origin")

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_) -> None:
        self.origin.kill()
        self.origin.wait()
        self.temporary.cleanup()

    def certificate(self, kind: str) -> str:
        """A certificate that signs itself; the stem of its files."""
        stem = str(self.directory / kind)
        if not os.path.exists(stem + ".both"):
            key = {"ecdsa": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["rsa:2048"]}
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", *key[kind], "-nodes", "-keyout",
                 stem + ".key", "-out", stem + ".pem", "-subj", "/CN=bench.example", "-addext",
                 "subjectAltName=DNS:bench.example"], check=True, capture_output=True)
            both = Path(stem + ".pem").read_text() + Path(stem + ".key").read_text()
            Path(stem + ".both").write_text(both)
        return stem

    def load(self, proxy: Proxy, path: str, connections: int, cores: set[int],
             seconds: float | None = None) -> Sample:
        """wrk against the proxy; the proxy's CPU time over exactly that while."""
        seconds = seconds or self.options.seconds
        before = proxy.cpu()
        out = subprocess.run(
            [find("wrk"), "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency",
             f"http{'s' if proxy.tls else ''}://127.0.0.1:{proxy.port}{path}"],
            capture_output=True, text=True, timeout=60,
            preexec_fn=lambda: os.sched_setaffinity(0, cores)).stdout
        after = proxy.cpu()
        requests = int(re.search(r"(\d+) requests in", out)[1])
        if trouble := re.search(r"(Socket errors|Non-2xx).*", out):
            self.problems.append(f"{proxy.name}: {trouble[0]}")
        rate = float(re.search(r"Requests/sec: +([\d.]+)", out)[1])
        number, unit = re.search(r"99% +([\d.]+)(us|ms|s)", out).groups()
        p99 = float(number) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]
        microseconds = 1e6 / max(requests, 1)
        return Sample((after[0] - before[0]) * microseconds, (after[1] - before[1]) * microseconds,
                      requests, rate, p99)

    def compare(self, proxies: list[Proxy], path: str, connections: int,
                cores: set[int]) -> dict[str, Sample]:
        """Medians over interleaved rounds, after one short one that warms everything up."""
        samples: dict[str, list[Sample]] = {proxy.name: [] for proxy in proxies}
        for proxy in proxies:
            self.load(proxy, path, connections, cores, seconds=1)
        for turn in range(self.options.rounds):
            # Whoever is first in a round is not always the same.
            for proxy in proxies[turn % len(proxies):] + proxies[:turn % len(proxies)]:
                samples[proxy.name].append(self.load(proxy, path, connections, cores))
        return {name: Sample(*(statistics.median(getattr(s, field) for s in of)
                               for field in ("user", "system", "requests", "rate", "p99")))
                for name, of in samples.items()}

    def report(self, scenario: str, title: str, medians: dict[str, Sample], base: str) -> None:
        print_table(title, ["proxy", "user µs", "system µs", "total µs", f"× {base}", "requests/s",
                            "p99 µs"], [
            [name, f"{s.user:.2f}", f"{s.system:.2f}", f"{s.total:.2f}",
             f"{s.total / medians[base].total:.2f}" if base in medians else "-",
             f"{s.rate:,.0f}", f"{s.p99:,.0f}"] for name, s in medians.items()], self.options.json)
        for name, s in medians.items():
            self.results.append({
                "scenario": scenario, "proxy": name, "user_us": round(s.user, 3),
                "system_us": round(s.system, 3), "total_us": round(s.total, 3),
                "requests_per_s": round(s.rate), "p99_us": round(s.p99)})

    def started(self, stack: contextlib.ExitStack, names: list[str], **options) -> list[Proxy]:
        return [stack.enter_context(Proxy(self, name, self.proxy_core, **options))
                for name in names if name in self.proxies]

    # Scenarios

    def small(self) -> None:
        with contextlib.ExitStack() as stack:
            proxies = self.started(stack, ["portico", "nginx", "haproxy", "forwarder"])
            self.report("small", "101 octets, 64 kept connections, access logs off",
                        self.compare(proxies, "/", 64, self.load_core), "nginx")

    def fields(self) -> None:
        with contextlib.ExitStack() as stack:
            proxies = self.started(stack, ["portico", "nginx", "haproxy"], fields=True)
            self.report("fields", "The same, each adding X-Forwarded-For, -Proto, -Host, Via and "
                        "X-Request-Id", self.compare(proxies, "/", 64, self.load_core), "nginx")

    def logs(self) -> None:
        with contextlib.ExitStack() as stack:
            proxies = self.started(stack, ["portico", "nginx", "haproxy"], logs=True)
            self.report("logs", "The same with access logs on",
                        self.compare(proxies, "/", 64, self.load_core), "nginx")

    def bodies(self) -> None:
        with contextlib.ExitStack() as stack:
            proxies = self.started(stack, ["portico", "nginx", "haproxy", "forwarder"])
            self.report("bodies", "1 MiB bodies, 16 kept connections (CPU per MiB)",
                        self.compare(proxies, "/1m", 16, self.load_core), "nginx")

    def tls(self) -> None:
        with contextlib.ExitStack() as stack:
            proxies = self.started(stack, ["portico", "nginx", "haproxy"], tls="ecdsa")
            self.report("tls", "HTTPS: 101 octets, 64 kept connections, access logs off",
                        self.compare(proxies, "/", 64, self.load_core), "nginx")

    def tls_bodies(self) -> None:
        with contextlib.ExitStack() as stack:
            proxies = self.started(stack, ["portico", "nginx", "haproxy"], tls="ecdsa")
            self.report("tls-bodies", "HTTPS: 1 MiB bodies, 16 kept connections (CPU per MiB)",
                        self.compare(proxies, "/1m", 16, self.load_core), "nginx")

    def handshakes(self) -> None:
        for kind in ("ecdsa", "rsa"):
            for resumed in (False, True):
                with contextlib.ExitStack() as stack:
                    proxies = self.started(stack, ["portico", "nginx", "haproxy"], tls=kind)
                    name = f"handshakes-{kind}{'-resumed' if resumed else ''}"
                    rows = []
                    costs: dict[str, list[float]] = {proxy.name: [] for proxy in proxies}
                    for _ in range(self.options.rounds):
                        for proxy in proxies:
                            costs[proxy.name].append(self.shake(proxy, resumed))
                    medians = {who: statistics.median(of) for who, of in costs.items()}
                    for who, cost in medians.items():
                        ratio = f"{cost / medians['nginx']:.2f}" if "nginx" in medians else "-"
                        rows.append([who, f"{cost:.0f}", ratio])
                        self.results.append({"scenario": name, "proxy": who,
                                             "total_us": round(cost, 1)})
                    print_table(f"TLS 1.3 handshakes with one request, {kind}"
                                f"{', resumed' if resumed else ''}",
                                ["proxy", "CPU µs", "× nginx"], rows, self.options.json)

    def shake(self, proxy: Proxy, resumed: bool) -> float:
        """Connections that each carry one request, one after the other; the proxy's CPU for one."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        session, count, before = None, 0, proxy.cpu()
        end = time.monotonic() + self.options.seconds
        os.sched_setaffinity(0, self.load_core)
        while time.monotonic() < end:
            with context.wrap_socket(connect(proxy.port), session=session,
                                     server_hostname="bench.example") as sock:
                if sock.session_reused != (session is not None):
                    raise SystemExit(f"bench: {proxy.name} did not resume")
                request_once(sock)
                if resumed:
                    session = sock.session
            count += 1
        after = proxy.cpu()
        return 1e6 * (sum(after) - sum(before)) / count

    def workers(self) -> None:
        if "portico" not in self.proxies:
            return
        with contextlib.ExitStack() as stack:
            proxies = []
            for count in (1, 2):
                proxy = stack.enter_context(
                    Proxy(self, "portico", self.worker_cores, workers=count))
                proxy.name = f"portico-{count}"
                proxies.append(proxy)
            self.report("workers", "One worker and two, on two cores",
                        self.compare(proxies, "/", 64, self.worker_load_cores), "portico-1")
            held = [connect(proxies[1].port) for _ in range(64)]
            stack.callback(lambda: [sock.close() for sock in held])
            for sock in held:
                request_once(sock)
            spread = connections_of_loops(proxies[1].process.pid, proxies[1].port)
            self.results.append({"scenario": "workers", "spread": spread})
            if not self.options.json:
                print(f"64 connections on two workers: {' : '.join(map(str, spread))}\n")

    def tls_idle(self) -> None:
        self.idle("tls-idle", "ecdsa")

    def idle(self, scenario: str = "idle", tls: str = "") -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

        def opened(proxy: Proxy) -> socket.socket:
            sock = connect(proxy.port)
            return context.wrap_socket(sock) if tls else sock
        rows = []
        for name in ("portico", "nginx", "haproxy"):
            if name not in self.proxies:
                continue
            with contextlib.ExitStack() as stack:
                proxy = self.started(stack, [name], tls=tls)[0]
                for _ in range(200):  # Allocators and pools are filled before the first look.
                    with opened(proxy) as sock:
                        request_once(sock)
                time.sleep(1.5)
                before, held = proxy.memory(), []
                stack.callback(lambda held=held: [sock.close() for sock in held])
                for _ in range(IDLE_CONNECTIONS):
                    sock = opened(proxy)
                    held.append(sock)
                    request_once(sock)
                time.sleep(2.5)  # Idle connections give up what they can after about a second.
                octets = (proxy.memory() - before) / IDLE_CONNECTIONS
            rows.append([name, f"{octets:,.0f}"])
            self.results.append({"scenario": scenario, "proxy": name, "octets": round(octets)})
        print_table(f"Memory of an idle kept {'TLS ' if tls else ''}connection, over {IDLE_CONNECTIONS:,}",
                    ["proxy", "octets"], rows, self.options.json)

    # Verdicts

    def verdicts(self) -> bool:
        """Prints how the ratios stand to thresholds.json; whether all hold."""
        thresholds = json.loads((HERE.parent / "thresholds.json").read_text())
        totals = {(r["scenario"], r["proxy"]): r.get("total_us", r.get("octets"))
                  for r in self.results if "total_us" in r or "octets" in r}
        rows, good = [], True
        for scenario, limits in thresholds.items():
            for what, limit in limits.items():
                value = self.value(scenario, what, totals)
                if value is None:
                    continue
                good &= value <= limit
                rows.append([scenario, what.replace("_", " "), f"{value:,.2f}", f"{limit:,}",
                             "yes" if value <= limit else "**no**"])
                self.results.append({"scenario": scenario, "threshold": what, "limit": limit,
                                     "value": round(value, 3), "holds": value <= limit})
        print_table("Thresholds", ["scenario", "what", "measured", "at most", "holds"], rows,
                    self.options.json)
        return good

    def value(self, scenario: str, what: str, totals: dict) -> float | None:
        if "/" in what:
            ours, theirs = ((scenario, name) for name in what.split("/"))
            return totals[ours] / totals[theirs] if ours in totals and theirs in totals else None
        for result in self.results:
            if result["scenario"] == scenario == "workers" and result.get("spread"):
                return float(max(result["spread"]))
            if result["scenario"] == scenario == "idle" and result["proxy"] == "portico":
                return float(result["octets"])
        return None


def request_once(sock: socket.socket) -> None:
    sock.sendall(b"GET / HTTP/1.1\r\nHost: bench.example\r\n\r\n")
    data = b""
    while b"\r\n\r\n" not in data or not data.endswith(b"x" * 101):
        piece = sock.recv(4096)
        if not piece:
            raise SystemExit("bench: a connection ended without an answer")
        data += piece


def print_table(title: str, head: list[str], rows: list[list[str]], silent: bool) -> None:
    if silent or not rows:
        return
    print(f"### {title}\n")
    print("| " + " | ".join(head) + " |")
    print("|---" + "|---:" * (len(head) - 1) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(SCENARIOS), help="scenarios: %(default)s")
    parser.add_argument("--proxies", default="portico,nginx,haproxy,forwarder",
                        help="who takes part: %(default)s")
    parser.add_argument("--portico", default=str(ROOT / ".build/release/portico"),
                        help="the executable to measure")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3, help="of each load; whole seconds")
    parser.add_argument("--json", action="store_true", help="JSON lines instead of tables")
    parser.add_argument("--check", action="store_true", help="exit 1 when a threshold is missed")
    options = parser.parse_args()
    scenarios = options.only.split(",")
    if unknown := set(scenarios) - set(SCENARIOS):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    if "portico" in options.proxies.split(",") and not os.access(options.portico, os.X_OK):
        parser.error(f"no executable at {options.portico}: make build")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Bench(options) as bench:
        for scenario in scenarios:
            getattr(bench, scenario.replace("-", "_"))()
        good = bench.verdicts()
        if options.json:
            for result in bench.results:
                print(json.dumps(result))
        for problem in bench.problems:
            print(f"note: {problem}", file=sys.stderr)
    return 0 if good or not options.check else 1


if __name__ == "__main__":
    sys.exit(main())
