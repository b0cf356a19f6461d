"""HTTP/2 clients and servers that nobody here wrote: curl, nghttp, h2load, nghttpd, PyPI `h2`."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import subprocess

import h2.config
import h2.connection
import h2.events
import pytest

from portico import eventually
from wire import DEADLINE

PATH = os.environ["PATH"] + ":/usr/sbin"


def found(name: str) -> str:
    """Where a program is that `make test` installs."""
    executable = shutil.which(name, path=PATH)
    assert executable, f"{name} is not installed"
    return executable


def tool(name: str, *arguments: str) -> str:
    """What the tool says, which must have succeeded."""
    outcome = subprocess.run([found(name), *arguments], capture_output=True, timeout=60)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout.decode("latin-1")


@pytest.fixture
def front(make):
    """The daemon before nginx, and the URL of its listener."""
    nginx = make.nginx()
    (nginx.root / "large").write_bytes(os.urandom(8 << 20))
    portico = make.serve(nginx, workers=2)
    return portico, nginx, "http://%s:%d" % portico.address()


DOORS = ["--http2-prior-knowledge", "--http2", "--http1.1"]


@pytest.mark.parametrize("door", DOORS)
def test_curl(front, door: str):
    _, nginx, url = front
    version = "1.1" if door == "--http1.1" else "2"
    report = ["-w", "%{http_version} %{num_connects} "]
    assert tool("curl", "-sS", door, *report, "-o", "/dev/null", url) == f"{version} 1 "
    if door != "--http2-prior-knowledge":  # With it curl before 8.0 does not reuse its connection.
        assert tool("curl", "-sS", door, url, url, url) == "nginx\n" * 3
    assert tool("curl", "-sS", door, "-o", "/dev/null", "-w", "%{http_code}", url + "/none") == "404"
    assert "content-length: 6" in tool("curl", "-sS", door, "-I", url).lower()
    body = tool("curl", "-sS", door, url + "/large").encode("latin-1")
    assert hashlib.sha256(body).digest() == hashlib.sha256(
        (nginx.root / "large").read_bytes()).digest()


@pytest.mark.parametrize("door", DOORS)
def test_curl_uploads(make, door: str, tmp_path):
    """`--http2` asks for h2c with a body, too; the daemon then stays with HTTP/1.1."""
    file = tmp_path / "upload"
    file.write_bytes(os.urandom(3 << 20))
    url = "http://%s:%d" % make.serve(make.python_server()).address()
    for expect in ("Expect:", "Expect: 100-continue"):
        answer = tool("curl", "-sS", door, "-H", expect, "--data-binary", f"@{file}", url)
        assert answer.encode("latin-1") == file.read_bytes()


@pytest.mark.parametrize("options", [[], ["-u"], ["-u", "-H", ":method: HEAD"], ["-w", "10"],
                                     ["--no-dep"], ["--padding=200"], ["-c", "100"]],
                         ids=" ".join)
def test_nghttp(front, options: list[str]):
    _, _, url = front
    output = tool("nghttp", "-v", *options, url + "/", url + "/large")
    assert output.count(":status: 200") == 2 and "recv GOAWAY" not in output
    assert ("HTTP Upgrade success" in output) == ("-u" in options)


def test_nghttp_with_continuation(make):
    """Its fields are too large for nginx."""
    portico = make.serve(make.origin())
    assert ":status: 200" in tool("nghttp", "-v", "--continuation", "http://%s:%d/" % portico.address())


def test_nghttp_posts_with_trailers(make, tmp_path):
    origin = make.origin()
    (tmp_path / "upload").write_bytes(b"u" * 100_000)
    url = "http://%s:%d/" % make.serve(origin).address()
    output = tool("nghttp", "-v", "--no-content-length", "--trailer", "x-sum: 1",
                  "-d", str(tmp_path / "upload"), url)
    assert ":status: 200" in output
    assert len(origin.requests[0].body) == 100_000
    assert [(n.lower(), v) for n, v in origin.requests[0].trailers] == [("x-sum", "1")]


def load(url: str, *options: str) -> str:
    output = tool("h2load", *options, url)
    done = re.search(r"requests: (\d+) total.* (\d+) succeeded, (\d+) failed", output)
    assert done and done[1] == done[2] and done[3] == "0", output
    return output


def test_h2load_before_nginx(front):
    _, _, url = front
    load(url, "-n", "4000", "-c", "8", "-m", "32")
    load(url + "/large", "-n", "16", "-c", "2", "-m", "8")


class Nghttpd:
    """nghttpd, which serves a directory over HTTP/2 with prior knowledge."""

    def __init__(self, directory):
        executable = found("nghttpd")
        (directory / "index.html").write_text("nghttpd\n")
        (directory / "large").write_bytes(os.urandom(8 << 20))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.root, self.address = directory, f"127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [executable, "--no-tls", "-a", "127.0.0.1", "-d", str(directory), str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(self._listens, "nghttpd")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def close(self) -> None:
        self.process.kill()
        self.process.wait(DEADLINE)


@pytest.fixture
def nghttpd(tmp_path):
    server = Nghttpd(tmp_path)
    yield server
    server.close()


def test_nghttpd_behind(make, nghttpd):
    portico = make.serve_h2(nghttpd, workers=2)
    url = "http://%s:%d" % portico.address()
    for door in DOORS:
        assert tool("curl", "-sS", door, url + "/index.html") == "nghttpd\n"
        assert tool("curl", "-sS", door, url + "/large").encode("latin-1") \
            == (nghttpd.root / "large").read_bytes()
    load(url + "/index.html", "-n", "4000", "-c", "8", "-m", "32")
    load(url + "/large", "-n", "16", "-c", "2", "-m", "8")


def test_python_h2_library(make):
    """A strict state machine that checks every frame that it is sent."""
    portico = make.serve(make.origin())
    connection = h2.connection.H2Connection(
        h2.config.H2Configuration(header_encoding="utf-8", validate_inbound_headers=True))
    connection.initiate_connection()
    bodies: dict[int, bytes] = {}
    with portico.connect() as wire:
        for stream in range(1, 21, 2):
            connection.send_headers(stream, [
                (":method", "POST"), (":scheme", "http"), (":authority", "a.example"), (":path", "/")])
            connection.send_data(stream, b"content", end_stream=True)
            bodies[stream] = b""
        ended = set()
        while len(ended) < 10:
            wire.send(connection.data_to_send())
            assert wire.reader.fill(), "the end of the connection"
            events = connection.receive_data(bytes(wire.reader.buffer))
            wire.reader.buffer.clear()
            for event in events:
                if isinstance(event, h2.events.DataReceived):
                    bodies[event.stream_id] += event.data
                    connection.acknowledge_received_data(
                        event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    ended.add(event.stream_id)
                assert not isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated))
    assert all(b'"body_length": 7' in body for body in bodies.values())
