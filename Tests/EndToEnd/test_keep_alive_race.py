"""Origins that close idle connections, hit exactly then: no request is lost, repeatable or not."""

from __future__ import annotations

import os
import socket
import threading

import pytest

from origins import OriginConnection, echo_forever
from test_pool import concurrently


def closing_after(seconds: float):
    """Closes a connection that has been idle for so long, as servers do."""
    def script(connection: OriginConnection) -> None:
        while True:
            connection.sock.settimeout(seconds)
            try:
                if not connection.sock.recv(1, socket.MSG_PEEK):
                    return
            except TimeoutError:
                return
            connection.sock.settimeout(60)
            request = connection.read_request()
            if request is None:
                return
            connection.echo(request)
    return script


LIMIT = float(os.environ.get("IDLE_LIMIT", "0.7"))
"""The origin's limit in seconds. By hand: IDLE_LIMIT=5 IDLE_REQUESTS=10000 IDLE_CLIENTS=200."""
REQUESTS = int(os.environ.get("IDLE_REQUESTS", "240"))
CLIENTS = int(os.environ.get("IDLE_CLIENTS", "24"))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_request_at_the_moment_of_closing(make, method):
    origin = make.origin(closing_after(LIMIT))
    portico = make.serve(origin)
    wrong: list = []

    def client(number: int) -> int:
        pause = threading.Event()
        with portico.connect() as wire:
            for turn in range(REQUESTS // CLIENTS):
                body = b"x" if method == "POST" else None
                response = wire.request(method=method, body=body)
                if response.status != 200:
                    wrong.append((number, turn, response.status))
                # Around the moment, a little before and after it.
                pause.wait(LIMIT - 0.012 + 0.001 * ((number + turn) % 24))
        return turn + 1
    assert concurrently(CLIENTS, client) == [REQUESTS // CLIENTS] * CLIENTS
    assert wrong == []


def test_limit_is_learnt_and_kept(make):
    """After two closings connections are given up before the third."""
    origin = make.origin(closing_after(0.2))
    portico = make.serve(origin, cluster={"pool": {"idle_timeout": "10s"}})
    for _ in range(2):
        assert portico.get().status == 200
        origin.wait_idle()
    accepted = origin.accepted
    ends: list[bool] = []

    def watching(connection: OriginConnection) -> None:
        request = connection.read_request()
        connection.echo(request)
        connection.sock.settimeout(5)
        # Closed by the proxy, before this origin's own limit would have come.
        ends.append(connection.sock.recv(1) == b"")
    origin.script = watching
    assert portico.get().status == 200
    origin.wait(lambda: len(ends) == 1)
    assert ends == [True] and origin.accepted == accepted + 1


def test_post_takes_no_old_connection_of_a_backend_that_is_not_known(make):
    origin = make.origin(echo_forever)
    portico = make.serve(origin)
    with portico.connect() as client:
        assert client.request().status == 200
        assert client.request(method="POST", body=b"x").status == 200
        assert origin.accepted == 1, "a young one will do"
        assert not client.readable(0.7)
        assert client.request(method="POST", body=b"x").status == 200
        assert origin.accepted == 2
        assert not client.readable(0.7)
        assert client.request().status == 200
        assert origin.accepted == 2, "a GET could be sent again"


def test_post_takes_an_old_connection_of_a_backend_that_says_how_long_it_keeps_them(make):
    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.answer(b"x", "Keep-Alive: timeout=60")
    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as client:
        assert client.request().status == 200
        assert not client.readable(0.7)
        assert client.request(method="POST", body=b"x").status == 200
    assert origin.accepted == 1


def test_old_connection_makes_room_for_a_fresh_one(make):
    origin = make.origin(echo_forever)
    portico = make.serve(origin, cluster={"pool": {"max_connections": 1}})
    with portico.connect() as client:
        assert client.request().status == 200
        assert not client.readable(0.7)
        assert client.request(method="POST", body=b"x").status == 200
    assert origin.accepted == 2
