"""Too many connections, too few descriptors: accepting pauses and comes back, and nothing spins."""

from __future__ import annotations

import contextlib
import resource
import select
import time

from portico import eventually
from procfs import connections_of_loops
from wire import Wire


def connections(address, count: int, request: bool = False) -> list[Wire]:
    opened = []
    for _ in range(count):
        wire = Wire(address)
        if request:
            wire.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        opened.append(wire)
    return opened


def close_all(wires: list[Wire]) -> None:
    for wire in wires:
        wire.close()


def test_running_out_of_descriptors_is_survived(make):
    portico = make.serve(make.origin(), descriptors=128, max_connections=100_000)
    portico.wait_log(" warning max_connections takes more descriptors than there are "
                     "max_connections=100000 descriptors=128")
    crowd = connections(portico.address(), 400)
    try:
        before, started = portico.cpu(), time.monotonic()
        select.select([], [], [], 1.0)  # The measured interval: a spinning loop would burn it all.
        assert portico.cpu() - before < 0.3 * (time.monotonic() - started), "it spins"
        assert portico.process.poll() is None
        told = [line for line in portico.log.lines if " accepting " in line]
        assert len(told) == 1, told
    finally:
        close_all(crowd)
    eventually(lambda: served(portico), "requests to be served again")


def served(portico) -> bool:
    with contextlib.suppress(AssertionError, OSError):
        return portico.get().status == 200
    return False


def test_new_clients_are_served_while_idle_ones_crowd(make):
    """The longest-idle connections make room."""
    portico = make.serve(make.origin(), descriptors=128, max_connections=100_000,
                         listener={"timeouts": {"keep_alive": "600s"}})
    crowd = []
    try:
        for _ in range(300):
            wire = Wire(portico.address(), timeout=10)
            assert wire.request().status == 200
            crowd.append(wire)
    finally:
        close_all(crowd)


def test_descriptor_limit_is_raised_to_its_maximum(make):
    portico = make.serve(make.origin())
    soft, hard = resource.prlimit(portico.pid, resource.RLIMIT_NOFILE)
    assert soft == hard


def held(connection) -> None:
    """Answers when the test says so."""
    while request := connection.read_request():
        connection.origin.released.wait(20)
        connection.echo(request)


def check_limit(portico, origin, limit: int) -> None:
    crowd = connections(portico.address(), limit * 3, request=True)
    try:
        origin.wait(lambda: len(origin.requests) >= limit)
        assert not select.select([wire.sock for wire in crowd], [], [], 0.3)[0]
        assert len(origin.requests) == limit, "more than the limit at a time"
        origin.released.set()
        for wire in crowd:  # As each one closes, another is accepted.
            assert wire.response().status == 200
            wire.close()
    finally:
        close_all(crowd)


def test_max_connections_of_the_daemon(make):
    origin = make.origin(held)
    check_limit(make.serve(origin, max_connections=10, workers=2), origin, 10)


def test_max_connections_of_a_listener(make):
    origin = make.origin(held)
    check_limit(make.serve(origin, listener={"max_connections": 10}, workers=2), origin, 10)


def test_connections_are_spread_over_the_workers(make):
    """64 connections on two workers: neither has more than 40, whoever accepted them."""
    portico = make.serve(make.origin(), workers=2)
    crowd = connections(portico.address(), 64)
    try:
        for wire in crowd:
            assert wire.request().status == 200
        spread = connections_of_loops(portico.pid, portico.address()[1])
        assert sum(spread) == 64 and max(spread) <= 40, spread
    finally:
        close_all(crowd)


def test_limit_of_a_listener_is_no_other_listeners(make):
    """Whoever holds its places costs nobody else a connection, whether somebody waits for one or not."""
    portico = make.portico({
        "listeners": {"few": {"bind": ["127.0.0.1:0"], "max_connections": 2},
                      "other": {"bind": ["127.0.0.1:0"]}},
        "routes": [{"path": "/*", "respond": {"status": 204}}]})
    with contextlib.ExitStack() as stack:
        def connected(listener: str) -> Wire:
            return stack.enter_context(portico.connect(listener))
        for _ in range(2):
            connected("few").send(b"GET / HTTP/1.1\r\nHo")
        idle = [connected("other") for _ in range(10)]
        for client in idle:
            assert client.request().status == 204
        # As long as some of the pauses that accepting makes at a limit.
        assert not select.select([client.sock for client in idle], [], [], 0.35)[0]
        assert not portico.log.lines[-1].endswith("reason=max_connections")
        connected("few").send(b"GET / HTTP/1.1\r\n")
        portico.wait_log(r"accepting paused .*reason=max_connections")
        assert not select.select([client.sock for client in idle], [], [], 0.35)[0]
