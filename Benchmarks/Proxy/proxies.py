"""The proxies that are compared: how each is configured and started, and what it costs."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))

from procfs import TICK, stat  # noqa: E402, the path comes first


def find(name: str) -> str:
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    return path or sys.exit(f"bench: {name} is not installed (scripts/bench installs it)")


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


class Process:
    """A program with a session and a folder of its own, from start to kill, on its cores."""

    def __init__(self, name: str, command: list[str], directory: Path, port: int, cores: set[int]):
        self.name, self.directory, self.port = name, directory, port
        self.output = open(directory / "output", "wb")
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output,
            start_new_session=True, preexec_fn=lambda: os.sched_setaffinity(0, cores))
        try:
            wait_listening(port, self.process, name)
        except SystemExit:
            self.close()
            sys.stderr.write((directory / "output").read_text(errors="replace"))
            raise

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.output.close()

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()


@dataclass
class Setup:
    """What a proxy is to do: for which clients, with which backend, and what beside."""

    portico: str
    """The executable."""
    forwarder: Path
    cores: set[int]
    origin: int
    """Its port."""
    downstream: str = "http1"
    """What the clients speak; `http2` is with prior knowledge, or by ALPN where there is TLS."""
    certificate: Path | None = None
    """What its .pem, .key and .both begin with; without one connections are in clear."""
    upstream: str = "http1"
    """What the origin speaks; nginx speaks `http2` to backends of gRPC only."""
    logs: bool = False
    log_format: str = "combined"
    """Portico's; peers write the combined format."""
    idle_backends: int = 0
    """Of Portico, beside the origin: they are there to be told of."""
    fields: bool = False
    """Add the forwarding fields."""
    workers: int = 1


class Proxy(Process):
    """A proxy's processes."""

    def __init__(self, name: str, setup: Setup, within: Path):
        self.setup = setup
        directory, port = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=within)), free_port()
        command = getattr(self, f"{name}_command")(directory, port)
        super().__init__(name, command, directory, port, setup.cores)

    def forwarder_command(self, _: Path, port: int) -> list[str]:
        return [str(self.setup.forwarder), str(port), str(self.setup.origin)]

    def nginx_command(self, directory: Path, port: int) -> list[str]:
        log = f"access_log {directory}/access.log combined buffer=64k flush=1s;"
        file = self.fill("nginx.conf.in", directory, {
            "PORT": port, "DIRECTORY": directory, "USER": "user root;" if os.geteuid() == 0 else "",
            "WORKERS": self.setup.workers,
            # Without a socket each, two workers leave all connections to one of them.
            "LISTEN": "ssl " * bool(self.setup.certificate)
            + "http2 " * (self.setup.downstream == "http2")
            + "reuseport" * (self.setup.workers > 1),
            "ACCESS_LOG": log if self.setup.logs else "access_log off;"})
        return [find("nginx"), "-p", str(directory), "-c", file]

    def haproxy_command(self, directory: Path, port: int) -> list[str]:
        words = {"http1": "", "http2": "proto h2"}
        bind = words[self.setup.downstream]
        if self.setup.certificate:
            alpn = {"http1": "http/1.1", "http2": "h2"}[self.setup.downstream]
            bind = f"ssl crt {self.setup.certificate}.both alpn {alpn}"
        return [find("haproxy"), "-db", "-f", self.fill("haproxy.cfg.in", directory, {
            "PORT": port, "BIND": bind,
            "SERVER": words[self.setup.upstream],
            "LOG_TARGET": "log stdout format raw local0" if self.setup.logs else "",
            "LOG": "log global\n  option httplog" if self.setup.logs else ""})]

    def nghttpx_command(self, _: Path, port: int) -> list[str]:
        backend = {"http1": "http/1.1", "http2": "h2"}[self.setup.upstream]
        return [find("nghttpx"), "--conf=/dev/null", "--log-level=ERROR", "--workers=1",
                "--single-thread", "--backlog=4096", f"--frontend=127.0.0.1,{port};no-tls",
                f"--backend=127.0.0.1,{self.setup.origin};;proto={backend}", "--no-via",
                "--backend-http2-window-size=262144", "--rlimit-nofile=15000"]

    def portico_command(self, directory: Path, port: int) -> list[str]:
        protocols = {"http1": '"http1": { "max_requests": 0 }', "http2": '"http2": {}'}
        pair = '{ "chain": "%s.pem", "key": "%s.key" }' % ((self.setup.certificate,) * 2)
        file = self.fill("portico.json.in", directory, {
            "TLS": f'"tls": {{ "certificates": [{pair}] }},' if self.setup.certificate else "",
            "PORT": port, "DIRECTORY": directory, "UPSTREAM": self.setup.upstream,
            "PROTOCOLS": protocols[self.setup.downstream],
            "ACCESS_LOG": f"{directory}/access.log" if self.setup.logs else "off",
            "LOG_FORMAT": self.setup.log_format,
            "MORE_CLUSTERS": self.idle_clusters(),
            "FIELDS": "true" if self.setup.fields else "false"})
        return [self.setup.portico, "serve", "--config", file, "--workers", str(self.setup.workers)]

    def idle_clusters(self) -> str:
        """Clusters of ten backends each."""
        addresses = [f'"127.1.{number // 100}.{number % 100}:1"'
                     for number in range(self.setup.idle_backends)]
        return "".join(f',\n    "idle-{first // 10}": {{ "backends": [{", ".join(ten)}] }}'
                       for first in range(0, len(addresses), 10)
                       for ten in [addresses[first:first + 10]])

    def scrape(self) -> str:
        """Portico's metrics, by its control socket."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(10)
            path = self.directory / "control.sock"
            end = time.monotonic() + 10
            while not path.exists() and time.monotonic() < end:
                time.sleep(0.02)  # It opens after the listeners.
            sock.connect(str(path))
            sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
            pieces = []
            while piece := sock.recv(1 << 20):
                pieces.append(piece)
        text = b"".join(pieces).decode()
        if " 200 " not in text[:20]:
            raise SystemExit(f"bench: no metrics: {text[:200]}")
        return text

    @contextlib.contextmanager
    def scraped(self):
        """While it lasts, its metrics are asked for each second."""
        over = threading.Event()

        def ask() -> None:
            while not over.wait(1):
                self.scrape()
        thread = threading.Thread(target=ask)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def fill(self, template: str, directory: Path, values: dict) -> str:
        """The template with its @NAMES@ replaced. A line marked `# @fields`, `# @tls`, `# @http1`
        or `# @http2` stays only with the forwarding fields, with TLS, or with such an origin."""
        values |= {"ORIGIN": self.setup.origin, "CERTIFICATE": self.setup.certificate}
        text = re.sub(r"@([A-Z_]+)@", lambda m: str(values[m[1]]), (HERE / template).read_text())
        kept = {self.setup.upstream} | ({"fields"} if self.setup.fields else set()) \
            | ({"tls"} if self.setup.certificate else set())
        text = re.sub(r"^.*# @(\w+)\n", lambda m: m[0] if m[1] in kept else "", text, flags=re.M)
        path = directory / template.removesuffix(".in")
        path.write_text(text)
        return str(path)

    @property
    def url(self) -> str:
        return f"http{'s' if self.setup.certificate else ''}://127.0.0.1:{self.port}"

    def pids(self) -> list[int]:
        """All processes of its session: nginx and nghttpx have a master and a worker."""
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
