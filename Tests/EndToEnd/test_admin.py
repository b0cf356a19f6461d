"""What operators ask the running daemon, by its sockets and by the command line."""

from __future__ import annotations

import json
import re
import signal
import threading

import pytest

from h2client import H2Client
from portico import configuration, eventually, parse_address, run
from wire import Wire

TOKEN = "correct-horse-battery"


def ask(portico, path: str, *fields: str, method: str = "GET"):
    with Wire(str(portico.control)) as wire:
        return wire.request(path, *fields, method=method)


def ask_json(portico, path: str):
    response = ask(portico, path, "Accept: application/json")
    assert response.status == 200 and response["content-type"] == "application/json"
    return json.loads(response.body)


def test_health_and_readiness(make):
    portico = make.serve(make.origin(), shutdown_delay="30s")
    assert ask(portico, "/healthz").status == 200 and ask(portico, "/readyz").status == 200
    portico.send_signal(signal.SIGTERM)
    portico.wait_log(" stopping")
    # It lives, and wants no further traffic.
    assert ask(portico, "/healthz").status == 200 and ask(portico, "/readyz").status == 503


def test_config_says_what_is_live(make):
    portico = make.serve(make.origin())
    before = ask_json(portico, "/config")
    assert before["last_reload"]["taken"] is True and before["reloads"]["succeeded"] == 0
    assert before["listeners"][0]["name"] == "web" and re.fullmatch("[0-9a-f]+", before["hash"])
    portico.reload("{", outcome="refused")
    after = ask_json(portico, "/config")
    assert after["hash"] == before["hash"] and after["live_since"] == before["live_since"]
    assert after["last_reload"]["taken"] is False and "refused" in after["last_reload"]["text"]
    portico.reload(configuration(make.origin()))
    after = ask_json(portico, "/config")
    assert after["hash"] != before["hash"] and after["reloads"] == {"succeeded": 1, "refused": 1}


def test_clusters(make):
    origin = make.origin()
    portico = make.serve(origin, {"address": "127.0.0.1:9", "weight": 0})
    portico.get()
    portico.statistics()  # Once the workers have answered that, they have counted.
    [cluster] = ask_json(portico, "/clusters")
    assert cluster["name"] == "app"
    live, off = cluster["backends"]
    assert live["address"] == origin.address and live["state"] == "up" and live["tries"] == 1
    assert live["responses"] == [0, 1, 0, 0, 0] and live["connections"]["open"] == 1
    assert off["state"] == "off" and off["tries"] == 0
    table = ask(portico, "/clusters").body.decode().splitlines()
    assert table[0].split()[:4] == ["CLUSTER", "SUBCLUSTER", "BACKEND", "STATE"]
    assert table[1].split()[:4] == ["app", "default", origin.address, "up"]
    assert all(line == line.rstrip() for line in table)


def test_connections(make):
    portico = make.serve(make.origin(), workers=2)
    with portico.connect() as client:
        client.request("/")
        client.request("/")
        [connection] = ask_json(portico, "/connections")
        assert connection["listener"] == "web" and connection["client"] == "127.0.0.1"
        assert connection["protocol"] == "http1" and connection["requests"] == 2
        assert connection["phase"] == "idle" and connection["tls"] is None
        eventually(lambda: ask_json(portico, "/connections")[0]["phase"] == "parked", "parking")
        assert b"parked" in ask(portico, "/connections").body


def phase_of(portico) -> tuple[str, dict]:
    [connection] = ask_json(portico, "/connections")
    return connection["phase"], connection["streams"]


def test_connections_say_how_far_an_exchange_is(make):
    waits = threading.Event()
    goes_on = threading.Event()

    def behaviour(connection) -> None:
        connection.read_request()
        waits.wait(10)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na")
        goes_on.wait(10)
        connection.send(b"b")

    portico = make.serve(make.origin(behaviour))
    with portico.connect() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n")
        eventually(lambda: phase_of(portico)[0] == "head", "the head")
        client.send(b"\r\n")
        eventually(lambda: phase_of(portico)[0] == "backend", "the backend's turn")
        waits.set()
        eventually(lambda: phase_of(portico)[0] == "response", "the response")
        goes_on.set()
        assert client.response().body == b"ab"
        eventually(lambda: phase_of(portico) == ("idle", {}), "the end")


def test_connections_say_how_far_streams_are(make):
    goes_on = threading.Event()

    def behaviour(connection) -> None:
        connection.read_request()
        goes_on.wait(10)
        connection.answer(b"a")

    portico = make.serve(make.origin(behaviour))
    with H2Client(portico.address()).start() as client:
        streams = [client.open("/"), client.open("/")]
        eventually(lambda: phase_of(portico) == ("serving", {"backend": 2}), "both")
        assert b"backend:2" in ask(portico, "/connections").body
        goes_on.set()
        client.finish(*streams)
        eventually(lambda: phase_of(portico) == ("idle", {}), "the end")


def test_log_level_at_run_time(make):
    portico = make.serve(make.origin())
    assert ask(portico, "/log-level").body == b"info\n"
    assert ask(portico, "/log-level?level=loud", method="PUT").status == 400
    assert ask(portico, "/log-level?level=debug", method="PUT").status == 200
    portico.wait_log("info log level changed level=debug")
    assert ask(portico, "/log-level").body == b"debug\n"
    portico.reload()
    assert ask(portico, "/log-level").body == b"info\n"


def test_what_is_not_there(make):
    portico = make.serve(make.origin())
    assert ask(portico, "/nothing").status == 404
    response = ask(portico, "/metrics", method="POST")
    assert response.status == 405 and response["allow"] == "GET, HEAD"
    assert ask(portico, "/reload").status == 405


@pytest.fixture
def guarded(make, tmp_path):
    (tmp_path / "token").write_text(TOKEN + "\n")
    portico = make.serve(make.origin(), admin={
        "bind": ["127.0.0.1:0", f"unix:{make.fresh_directory()}/admin.sock"],
        "token_file": str(tmp_path / "token")})
    found = [portico.wait_log(rf" admin listening address=({kind}\S+)")[1]
             for kind in ("127", "unix")]
    return portico, *map(parse_address, found)


def test_over_tcp_a_token_is_needed(guarded):
    _, tcp, unix = guarded
    def status(address, path: str, *fields: str) -> int:
        with Wire(address) as wire:
            return wire.request(path, *fields).status
    assert status(tcp, "/healthz") == 200 and status(tcp, "/readyz") == 200
    for path in ("/metrics", "/config", "/clusters", "/connections", "/statistics"):
        assert status(tcp, path) == 401
        assert status(tcp, path, f"Authorization: Bearer {TOKEN}x") == 401
        assert status(tcp, path, f"Authorization: Bearer {TOKEN}") == 200
        assert status(unix, path) == 200
    with Wire(tcp) as wire:
        assert wire.request("/reload", method="POST").status == 401


def test_the_token_is_read_again_on_reload(guarded, tmp_path):
    portico, tcp, _ = guarded
    (tmp_path / "token").write_text("another-token-than-before")
    portico.reload()
    with Wire(tcp) as wire:
        assert wire.request("/config", f"Authorization: Bearer {TOKEN}").status == 401
        wire.expect_end()
    with Wire(tcp) as wire:
        assert wire.request("/config",
                            "Authorization: Bearer another-token-than-before").status == 200
    (tmp_path / "token").write_text("short")
    portico.reload(outcome="refused")


@pytest.mark.parametrize("admin, problem", [
    ({"bind": "0.0.0.0:9000", "token_file": "t"}, "loopback"),
    ({"bind": "127.0.0.1:9000"}, "token_file"),
    ({"bind": "fd:x"}, "loopback"), ({}, "bind"),
])
def test_check_refuses_what_is_open_to_others(tmp_path, admin, problem):
    path = tmp_path / "portico.json"
    path.write_text(json.dumps(configuration("127.0.0.1:1", admin=admin)))
    outcome = run("check", "--config", path)
    assert outcome.returncode == 78 and problem in outcome.stdout + outcome.stderr


def test_status(make):
    origin = make.origin()
    portico = make.serve(origin)
    portico.get()
    outcome = run("status", "--config", portico.file)
    assert outcome.returncode == 0, outcome.stderr
    assert re.search(r"^portico \d+\.\d+\.\d+ +serving$", outcome.stdout, re.M)
    assert re.search(r"^requests +1, 0 with 5xx$", outcome.stdout, re.M)
    assert re.search(rf"^app +default +{origin.address} +up ", outcome.stdout, re.M)


def test_top(make):
    origin = make.origin()
    portico = make.serve(origin)
    outcome = run("top", "--config", portico.file, "--interval", "100", "--count", "2")
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.count("BACKEND") == 2 and "\x1b" not in outcome.stdout
    assert re.search(rf"^{origin.address} +app +up ", outcome.stdout, re.M)


@pytest.mark.parametrize("command", ["status", "top"])
def test_without_a_daemon_exits_69(tmp_path, command):
    path = tmp_path / "portico.json"
    path.write_text(json.dumps(configuration(
        "127.0.0.1:1", control_socket=str(tmp_path / "none.sock"))))
    outcome = run(command, "--config", path)
    assert outcome.returncode == 69 and "cannot be reached" in outcome.stderr


def test_the_page_needs_no_token_and_holds_no_data(guarded):
    _, tcp, _ = guarded
    with Wire(tcp) as wire:
        response = wire.request("/")
    assert response.status == 200 and response["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response["content-security-policy"]
    assert response.body.startswith(b"<!doctype html>") and response.body.endswith(b"</html>")


def test_idle_clients_keep_nobody_out(guarded):
    """More of them than there may be connections: the oldest go, and the control socket knows nothing of it."""
    portico, tcp, _ = guarded
    idle = [Wire(tcp) for _ in range(40)]
    idle[0].expect_end()
    with Wire(tcp) as wire:
        assert wire.request("/config", f"Authorization: Bearer {TOKEN}").status == 200
    assert run("reload", "--config", portico.file).returncode == 0
    for wire in idle:
        wire.close()


def test_connections_with_the_token_outlast_those_without(guarded):
    _, tcp, _ = guarded
    with Wire(tcp) as known:
        assert known.request("/config", f"Authorization: Bearer {TOKEN}").status == 200
        idle = [Wire(tcp) for _ in range(40)]
        idle[0].expect_end()
        assert known.request("/config", f"Authorization: Bearer {TOKEN}").status == 200
        for wire in idle:
            wire.close()


def test_content_of_strangers_is_not_read(guarded):
    _, tcp, _ = guarded
    with Wire(tcp) as wire:
        wire.send("POST /reload HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n"
                  "Expect: 100-continue\r\n\r\n")
        response = wire.response("POST")
        assert response.status == 401 and response.closes and not response.interim
        wire.expect_end()
