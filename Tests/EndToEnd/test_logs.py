"""The access log and the program log: whole lines, true numbers, nothing injected."""

from __future__ import annotations

import fcntl
import json
import re
import signal
import subprocess

import pytest

from origins import OriginConnection
from portico import EXECUTABLE, Lines, configuration, eventually, merged, parse_address
from wire import Truncated, Wire

KEYS = {"time", "listener", "route", "cluster", "subcluster", "backend", "client", "protocol",
        "method", "host", "target", "status", "bytes_in", "bytes_out", "duration_us", "attempts",
        "request_id"}


def test_json_line(make):
    origin = make.origin()
    portico = make.serve(origin, route={"name": "everything"})
    response = portico.get("/a/../b?c=%64", method="POST", body=b"hello", host="a.example:81")
    entry = portico.wait_access()
    assert set(entry) >= KEYS, KEYS - set(entry)
    sent = json.loads(response.body)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z", entry["time"])
    assert entry["listener"] == "web" and entry["route"] == "everything"
    assert entry["cluster"] == "app" and entry["subcluster"] == "default"
    assert entry["backend"] == origin.address
    assert entry["client"].startswith("127.0.0.1")
    assert entry["protocol"] == "HTTP/1.1" and entry["method"] == "POST"
    assert entry["host"] == "a.example:81" and "c=%64" in entry["target"]
    assert entry["status"] == 200 and entry["attempts"] == 1
    assert entry["bytes_in"] == 5 and entry["bytes_out"] == len(response.body)
    assert 0 < entry["duration_us"] < 10_000_000
    assert entry["request_id"] == dict(sent["fields"]).get("X-Request-Id")
    assert "end" not in entry


def test_one_line_for_each_request(make):
    portico = make.serve(make.origin(), workers=2)
    for turn in range(20):
        with portico.connect() as client:
            for index in range(10):
                client.request(f"/{turn}/{index}")
    for turn in range(20):
        for index in range(10):
            portico.wait_access(target=f"/{turn}/{index}", status=200)
    assert len(portico.access.lines) == 200


def test_own_answers_and_refusals_are_logged(make):
    portico = make.serve(make.origin(), route={"hosts": "a.example"})
    portico.get("/none", host="b.example")
    assert portico.wait_access(target="/none", status=404)["attempts"] == 0
    portico.get("/", "X : a")
    assert portico.wait_access(status=400)


def test_hostile_octets_stay_within_their_line(make):
    portico = make.serve(make.origin(), logging={"access": {
        "format": '{client} "{method} {target}" {status} "{user_agent}" "{referer}"'}})
    portico.get("/a", 'User-Agent: x" 200 "\xff\t\\', "Referer: a\u00e9b")
    line = portico.access.wait(lambda line: line, "any line")
    assert re.fullmatch(r'127\.0\.0\.1\S* "GET [^"]*" \d+ "(\\.|[^"\\])*" "(\\.|[^"\\])*"', line), line
    assert line.isascii() and line.isprintable()


def test_json_stays_json_whatever_the_client_sends(make):
    portico = make.serve(make.origin())
    for target in ('/"quoted"', "/{a}\\", "/'<>|^`"):  # Served or refused, but logged.
        mark = len(portico.access.lines)
        status = portico.get(target, host="a.example").status
        assert portico.wait_access(after=mark)["status"] == status


def test_text_template(make):
    portico = make.serve(make.origin(), logging={"access": {
        "format": "{time_common}|{status}|{duration}|{bytes_out}|{end}|{route}|{protocol}"}})
    portico.get()
    line = portico.access.wait(lambda line: line, "any line")
    assert re.fullmatch(r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\|200\|\d+\.\d{6}\|\d+\|-\|"
                        r"routes\[0\]\|HTTP/1\.1", line), line


def test_client_abort_is_499(make):
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.wait_closed()
    origin = make.origin(script)
    portico = make.serve(origin)
    client = portico.connect()
    client.send("GET /gone HTTP/1.1\r\nHost: a.example\r\n\r\n")
    origin.wait(lambda: len(origin.requests) == 1)
    client.reset()
    entry = portico.wait_access(target="/gone")
    assert entry["status"] == 499 and entry["end"] == "client_abort"


def test_truncated_answers_say_so(make):
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
    portico = make.serve(make.origin(script))
    with portico.connect() as client, pytest.raises((Truncated, ConnectionResetError)):
        client.request("/cut")
    assert portico.wait_access(target="/cut")["end"] == "truncated_body"


def test_access_log_can_be_off(make):
    portico = make.serve(make.origin(), logging={"access": {"output": "off"}})
    assert portico.get().status == 200
    assert portico.stop() == 0
    assert portico.access.lines == []


def test_access_log_of_a_route_can_be_off(make):
    portico = make.portico({
        "listeners": {"web": {"bind": "127.0.0.1:0"}},
        "routes": [{"path": "/quiet", "access_log": False, "respond": {"status": 200}},
                   {"respond": {"status": 200}}],
        "clusters": {}})
    portico.get("/quiet")
    portico.get("/loud")
    portico.wait_access(target="/loud")
    assert len(portico.access.lines) == 1


def test_file_is_reopened_on_sigusr1(make):
    path = make.fresh_directory() / "access.log"
    portico = make.serve(make.origin(), logging={"access": {"output": str(path)}})
    portico.get("/before")
    eventually(lambda: "/before" in path.read_text(), "the line in the file")
    rotated = path.rename(path.with_suffix(".1"))
    portico.get("/between")
    eventually(lambda: "/between" in rotated.read_text(), "the line in the renamed file")
    portico.send_signal(signal.SIGUSR1)
    eventually(path.exists, "the new file")
    portico.get("/after")
    eventually(lambda: "/after" in path.read_text(), "the line in the new file")
    assert "/after" not in rotated.read_text()


def test_last_lines_are_written_before_the_end(make):
    portico = make.serve(make.origin())
    for index in range(50):
        portico.get(f"/{index}")
    assert portico.stop() == 0
    assert len(portico.access.lines) == 50


def test_reader_that_stops_does_not_stop_the_daemon(make):
    """Standard output is a full pipe: lines are dropped and counted, requests go on."""
    directory = make.fresh_directory()
    (directory / "portico.json").write_text(json.dumps(merged(
        configuration(make.origin()), {"control_socket": str(directory / "control.sock"),
                                       "logging": {"access": {"output": "stdout"}}})))
    process = subprocess.Popen(
        [EXECUTABLE, "serve", "--config", str(directory / "portico.json"), "--workers", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    try:
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        log = Lines(process.stderr)
        address = parse_address(log.wait(re.compile(r"address=(\S+)").search, "listening")[1])
        log.wait(re.compile(" ready").search, "ready")
        with Wire(address) as client:
            for _ in range(1200):  # Of 4 KiB each, where there is room for 4 MiB.
                assert client.request("/" + "a" * 4000).status == 200
        with Wire(str(directory / "control.sock")) as wire:
            metrics = wire.request("/metrics").body.decode()
        assert int(re.search(r"^portico_access_log_dropped_lines_total (\d+)", metrics, re.M)[1]) > 0
    finally:
        process.kill()
        process.wait()


def test_program_log_form(make):
    portico = make.serve(make.origin())
    portico.reload()
    assert portico.stop() == 0
    for line in portico.log.lines:
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z "
                        r"(trace|debug|info|notice|warning|error|critical) \S", line), line
    text = "\n".join(portico.log.lines)
    assert re.search(r" info listening listener=web address=127\.0\.0\.1:\d+", text)
    assert " info ready workers=1" in text and " info reload succeeded" in text
    assert portico.log.lines[-1].endswith("stopped") or " info stopped" in portico.log.lines[-1]


def test_level_silences(make):
    origin = make.origin()
    portico = make.serve(origin)
    portico.reload(configuration(origin, logging={"level": "error"}))
    mark = len(portico.log.lines)
    portico.get()
    assert portico.stop() == 0
    assert not [line for line in portico.log.lines[mark + 1 :] if " info " in line or " debug " in line]
