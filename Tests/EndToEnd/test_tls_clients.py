"""Certificates of clients, and what backends are told of them."""

from __future__ import annotations

import base64
import json
import ssl

import pytest

from pki import Authority, SecureWire, client_context, statistics

FIELDS = {"X-Client-Subject": "subject", "X-Client-Issuer": "issuer", "X-Client-Names": "names",
          "X-Client-Serial": "serial", "X-Client-Print": "fingerprint",
          "Client-Cert": "certificate"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def clients(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("pki"), "clients")


def listener(authority, clients, mode, **keys) -> dict:
    return {"tls": {
        "certificates": [authority.issue("a.example").entry],
        "client_certificates": {"mode": mode, "ca": str(clients.file), "fields": FIELDS, **keys}}}


def fields(response) -> dict:
    return dict(json.loads(response.body)["fields"])


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_backends_are_told_who_the_client_is(make, authority, clients, version):
    portico = make.serve(make.origin(), listener=listener(authority, clients, "require"))
    pair = clients.issue("client.example")
    context = client_context(authority, pair=pair, version=version)
    session = None
    for resumed in (False, True):
        with SecureWire(portico.address(), context, session=session) as wire:
            for _ in range(2):
                told = fields(wire.request("/", "x-client-subject: CN=root", "CLIENT-CERT: forged"))
                assert told["X-Client-Subject"] == "CN=client.example"
                assert told["X-Client-Issuer"] == "CN=clients"
                assert told["X-Client-Names"] == "DNS:client.example"
                assert int(told["X-Client-Serial"], 16) > 1000
                assert base64.b64decode(told["Client-Cert"].strip(":")) == pair.der
                assert len(told["X-Client-Print"]) == 64
                assert sum(name.lower() == "x-client-subject" for name in told) == 1
            session = wire.sock.session
            assert wire.sock.session_reused == resumed


def test_those_without_are_served_where_it_is_only_requested(make, authority, clients):
    portico = make.serve(make.origin(), listener=listener(authority, clients, "request"))
    with SecureWire(portico.address(), client_context(authority)) as wire:
        told = fields(wire.request("/", "X-Client-Subject: CN=root"))
        assert not any(name.lower().startswith(("x-client", "client-cert")) for name in told)


def test_fields_cannot_be_forged_by_way_of_another_listener(make, authority, clients):
    portico = make.serve(
        make.origin(), listener=listener(authority, clients, "require"),
        listeners={"web": listener(authority, clients, "require"),
                   "plain": {"bind": "127.0.0.1:0"}})
    told = fields(portico.get("/", "X-Client-Subject: CN=root", listener="plain"))
    assert not any(name.lower().startswith("x-client") for name in told)


@pytest.mark.parametrize("shown, alert, reason", [
    (None, "certificate required", "no_peer_certificate"),
    ("foreign", "unknown ca", "bad_peer_certificate"),
    ("revoked", "certificate revoked", "bad_peer_certificate"),
    ("expired", "certificate expired", "bad_peer_certificate"),
])
def test_those_that_do_not_verify_are_refused(
        make, authority, clients, tmp_path, shown, alert, reason):
    revoked = clients.issue("revoked.example")
    crl = clients.revoke(revoked)
    portico = make.serve(
        make.origin(), listener=listener(authority, clients, "require", crl=str(crl)))
    pair = {None: None, "foreign": Authority(tmp_path, "others").issue("client.example"),
            "revoked": revoked, "expired": clients.issue("old.example", days=-1)}[shown]
    with pytest.raises(ssl.SSLError, match=alert):
        with SecureWire(portico.address(), client_context(authority, pair=pair)) as wire:
            wire.request()  # In TLS 1.3 a client hears of it only now.
    portico.wait_log(f"handshake failed .*reason={reason}")
    assert statistics(portico)["client_tls"]["failures"] == {reason: 1}
    good = client_context(authority, pair=clients.issue("client.example"))
    with SecureWire(portico.address(), good) as wire:
        assert wire.request().status == 200
