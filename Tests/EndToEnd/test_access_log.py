"""The access log: how long each phase took, how it ended, and which requests have a line."""

from __future__ import annotations

import json
import signal
import socket
import ssl

import pytest

from portico import configuration, eventually, merged
from promtext import Metrics
from wire import DEADLINE, Wire

PHASES = ["wait_us", "head_us", "queue_us", "connect_us", "request_us", "backend_us", "response_us"]


def test_phases(make):
    portico = make.serve(make.origin())
    with portico.connect() as client:
        client.request("/one", method="POST", body=b"x" * 1000)
        client.request("/two")
    first, second = portico.wait_access(target="/one"), portico.wait_access(target="/two")
    for entry in (first, second):
        known = [entry[key] for key in PHASES if key in entry]
        assert all(isinstance(time, int) and time >= 0 for time in known)
        assert entry["request_us"] + entry["backend_us"] + entry["response_us"] \
            <= entry["duration_us"]
        assert entry["termination"] == "--" and "head_us" in entry
        assert not entry.keys() & {"end", "queue_us", "stream", "tls_version", "tls_cipher",
                                   "trace_id", "span_id", "user_agent", "referer"}
        assert None not in entry.values()
    assert "connect_us" in first and "connect_us" not in second


def test_wait_goes_on_while_the_connection_is_parked(make):
    portico = make.serve(make.origin())
    with portico.connect() as client:
        client.request("/one")
        eventually(lambda: portico.statistics()["parked_connections"] == 1, "parking")
        client.request("/two")
    assert portico.wait_access(target="/two")["wait_us"] >= 1_000_000


def test_head_that_is_refused_has_no_time_of_the_one_before(make):
    portico = make.serve(make.origin())
    with portico.connect() as client:
        client.request("/one")
        client.send(b"GET /two HTTP/1.1\r\nHost : a.example\r\n\r\n")
        assert client.response().status == 400
    assert "head_us" in portico.wait_access(target="/one")
    entry = portico.wait_access(status=400)
    assert "head_us" not in entry and "wait_us" in entry


def test_tls(make):
    portico = make.serve(make.origin(), listener={
        "tls": {"certificates": [{"self_signed": ["a.example"]}]}})
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(portico.address(), DEADLINE) as plain, \
            context.wrap_socket(plain, server_hostname="a.example") as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
        while client.recv(4096):
            pass
    entry = portico.wait_access()
    assert entry["tls_version"] == "1.3" and entry["tls_cipher"].startswith("TLS_")


def test_over_http2_there_is_no_time_for_the_head(make):
    portico = make.serve(make.origin())
    with portico.h2() as client:
        client.request("/")
    entry = portico.wait_access(status=200)
    assert entry["protocol"] == "HTTP/2.0" and "head_us" not in entry
    assert "backend_us" in entry and entry["stream"] == 1


@pytest.fixture
def refusing():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield "127.0.0.1:%d" % closed.getsockname()[1]


def test_terminations(make, refusing):
    portico = make.portico(configuration(refusing, routes=[
        {"path": "/gone", "respond": {"status": 410}}, {"path": "/app", "cluster": "app"}]))
    portico.get("/gone")
    portico.get("/app")
    portico.get("/none")
    portico.get("/%zz")
    assert portico.wait_access(target="/gone")["termination"] == "PH"
    assert portico.wait_access(target="/app")["termination"] in ("BN", "BH")
    assert portico.wait_access(target="/none")["termination"] == "CH"
    assert portico.wait_access(target="/%zz")["termination"] == "CH"


def test_a_client_that_does_not_wait(make):
    silent = socket.create_server(("127.0.0.1", 0))
    with silent:
        portico = make.serve("127.0.0.1:%d" % silent.getsockname()[1])
        client = portico.connect()
        client.send("GET /left HTTP/1.1\r\nHost: a.example\r\n\r\n")
        backend, _ = silent.accept()
        with backend:
            backend.settimeout(DEADLINE)
            assert backend.recv(4096)
            client.close()
            entry = portico.wait_access(target="/left")
    assert entry["status"] == 499 and entry["end"] == "client_abort"
    assert entry["termination"] == "CW" and "request_us" in entry
    assert "backend_us" not in entry and "response_us" not in entry


def rules(origin, **routes) -> dict:
    return configuration(origin, listener={"access_log": {"errors": True}}, routes=[
        {"path": f"/{name}", "cluster": "app", "access_log": rule}
        for name, rule in routes.items()] + [{"path": "/missing", "respond": {"status": 404}},
                                             {"cluster": "app"}])


def test_which_requests_have_a_line(make):
    portico = make.portico(rules(
        make.origin(), all=True, none=False, fourth={"sample": 4},
        slow={"slower_than": "1h"}, quick={"slower_than": "1ms", "sample": 1}))
    with portico.connect() as client:
        for path in ("/all", "/none", "/slow", "/quick", "/listener"):
            assert client.request(path).status == 200
        assert client.request("/missing").status == 404
        for _ in range(20):
            client.request("/fourth")
        client.request("/all?last")
    portico.wait_access(target="/all?last")
    targets = [json.loads(line)["target"] for line in portico.access.lines]
    assert targets.count("/all") == 1 and targets.count("/quick") == 1
    assert targets.count("/missing") == 1
    assert targets.count("/fourth") == 5
    assert not {"/none", "/slow", "/listener"} & set(targets)


@pytest.mark.parametrize("format, expected", [
    ("common", ' "GET /x HTTP/1.1" 200 {}'), ("combined", ' "GET /x HTTP/1.1" 200 {} "-" "tester"')])
def test_common_formats(make, format, expected):
    portico = make.serve(make.origin(), logging={"access": {"format": format}})
    response = portico.get("/x", "User-Agent: tester")
    line = portico.access.wait(lambda line: line, "a line")
    assert line.startswith("127.0.0.1 - - [") and line.endswith(expected.format(len(response.body)))


class Syslog:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(DEADLINE)
        self.socket.bind(str(path))

    def line(self) -> str:
        return self.socket.recv(65536).decode()


def test_syslog(make):
    path = make.fresh_directory() / "log"
    daemon = Syslog(path)
    portico = make.serve(make.origin(), logging={"access": {"output": f"syslog:{path}"}})
    portico.get("/one")
    portico.get("/two")
    for target in ("/one", "/two"):
        line = daemon.line()
        assert line.startswith("<134>portico: {")
        assert json.loads(line.removeprefix("<134>portico: "))["target"] == target
    # A syslog daemon that was restarted has another socket at the same path.
    daemon.socket.close()
    path.unlink()
    daemon = Syslog(path)
    portico.get("/three")
    assert '"target":"/three"' in daemon.line()
    daemon.socket.close()


def test_a_syslog_socket_that_is_not_there_is_told(make, tmp_path):
    portico = make.serve(make.origin())
    portico.reload(merged(configuration(make.origin()), {
        "logging": {"access": {"output": f"syslog:{tmp_path}/none"}}}), outcome="refused")


def test_a_full_disk_is_told_of_counted_and_recovered_from(make):
    path = make.fresh_directory() / "access.log"
    path.symlink_to("/dev/full")
    portico = make.serve(make.origin(), logging={"access": {"output": str(path)}})
    for _ in range(3):
        assert portico.get("/lost").status == 200
    portico.wait_log(rf' error access log failed path={path} reason="No space left on device"')
    def dropped() -> float:
        with Wire(str(portico.control)) as wire:
            page = wire.request("/metrics").body.decode()
        return Metrics(page)["portico_access_log_dropped_lines_total"]
    eventually(lambda: dropped() == 3, "the count")
    portico.wait_log(r" warning access log lines dropped count=")
    path.unlink()
    portico.send_signal(signal.SIGUSR1)
    portico.wait_log(rf" info log files reopened path={path}")
    portico.get("/kept")
    portico.wait_log(rf" notice access log works again path={path}")
    assert "/kept" in path.read_text() and "/lost" not in path.read_text()
    assert dropped() == 3


def test_a_file_that_cannot_be_reopened_is_told_of(make):
    path = make.fresh_directory() / "access.log"
    portico = make.serve(make.origin(), logging={"access": {"output": str(path)}})
    path.unlink()
    path.mkdir()
    portico.send_signal(signal.SIGUSR1)
    portico.wait_log(rf' error log files not reopened path={path} reason="Is a directory"')
    assert not [line for line in portico.log.lines if "log files reopened" in line]
