"""Backend connections: kept, checked before use, limited, and never a source of wrong answers."""

from __future__ import annotations

import json
import threading

import pytest

from origins import OriginConnection, echo_forever
from portico import eventually
from wire import DEADLINE


def concurrently(count: int, work) -> list:
    """The results of `work(i)` on that many threads."""
    results: list = [None] * count

    def run(index: int) -> None:
        try:
            results[index] = work(index)
        except BaseException as error:  # Shown where it is compared with what was expected.
            results[index] = error
    threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(3 * DEADLINE)
    return results


def test_connections_are_reused_by_all_clients(make):
    origin = make.origin()
    portico = make.serve(origin)
    for _ in range(20):
        assert portico.get().status == 200
    assert origin.accepted == 1


def test_max_idle_0_turns_reuse_off(make):
    origin = make.origin()
    portico = make.serve(origin, cluster={"pool": {"max_idle": 0}})
    with portico.connect() as client:
        for _ in range(5):
            assert client.request().status == 200
    assert origin.accepted == 5
    origin.wait_idle()


def test_max_idle_bounds_what_is_kept(make):
    barrier = threading.Barrier(8)

    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            if connection.origin.accepted <= 8 and not connection.origin.released.is_set():
                barrier.wait(DEADLINE)
            connection.echo(request)
    origin = make.origin(script)
    portico = make.serve(origin, cluster={"pool": {"max_idle": 3}})
    assert [r.status for r in concurrently(8, lambda _: portico.get())] == [200] * 8
    origin.released.set()
    origin.wait(lambda: origin.open <= 3, "for surplus idle connections to be closed")
    assert [portico.get().status for _ in range(3)] == [200] * 3
    assert (origin.open, origin.accepted) == (3, 8), "the others are kept"


def test_idle_timeout_closes(make):
    origin = make.origin()
    portico = make.serve(origin, cluster={"pool": {"idle_timeout": "300ms"}})
    assert portico.get().status == 200
    origin.wait_idle()
    assert portico.get().status == 200 and origin.accepted == 2


def test_max_age_ends_reuse(make):
    origin = make.origin()
    portico = make.serve(origin, cluster={"pool": {"max_age": "200ms"}})
    with portico.connect() as client:
        assert client.request().status == 200
        assert not client.readable(0.4), "nothing was to come"
        assert client.request().status == 200
    assert origin.accepted == 2


def test_keep_alive_hint_of_the_backend_is_honoured(make):
    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.answer(b"x", "Keep-Alive: timeout=1")
    origin = make.origin(script)
    portico = make.serve(origin)
    assert portico.get().status == 200
    origin.wait_idle()


def test_backend_that_says_close_is_not_reused(make):
    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.answer(b"x", "Connection: close")
            connection.wait_closed()
            return
    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as client:
        for _ in range(3):
            assert not client.request().closes
    assert origin.accepted == 3


def test_http_1_0_backend_is_not_reused(make):
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.send("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx")
        connection.wait_closed()
    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as client:
        assert [client.request().body for _ in range(2)] == [b"x", b"x"]
    origin.wait(lambda: origin.accepted == 2)


def closed_while_idle(connection: OriginConnection) -> None:
    """One request; then the stream ends, as of a server whose own idle limit has come."""
    if request := connection.read_request():
        connection.echo(request)


def test_connection_that_was_closed_while_idle_is_not_used(make):
    origin = make.origin(closed_while_idle)
    portico = make.serve(origin)
    with portico.connect() as client:
        for count in range(1, 6):
            assert client.request(method="POST", body=b"x").status == 200
            origin.wait(lambda: origin.open == 0 and origin.accepted == count)


def dies_when_reused(connection: OriginConnection) -> None:
    """Answers its first request; at the head of a second it dies without a word."""
    request = connection.read_request()
    if connection.number == 1:
        connection.echo(request)
        connection.read_head()
        connection.reset()
    else:
        connection.echo(request)
        echo_forever(connection)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_reused_connection_that_dies_unanswered_is_retried_once(make, method):
    origin = make.origin(dies_when_reused)
    portico = make.serve(origin)
    with portico.connect() as client:
        assert client.request().status == 200
        assert client.request("/again", method=method).status == 200
    assert origin.accepted == 2
    assert portico.wait_access(target="/again")["attempts"] == 2


@pytest.mark.parametrize("method", ["POST", "PATCH", "FROB"])
def test_what_is_not_idempotent_is_not_repeated_once_written(make, method):
    origin = make.origin(dies_when_reused)
    portico = make.serve(origin)
    with portico.connect() as client:
        assert client.request().status == 200
        assert client.request("/once", method=method, body=b"x").status == 502
    assert [head.target for head in origin.heads].count("/once") == 1


def test_fresh_connection_that_dies_is_502(make):
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.reset()
    origin = make.origin(script)
    portico = make.serve(origin, cluster={"retries": {"attempts": 1}})
    assert portico.get().status == 502
    assert origin.accepted == 1


def test_max_connections_holds_over_all_workers(make):
    lock, under_way, most = threading.Lock(), 0, 0

    def script(connection: OriginConnection) -> None:
        nonlocal under_way, most
        while request := connection.read_request():
            with lock:
                under_way += 1
                most = max(most, under_way)
            connection.origin.released.wait(0.002)  # So that others come meanwhile.
            with lock:
                under_way -= 1
            connection.echo(request)
    origin = make.origin(script)
    portico = make.serve(origin, workers=2, cluster={
        "pool": {"max_connections": 4}, "timeouts": {"queue": "10s"}})

    def client(_: int) -> list[int]:
        with portico.connect() as wire:
            return [wire.request().status for _ in range(25)]
    assert concurrently(32, client) == [[200] * 25] * 32
    # Not the connections that are open: the origin learns late of those that are closed for others.
    assert most == 4


def test_idle_connection_is_surrendered_to_another_worker(make):
    """One connection for two workers: each gets it in its turn, without waiting for a timeout."""
    origin = make.origin()
    portico = make.serve(origin, workers=2, cluster={
        "pool": {"max_connections": 1}, "timeouts": {"queue": "5s"}})
    clients = [portico.connect() for _ in range(4)]
    try:
        for _ in range(10):
            for client in clients:
                assert client.request().status == 200
    finally:
        for client in clients:
            client.close()


def test_waiting_ends_with_503(make):
    def script(connection: OriginConnection) -> None:
        request = connection.read_request()
        connection.origin.released.wait(DEADLINE)
        connection.echo(request)
    origin = make.origin(script)
    portico = make.serve(origin, cluster={
        "pool": {"max_connections": 1}, "timeouts": {"queue": "200ms"}})
    with portico.connect() as first, portico.connect() as second:
        first.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        origin.wait(lambda: len(origin.requests) == 1)
        response = second.request()
        assert response.status == 503 and response["retry-after"]
        origin.released.set()
        assert first.response().status == 200
    assert origin.accepted == 1


def test_waiting_is_bounded_in_number(make):
    def script(connection: OriginConnection) -> None:
        request = connection.read_request()
        connection.origin.released.wait(DEADLINE)
        connection.echo(request)
        echo_forever(connection)
    origin = make.origin(script)
    portico = make.serve(origin, cluster={
        "pool": {"max_connections": 1, "max_waiting": 2}, "timeouts": {"queue": "10s"}})
    clients = [portico.connect() for _ in range(8)]
    clients[0].send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
    origin.wait(lambda: len(origin.requests) == 1)
    for client in clients[1:]:
        client.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
    # Those that found the queue full are told at once.
    eventually(lambda: sum(json.loads(line)["status"] == 503 for line in list(portico.access.lines))
               == 5, "five refusals")
    origin.released.set()
    statuses = sorted(client.response().status for client in clients)
    for client in clients:
        client.close()
    assert statuses == [200] * 3 + [503] * 5


def test_waiters_are_served_when_a_connection_gets_free(make):
    origin = make.origin()
    portico = make.serve(origin, cluster={
        "pool": {"max_connections": 1}, "timeouts": {"queue": "10s"}})

    def client(index: int) -> set[str]:
        with portico.connect() as wire:
            return {json.loads(wire.request(f"/{index}").body)["target"] for _ in range(10)}
    assert concurrently(16, client) == [{f"/{i}"} for i in range(16)]
    assert origin.most_open == 1


def test_client_that_leaves_aborts_the_backends_work(make):
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.wait_closed()
    origin = make.origin(script)
    portico = make.serve(origin)
    client = portico.connect()
    client.send("GET /left HTTP/1.1\r\nHost: a.example\r\n\r\n")
    origin.wait(lambda: len(origin.requests) == 1)
    client.close()
    origin.wait_idle()
    assert portico.wait_access(target="/left")["status"] == 499


def test_client_that_leaves_while_waiting_takes_nobodys_place(make):
    def script(connection: OriginConnection) -> None:
        request = connection.read_request()
        connection.origin.released.wait(DEADLINE)
        connection.echo(request)
        echo_forever(connection)
    origin = make.origin(script)
    portico = make.serve(origin, cluster={
        "pool": {"max_connections": 1}, "timeouts": {"queue": "10s"}})
    with portico.connect() as first:
        first.send("GET /first HTTP/1.1\r\nHost: a.example\r\n\r\n")
        origin.wait(lambda: len(origin.requests) == 1)
        gone = portico.connect()
        gone.send("GET /gone HTTP/1.1\r\nHost: a.example\r\n\r\n")
        gone.close()
        assert portico.wait_access(target="/gone")["status"] == 499
        origin.released.set()
        assert first.response().status == 200
        assert first.request("/next").status == 200
    assert "/gone" not in [head.target for head in origin.heads]
