"""What the scenarios share: the origins, rounds of loads and their medians, tables and verdicts."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from loads import H2Load, Handshakes, Wrk
from proxies import HERE, Process, Proxy, Setup, find, free_port

Load = Wrk | H2Load | Handshakes


@dataclass
class Sample:
    """One proxy under one load."""

    user: float
    system: float
    requests: float
    rate: float
    p99: float | None

    @property
    def total(self) -> float:
        return self.user + self.system

    @staticmethod
    def median(samples: list["Sample"]) -> "Sample":
        columns = [[getattr(sample, field) for sample in samples]
                   for field in ("user", "system", "requests", "rate", "p99")]
        return Sample(*(None if None in column else statistics.median(column)
                        for column in columns))


class Harness:
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
        self.results: list[dict] = []
        self.figures: dict[tuple[str, str], float] = {}
        """By scenario and name, what thresholds speak of beside CPU times."""
        self.problems: list[str] = []
        self.stack = contextlib.ExitStack()
        self.directory = Path(self.stack.enter_context(
            tempfile.TemporaryDirectory(prefix="portico-bench-")))
        for name in ("origin", "forwarder"):
            self.compile(name)
        self.origin_port = self.origin(self.stack, "origin", lambda port, _: [
            str(self.directory / "origin"), str(port)])

    def __enter__(self) -> "Harness":
        return self

    def __exit__(self, *_) -> None:
        self.stack.close()

    def compile(self, name: str, *libraries: str) -> Path:
        """A program of this folder."""
        path = self.directory / name
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-o", path, HERE / f"{name}.c",
                        *libraries], check=True)
        return path

    def certificate(self, kind: str) -> Path:
        """A certificate that signs itself: the path that its .pem, .key and .both begin with."""
        stem = self.directory / kind
        both = stem.with_suffix(".both")
        if not both.exists():
            key, chain = stem.with_suffix(".key"), stem.with_suffix(".pem")
            kinds = {"ecdsa": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["rsa:2048"]}
            subprocess.run(
                [find("openssl"), "req", "-x509", "-newkey", *kinds[kind], "-nodes", "-keyout",
                 key, "-out", chain, "-subj", "/CN=bench.example", "-addext",
                 "subjectAltName=DNS:bench.example"], check=True, capture_output=True)
            both.write_text(chain.read_text() + key.read_text())
        return stem

    # Processes

    def origin(self, stack: contextlib.ExitStack, name: str, command) -> int:
        """Starts one; `command` is made of a port and a folder. Its port."""
        directory, port = Path(tempfile.mkdtemp(dir=self.directory)), free_port()
        stack.enter_context(
            Process(name, command(port, directory), directory, port, self.load_core))
        return port

    def nghttpd(self, stack: contextlib.ExitStack, path: str, content: bytes, *options: str) -> int:
        """An HTTP/2 origin with one file. Its port."""
        def command(port: int, directory: Path) -> list[str]:
            (directory / path).write_bytes(content)
            (directory / "types").write_text("application/grpc grpc\ntext/plain txt\n")
            return [find("nghttpd"), "--no-tls", "--address=127.0.0.1", f"--htdocs={directory}",
                    f"--mime-types-file={directory}/types", *options, str(port)]
        return self.origin(stack, "nghttpd", command)

    def started(self, stack: contextlib.ExitStack, names: list[str], cores: set[int] | None = None,
                **setup) -> list[Proxy]:
        """Those of them that take part."""
        setup.setdefault("origin", self.origin_port)
        return [stack.enter_context(Proxy(name, Setup(
            portico=self.portico, forwarder=self.directory / "forwarder",
            cores=cores or self.proxy_core, **setup), self.directory))
            for name in names if name in self.proxies]

    # Loads

    def load(self, proxy: Proxy, load: Load, cores: set[int],
             seconds: float | None = None) -> Sample:
        """The proxy's CPU time over exactly the while of the load."""
        seconds = max(1, round(seconds or self.options.seconds))
        before = proxy.cpu()
        out = subprocess.run(load.command(proxy, seconds), capture_output=True, text=True,
                             timeout=60, preexec_fn=lambda: os.sched_setaffinity(0, cores)).stdout
        after = proxy.cpu()
        outcome = load.outcome(out)
        if outcome.trouble:
            self.problems.append(f"{proxy.name}: {outcome.trouble}")
        microseconds = 1e6 / max(outcome.requests, 1e-6)
        return Sample((after[0] - before[0]) * microseconds, (after[1] - before[1]) * microseconds,
                      outcome.requests, outcome.rate, outcome.p99)

    @contextlib.contextmanager
    def on_load_core(self):
        """Keeps this process, while it is itself the load, off the proxy's core."""
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, self.load_core)
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)

    def compare(self, proxies: list[Proxy], load: Load,
                cores: set[int] | None = None) -> dict[str, Sample]:
        """Medians over interleaved rounds, after one short one that warms everything up."""
        cores = cores or self.load_core
        samples: dict[str, list[Sample]] = {proxy.name: [] for proxy in proxies}
        for proxy in proxies:
            self.load(proxy, load, cores, seconds=1)
        for proxy in self.rounds(proxies):
            samples[proxy.name].append(self.load(proxy, load, cores))
        return {name: Sample.median(of) for name, of in samples.items()}

    def rounds(self, proxies: list[Proxy]):
        """Each proxy once a round; whoever is first in a round is not always the same."""
        for turn in range(self.options.rounds):
            start = turn % max(1, len(proxies))
            yield from proxies[start:] + proxies[:start]

    # What is said of it

    def report(self, scenario: str, title: str, medians: dict[str, Sample], base: str,
               unit: str = "requests") -> None:
        has_p99 = all(sample.p99 is not None for sample in medians.values())
        self.table(title, ["proxy", "user µs", "system µs", "total µs", f"× {base}", f"{unit}/s"]
                   + ["p99 µs"] * has_p99, [
            [name, f"{s.user:.2f}", f"{s.system:.2f}", f"{s.total:.2f}",
             f"{s.total / medians[base].total:.2f}" if base in medians else "-", f"{s.rate:,.0f}"]
            + ([f"{s.p99:,.0f}"] if has_p99 else []) for name, s in medians.items()])
        for name, s in medians.items():
            self.results.append({
                "scenario": scenario, "proxy": name, "user_us": round(s.user, 3),
                "system_us": round(s.system, 3), "total_us": round(s.total, 3),
                f"{unit}_per_s": round(s.rate)} | ({"p99_us": round(s.p99)} if has_p99 else {}))

    def figure(self, scenario: str, proxy: str, name: str, value: float) -> None:
        """One more number of a proxy; thresholds call it `<proxy>_<name>`."""
        self.results.append({"scenario": scenario, "proxy": proxy, name: round(value, 3)})
        self.figures[scenario, f"{proxy}_{name}"] = value

    def table(self, title: str, head: list[str], rows: list[list[str]]) -> None:
        if self.options.json or not rows:
            return
        print(f"### {title}\n")
        print("| " + " | ".join(head) + " |")
        print("|---" + "|---:" * (len(head) - 1) + "|")
        for row in rows:
            print("| " + " | ".join(row) + " |")
        print(flush=True)

    def verdicts(self) -> bool:
        """Prints how the ratios stand to thresholds.json; whether all hold."""
        thresholds = json.loads((HERE.parent / "thresholds.json").read_text())
        rows, good = [], True
        for scenario, limits in thresholds.items():
            for what, limit in limits.items():
                value = self.value(scenario, what)
                if value is None:
                    continue
                good &= value <= limit
                rows.append([scenario, what.replace("_", " "), f"{value:,.2f}", f"{limit:,}",
                             "yes" if value <= limit else "**no**"])
                self.results.append({"scenario": scenario, "threshold": what, "limit": limit,
                                     "value": round(value, 3), "holds": value <= limit})
        self.table("Thresholds", ["scenario", "what", "measured", "at most", "holds"], rows)
        return good

    def value(self, scenario: str, what: str) -> float | None:
        """Of two proxies the ratio of their CPU times, or a figure; None if it was not measured."""
        if "/" not in what:
            return self.figures.get((scenario, what))
        totals = {r["proxy"]: r["total_us"] for r in self.results
                  if r["scenario"] == scenario and "total_us" in r}
        ours, theirs = what.split("/")
        return totals[ours] / totals[theirs] if ours in totals and theirs in totals else None
