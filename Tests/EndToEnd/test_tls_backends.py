"""TLS to backends."""

from __future__ import annotations

import json
import socket

import pytest

from pki import Authority, SecureOrigin, statistics
from portico import eventually
from wire import Truncated


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def secure_origin(make, request):
    def factory(*arguments, **options):
        origin = SecureOrigin(*arguments, **options)
        request.addfinalizer(origin.close)
        return origin
    return factory


def test_address_is_verified_and_connections_are_kept(make, authority, secure_origin):
    origin = secure_origin(authority.issue("backend", "IP:127.0.0.1"))
    portico = make.serve(origin, cluster={"tls": {"ca": str(authority.file)}})
    with portico.connect() as wire:
        for _ in range(5):
            assert wire.request(method="POST", body=b"x" * 70_000).status == 200
    assert origin.accepted == 1
    assert origin.names == [None], "an address is not asked for by name"
    assert statistics(portico)["backend_tls"]["completed"] == 1


def test_name_is_asked_for_and_verified(make, authority, secure_origin):
    origin = secure_origin(authority.issue("backend.example"))
    portico = make.serve(
        origin, cluster={"tls": {"ca": str(authority.file), "name": "backend.example"}})
    assert portico.get().status == 200
    assert origin.names == ["backend.example"]


@pytest.mark.parametrize("change, reason", [
    ({}, "IP address mismatch"), ({"name": "other.example"}, "hostname mismatch"),
    ({"ca": None}, "unable to get local issuer certificate"),
])
def test_who_cannot_be_verified_gets_nothing(make, authority, secure_origin, change, reason):
    origin = secure_origin(authority.issue("backend.example"))
    tls = {"ca": str(authority.file), **change}
    portico = make.serve(
        origin, cluster={"tls": {key: value for key, value in tls.items() if value}})
    assert portico.get().status == 503
    portico.wait_log(f"backend rests .*tls_bad_peer_certificate.*{reason}")
    assert not origin.heads
    assert statistics(portico)["backend_tls"]["failures"] == {"bad_peer_certificate": 1}


def test_verification_can_be_turned_off_in_so_many_words(make, authority, secure_origin):
    origin = secure_origin(authority.issue("backend.example"))
    portico = make.serve(origin, cluster={"tls": {"verify": False}})
    portico.wait_log("whoever sits between")
    assert portico.get().status == 200


def test_certificate_is_shown_to_backends_that_ask(make, authority, secure_origin, tmp_path):
    clients = Authority(tmp_path, "clients")
    origin = secure_origin(authority.issue("IP:127.0.0.1"), clients=clients)
    tls = {"ca": str(authority.file), "certificate": clients.issue("portico.example").entry}
    portico = make.serve(origin, cluster={"tls": tls})
    assert portico.get().status == 200
    assert origin.shown[0]["subject"] == ((("commonName", "portico.example"),),)
    del tls["certificate"]
    other = make.serve(origin, cluster={"tls": tls})
    assert other.get().status in (502, 503)


def test_next_connection_resumes(make, authority, secure_origin):
    origin = secure_origin(authority.issue("IP:127.0.0.1"))
    portico = make.serve(
        origin, cluster={"tls": {"ca": str(authority.file)}, "pool": {"max_idle": 0}})
    for _ in range(3):
        assert portico.get().status == 200
    assert statistics(portico)["backend_tls"]["resumed"] == 2


def test_other_rules_take_other_connections(make, authority, secure_origin, tmp_path):
    origin = secure_origin(authority.issue("backend.example", "IP:127.0.0.1"))
    portico = make.serve(origin, cluster={"tls": {"ca": str(authority.file)}})
    config = json.loads(portico.file.read_text())
    assert portico.get().status == 200
    portico.reload(config)
    assert portico.get().status == 200
    assert origin.accepted == 1, "the same rules: the connection is kept"
    config["clusters"]["app"]["tls"]["name"] = "backend.example"
    portico.reload(config)
    assert portico.get().status == 200
    assert origin.accepted == 2
    config["clusters"]["app"]["tls"]["ca"] = str(Authority(tmp_path, "others").file)
    portico.reload(config)
    assert portico.get().status == 503, "whom nobody trusts any more gets nothing"


def test_response_that_is_cut_is_passed_on_as_cut(make, authority, secure_origin):
    def script(connection):
        connection.read_request()
        connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf")
        connection.sock.shutdown(socket.SHUT_WR)  # Without close_notify.
    origin = secure_origin(authority.issue("IP:127.0.0.1"), script)
    portico = make.serve(origin, cluster={"tls": {"ca": str(authority.file)}})
    with portico.connect() as wire:
        wire.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        assert wire.head().status == 200
        with pytest.raises(Truncated):  # No last chunk comes.
            wire.reader.chunked()


def test_whole_response_until_the_end_is_whole(make, authority, secure_origin):
    def script(connection):
        connection.read_request()
        connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nwhole")
        connection.sock.unwrap()
    origin = secure_origin(authority.issue("IP:127.0.0.1"), script)
    portico = make.serve(origin, cluster={"tls": {"ca": str(authority.file)}})
    assert portico.get().body == b"whole"


def test_backend_that_speaks_clear_text_rests(make, authority):
    origin = make.origin()
    origin.script = lambda connection: connection.send("HTTP/1.1 200 OK\r\n\r\n")
    portico = make.serve(origin, cluster={"tls": {"ca": str(authority.file)}})
    assert portico.get().status == 503
    portico.wait_log("backend rests .*reason=.*tls_not_tls")


def test_backend_that_never_answers_the_hello_is_passed_over(make, authority, secure_origin):
    silent = make.origin()
    silent.script = lambda connection: connection.origin.released.wait(10)
    good = secure_origin(authority.issue("IP:127.0.0.1"))
    portico = make.serve(silent, good, cluster={
        "tls": {"ca": str(authority.file)}, "timeouts": {"tls_handshake": "200ms"}})
    for _ in range(3):
        assert portico.get().status == 200
    portico.wait_log("backend rests .*tls_timeout")


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_versions(make, authority, secure_origin, version):
    origin = secure_origin(authority.issue("IP:127.0.0.1"))
    portico = make.serve(origin, cluster={
        "tls": {"ca": str(authority.file), "min_version": version, "max_version": version}})
    assert portico.get().status == 200
    eventually(lambda: statistics(portico)["backend_tls"]["versions"] == {version: 1}, "counting")


def test_http2_to_backends_by_alpn(make, authority, secure_origin):
    pair = authority.issue("backend.example", "IP:127.0.0.1")
    inner = make.serve(make.origin(), listener={"tls": {"certificates": [pair.entry]}})
    address = "%s:%d" % inner.address()
    portico = make.serve(address, cluster={"protocol": "http2", "tls": {"ca": str(authority.file)}},
                         listener={"forwarding": {"via": "outer"}})
    for _ in range(3):
        assert portico.get(method="POST", body=b"x" * 100_000).status == 200
    assert inner.wait_access()["protocol"] == "HTTP/2.0"
    assert statistics(portico)["backend_tls"]["completed"] == 1


@pytest.mark.parametrize("offered", [None, ["http/1.1"]])
def test_http1_is_spoken_to_who_does_not_agree_on_http2(make, authority, secure_origin, offered):
    origin = secure_origin(authority.issue("IP:127.0.0.1"), protocols=offered)
    portico = make.serve(
        origin, cluster={"protocol": "http2", "tls": {"ca": str(authority.file)}})
    for _ in range(3):
        assert portico.get().status == 200
    assert [head.start_line for head in origin.heads] == ["GET / HTTP/1.1"] * 3
    assert origin.accepted == 1, "it is kept like any other"


@pytest.mark.parametrize("kind", ["http", "tcp"])
def test_checks_are_verified_as_requests_are(make, authority, secure_origin, kind):
    good = secure_origin(authority.issue("IP:127.0.0.1"), name="good")
    posing = secure_origin(authority.issue("other.example"), name="posing")
    portico = make.serve(good, posing, cluster={
        "tls": {"ca": str(authority.file)},
        "health": {"type": kind, "interval": "1s", "timeout": "1s"}})
    portico.wait_log(
        rf"backend unhealthy .*backend={posing.address} .*reason=tls_bad_peer_certificate")
    origins = {json.loads(portico.get().body)["origin"] for _ in range(6)}
    assert origins == {"good"} and not posing.heads
    if kind == "http":
        good.wait(lambda: any("portico-health" in str(head.fields) for head in good.heads))
