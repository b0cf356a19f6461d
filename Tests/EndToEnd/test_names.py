"""Backends by name: looked up anew, without anybody noticing."""

from __future__ import annotations

import contextlib
import json
import re

import pytest

import dns
from dns import Alias, NameServer, Service
from pki import Authority, SecureOrigin
from portico import configuration, eventually, run
from test_balancing import counts
from test_reload import Load


@pytest.fixture
def names(request):
    server = NameServer()
    request.addfinalizer(server.close)
    return server


def resolver(server: NameServer, **options) -> dict:
    return {"servers": server.address, "timeout": "200ms", "tries": 1, **options}


def serve(make, server: NameServer, *backends, names: dict | None = None, cluster: dict | None = None,
          **options):
    """A daemon that asks `server`, and anew after 100 to 300 ms."""
    bounds = {"min_ttl": "100ms", "max_ttl": "300ms", **(names or {})}
    return make.serve(*backends, resolver=resolver(server),
                      cluster={"names": bounds, **(cluster or {})}, **options)


def same_port(make, count: int) -> tuple[list, int]:
    """That many origins on loopback addresses of their own, all on one port."""
    for _ in range(100):
        with contextlib.suppress(OSError):
            first = make.origin(name="127.0.0.1")
            port = first.listener.getsockname()[1]
            return [first] + [make.origin(name=f"127.0.0.{i}", address=(f"127.0.0.{i}", port))
                              for i in range(2, count + 1)], port
    raise AssertionError("no port is free on all addresses")


def status(portico, name: str) -> dict:
    return next(entry for entry in portico.statistics()["names"] if entry["name"] == name)


def wait_backends(portico, name: str, *addresses: str) -> None:
    eventually(lambda: status(portico, name)["backends"] == list(addresses),
               f"{name} to be {addresses}")


# Addresses


def test_name_stands_for_all_of_its_addresses(make, names):
    origins, port = same_port(make, 3)
    names.set("shop.test", "127.0.0.3", "127.0.0.1", "127.0.0.2")
    portico = serve(make, names, {"address": f"Shop.test:{port}", "weight": 2})
    assert counts(portico, 30) == {origin.name: 10 for origin in origins}
    entry = status(portico, "shop.test")
    assert entry["backends"] == ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
    assert entry["failure"] is None and entry["age_ms"] < 10_000 and entry["questions"] >= 2
    portico.wait_log(r'backends changed name=shop.test added=127.0.0.1,\S+ removed=- now=3')


def test_both_families_and_aliases(make, names):
    v4 = make.origin(name="v4")
    port = v4.listener.getsockname()[1]
    try:
        make.origin(name="v6", address=("::1", port))
    except OSError:
        pytest.skip("no IPv6, or the port is taken there")
    names.set("shop.test", Alias("real.test"))
    names.set("real.test", "127.0.0.1", "::1")
    portico = serve(make, names, f"shop.test:{port}")
    assert counts(portico, 10) == {"v4": 5, "v6": 5}
    portico.reload(configuration(f"shop.test:{port}", resolver=resolver(names),
                                 cluster={"names": {"family": "ipv6"}}))
    assert counts(portico, 10) == {"v6": 10}


@pytest.mark.parametrize("workers", [1, 2])
def test_addresses_change_under_load_and_no_request_fails(make, names, workers):
    origins, port = same_port(make, 4)
    names.set("shop.test", "127.0.0.1", "127.0.0.2", ttl=0)
    portico = serve(make, names, f"shop.test:{port}", workers=workers)
    load = Load(portico)
    with contextlib.ExitStack() as stack:
        stack.callback(load.stop)
        for turn in range(12):
            addresses = [f"127.0.0.{1 + (turn + i) % 4}" for i in range(2)]
            names.set("shop.test", *addresses, ttl=0)
            wait_backends(portico, "shop.test", *sorted(addresses))
            load.wait_served(20)
    assert load.stop() == []
    assert all(origin.requests for origin in origins)


def test_those_that_stay_keep_their_connections_and_those_that_leave_get_nothing_more(make, names):
    (stays, leaves, comes), port = same_port(make, 3)
    names.set("shop.test", "127.0.0.1", "127.0.0.2")
    portico = serve(make, names, f"shop.test:{port}")
    assert counts(portico, 10) == {"127.0.0.1": 5, "127.0.0.2": 5}
    names.set("shop.test", "127.0.0.1", "127.0.0.3")
    wait_backends(portico, "shop.test", "127.0.0.1", "127.0.0.3")
    leaves.wait(lambda: leaves.open == 0, "for its idle connections to be closed")
    assert counts(portico, 10) == {"127.0.0.1": 5, "127.0.0.3": 5}
    assert (stays.accepted, leaves.accepted, comes.accepted) == (1, 1, 1)
    portico.wait_log(r"backends changed name=shop.test added=127.0.0.3 removed=127.0.0.2 now=2")


def test_hundreds_of_addresses_come_by_tcp(make, names):
    origin = make.origin(address=("0.0.0.0", 0))
    port = origin.listener.getsockname()[1]
    addresses = [f"127.0.{i // 200}.{1 + i % 200}" for i in range(600)]
    names.set("shop.test", *addresses)
    portico = serve(make, names, f"shop.test:{port}", names={"family": "ipv4"})
    assert len(status(portico, "shop.test")["backends"]) == 600
    assert {question.transport for question in names.asked("shop.test")} == {"udp", "tcp"}
    assert counts(portico, 600)["origin"] == 600
    assert origin.accepted == 600, "one connection to each"
    portico.wait_log(r"backends changed name=shop.test added=\S+,\+590 removed=- now=600")


def test_more_than_a_thousand_addresses_are_a_thousand_always_the_same(make, names):
    names.set("shop.test", *[f"10.0.{i // 250}.{1 + i % 250}" for i in range(1500)])
    portico = serve(make, names, "shop.test:80", names={"family": "ipv4"})
    assert len(status(portico, "shop.test")["backends"]) == 1000
    names.wait_asked("shop.test", "A", 6)
    assert len([line for line in portico.log.lines if "backends changed" in line]) == 1


# Time


@pytest.mark.parametrize("ttl", [0, 3600])
def test_time_to_live_is_kept_within_its_bounds(make, names, ttl):
    names.set("shop.test", "127.0.0.1", ttl=ttl)
    serve(make, names, "shop.test:80",
          names={"family": "ipv4", "min_ttl": "200ms", "max_ttl": "400ms"})
    times = [question.time for question in names.wait_asked("shop.test", "A", 5)]
    # Four times the bound; the server's own clock may have been late for the first one.
    assert times[4] - times[0] >= (0.6 if ttl == 0 else 1.2), times


def test_time_to_live_counts(make, names):
    names.set("shop.test", "127.0.0.1", ttl=1)
    serve(make, names, "shop.test:80", names={"family": "ipv4", "max_ttl": "60s"})
    times = [question.time for question in names.wait_asked("shop.test", "A", 3)]
    assert times[2] - times[0] >= 1.7, times


# Failures


@pytest.mark.parametrize("how, reason", [
    (dns.NXDOMAIN, "no_such_name"), (dns.SERVFAIL, "no_server|server_failure"),
    (dns.REFUSED, "no_server|refused"), (dns.NOERROR, "no_records"), (dns.silent, "timeout"),
    (dns.cut, "malformed_answer"), (dns.garbage, "malformed_answer"),
    (dns.looping, "malformed_answer"), (dns.for_another, "timeout"),
], ids=["nxdomain", "servfail", "refused", "nothing", "silent", "cut", "garbage", "looping",
        "for-another"])
def test_what_was_known_stays_when_there_is_no_answer(make, names, how, reason):
    origins, port = same_port(make, 2)
    names.set("shop.test", "127.0.0.1")
    portico = serve(make, names, f"shop.test:{port}", names={"family": "ipv4"})
    names.fail("shop.test", how)
    portico.wait_log(f"name lookup failed name=shop.test reason=({reason}) keeps=1")
    names.wait_asked("shop.test", "A", len(names.asked("shop.test")) + 3)
    assert counts(portico, 5) == {"127.0.0.1": 5}
    entry = status(portico, "shop.test")
    assert re.fullmatch(reason, entry["failure"]) and entry["failures_in_a_row"] >= 2
    told = [line for line in portico.log.lines if "name lookup failed" in line]
    assert len(told) == 1, "told once"
    names.set("shop.test", "127.0.0.2")
    names.heal("shop.test")
    portico.wait_log("name lookup recovered name=shop.test")
    wait_backends(portico, "shop.test", "127.0.0.2")
    eventually(lambda: portico.get().status == 200 and origins[1].requests, "the new address")


def test_one_family_that_fails_takes_nothing_from_the_other(make, names):
    origins, port = same_port(make, 2)
    names.set("shop.test", "127.0.0.1", "fd00::1")
    portico = serve(make, names, f"shop.test:{port}")
    assert status(portico, "shop.test")["backends"] == ["127.0.0.1", "fd00::1"]

    def fail_aaaa(query: bytes, answer: bytes) -> bytes:
        return dns.cut(query, answer) if b"\0\x1c\0\1" in query else answer

    names.set("shop.test", "127.0.0.2", "fd00::1")
    names.fail("shop.test", fail_aaaa)
    wait_backends(portico, "shop.test", "127.0.0.2", "fd00::1")
    portico.wait_log("name lookup failed name=shop.test reason=malformed_answer keeps=2")
    names.set("shop.test", "127.0.0.2")
    names.heal("shop.test")
    wait_backends(portico, "shop.test", "127.0.0.2")


def test_stale_addresses_go_when_their_time_is_over(make, names):
    origin = make.origin()
    port = origin.listener.getsockname()[1]
    names.set("shop.test", "127.0.0.1")
    portico = serve(make, names, f"shop.test:{port}",
                    names={"family": "ipv4", "max_stale": "500ms"})
    assert portico.get().status == 200
    names.fail("shop.test", dns.NXDOMAIN)
    wait_backends(portico, "shop.test")
    eventually(lambda: portico.get().status == 503, "the cluster to be empty")
    names.heal("shop.test")
    eventually(lambda: portico.get().status == 200, "the address to come back")


def test_cluster_without_an_address_waits_for_one(make, names):
    origin = make.origin(name="late")
    port = origin.listener.getsockname()[1]
    portico = serve(make, names, f"shop.test:{port}")
    portico.wait_log(r"portico.json:\d+:\d+: warning: clusters.app: shop.test has no address yet "
                     r"\(no_such_name\); it is looked up further")
    response = portico.get()
    assert response.status == 503 and b"no_backend" in response.body
    names.set("shop.test", "127.0.0.1")
    eventually(lambda: portico.get().status == 200, "the address")


def test_others_are_served_while_a_name_has_no_address(make, names):
    origin = make.origin(name="here")
    portico = serve(make, names, "shop.test:80", origin)
    assert counts(portico, 4) == {"here": 4}


# Services


def test_service_has_weights_ports_and_priorities(make, names):
    a, b, c = (make.origin(name=name) for name in "abc")
    ports = [origin.listener.getsockname()[1] for origin in (a, b, c)]
    names.set("_http._tcp.shop.test", Service("one.test", ports[0], 10, 60),
              Service("two.test", ports[1], 10, 20), Service("three.test", ports[2], 20, 1))
    for name in ("one.test", "two.test", "three.test"):
        names.set(name, "127.0.0.1")
    portico = serve(make, names, "srv:_http._tcp.shop.test")
    assert counts(portico, 40) == {"a": 30, "b": 10}
    assert status(portico, "srv:_http._tcp.shop.test")["backends"] == [
        f"127.0.0.1:{port}" for port in sorted(ports[:2])]
    names.set("_http._tcp.shop.test", Service("none.test", ports[0], 10),
              Service("three.test", ports[2], 20))
    wait_backends(portico, "srv:_http._tcp.shop.test", f"127.0.0.1:{ports[2]}")
    eventually(lambda: counts(portico, 4) == {"c": 4}, "the next priority")


def test_service_that_is_not_there_any_more_keeps_its_backends(make, names):
    origin = make.origin(name="a")
    port = origin.listener.getsockname()[1]
    names.set("_http._tcp.shop.test", Service("one.test", port))
    names.set("one.test", "127.0.0.1")
    portico = serve(make, names, "srv:_http._tcp.shop.test")
    names.set("_http._tcp.shop.test", Service("", port))
    portico.wait_log(
        "name lookup failed name=srv:_http._tcp.shop.test reason=no_records keeps=1")
    assert counts(portico, 4) == {"a": 4}


# TLS and Host


@pytest.mark.parametrize("service", [False, True], ids=["name", "service"])
def test_certificate_has_to_be_for_the_name_in_the_configuration(
        make, names, service, request, tmp_path):
    authority = Authority(tmp_path)
    origin = SecureOrigin(authority.issue("shop.test"))
    request.addfinalizer(origin.close)
    port = origin.listener.getsockname()[1]
    names.set("_https._tcp.shop.test", Service("other.test", port))
    for name in ("shop.test", "other.test"):
        names.set(name, "127.0.0.1")
    tls = {"tls": {"ca": str(authority.file)}}
    address = "srv:_https._tcp.shop.test" if service else f"shop.test:{port}"
    portico = serve(make, names, address, cluster=tls)
    assert portico.get().status == 200
    assert origin.names == ["shop.test"]
    wrong = serve(make, names, f"other.test:{port}", cluster=tls)
    assert wrong.get().status == 503


# Reloads, and what is not asked


def test_reload_brings_names_and_takes_them_away(make, names):
    origins, port = same_port(make, 2)
    names.set("one.test", "127.0.0.1")
    names.set("two.test", "127.0.0.2")
    portico = serve(make, names, f"one.test:{port}")
    config = configuration(f"two.test:{port}", resolver=resolver(names))
    portico.reload(config)
    assert counts(portico, 4) == {"127.0.0.2": 4}
    assert [entry["name"] for entry in portico.statistics()["names"]] == ["two.test"]
    portico.reload("{", outcome="refused")
    assert [entry["name"] for entry in portico.statistics()["names"]] == ["two.test"]
    portico.write(configuration(f"none.test:{port}", resolver=resolver(names)))
    outcome = run("reload", "--config", portico.file)
    assert outcome.returncode == 0
    assert "warning: clusters.app: none.test has no address yet (no_such_name)" in outcome.stdout


def test_reload_changes_who_is_asked(make, names, request):
    origins, port = same_port(make, 2)
    other = NameServer()
    request.addfinalizer(other.close)
    names.set("shop.test", "127.0.0.1")
    other.set("shop.test", "127.0.0.2")
    portico = serve(make, names, f"shop.test:{port}")
    names.fail("shop.test", dns.silent)  # A question that nobody answers is under way.
    names.wait_asked("shop.test", "A", len(names.asked("shop.test", "A")) + 1)
    portico.reload(configuration(f"shop.test:{port}", resolver=resolver(other), cluster={
        "names": {"min_ttl": "100ms", "max_ttl": "300ms"}}))
    wait_backends(portico, "shop.test", "127.0.0.2")
    eventually(lambda: counts(portico, 4) == {"127.0.0.2": 4}, "the other server's address")


def test_localhost_is_this_machine_and_no_server_is_asked(make, names):
    origin = make.origin(name="here")
    port = origin.listener.getsockname()[1]
    portico = serve(make, names, f"localhost:{port}", names={"family": "ipv4"})
    assert counts(portico, 4) == {"here": 4}
    assert names.questions == []


def test_no_names_no_questions(make, names):
    portico = serve(make, names, make.origin())
    assert portico.get().status == 200
    assert portico.statistics()["names"] == [] and names.questions == []


def test_daemon_stops_while_a_question_is_under_way(make, names):
    names.fail("shop.test", dns.silent)
    portico = make.serve(
        "shop.test:80", resolver={"servers": names.address, "timeout": "60s"})
    assert json.loads(json.dumps(status(portico, "shop.test")))["failure"] is None
    assert portico.stop() == 0
