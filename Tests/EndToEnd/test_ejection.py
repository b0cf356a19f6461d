"""Backends that answer, but with failures, are ejected for a while."""

from __future__ import annotations

import json

import pytest

from origins import OriginConnection
from portico import eventually

NO_RETRIES = {"attempts": 1}


def failing(status: str = "502 Bad Gateway"):
    """Fails until the origin is released."""
    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            if connection.origin.released.is_set():
                connection.echo(request)
            else:
                connection.answer(b"no", status=status)
    return script


def resetting(connection: OriginConnection) -> None:
    connection.read_request()
    connection.reset()


def nonsense(connection: OriginConnection) -> None:
    connection.read_request()
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx")
    connection.wait_closed()


def test_consecutive_failures_eject(make):
    bad, good = make.origin(failing()), make.origin()
    portico = make.serve(bad, good, cluster={"retries": NO_RETRIES})
    statuses = [portico.get().status for _ in range(40)]
    assert statuses.count(502) == 5
    assert len(bad.heads) == 5
    line = portico.wait_log(rf"backend ejected .*backend={bad.address} .*")
    assert "for=10000ms" in line.string and "reason=status_502" in line.string


@pytest.mark.parametrize("script", [resetting, nonsense])
def test_broken_answers_are_failures(make, script):
    bad, good = make.origin(script), make.origin()
    portico = make.serve(bad, good, cluster={"retries": NO_RETRIES})
    assert [portico.get().status for _ in range(40)].count(502) == 5


def test_a_success_begins_anew(make):
    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            if len(connection.origin.heads) % 5 == 0:
                connection.echo(request)
            else:
                connection.answer(b"no", status="503 Service Unavailable")
    bad, good = make.origin(script), make.origin()
    portico = make.serve(bad, good, cluster={"retries": NO_RETRIES})
    assert [portico.get().status for _ in range(40)].count(503) == 16


def test_share_of_a_window(make):
    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            if len(connection.origin.heads) % 2:
                connection.answer(b"no", status="503 Service Unavailable")
            else:
                connection.echo(request)
    bad, good = make.origin(script), make.origin()
    portico = make.serve(bad, good, cluster={
        "retries": NO_RETRIES, "ejection": {"percent": 50, "min_requests": 11}})
    for _ in range(60):
        portico.get()
    assert len(bad.heads) == 11
    portico.wait_log(r"backend ejected")


def test_returns_after_its_time_and_then_rests_longer(make):
    bad, good = make.origin(failing()), make.origin()
    portico = make.serve(bad, good, cluster={
        "retries": NO_RETRIES, "ejection": {"consecutive": 2, "base_time": "300ms"}})
    with portico.connect() as client:
        eventually(lambda: client.request().status == 502 and len(bad.heads) >= 4, "a second time")
        portico.wait_log(r"backend ejected .*for=300ms")
        portico.wait_log(r"backend ejected .*for=600ms")
        bad.released.set()
        eventually(lambda: json.loads(client.request().body) and len(bad.requests) > 6, "its return")
        portico.wait_log(rf"backend returns .*backend={bad.address}")


def test_only_backend_is_never_ejected(make):
    bad = make.origin(failing())
    portico = make.serve(bad, cluster={"retries": NO_RETRIES})
    assert [portico.get().status for _ in range(20)] == [502] * 20


def test_at_most_a_share_of_the_cluster(make):
    origins = [make.origin(failing()) for _ in range(4)]
    portico = make.serve(*origins, cluster={"retries": NO_RETRIES})
    for _ in range(100):
        portico.get()
    assert sorted(len(origin.heads) == 5 for origin in origins) == [False, False, True, True]


def test_statuses_that_are_failures_can_be_chosen(make):
    bad, good = make.origin(failing("500 Oops")), make.origin()
    portico = make.serve(bad, good, cluster={
        "retries": NO_RETRIES, "ejection": {"statuses": [500]}})
    assert [portico.get().status for _ in range(40)].count(500) == 5


def test_can_be_turned_off(make):
    bad, good = make.origin(failing()), make.origin()
    portico = make.serve(bad, good, cluster={
        "retries": NO_RETRIES, "ejection": {"consecutive": 0}})
    assert [portico.get().status for _ in range(40)].count(502) == 20


def test_ejection_holds_over_a_reload(make):
    bad, good = make.origin(failing()), make.origin()
    portico = make.serve(bad, good, cluster={"retries": NO_RETRIES})
    for _ in range(20):
        portico.get()
    portico.reload()
    assert [portico.get().status for _ in range(20)] == [200] * 20


def test_slow_start_of_one_that_is_new(make):
    import copy

    from portico import configuration
    old, new = make.origin(name="old"), make.origin(name="new")
    config = configuration(old, cluster={"slow_start": "1h"})
    portico = make.portico(config)
    fresh = copy.deepcopy(config)
    fresh["clusters"]["app"]["backends"].append(new.address)
    portico.reload(fresh)
    for _ in range(110):
        assert portico.get().status == 200
    # A tenth of the weight of the other.
    assert 8 <= len(new.requests) <= 12
