"""The command line: what it prints and how it exits."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import socket
import subprocess

import pytest

from portico import (EXECUTABLE, ROOT, Lines, configuration, eventually, merged, parse_address,
                     run)
from wire import DEADLINE, Truncated, Wire, WireError

GOOD = configuration("127.0.0.1:1")
REFUSED, USAGE, UNAVAILABLE, SYSTEM, CONFIGURATION = 1, 64, 69, 71, 78  # sysexits.h


@pytest.fixture
def write(tmp_path):
    def write(config) -> str:
        path = tmp_path / "portico.json"
        path.write_text(config if isinstance(config, str) else json.dumps(config, indent=2))
        return str(path)
    return write


def test_version():
    outcome = run("--version")
    assert outcome.returncode == 0 and re.fullmatch(r"portico \d+\.\d+\.\d+\n", outcome.stdout)


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["origin", "--help"]])
def test_help(arguments):
    outcome = run(*arguments)
    assert outcome.returncode == 0 and "USAGE" in outcome.stdout


@pytest.mark.parametrize("arguments", [
    ["--nonsense"], ["nonsense"], ["serve", "--workers", "x"], ["serve", "--workers", "0"],
    ["serve", "--workers", "-1"], ["origin"], ["origin", "--bind", "nonsense", "--name", "a"],
    ["check", "one", "two"],
])
def test_usage_errors_exit_64(arguments):
    outcome = run(*arguments)
    assert outcome.returncode == USAGE, outcome.stderr
    assert outcome.stderr and not outcome.stdout


def test_check_accepts(write):
    assert run("check", "--config", write(GOOD)).returncode == 0


def test_check_prints_every_problem_with_its_place(write):
    path = write('{\n  "listeners": { "web": { "bind": "127.0.0.1:99999", "bnid": 1 } },\n'
                 '  "routes": [ { "cluster": "ap" } ],\n'
                 '  "clusters": { "app": { "backends": [] }, "app": {} },\n'
                 '  "drain_timeout": 5, // a comment is fine, and a comma, too\n}')
    outcome = run("check", "--config", path)
    assert outcome.returncode == CONFIGURATION
    lines = [line for line in (outcome.stdout + outcome.stderr).splitlines() if path in line]
    places = [re.match(rf"{re.escape(path)}:(\d+):(\d+): ", line) for line in lines]
    assert all(places) and {int(place[1]) for place in places} >= {2, 3, 4, 5}
    text = "\n".join(lines)
    for word in ("99999", "bnid", "bind", "ap", "app", "drain_timeout"):
        assert word in text


@pytest.mark.parametrize("text", ["", "{", "nonsense", "[]", "{}", '{"listeners": {}}'])
def test_bad_files_exit_78(write, text):
    path = write(text)
    for command in ("check", "serve"):
        outcome = run(command, "--config", path)
        assert outcome.returncode == CONFIGURATION, f"{command}: {outcome.stderr}"
        assert path in outcome.stdout + outcome.stderr


@pytest.mark.parametrize("protocols, place, reason", [
    ({"http2": {"prior_knowledge": False}}, "http2", "no client can come to it"),
    ({"websocket": {}}, "websocket", "no client can come to it"),
    ({"http2": {}, "websocket": {"extended_connect": False}}, "websocket", "no client can come"),
    ({"http2": {"upgrade": True}}, "http2.upgrade", "takes http1"),
])
def test_check_refuses_a_listener_that_accepts_nothing(write, protocols, place, reason):
    path = write(merged(GOOD, {"listeners": {"web": {"protocols": protocols}}}))
    outcome = run("check", "--config", path)
    assert outcome.returncode == CONFIGURATION
    problems = [line for line in (outcome.stdout + outcome.stderr).splitlines() if path in line]
    assert len(problems) == 1
    assert f": listeners.web.protocols.{place}: " in problems[0] and reason in problems[0]


def test_check_accepts_every_protocol(write):
    path = write(merged(GOOD, {
        "listeners": {"web": {"protocols": {"http1": {}, "http2": {}, "websocket": {}}}},
        "clusters": {"rpc": {"protocol": "http2", "http2": {"ping_interval": "0s"},
                             "backends": ["127.0.0.1:1"]}},
        "routes": [{"path": "/rpc/*", "cluster": "rpc", "grpc": True, "upgrades": []}]}))
    outcome = run("check", "--config", path)
    assert outcome.returncode == 0 and "warning" not in outcome.stdout + outcome.stderr


ADMIN = {"bind": "127.0.0.1:0", "token_file": "token"}


@pytest.mark.parametrize("token, reason", [
    (None, "no such file"), ("short", "16 or more printable characters")])
def test_check_and_serve_refuse_the_same_token(write, tmp_path, token, reason):
    path = write(merged(GOOD, {"admin": ADMIN, "control_socket": str(tmp_path / "control.sock")}))
    if token is not None:
        (tmp_path / "token").write_text(token)
    for command in ("check", "serve"):
        outcome = run(command, "--config", path)
        assert outcome.returncode == CONFIGURATION, outcome.stdout + outcome.stderr
        assert re.search(rf"{re.escape(path)}:\d+:\d+: admin.token_file: .*{reason}",
                         outcome.stdout + outcome.stderr)


def test_check_refuses_an_admin_address_that_a_listener_has(write):
    path = write(merged(GOOD, {"listeners": {"web": {"bind": "unix:/run/a"}},
                               "admin": {"bind": "unix:/run/a"}}))
    outcome = run("check", "--config", path)
    assert outcome.returncode == CONFIGURATION
    assert "admin.bind: unix:/run/a is bound already, at " in outcome.stdout


@pytest.mark.parametrize("place, reason", [
    ("", "is a directory"), ("/none/access.log", "there is no such directory"),
    ("/portico.json/access.log", "there is no such directory"), ("/access.log", None)])
def test_check_warns_of_an_access_log_that_cannot_be_opened_here(write, tmp_path, place, reason):
    path = write(merged(GOOD, {"logging": {"access": {"output": f"{tmp_path}{place}"}}}))
    outcome = run("check", "--config", path)
    assert outcome.returncode == 0
    warnings = [line for line in outcome.stdout.splitlines() if "warning" in line]
    if reason:
        assert len(warnings) == 1 and reason in warnings[0]
        assert f"warning: logging.access.output: {tmp_path}{place}" in warnings[0]
    else:
        assert not warnings and not (tmp_path / "access.log").exists()


def test_check_prints_no_control_characters(write):
    outcome = run("check", "--config", write('{ "a\\u001b[31m\\nb": 1, "listeners": "\\u001b" }'))
    assert outcome.returncode == CONFIGURATION
    assert "a\\x1b[31m\\nb" in outcome.stdout
    assert all(line.isprintable() for line in outcome.stdout.split("\n"))
    assert len(outcome.stdout.splitlines()) == 2


def test_a_configuration_from_a_pipe(write, tmp_path):
    path = write(GOOD)
    outcome = subprocess.run(["bash", "-c", f'"$0" check --config <(cat "{path}")', EXECUTABLE],
                             capture_output=True, text=True, timeout=30)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    outcome = subprocess.run([EXECUTABLE, "check", "--config", "/dev/stdin"], capture_output=True,
                             text=True, timeout=30, input=json.dumps(GOOD))
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_a_pipe_to_which_nobody_writes_is_given_up(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    outcome = run("check", "--config", tmp_path / "pipe")
    assert outcome.returncode == CONFIGURATION and "nothing comes from it" in outcome.stdout


def test_closed_standard_descriptors_take_nothing_in(write, tmp_path):
    """Else an event loop has number 0, and the log is written to what comes to be number 2."""
    control = tmp_path / "control.sock"
    path = write(merged(GOOD, {"control_socket": str(control),
                               "listeners": {"web": {"bind": f"unix:{tmp_path}/web"}}}))
    process = subprocess.Popen(["bash", "-c", 'exec "$0" serve --config "$1" <&- >&- 2>&-',
                                EXECUTABLE, path])
    try:
        eventually(control.exists, "the control socket")
        for number in range(3):
            assert os.readlink(f"/proc/{process.pid}/fd/{number}") == "/dev/null"
        with Wire(str(tmp_path / "web")) as wire:
            assert wire.request("/").status == 503
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGUSR1, signal.SIGTERM])
def test_a_signal_before_it_serves_is_kept(write, tmp_path, number):
    path = write(merged(GOOD, {"control_socket": str(tmp_path / "control.sock")}))
    process = subprocess.Popen([EXECUTABLE, "serve", "--config", path], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    log = Lines(process.stderr)
    try:
        eventually(lambda: blocked(process.pid) >> number - 1 & 1, "blocked signals")
        process.send_signal(number)
        if number != signal.SIGTERM:
            # Logs that are not open yet are not opened anew.
            if number == signal.SIGHUP:
                log.wait(lambda line: " reload succeeded" in line, "a reload")
            log.wait(lambda line: " ready" in line, "ready")
            process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0
    finally:
        process.kill()
        process.wait()


def test_without_a_way_to_read_signals_it_does_not_start(write):
    """Nobody could stop it. The descriptors are those of the standard streams and of its event loop."""
    outcome = run("serve", "--config", write(GOOD), preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_NOFILE, (5, 5)))
    assert outcome.returncode == SYSTEM and "signals cannot be read" in outcome.stderr


def blocked(pid: int) -> int:
    """The signals that a process blocks, bit by bit."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1], 16) for line in status if line.startswith("SigBlk"))


def test_missing_file_exits_78(tmp_path):
    outcome = run("check", "--config", tmp_path / "none.json")
    assert outcome.returncode == CONFIGURATION and "none.json" in outcome.stdout + outcome.stderr


def test_reload_without_a_daemon_exits_69(write, tmp_path):
    path = write(merged(GOOD, {"control_socket": str(tmp_path / "control.sock")}))
    outcome = run("reload", "--config", path)
    assert outcome.returncode == UNAVAILABLE and outcome.stderr


ASKING = [["reload"], ["status"], ["top", "--count", "1"], ["backend", "list"],
          ["backend", "set", "127.0.0.1:1", "drain"]]


@pytest.mark.parametrize("command", ASKING, ids=" ".join)
@pytest.mark.parametrize("text, reason", [
    (None, "no such file"), ('{ "listeners": [ }', "expected"), ("[]", "expected an object"),
    ('{ "control_socket": "relative" }', "expected an absolute path"),
])
def test_a_named_file_that_does_not_say_the_socket_is_refused(
        make, tmp_path, command, text, reason):
    """And the daemon at the default place, another's, is left alone."""
    portico = make.portico(GOOD)
    portico.control.rename(tmp_path / "control.sock")
    mark = len(portico.log.lines)
    other = tmp_path / "other.json"
    if text is not None:
        other.write_text(text)
    outcome = run(*command, "--config", other,
                  env={**os.environ, "RUNTIME_DIRECTORY": str(tmp_path)})
    assert outcome.returncode == REFUSED, outcome.stdout + outcome.stderr
    assert not outcome.stdout
    *problems, last = outcome.stderr.splitlines()
    assert problems and all(line.startswith(f"{other}:") for line in problems)
    assert any(reason in line for line in problems)
    assert last == f"portico: {other} does not say where its daemon's control socket is"
    assert not [line for line in portico.log.lines[mark:] if "reload" in line or "state" in line]


def test_a_broken_file_that_says_the_socket_reaches_its_daemon(make):
    portico = make.portico(GOOD)
    portico.write(portico.file.read_text().replace('"routes": [', '"routes": [ ? '))
    outcome = run("reload", "--config", portico.file)
    assert outcome.returncode == REFUSED and f"{portico.file}:" in outcome.stderr
    portico.wait_log(r" reload refused\b")


@pytest.mark.parametrize("command", [
    ["serve"], ["check"], ["explain", "GET", "http://a.example/"]], ids=" ".join)
def test_without_any_configuration_both_places_are_named(tmp_path, command):
    if os.path.exists("/etc/portico/portico.json"):
        pytest.skip("there is one")
    outcome = run(*command, cwd=tmp_path)
    assert outcome.returncode == CONFIGURATION and not outcome.stdout
    for place in ("/etc/portico/portico.json", "conf/portico.json"):
        assert place in outcome.stderr


def test_address_in_use_is_told(write, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        outcome = run("serve", "--config", write(merged(GOOD, {
            "listeners": {"web": {"bind": f"127.0.0.1:{port}"}},
            "control_socket": str(tmp_path / "control.sock")})))
    assert outcome.returncode == SYSTEM
    assert f"127.0.0.1:{port}" in outcome.stderr and "Fatal" not in outcome.stderr


@pytest.mark.parametrize("descriptors", range(4, 10))
def test_too_few_descriptors_are_told(write, tmp_path, descriptors):
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
    outcome = run("serve", "--workers", "2", "--config", write(merged(GOOD, {
        "listeners": {"web": {"bind": f"unix:{tmp_path}/web"}},
        "control_socket": f"{tmp_path}/control"})), preexec_fn=limit)
    assert outcome.returncode in (SYSTEM, CONFIGURATION), outcome.stderr
    assert re.search("descriptor|Too many open files", outcome.stderr)
    assert not [path for path in tmp_path.iterdir() if path.is_socket()]


def test_a_failed_start_leaves_no_socket_behind(write, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        outcome = run("serve", "--config", write(merged(GOOD, {
            "listeners": {"web": {"bind": [f"unix:{tmp_path}/web", f"127.0.0.1:{port}"]}},
            "admin": {"bind": f"unix:{tmp_path}/admin"},
            "control_socket": f"{tmp_path}/control"})))
    assert outcome.returncode == SYSTEM
    assert not [path for path in tmp_path.iterdir() if path.is_socket()]


def test_a_control_socket_that_was_asked_for_and_is_taken_ends_the_start(write, tmp_path):
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as taken:
        taken.bind(str(path))
        taken.listen(1)
        outcome = run("serve", "--config", write(merged(GOOD, {
            "listeners": {"web": {"bind": "127.0.0.1:0"}}, "control_socket": str(path)})))
        assert path.exists()
    assert outcome.returncode == SYSTEM
    assert f"control_socket: cannot listen on {path}: bind: Address already in use" \
        in outcome.stderr


@pytest.mark.parametrize("path", sorted(
    str(path.relative_to(ROOT)) for pattern in ("conf/*.json", "conf/examples/*.json")
    for path in ROOT.glob(pattern) if "schema" not in path.name and "include" not in path.name))
def test_shipped_configurations_are_good(path):
    outcome = run("check", "--config", ROOT / path)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("document", ["README.md", "docs/configuration.md"])
def test_whole_configurations_in_documents_are_good(document, write):
    blocks = re.findall(r"^```jsonc?\n(.*?)^```", (ROOT / document).read_text(), re.M | re.S)
    whole = [block for block in blocks if '"listeners"' in block and '"routes"' in block]
    assert whole, "none is recognised"
    for block in whole:
        outcome = run("check", "--config", write(block))
        assert outcome.returncode == 0, block + outcome.stdout + outcome.stderr


class Running:
    """A `portico` command that runs until the block ends."""

    def __init__(self, *arguments: str):
        self.process = subprocess.Popen(
            [EXECUTABLE, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.output, self.log = Lines(self.process.stdout), Lines(self.process.stderr)

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            assert self.process.wait(10) == 0
        finally:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def origin():
    with Running("origin", "--bind", "127.0.0.1:0", "--name", "one") as running:
        yield parse_address(running.log.wait(re.compile(r"address=(\S+)").search, "address")[1])


def test_origin_echoes(origin):
    with Wire(origin) as client:
        response = client.request("/a?b=c", "X-A: 1", method="POST", body=b"hello")
        answer = json.loads(response.body)
        assert (answer["origin"], answer["method"], answer["target"]) == ("one", "POST", "/a?b=c")
        assert answer["body_length"] == 5 and ["X-A", "1"] in answer["fields"]


@pytest.mark.parametrize("query, check", [
    ("status=503", lambda r: r.status == 503),
    ("size=1MiB", lambda r: len(r.body) == 1 << 20 and r["content-length"] == str(1 << 20)),
    ("chunked=1MiB", lambda r: len(r.body) == 1 << 20 and r["transfer-encoding"] == "chunked"),
    ("chunks=3&interval=10ms", lambda r: r["transfer-encoding"] == "chunked" and r.body),
    ("close=1", lambda r: r.closes),
    ("close_delimited=1000", lambda r: len(r.body) == 1000 and r["content-length"] is None),
    ("informational=103", lambda r: [i.status for i in r.interim] == [103]),
    ("delay=50ms", lambda r: r.status == 200),
])
def test_origin_is_steered_by_its_query(origin, query, check):
    with Wire(origin) as client:
        assert check(client.request(f"/?{query}"))


@pytest.mark.parametrize("failure, error, message", [
    ("reset", ConnectionResetError, None),
    ("truncate", Truncated, r"\d+ of 1000 octets"),
    ("garbage", WireError, "not a status line"),
])
def test_origin_fails_on_request(origin, failure, error, message):
    with Wire(origin) as client, pytest.raises(error, match=message):
        client.request(f"/?fail={failure}")


def test_demo_shows_who_answered():
    """The demo's ports are written in its configuration: without them there is nothing to test."""
    for port in (8080, 8443, 9101, 9102, 9103):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                pytest.skip(f"port {port} is taken")
    with Running("demo", "--workers", "1") as demo:
        demo.log.wait(re.compile(r" ready\b").search, "ready", deadline=20)
        names = set()
        for _ in range(40):
            outcome = subprocess.run(["curl", "-sS", "-m", "5", "http://127.0.0.1:8080/"],
                                     capture_output=True, text=True, check=True)
            names.add(json.loads(outcome.stdout)["origin"])
        assert len(names) >= 3, names
        secure = subprocess.run(["curl", "-sSk", "-m", "5", "https://127.0.0.1:8443/"],
                                capture_output=True, text=True, check=True)
        assert ["X-Forwarded-Proto", "https"] in json.loads(secure.stdout)["fields"]
