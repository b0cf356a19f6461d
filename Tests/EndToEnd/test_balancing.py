"""Subclusters and backends get their shares exactly, and what is broken is passed over."""

from __future__ import annotations

import collections
import json
import socket

import pytest

from portico import eventually
from wire import Wire


def counts(portico, requests: int) -> collections.Counter:
    """Which origin answered how many of that many requests on one connection."""
    with portico.connect() as client:
        return collections.Counter(
            json.loads(client.request().body)["origin"] for _ in range(requests))


def backends(*weighted) -> list[dict]:
    return [{"address": origin.address, "weight": weight} for origin, weight in weighted]


def refused_address() -> str:
    """An address on which nobody listens: bound, so that nobody else gets it, never listening."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    refused_address.sockets.append(sock)
    return "127.0.0.1:%d" % sock.getsockname()[1]


refused_address.sockets = []


@pytest.fixture
def origins(make):
    return [make.origin(name=name) for name in ("b1", "b2", "b3", "w1")]


def test_subclusters_and_backends_share_exactly(make, origins):
    b1, b2, b3, w1 = origins
    portico = make.serve(cluster={"backends": None, "subclusters": {
        "east": {"weight": 70, "backends": backends((b1, 3), (b2, 2), (b3, 1))},
        "west": {"weight": 30, "backends": backends((w1, 1))}}})
    assert counts(portico, 600) == {"b1": 210, "b2": 140, "b3": 70, "w1": 180}


def test_the_order_is_smooth(make, origins):
    portico = make.serve(cluster={"backends": backends(*zip(origins, (3, 2, 1)))})
    with portico.connect() as client:
        order = [json.loads(client.request().body)["origin"] for _ in range(12)]
    cycle = ["b1", "b2", "b1", "b3", "b2", "b1"]
    assert any(order == (cycle * 3)[start : start + 12] for start in range(6)), order


def test_weight_0_gets_nothing(make, origins):
    b1, b2, b3, w1 = origins
    portico = make.serve(cluster={"backends": None, "subclusters": {
        "east": {"weight": 1, "backends": backends((b1, 1), (b2, 0))},
        "west": {"weight": 0, "backends": backends((w1, 1))}}})
    assert counts(portico, 50) == {"b1": 50}


def test_weight_0_gets_nothing_even_when_the_others_are_down(make, origins):
    portico = make.serve(cluster={"backends": [
        {"address": refused_address()}, {"address": origins[0].address, "weight": 0}]})
    assert portico.get().status == 503
    assert origins[0].accepted == 0


def test_backend_that_refuses_is_passed_over(make, origins):
    portico = make.serve(cluster={"backends": [
        {"address": refused_address(), "weight": 100}, {"address": origins[0].address}]})
    assert counts(portico, 100) == {"b1": 100}


def test_post_is_passed_on_too_as_nothing_was_sent(make, origins):
    portico = make.serve(cluster={"backends": [refused_address(), origins[0].address]})
    for _ in range(4):
        assert portico.get(method="POST", body=b"hello").status == 200


def test_dead_subcluster_spills_to_the_others_by_weight(make, origins):
    b1, b2, _, _ = origins
    portico = make.serve(cluster={"backends": None, "subclusters": {
        "dead": {"weight": 50, "backends": [refused_address()]},
        "east": {"weight": 30, "backends": backends((b1, 1))},
        "west": {"weight": 10, "backends": backends((b2, 1))}}})
    shares = counts(portico, 400)
    assert sum(shares.values()) == 400
    assert 270 <= shares["b1"] <= 330, shares


def test_no_usable_backend_is_503_with_retry_after(make):
    portico = make.serve(refused_address(), refused_address())
    with portico.connect() as client:
        for _ in range(3):
            response = client.request()
            assert response.status == 503
            assert int(response["retry-after"]) >= 1
            assert not response.closes


def test_backend_that_comes_back_is_used_again(make, origins):
    """It rests for a growing time after refusing, then gets one try."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    port = sock.getsockname()[1]
    portico = make.serve(f"127.0.0.1:{port}")
    assert portico.get().status == 503
    sock.close()
    make.origin(address=("127.0.0.1", port))
    with portico.connect() as client:
        eventually(lambda: client.request().status == 200, "the backend to be tried again")


def test_reused_connections_do_not_bend_the_shares(make, origins):
    """Shares are exact over many client connections, not only on one."""
    portico = make.serve(cluster={"backends": backends(*zip(origins, (3, 2, 1)))})
    total: collections.Counter = collections.Counter()
    for _ in range(60):
        with Wire(portico.address()) as client:
            total[json.loads(client.request().body)["origin"]] += 1
    assert total == {"b1": 30, "b2": 20, "b3": 10}


def test_access_log_names_who_answered(make, origins):
    portico = make.serve(cluster={"backends": None, "subclusters": {
        "east": {"backends": backends((origins[0], 1))}}})
    portico.get("/who")
    entry = portico.wait_access(target="/who")
    assert (entry["cluster"], entry["subcluster"], entry["backend"]) == (
        "app", "east", origins[0].address)
