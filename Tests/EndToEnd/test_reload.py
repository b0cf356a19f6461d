"""SIGHUP and `portico reload`: the whole new configuration, or the old one and the reason."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading

import pytest

from origins import OriginConnection
from portico import configuration, eventually, merged, run
from wire import DEADLINE, Wire


class Load:
    """Clients that send requests until they are stopped, and count what went wrong."""

    def __init__(self, portico, clients: int = 4, keep_alive: bool = True):
        self.portico, self.keep_alive = portico, keep_alive
        self.failures: list[str] = []
        self.served = 0
        self.done = threading.Event()
        self.changed = threading.Condition()
        self.address = portico.address()
        self.threads = [threading.Thread(target=self._client, daemon=True) for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def _client(self) -> None:
        while not self.done.is_set():
            try:
                with Wire(self.address) as client:
                    while not self.done.is_set():
                        response = client.request(method="POST", body=b"content")
                        if response.status != 200:
                            self.failures.append(f"{response.status} {response.body!r}")
                        with self.changed:
                            self.served += 1
                            self.changed.notify_all()
                        if not self.keep_alive or response.closes:
                            break
            except Exception as error:  # Every kind of failure is what is counted here.
                self.failures.append(repr(error))

    def wait_served(self, more: int) -> None:
        with self.changed:
            goal = self.served + more
            assert self.changed.wait_for(lambda: self.served >= goal, DEADLINE), self.failures[:5]

    def stop(self) -> list[str]:
        self.done.set()
        for thread in self.threads:
            thread.join(DEADLINE)
        return self.failures


@pytest.mark.parametrize("keep_alive", [True, False])
def test_reloads_under_load_fail_no_request(make, keep_alive):
    origins = [make.origin(name=f"o{i}") for i in range(3)]
    portico = make.serve(origins[0], workers=2)
    load = Load(portico, keep_alive=keep_alive)
    with contextlib.ExitStack() as stack:
        stack.callback(load.stop)
        for turn in range(30):
            used = origins[turn % 3 :] or origins
            portico.reload(configuration(
                *used, listener={"timeouts": {"keep_alive": f"{60 + turn}s"}},
                cluster={"pool": {"max_idle": 1 + turn % 5}}))
            load.wait_served(20)
    assert load.stop() == []
    assert all(origin.requests for origin in origins)
    assert len(portico.addresses()) == 1, "the listener was not touched"


def test_requests_end_on_the_configuration_that_they_began_with(make):
    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            if request.target == "/wait":
                assert connection.origin.released.wait(DEADLINE)
            connection.echo(request)
    old, new = make.origin(script, name="old"), make.origin(name="new")
    portico = make.serve(old)
    with portico.connect() as client, portico.connect() as other:
        client.send("GET /wait HTTP/1.1\r\nHost: a.example\r\n\r\n")
        assert json.loads(other.request().body)["origin"] == "old"
        old.wait(lambda: len(old.requests) == 2)
        portico.reload(configuration(new))
        assert json.loads(other.request().body)["origin"] == "new"
        old.released.set()
        assert json.loads(client.response().body)["origin"] == "old"
        assert json.loads(client.request().body)["origin"] == "new"
    old.wait_idle()  # The pool of the removed backend is drained.


def test_pools_of_unchanged_backends_stay(make):
    origin, other = make.origin(), make.origin()
    portico = make.serve(origin)
    assert portico.get().status == 200
    for backends in ((origin, other), (origin,)):
        portico.reload(configuration(*backends))
        for _ in range(4):
            assert portico.get().status == 200
    assert origin.accepted == 1


def test_balance_goes_on_where_it_was(make):
    origins = [make.origin(name=name) for name in ("b1", "b2", "b3")]
    config = configuration(cluster={"backends": [
        {"address": o.address, "weight": w} for o, w in zip(origins, (3, 2, 1))]})
    portico = make.portico(config)
    order = []
    with portico.connect() as client:
        for turn in range(12):
            order.append(json.loads(client.request().body)["origin"])
            portico.reload(merged(config, {"drain_timeout": f"{turn + 1}s"}))
    assert {name: order.count(name) for name in order} == {"b1": 6, "b2": 4, "b3": 2}


BAD = [
    ("unknown key", {"lisseners": {}}, "listeners"),
    ("unknown cluster", {"routes": [{"cluster": "ap"}]}, "app"),
    ("no backend", {"clusters": {"app": {"backends": []}}}, "app"),
    ("wrong type", {"drain_timeout": 30}, "drain_timeout"),
]


@pytest.mark.parametrize("name, change, hint", BAD)
def test_bad_configuration_keeps_the_old_one(make, name, change, hint):
    origin = make.origin()
    portico = make.serve(origin)
    with portico.connect() as client:
        assert client.request().status == 200
        mark = len(portico.log.lines)
        portico.reload(merged(configuration(origin), change), outcome="refused")
        assert hint in "\n".join(portico.log.lines[mark:])
        assert client.request().status == 200, "the connection was not touched"
    assert portico.get().status == 200


def test_bad_json_keeps_the_old_one(make):
    portico = make.serve(make.origin())
    for text in ("", "{", "[]", '{"routes": [', "\x00"):
        portico.reload(text, outcome="refused")
        assert portico.get().status == 200


def test_reload_command_tells_the_outcome(make):
    origin, new = make.origin(name="old"), make.origin(name="new")
    portico = make.serve(origin)
    portico.write(merged(configuration(origin), {"roots": [], "clusters": {"app": {"weight": 1}}}))
    outcome = run("reload", "--config", portico.file)
    printed = outcome.stdout + outcome.stderr
    assert outcome.returncode == 1, printed
    assert "routes" in printed and f"{portico.file}:" in printed, "every problem, with its place"
    assert "weight" in printed
    assert json.loads(portico.get().body)["origin"] == "old"
    portico.write(configuration(new))
    outcome = run("reload", "--config", portico.file)
    assert outcome.returncode == 0, outcome.stderr
    # When the command has returned, every worker has the new configuration.
    assert json.loads(portico.get().body)["origin"] == "new"


def test_listeners_come_and_go(make):
    origin = make.origin()
    portico = make.serve(origin)
    config = configuration(origin, listeners={"extra": {"bind": "127.0.0.1:0"}})
    with portico.connect() as old:
        assert old.request().status == 200
        portico.reload(config)
        extra = portico.address("extra")
        with Wire(extra) as idle, Wire(extra) as busy:
            assert idle.request().status == 200
            assert busy.request().status == 200
            portico.reload(configuration(origin))
            idle.expect_end()  # Drained: idle connections are closed.
        eventually(lambda: refused(extra), "the removed listener to refuse connections")
        assert old.request().status == 200


def refused(address) -> bool:
    try:
        Wire(address).close()
    except (ConnectionRefusedError, ConnectionResetError):  # A reset, if it closes meanwhile.
        return True
    return False


def test_request_on_a_removed_listener_ends_well(make):
    def script(connection: OriginConnection) -> None:
        request = connection.read_request()
        assert connection.origin.released.wait(DEADLINE)
        connection.echo(request)
    origin = make.origin(script)
    config = configuration(origin, listeners={"extra": {"bind": "127.0.0.1:0"}})
    portico = make.portico(config)
    with portico.connect("extra") as client:
        client.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        origin.wait(lambda: len(origin.requests) == 1)
        portico.reload(configuration(origin))
        origin.released.set()
        response = client.response()
        assert response.status == 200 and response.closes
        client.expect_end()


def test_address_that_cannot_be_bound_refuses_the_whole(make):
    origin, new = make.origin(name="old"), make.origin(name="new")
    portico = make.serve(origin)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        portico.reload(configuration(new, listeners={"extra": {"bind": f"127.0.0.1:{port}"}}),
                       outcome="refused")
    assert json.loads(portico.get().body)["origin"] == "old"


def test_listener_options_change_without_touching_the_socket(make):
    origin = make.origin()
    portico = make.serve(origin)
    with portico.connect() as client:
        assert client.request("/" + "a" * 3000).status == 200
        portico.reload(configuration(origin, listener={
            "protocols": {"http1": {"max_request_line": "2KiB"}}}))
        with portico.connect() as fresh:
            assert fresh.request("/" + "a" * 3000).status == 414
    assert len(portico.addresses()) == 1


def test_restart_only_keys_warn(make):
    origin = make.origin()
    portico = make.serve(origin)
    mark = len(portico.log.lines)
    portico.reload(configuration(origin, workers=7))
    assert any("workers" in line and " warning " in line for line in portico.log.lines[mark:])


def test_signals_that_come_together_are_not_lost(make):
    """However SIGHUPs are merged, the last configuration written is the one that serves."""
    portico = make.serve(make.origin())
    for turn in range(20):
        last = make.origin(name=f"o{turn}")
        portico.write(configuration(last))
        portico.send_signal(1)
    with portico.connect() as client:
        eventually(lambda: json.loads(client.request().body)["origin"] == "o19",
                   "the last configuration")


def test_a_directory_of_includes_that_cannot_be_read_keeps_what_serves(make, tmp_path):
    """Else its routes would be gone from one reload to the next."""
    sites = tmp_path / "sites"
    sites.mkdir()
    (sites / "a.json").write_text('{ "routes": [ { "respond": { "body": "a" } } ] }')
    base = {"include": f"{sites}/*.json", "listeners": {"web": {"bind": "127.0.0.1:0"}}}
    portico = make.portico(base, reads_everything=False)
    assert portico.get("/").body == b"a"
    sites.chmod(0)
    try:
        portico.reload(outcome="refused")
    finally:
        sites.chmod(0o700)
    assert any(f"{sites}/*.json cannot be read: permission denied" in line
               for line in portico.log.lines)
    assert portico.get("/").body == b"a"
    portico.reload({**base, "include": f"{tmp_path}/none/*.json"}, outcome="refused")
    assert any("none/*.json cannot be read: no such directory" in line
               for line in portico.log.lines)
    (sites / "a.json").unlink()
    portico.reload(base)
    assert any("matches no file" in line for line in portico.log.lines)
    assert portico.get("/").status == 404


def test_a_pipe_among_the_includes_does_not_stop_the_daemon(make, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    base = {"listeners": {"web": {"bind": "127.0.0.1:0"}}, "routes": [{"respond": {"body": "a"}}]}
    portico = make.portico(base)
    portico.reload({**base, "include": f"{tmp_path}/pipe"}, outcome="refused")
    assert any("pipe cannot be read: nothing comes from it" in line for line in portico.log.lines)
    assert portico.get("/").body == b"a"
    portico.reload(base)
