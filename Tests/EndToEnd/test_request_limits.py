"""How many requests a cluster and its backends are given at a time, and who waits for that."""

from __future__ import annotations

import json
import threading

import pytest

from origins import OriginConnection
from portico import eventually, run
from test_metrics import scrape
from test_pool import concurrently
from wire import Wire


def waiting(portico) -> int:
    """Requests that wait until the cluster may be given one more."""
    with Wire(str(portico.control)) as wire:
        clusters = json.loads(wire.request("/clusters", "Accept: application/json").body)
    return sum(cluster["waiting"] for cluster in clusters)


class Gate:
    """Lets requests through when the test says so, and counts them at an origin."""

    def __init__(self):
        self.lock = threading.Condition()
        self.under_way = 0
        self.most = 0
        self.passes = 0

    def script(self, connection: OriginConnection) -> None:
        while request := connection.read_request():
            with self.lock:
                self.under_way += 1
                self.most = max(self.most, self.under_way)
                self.lock.notify_all()
                assert self.lock.wait_for(lambda: self.passes > 0, 30)
                self.passes -= 1
                self.under_way -= 1
            connection.echo(request)

    def wait(self, under_way: int) -> None:
        with self.lock:
            assert self.lock.wait_for(lambda: self.under_way == under_way, 20), self.under_way

    def keeps(self, under_way: int, seconds: float) -> bool:
        with self.lock:
            return not self.lock.wait_for(lambda: self.under_way != under_way, seconds)

    def let(self, count: int) -> None:
        with self.lock:
            self.passes += count
            self.lock.notify_all()


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("limits", [{"requests": 3}, {"backend_requests": 3}])
def test_no_more_than_the_limit_at_a_time(make, workers, limits):
    gate = Gate()
    portico = make.serve(make.origin(gate.script), workers=workers, cluster={
        "limits": limits, "timeouts": {"queue": "20s"}})
    answers: list[int] = []
    crowd = threading.Thread(
        target=lambda: answers.extend(concurrently(40, lambda _: portico.get().status)), daemon=True)
    crowd.start()
    gate.wait(3)
    assert gate.keeps(3, 0.3), gate.under_way
    gate.let(40)
    crowd.join()
    assert answers == [200] * 40
    assert gate.most == 3


def test_full_queue_is_503_at_once(make):
    gate = Gate()
    portico = make.serve(make.origin(gate.script), cluster={
        "limits": {"requests": 1, "waiting": 1}, "timeouts": {"queue": "20s"}})
    with portico.connect() as first, portico.connect() as second:
        first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        gate.wait(1)
        second.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert not second.readable(0.2)
        refused = portico.get()
        assert refused.status == 503 and int(refused["retry-after"]) >= 1
        assert portico.wait_access(status=503)["end"] == "queue_full"
        gate.let(2)
        assert first.response().status == second.response().status == 200


@pytest.mark.parametrize("limit", ["requests", "connections"])
def test_waiting_has_a_deadline(make, limit):
    gate = Gate()
    portico = make.serve(make.origin(gate.script), make.origin(gate.script), cluster={
        "limits": {limit: 1}, "timeouts": {"queue": "100ms"}})
    with portico.connect() as first:
        first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        gate.wait(1)
        assert portico.get().status == 503
        assert portico.wait_access(status=503)["end"] == "queue_timeout"
        gate.let(1)
        assert first.response().status == 200


def test_first_come_first_served(make):
    gate = Gate()
    origin = make.origin(gate.script)
    portico = make.serve(origin, cluster={
        "limits": {"requests": 1}, "timeouts": {"queue": "20s"}})
    clients = [portico.connect() for _ in range(6)]
    for number, client in enumerate(clients):
        client.send(f"GET /{number} HTTP/1.1\r\nHost: x\r\n\r\n")
        if number == 0:
            gate.wait(1)
        else:
            eventually(lambda: waiting(portico) == number, "its place in the queue")
    for client in clients:
        gate.let(1)
        assert client.response().status == 200
        client.close()
    assert [request.target for request in origin.requests] == [f"/{n}" for n in range(6)]


def test_client_that_leaves_the_queue_takes_no_place(make):
    gate = Gate()
    portico = make.serve(make.origin(gate.script), cluster={
        "limits": {"requests": 1, "waiting": 1}, "timeouts": {"queue": "20s"}})
    with portico.connect() as first:
        first.send("GET /first HTTP/1.1\r\nHost: x\r\n\r\n")
        gate.wait(1)
        with portico.connect() as second:
            second.send("GET /second HTTP/1.1\r\nHost: x\r\n\r\n")
            assert not second.readable(0.1)
        portico.wait_access(target="/second", status=499)
        with portico.connect() as third:
            third.send("GET /third HTTP/1.1\r\nHost: x\r\n\r\n")
            gate.let(2)
            assert first.response().status == third.response().status == 200


def test_full_backend_leaves_requests_to_others(make):
    gate = Gate()
    full, free = make.origin(gate.script), make.origin()
    portico = make.serve(full, free, cluster={"limits": {"backend_requests": 1}})
    with portico.connect() as held:
        for _ in range(2):
            held.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            if not held.readable(0.3):
                break
            held.response()
        gate.wait(1)
        assert [portico.get().status for _ in range(10)] == [200] * 10
        gate.let(1)
        assert held.response().status == 200


def test_retry_needs_no_second_place(make):
    """A request that waits for another try gives its place back, and takes another one."""
    def dies(connection: OriginConnection) -> None:
        connection.read_request()
        connection.reset()
    bad, good = make.origin(dies), make.origin()
    portico = make.serve(bad, good, cluster={"limits": {"requests": 1, "backend_requests": 1}})
    assert [portico.get().status for _ in range(10)] == [200] * 10


def test_adaptive_limit_keeps_a_slow_backend_from_drowning(make):
    """One request at a time goes well; the limit falls to that, and the rest waits in front of it."""
    lock = threading.Lock()
    most = under_way = 0

    def script(connection: OriginConnection) -> None:
        nonlocal most, under_way
        while request := connection.read_request():
            with lock:
                under_way += 1
                most = max(most, under_way)
                slow = under_way > 2
            connection.origin.released.wait(0.25 if slow else 0.005)
            with lock:
                under_way -= 1
            connection.echo(request)
    origin = make.origin(script)
    portico = make.serve(origin, cluster={
        "limits": {"adaptive": {"initial": 16, "min": 2}}, "timeouts": {"queue": "20s"}})
    for _ in range(5):
        assert portico.get().status == 200
    answers = concurrently(16, lambda _: [portico.get().status for _ in range(12)])
    assert answers == [[200] * 12] * 16
    with lock:
        most = 0
    concurrently(16, lambda _: [portico.get().status for _ in range(4)])
    assert most <= 12


@pytest.mark.parametrize("workers", [1, 2])
def test_connections_of_a_cluster(make, workers):
    """Over all backends and workers no more than the limit are open, and every request has its turn."""
    lock = threading.Lock()
    most = 0
    origins: list = []

    def script(connection: OriginConnection) -> None:
        nonlocal most
        with lock:
            most = max(most, sum(origin.open for origin in origins))
        while request := connection.read_request():
            connection.origin.released.wait(0.002)
            connection.echo(request)
    origins += [make.origin(script) for _ in range(3)]
    portico = make.serve(*origins, workers=workers, cluster={
        "limits": {"connections": 2}, "timeouts": {"queue": "20s"}})

    def client(_) -> list[int]:
        with portico.connect() as wire:
            return [wire.request().status for _ in range(10)]
    assert concurrently(12, client) == [[200] * 10] * 12
    # An origin may see one that was closed a moment later than we did.
    assert most <= 2 + len(origins)
    assert scrape(portico)["portico_backend_connections_open"] <= 2


def test_idle_connection_to_another_backend_makes_room(make):
    a, b = make.origin(name="a"), make.origin(name="b")
    portico = make.serve(a, b, cluster={"limits": {"connections": 1}})
    assert [portico.get().status for _ in range(6)] == [200] * 6
    assert len(a.heads) == len(b.heads) == 3
    assert scrape(portico)["portico_backend_connections_open"] == 1


def test_connections_of_a_cluster_by_http2(make):
    a, b = make.h2_origin(name="a"), make.h2_origin(name="b")
    portico = make.serve_h2(a, b, cluster={"limits": {"connections": 1}})
    assert [portico.get().status for _ in range(6)] == [200] * 6
    assert len(a.heads) == len(b.heads) == 3
    assert scrape(portico)["portico_backend_connections_open"] == 1


def test_contradictions_are_refused(make, tmp_path):
    file = tmp_path / "p.json"
    file.write_text('{"listeners":{"l":{"bind":"*:80"}},"clusters":{"c":{"backends":["10.0.0.1:80"],'
                    '"limits":{"adaptive":{"min":10,"max":5}}}}}')
    outcome = run("check", "--config", str(file))
    assert outcome.returncode == 78 and '"min", which is 10, is more than "max"' in outcome.stdout
