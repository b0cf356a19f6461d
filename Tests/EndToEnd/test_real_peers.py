"""Clients and origins that nobody here wrote: curl, nginx, Python's http.server."""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading

import pytest


def curl(*arguments: str, **options) -> subprocess.CompletedProcess:
    outcome = subprocess.run(["curl", "-sS", "-m", "60", *arguments], capture_output=True, **options)
    assert outcome.returncode == 0, outcome.stderr
    return outcome


@pytest.fixture
def front(make):
    """Portico before nginx, and the URL of its listener."""
    nginx = make.nginx()
    portico = make.serve(nginx, workers=2)
    return portico, nginx, "http://%s:%d" % portico.address()


def test_curl_get_head_and_status(front):
    _, _, url = front
    assert curl(url).stdout == b"nginx\n"
    head = curl("-I", url).stdout.decode()
    assert head.startswith("HTTP/1.1 200") and "content-length: 6" in head.lower()
    assert curl("-o", "/dev/null", "-w", "%{http_code}", url + "/none").stdout == b"404"
    assert curl("--http1.0", url).stdout == b"nginx\n"
    assert curl(url, url, url, "-w", "%{num_connects}").stdout == b"nginx\n1nginx\n0nginx\n0"


def test_curl_ranges_and_conditions(front):
    _, nginx, url = front
    (nginx.root / "data").write_bytes(bytes(range(256)) * 400)
    assert curl("-r", "10-19", url + "/data").stdout == bytes(range(10, 20))
    head = curl("-I", url + "/data").stdout.decode()
    etag = next(line.split(": ")[1].strip() for line in head.splitlines() if line.lower().startswith("etag"))
    assert curl("-H", f"If-None-Match: {etag}", "-w", "%{http_code}",
                url + "/data").stdout == b"304"


def test_large_file_through_nginx(front):
    _, nginx, url = front
    content = os.urandom(32 << 20)
    (nginx.root / "large").write_bytes(content)
    assert hashlib.sha256(curl(url + "/large").stdout).digest() == hashlib.sha256(content).digest()
    slow = curl("--limit-rate", "20M", url + "/large").stdout
    assert slow == content


def test_curl_uploads_to_python(make):
    """With Expect: 100-continue and chunked, as curl does by itself."""
    server = make.python_server()
    url = "http://%s:%d" % make.serve(server).address()
    content = os.urandom(3 << 20)
    assert curl(url).stdout == b"python"
    assert curl("--data-binary", "@-", "-H", "Expect: 100-continue", url,
                input=content).stdout == content
    assert curl("--data-binary", "small", url).stdout == b"small"


def test_curl_over_a_unix_socket(make):
    path = str(make.fresh_directory() / "front.sock")
    make.serve(make.nginx(), listener={"bind": f"unix:{path}"})
    assert curl("--unix-socket", path, "http://a.example/").stdout == b"nginx\n"


def test_many_clients_at_once(front):
    portico, nginx, url = front
    (nginx.root / "medium").write_bytes(b"m" * 300_000)
    results: list[int] = []

    def client() -> None:
        for _ in range(3):
            results.append(len(curl(url + "/medium", url + "/medium").stdout))
    threads = [threading.Thread(target=client) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [600_000] * 48
