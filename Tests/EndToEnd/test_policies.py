"""Policies of choosing: by load, by speed, by hash, by session; and how subclusters stand in."""

from __future__ import annotations

import collections
import json
import threading
import time

import pytest

from origins import OriginConnection
from portico import configuration, merged
from test_balancing import backends, refused_address

SECRET = "0123456789abcdef0123456789abcdef"
STICKY = {"cookie": "at", "secret": SECRET}


@pytest.fixture
def origins(make):
    return [make.origin(name=name) for name in ("b1", "b2", "b3", "b4")]


def who(response) -> str:
    assert response.status == 200, response
    return json.loads(response.body)["origin"]


def cookie_of(response) -> str:
    """The cookie that the response sets, without its attributes."""
    return response["set-cookie"].split(";")[0]


# Exactness


def test_600_requests_go_exactly_where_both_levels_say(make):
    fleet = {name: [make.origin(name=f"{name}{i}") for i in (1, 2, 3)] for name in ("e", "w")}
    portico = make.serve(cluster={"backends": None, "subclusters": {
        name: {"weight": weight, "backends": backends(*zip(fleet[name], (3, 2, 1)))}
        for name, weight in (("e", 70), ("w", 30))}})
    with portico.connect() as client:
        order = [who(client.request()) for _ in range(600)]
    assert collections.Counter(order) == {
        "e1": 210, "e2": 140, "e3": 70, "w1": 90, "w2": 60, "w3": 30}
    cycle = ["1", "2", "1", "3", "2", "1"]
    for name, count in (("e", 420), ("w", 180)):
        seen = [origin[1] for origin in order if origin[0] == name]
        assert seen == (cycle * (count // 6))


@pytest.mark.parametrize("policy", ["weighted_round_robin", "least_requests"])
def test_one_client_meets_every_backend_in_turn(make, origins, policy):
    portico = make.serve(cluster={
        "balance": policy, "backends": backends(*zip(origins[:3], (3, 2, 1)))})
    with portico.connect() as client:
        shares = collections.Counter(who(client.request()) for _ in range(60))
    assert shares == {"b1": 30, "b2": 20, "b3": 10}


def test_a_weight_that_a_reload_changes_leaves_the_other_subcluster_alone(make, origins):
    def config(weight: int) -> dict:
        return configuration(cluster={"backends": None, "subclusters": {
            "e": {"backends": backends((origins[0], weight), (origins[1], 1))},
            "w": {"backends": backends((origins[2], 2), (origins[3], 1))}}})
    portico = make.portico(config(1))
    west = []
    for weight in (1, 5, 2):
        portico.reload(config(weight))
        with portico.connect() as client:
            west += [origin for origin in (who(client.request()) for _ in range(14))
                     if origin in ("b3", "b4")]
    assert west == (["b3", "b4", "b3"] * 7)


# Load and speed


def slowly(seconds: float):
    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            time.sleep(seconds)
            connection.echo(request)
    return script


@pytest.mark.parametrize("policy", ["least_requests", "two_choices", "peak_ewma"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_slow_backend_gets_less_than_half_of_its_share(make, policy, workers):
    fleet = [make.origin(slowly(0.05 if i == 0 else 0.005), name=f"b{i}") for i in range(4)]
    portico = make.serve(*fleet, cluster={"balance": policy}, workers=workers)
    shares: collections.Counter = collections.Counter()
    lock = threading.Lock()

    def ask() -> None:
        with portico.connect() as client:
            for _ in range(50):
                name = who(client.request())
                with lock:
                    shares[name] += 1

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(shares.values()) == 400
    assert shares["b0"] < 400 / 4 / 2, shares


def test_requests_in_flight_are_given_back(make, origins):
    """Also by those that fail and those that nobody waits for: all backends stay equal."""
    portico = make.serve(*origins[:2], cluster={"balance": "least_requests"})
    origins[0].script = lambda connection: connection.read_request() and connection.reset()
    with portico.connect() as client:
        for _ in range(8):
            client.request(method="POST", body=b"x")
    origins[0].script = lambda connection: connection.read_request() and connection.wait_closed()
    with portico.connect() as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        origins[0].wait(lambda: len(origins[0].requests) >= 5, "for a request that is not answered")
    portico.wait_access(end="client_abort")
    origins[0].script = lambda connection: [
        connection.echo(r) for r in iter(connection.read_request, None)]
    with portico.connect() as client:
        shares = collections.Counter(who(client.request()) for _ in range(40))
    assert shares == {"b1": 20, "b2": 20}


# Hash


KEYS = {
    "client_address": None,
    "path": lambda key: (f"/{key}",),
    "header": lambda key: ("/", f"X-USER: {key}"),
    "cookie": lambda key: ("/", f"Cookie: a=b; user={key}"),
    "query": lambda key: (f"/?a=b&user={key}",),
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_hash_keeps_a_client_with_its_backend(make, origins, kind):
    key = {"header": {"header": "x-user"}, "cookie": {"cookie": "user"},
           "query": {"query": "user"}}.get(kind, kind)
    portico = make.serve(*origins, workers=2,
                         cluster={"balance": {"policy": "hash", "key": key}})
    if kind == "client_address":
        assert len({who(portico.get()) for _ in range(20)}) == 1
        return
    homes = {name: who(portico.get(*KEYS[kind](name))) for name in map(str, range(40))}
    assert set(homes.values()) == {"b1", "b2", "b3", "b4"}
    for name, home in homes.items():
        assert who(portico.get(*KEYS[kind](name))) == home


def test_only_the_keys_of_a_backend_that_fails_move(make, origins):
    cluster = {"balance": {"policy": "hash", "key": "path"}}
    portico = make.serve(*origins, cluster=cluster)
    before = {n: who(portico.get(f"/{n}")) for n in range(40)}
    origins[2].close()
    after = {n: who(portico.get(f"/{n}")) for n in range(40)}
    moved = {n for n in before if before[n] != after[n]}
    assert moved == {n for n in before if before[n] == "b3"} != set()


def test_a_request_without_the_key_goes_in_turn(make, origins):
    portico = make.serve(*origins, cluster={
        "balance": {"policy": "hash", "key": {"header": "x-user"}}})
    assert {who(portico.get()) for _ in range(4)} == {"b1", "b2", "b3", "b4"}


def test_a_client_stays_in_its_subcluster(make, origins):
    portico = make.serve(cluster={
        "backends": None, "split": {"policy": "hash", "key": {"header": "x-user"}},
        "subclusters": {"e": {"backends": backends((origins[0], 1), (origins[1], 1))},
                        "w": {"backends": backends((origins[2], 1), (origins[3], 1))}}})
    homes = {}
    for user in range(20):
        met = {who(portico.get("/", f"X-User: {user}")) for _ in range(4)}
        assert met in ({"b1", "b2"}, {"b3", "b4"})
        homes[user] = min(met)
    assert set(homes.values()) == {"b1", "b3"}


# Sticky sessions


def test_a_session_stays_with_its_backend(make, origins):
    portico = make.serve(*origins, cluster={"sticky": STICKY})
    first = portico.get()
    assert first["set-cookie"].endswith("; Path=/; HttpOnly; SameSite=Lax")
    for _ in range(8):
        answer = portico.get("/", f"Cookie: x=y; {cookie_of(first)}")
        assert who(answer) == who(first) and answer["set-cookie"] is None
    others = {who(portico.get()) for _ in range(8)}
    assert others == {"b1", "b2", "b3", "b4"}


def test_a_session_survives_reload_restart_and_another_secret_file(make, origins, tmp_path):
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    sticky = {"cookie": "at", "secret_file": str(file)}
    one = make.serve(*origins, cluster={"sticky": STICKY})
    first = one.get()
    one.reload(configuration(*reversed(origins), cluster={"sticky": STICKY}))
    other = make.serve(*origins[::-1], cluster={"sticky": sticky}, workers=2)
    for portico in (one, other):
        for _ in range(5):
            assert who(portico.get("/", f"Cookie: {cookie_of(first)}")) == who(first)


def test_a_session_whose_backend_is_gone_finds_another_and_stays_there(make, origins):
    portico = make.serve(*origins, cluster={"sticky": STICKY})
    first = portico.get()
    [home] = [origin for origin in origins if origin.name == who(first)]
    home.close()
    second = portico.get("/", f"Cookie: {cookie_of(first)}")
    assert who(second) != who(first) and cookie_of(second) != cookie_of(first)
    for _ in range(5):
        answer = portico.get("/", f"Cookie: {cookie_of(second)}")
        assert who(answer) == who(second) and answer["set-cookie"] is None
    portico.reload(configuration(
        *[o for o in origins if o.name not in (who(first), who(second))],
        cluster={"sticky": STICKY}))
    assert cookie_of(portico.get("/", f"Cookie: {cookie_of(second)}")) != cookie_of(second)


@pytest.mark.parametrize("value", ["", "x", "0" * 32, "g" * 32, "0" * 33, '"' + "0" * 32 + '"'])
def test_a_cookie_that_nobody_made_is_no_session(make, origins, value):
    portico = make.serve(*origins, cluster={"sticky": STICKY})
    answer = portico.get("/", f"Cookie: at={value}")
    assert answer.status == 200 and cookie_of(answer).startswith("at=")


def test_a_cookie_of_another_secret_or_cluster_is_no_session(make, origins):
    others = [make.serve(*origins, cluster={"sticky": {**STICKY, "secret": SECRET[::-1]}}),
              make.serve(*origins, routes=[{"cluster": "other"}], clusters={
                  "other": {"backends": [o.address for o in origins], "sticky": STICKY}})]
    portico = make.serve(*origins, cluster={"sticky": STICKY})
    for other in others:
        assert portico.get("/", f"Cookie: {cookie_of(other.get())}")["set-cookie"]


def test_the_cookie_has_the_attributes_that_are_asked_for(make, origins):
    portico = make.serve(*origins, cluster={
        "sticky": {**STICKY, "lifetime": "1h", "path": "/shop", "same_site": "none"}})
    attributes = portico.get()["set-cookie"].split("; ")[1:]
    assert attributes == ["Path=/shop", "HttpOnly", "SameSite=None", "Max-Age=3600", "Secure"]


def test_a_backends_own_cookies_stay_beside_it(make):
    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.answer(b"x", "Set-Cookie: own=1")
    portico = make.serve(make.origin(script), cluster={"sticky": STICKY})
    values = [value for name, value in portico.get().fields if name.lower() == "set-cookie"]
    assert len(values) == 2 and "own=1" in values


def test_a_session_by_http2_is_the_same(make, origins):
    portico = make.serve(*origins, cluster={"sticky": STICKY})
    first = portico.get()
    with portico.h2() as client:
        assert client.request()["set-cookie"].startswith("at=")
        for _ in range(5):
            answer = client.request("/", ("cookie", "x=y"), ("cookie", cookie_of(first)))
            assert json.loads(bytes(answer.body))["origin"] == who(first)
            assert answer["set-cookie"] is None


def test_a_secret_that_is_too_short_is_refused(make, origins, tmp_path):
    file = tmp_path / "secret"
    file.write_text("short\n")
    portico = make.serve(*origins)
    portico.reload(configuration(*origins, cluster={
        "sticky": {"cookie": "at", "secret_file": str(file)}}), outcome="refused")
    portico.wait_log(r"a secret has at least 16 octets, this has 5")


# Subclusters


def subclusters(**named) -> dict:
    return {"backends": None, "subclusters": named}


def test_the_next_level_is_used_only_when_the_first_is_down(make, origins):
    portico = make.serve(cluster=subclusters(
        near={"backends": backends((origins[0], 1))},
        far={"weight": 100, "priority": 1, "backends": backends((origins[1], 1))}))
    with portico.connect() as client:
        assert {who(client.request()) for _ in range(20)} == {"b1"}
        origins[0].close()
        assert {who(client.request()) for _ in range(20)} == {"b2"}


def test_what_is_preferred_gets_all_as_long_as_it_can(make, origins):
    portico = make.serve(cluster=merged(subclusters(
        e={"backends": backends((origins[0], 1))},
        w={"weight": 9, "backends": backends((origins[1], 1))}), {"prefer": "e"}))
    with portico.connect() as client:
        assert {who(client.request()) for _ in range(20)} == {"b1"}
        origins[0].close()
        assert {who(client.request()) for _ in range(20)} == {"b2"}


def test_a_subcluster_below_its_threshold_spills_in_proportion(make, origins):
    portico = make.serve(cluster=merged(subclusters(
        e={"backends": [refused_address(), origins[0].address]},
        w={"backends": backends((origins[1], 1))}), {"prefer": "e", "spill_below": 100}))
    with portico.connect() as client:
        shares = collections.Counter(who(client.request()) for _ in range(200))
    assert 85 <= shares["b2"] <= 115, shares


def test_a_black_hole_refuses_its_exact_share(make, origins):
    portico = make.serve(cluster=subclusters(
        e={"weight": 7, "backends": backends((origins[0], 1))},
        w={"weight": 2, "backends": backends((origins[1], 1))},
        shed={"weight": 1, "refuse": 429}))
    with portico.connect() as client:
        statuses = collections.Counter(client.request().status for _ in range(100))
        assert statuses == {200: 90, 429: 10}
        entry = portico.wait_access(status=429)
        assert entry["end"] == "refused_share" and entry["cluster"] == "app"
        # Its share does not grow when others fail.
        origins[0].close()
        statuses = collections.Counter(client.request().status for _ in range(100))
    assert 9 <= statuses[429] <= 12, statuses
