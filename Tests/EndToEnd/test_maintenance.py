"""Backends that an operator drains or takes out of use: in the configuration, and at run time."""

from __future__ import annotations

import json

import pytest

from origins import OriginConnection
from portico import configuration, parse_address, run
from wire import Wire


def who(portico) -> str:
    return json.loads(portico.get().body)["origin"]


def turns(portico, requests: int = 10) -> set[str]:
    return {who(portico) for _ in range(requests)}


@pytest.fixture
def origins(make):
    return [make.origin(name="a"), make.origin(name="b")]


def backend(portico, *arguments: str, status: int = 0) -> str:
    outcome = run("backend", *arguments, "--config", str(portico.file))
    assert outcome.returncode == status, outcome.stderr
    return outcome.stdout or outcome.stderr


@pytest.mark.parametrize("state", ["drain", "down"])
def test_by_configuration(make, origins, state):
    a, b = origins
    portico = make.serve(cluster={"backends": [{"address": a.address, "state": state}, b.address]})
    assert turns(portico) == {"b"} and not a.accepted


@pytest.mark.parametrize("state", ["drain", "down"])
def test_at_run_time(make, origins, state):
    a, b = origins
    portico = make.serve(a, b, workers=2)
    assert turns(portico) == {"a", "b"}
    shown = backend(portico, "set", a.address, state)
    assert state in shown and "operator" in shown
    portico.wait_log(rf"backend state assigned .*backend={a.address} .*state={state}")
    assert turns(portico) == {"b"}
    backend(portico, "set", a.address, "reset")
    assert turns(portico) == {"a", "b"}


def test_up_at_run_time(make, origins):
    a, b = origins
    portico = make.serve(cluster={"backends": [{"address": a.address, "state": "down"}, b.address]})
    backend(portico, "set", f"app/{a.address}", "up")
    assert turns(portico) == {"a", "b"}


def test_draining_lets_what_is_under_way_end(make):
    def held(connection: OriginConnection) -> None:
        while request := connection.read_request():
            connection.origin.released.wait(20)
            connection.echo(request)
    a, b = make.origin(held, name="a"), make.origin(name="b")
    portico = make.serve(a, b)
    with portico.connect() as first, portico.connect() as second:
        for client in (first, second):
            client.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        a.wait(lambda: len(a.heads) == 1)
        backend(portico, "set", a.address, "drain")
        assert turns(portico) == {"b"}
        listed = backend(portico, "list")
        row = next(line.split() for line in listed.splitlines() if a.address in line)
        assert row[3:5] == ["drain", "operator"] and row[-3] == "1", listed
        a.released.set()
        assert first.response().status == second.response().status == 200


def test_all_out_of_use_is_503(make, origins):
    portico = make.serve(*origins)
    for origin in origins:
        backend(portico, "set", f"app/default/{origin.address}", "down")
    assert portico.get().status == 503


def test_run_time_yields_to_a_reload_that_says_otherwise_only(make, origins):
    a, b = origins
    config = configuration(a, b)
    portico = make.portico(config)
    backend(portico, "set", a.address, "down")
    portico.reload()
    assert turns(portico) == {"b"}, "the configuration says nothing new"
    config["clusters"]["app"]["backends"] = [{"address": a.address, "state": "drain"}, b.address]
    portico.reload(config)
    assert "configuration" in backend(portico, "list").splitlines()[1]
    config["clusters"]["app"]["backends"] = [a.address, b.address]
    portico.reload(config)
    assert turns(portico) == {"a", "b"}


def test_by_tcp_with_the_token_alone(make, origins, tmp_path):
    a, b = origins
    (tmp_path / "token").write_text("a-token-of-some-length\n")
    portico = make.serve(a, b, admin={
        "bind": "127.0.0.1:0", "token_file": str(tmp_path / "token")})
    place = parse_address(portico.wait_log(r" admin listening address=(127\S+)")[1])
    path = f"/backends/app/{a.address}/down"
    for request, method in ((path, "POST"), ("/backends", "GET")):
        with Wire(place) as wire:
            assert wire.request(request, method=method).status == 401
    assert turns(portico) == {"a", "b"}
    token = "Authorization: Bearer a-token-of-some-length"
    with Wire(place) as wire:
        assert wire.request(path, token, method="POST").status == 200
        listed = json.loads(wire.request("/backends", token, "Accept: application/json").body)
    row = next(row for row in listed if row["address"] == a.address)
    assert (row["state"], row["by"], row["configured_state"]) == ("down", "operator", "up")
    assert turns(portico) == {"b"}


def test_unknown_backend(make, origins):
    portico = make.serve(*origins)
    assert "there is no backend" in backend(portico, "set", "10.9.9.9:1", "down", status=1)


def test_explained(make, origins, tmp_path):
    a, b = origins
    portico = make.serve(cluster={"backends": [{"address": a.address, "state": "drain"}, b.address]})
    outcome = run("explain", "--config", str(portico.file), "GET", "http://a.example/")
    assert outcome.returncode == 0, outcome.stderr
    line = next(line for line in outcome.stdout.splitlines() if a.address in line)
    assert "0 %" in line and "state drain" in line, outcome.stdout
