"""TLS in front: what clients of every kind meet on a listener with certificates."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import ssl
import subprocess

import pytest

from pki import Authority, SecureWire, client_context, openssl, statistics
from portico import eventually
from wire import DEADLINE, Wire

BOTH = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def pairs(authority):
    return {
        "a": authority.issue("a.example", "a2.example"),
        "a-rsa": authority.issue("a.example", "a2.example", kind="rsa"),
        "wild": authority.issue("*.wild.example"),
        "b": authority.issue("b.example"),
    }


def tls(*pairs, **keys) -> dict:
    return {"tls": {"certificates": [pair.entry for pair in pairs], **keys}}


@pytest.fixture(scope="module")
def served(make_shared, pairs):
    origin = make_shared.origin()
    portico = make_shared.serve(
        origin, workers=2, listener=tls(pairs["a"], pairs["a-rsa"], pairs["wild"], pairs["b"]))
    return portico


@pytest.mark.parametrize("version", BOTH)
def test_serves_what_backends_are_told_is_https(served, authority, version):
    context = client_context(authority, version=version, protocols=["h3", "http/1.1"])
    with SecureWire(served.address(), context) as wire:
        assert wire.sock.selected_alpn_protocol() == "http/1.1"
        for _ in range(3):
            response = wire.request("/x")
            assert response.status == 200
            fields = dict(json.loads(response.body)["fields"])
            assert fields["X-Forwarded-Proto"] == "https"


def test_serves_without_alpn(served, authority):
    with SecureWire(served.address(), client_context(authority)) as wire:
        assert wire.request().status == 200
        assert wire.sock.selected_alpn_protocol() is None


@pytest.mark.parametrize("name, expected", [
    ("a.example", "a"), ("A2.example", "a"), ("x.wild.example", "wild"), ("b.example", "b"),
    ("x.y.wild.example", "a"), ("unknown.example", "a"), (None, "a"),
])
def test_chooses_certificate_by_name(served, pairs, name, expected):
    with SecureWire(served.address(), client_context(None), name) as wire:
        assert wire.sock.getpeercert(True) == pairs[expected].der


@pytest.mark.parametrize("kind", ["ECDSA", "RSA"])
def test_chooses_certificate_by_kind(served, pairs, kind):
    context = client_context(None, version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(f"ECDHE-{kind}-AES128-GCM-SHA256")
    with SecureWire(served.address(), context) as wire:
        expected = pairs["a" if kind == "ECDSA" else "a-rsa"]
        assert wire.sock.getpeercert(True) == expected.der


@pytest.mark.parametrize("version", BOTH)
def test_resumes_on_every_worker_and_after_a_reload(served, authority, version):
    context = client_context(authority, version=version)
    with SecureWire(served.address(), context) as wire:
        wire.request()
        session = wire.sock.session
    for step in range(8):
        if step == 4:
            served.reload()
        with SecureWire(served.address(), context, session=session) as wire:
            assert wire.request().status == 200
            assert wire.sock.session_reused, step
    assert statistics(served)["client_tls"]["resumed"] >= 8


@pytest.mark.parametrize("name, host, status", [
    ("a.example", "a2.example", 200), ("a.example", "b.example", 421),
    ("b.example", "a.example", 421), ("a.example", "nobody.example", 200),
    ("b.example", "nobody.example", 421), ("x.wild.example", "y.wild.example:8443", 200),
])
def test_misdirected(served, authority, name, host, status):
    with SecureWire(served.address(), client_context(authority), name) as wire:
        response = wire.request(host=host)
        assert response.status == status
        # The connection is as good as before.
        assert wire.request(host=name).status == 200


@pytest.mark.parametrize("version", BOTH)
def test_content_of_every_size_passes_both_ways(make, authority, pairs, version):
    def digest(connection):
        while request := connection.read_request():
            size = int(request.target[1:])
            connection.answer(bytes(size), f"Digest: {hashlib.sha256(request.body).hexdigest()}")
    portico = make.serve(make.origin(digest), listener=tls(pairs["a"]))
    context = client_context(authority, version=version)
    with SecureWire(portico.address(), context) as wire:
        for size in [0, 1, 1369, 4096, 16384, 16385, 100_000, 5_000_000]:
            body = bytes(index * 7 % 251 for index in range(min(size, 10_000))) * (size // 10_000 + 1)
            response = wire.request(f"/{size}", method="POST", body=body)
            assert response["digest"] == hashlib.sha256(body).hexdigest()
            assert response.body == bytes(size)


def test_parked_connection_goes_on(served, authority):
    with SecureWire(served.address(), client_context(authority)) as wire:
        wire.request()
        eventually(lambda: statistics(served)["parked_connections"] >= 1, "parking")
        assert wire.request().status == 200


def test_pipelined_requests_in_one_record(served, authority):
    with SecureWire(served.address(), client_context(authority)) as wire:
        wire.send(b"GET /1 HTTP/1.1\r\nHost: a.example\r\n\r\n" * 5)
        for _ in range(5):
            assert wire.response().status == 200


def test_ends_with_close_notify(served, authority):
    with SecureWire(served.address(), client_context(authority)) as wire:
        assert wire.request("/", "Connection: close").status == 200
        assert wire.sock.recv(1) == b"", "an end without close_notify would raise"


def test_cut_response_has_no_proper_end(make, authority, pairs):
    def cut(connection):
        connection.read_request()
        connection.send("HTTP/1.1 200 OK\r\n\r\nhalf")
        connection.reset()
    portico = make.serve(make.origin(cut), listener=tls(pairs["a"]))
    with SecureWire(portico.address(), client_context(authority)) as wire:
        wire.send("GET / HTTP/1.0\r\nHost: a.example\r\n\r\n")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            while wire.sock.recv(4096):
                pass


def test_idle_connection_is_closed_properly_at_the_end(make, authority, pairs):
    portico = make.serve(make.origin(), listener=tls(pairs["a"]))
    with SecureWire(portico.address(), client_context(authority)) as wire:
        wire.request()
        assert portico.stop() == 0
        assert wire.sock.recv(1) == b""


# Clear text

@pytest.mark.parametrize("method", ["GET", "OPTIONS", "delete"])
def test_plain_request_is_told_so_in_clear(served, method):
    with Wire(served.address()) as wire:
        wire.send(f"{method} / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        response = wire.response()
        assert response.status == 400
        assert b"plain_http_on_tls_port" in response.body
        wire.expect_end()


def test_plain_and_tls_on_one_port(make, authority, pairs):
    portico = make.serve(
        make.origin(), listener=tls(pairs["a"], plain=True),
        routes=[{"path": "/.well-known/*", "cluster": "app"},
                {"path": "/moved", "redirect": {"location": "{scheme}://new.example{path}"}},
                {"cluster": "app"}])
    fields = dict(json.loads(portico.get("/.well-known/acme").body)["fields"])
    assert fields["X-Forwarded-Proto"] == "http"
    assert portico.get("/moved")["location"] == "http://new.example/moved"
    with SecureWire(portico.address(), client_context(authority)) as wire:
        assert wire.request("/moved")["location"] == "https://new.example/moved"


# What is no TLS, or no proper one

def client_hello(context: ssl.SSLContext | None = None) -> bytes:
    out = ssl.MemoryBIO()
    connection = (context or client_context(None)).wrap_bio(
        ssl.MemoryBIO(), out, server_hostname="a.example")
    with pytest.raises(ssl.SSLWantReadError):
        connection.do_handshake()
    return out.read()


def old_hello() -> bytes:
    """A ClientHello of TLS 1.0: the same, without the extension that offers more."""
    body = b"\x03\x01" + bytes(32) + b"\x00" + b"\x00\x04\xc0\x13\x00\x2f" + b"\x01\x00"
    hello = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + len(hello).to_bytes(2, "big") + hello


# With the description that the alert has (RFC 8446 §6), if there is to be one.
BAD = {
    "nothing": (b"", None, None),
    # It is not even known which version an alert would have to be of.
    "garbage": (b"\x00\x01\x02\x03" * 20, None, "not_tls"),
    "a cut hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 50, "closed"),
    "an oversized record": (b"\x16\x03\x01\xff\xff" + bytes(100), 22, "protocol_error"),
    "an oversized hello": (b"\x16\x03\x01\x40\x00\x01\xff\xff\xff" + bytes(16380), 47,
                           "protocol_error"),
    "an empty hello": (b"\x16\x03\x01\x00\x04\x01\x00\x00\x00", 50, "protocol_error"),
    "an old version": (old_hello(), 70, "no_common_version"),
    "data first": (b"\x17\x03\x03\x00\x03abc", 10, "protocol_error"),
    "an alert": (b"\x15\x03\x01\x00\x02\x02\x28", 10, "protocol_error"),
}


@pytest.mark.parametrize("octets, alert, reason", BAD.values(), ids=BAD.keys())
def test_bad_input_ends_with_an_alert_and_a_counter(served, authority, octets, alert, reason):
    def count():
        return statistics(served)["client_tls"]["failures"].get(reason, 0)
    before = count()
    with Wire(served.address()) as wire:
        wire.send(octets)
        wire.half_close()
        received = wire.reader.rest()
        if alert is None:
            assert not received
        else:
            assert received[:1] == b"\x15" and received[5:] == bytes([2, alert]), "one, and fatal"
    if reason:
        eventually(lambda: count() == before + 1, reason)
    with SecureWire(served.address(), client_context(authority)) as wire:
        assert wire.request().status == 200


def test_hello_that_comes_octet_by_octet(served):
    hello = client_hello()
    with Wire(served.address()) as wire:
        for octet in hello:
            wire.send(bytes([octet]))
        assert wire.reader.exactly(1) == b"\x16"


def test_hello_that_is_cut_anywhere_holds_nothing(served):
    hello = client_hello()
    eventually(lambda: statistics(served)["open_connections"] == 0, "others to end")
    descriptors = served.descriptors()
    for length in range(0, len(hello), 9):
        with Wire(served.address()) as wire:
            wire.send(hello[:length])
    eventually(lambda: statistics(served)["open_connections"] == 0, "all to end")
    assert served.descriptors() == descriptors


@pytest.mark.parametrize("change, alert, reason", [
    ({"ciphers": "ECDHE-RSA-AES256-GCM-SHA384"}, "handshake failure", "no_common_cipher"),
    ({"protocols": ["h3"]}, "no application protocol", "no_common_protocol"),
])
def test_nothing_in_common(served, change, alert, reason):
    context = client_context(None, version=ssl.TLSVersion.TLSv1_2,
                             protocols=change.get("protocols"))
    if "ciphers" in change:
        context.set_ciphers(change["ciphers"])
    before = statistics(served)["client_tls"]["failures"].get(reason, 0)
    name = "b.example" if reason == "no_common_cipher" else "a.example"
    with pytest.raises(ssl.SSLError, match=alert):
        SecureWire(served.address(), context, name)
    assert statistics(served)["client_tls"]["failures"][reason] == before + 1


def test_unknown_name_is_refused_where_it_is_to_be(make, authority, pairs):
    portico = make.serve(make.origin(), listener=tls(pairs["a"], unknown_name="refuse"))
    with pytest.raises(ssl.SSLError, match="(?i)unrecognized.name"):
        SecureWire(portico.address(), client_context(None), "b.example")
    portico.wait_log("handshake failed .*reason=unknown_name")
    with SecureWire(portico.address(), client_context(None), None) as wire:
        assert wire.request().status == 200


def test_handshake_has_a_deadline(make, pairs):
    portico = make.serve(
        make.origin(), listener={**tls(pairs["a"]), "timeouts": {"tls_handshake": "200ms"}})
    with Wire(portico.address()) as wire:
        wire.send(client_hello())
        wire.reader.rest()
    eventually(lambda: statistics(portico)["client_tls"]["failures"] == {"timeout": 1}, "timeout")


def test_versions_are_bounded(make, authority, pairs):
    portico = make.serve(make.origin(), listener=tls(pairs["a"], min_version="1.3"))
    with pytest.raises(ssl.SSLError, match="(?i)protocol.version"):
        SecureWire(portico.address(), client_context(None, version=ssl.TLSVersion.TLSv1_2))
    with SecureWire(portico.address(), client_context(None)) as wire:
        assert wire.sock.version() == "TLSv1.3"


# Others' clients

def test_curl(served, authority):
    host, port = served.address()
    outcome = subprocess.run(
        ["curl", "-sS", "-m", "10", "--cacert", authority.file, "--resolve",
         f"a.example:{port}:{host}", f"https://a.example:{port}/[1-3]"],
        capture_output=True, text=True, check=True)
    assert outcome.stdout.count('"method": "GET"') == 3


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl(served, authority, version):
    host, port = served.address()
    out = openssl("s_client", version, "-connect", f"{host}:{port}", "-servername", "a.example",
                  "-CAfile", authority.file, "-verify_return_error", "-quiet", "-ign_eof",
                  input="GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
    assert "200 OK" in out


def test_no_renegotiation_and_no_early_data(served, authority):
    host, port = served.address()
    out = subprocess.run(
        ["openssl", "s_client", "-tls1_2", "-connect", f"{host}:{port}", "-CAfile",
         authority.file, "-servername", "a.example"],
        input="R\n", capture_output=True, text=True, timeout=DEADLINE)
    assert "no renegotiation" in (out.stdout + out.stderr).lower()
    out = openssl("s_client", "-tls1_3", "-connect", f"{host}:{port}", "-CAfile", authority.file,
                  "-servername", "a.example", "-ign_eof",
                  input="GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
    assert "200 OK" in out and "New Session Ticket arrived" in out
    assert set(re.findall(r"Max Early Data: (\d+)", out)) == {"0"}, "said of every ticket"


def test_key_log(make, authority, pairs, tmp_path):
    portico = make.serve(
        make.origin(), listener=tls(pairs["a"], key_log=str(tmp_path / "keys")))
    portico.wait_log("whoever can read this file")
    with SecureWire(portico.address(), client_context(authority)) as wire:
        wire.request()
    assert "CLIENT_TRAFFIC_SECRET_0 " in (tmp_path / "keys").read_text()


@pytest.mark.parametrize("version", BOTH)
def test_session_cache_serves_clients_without_tickets(make, authority, pairs, version):
    portico = make.serve(
        make.origin(), workers=2, listener=tls(pairs["a"], tickets=False, session_cache=100))
    context = client_context(authority, version=version)
    context.options |= ssl.OP_NO_TICKET
    with SecureWire(portico.address(), context) as wire:
        wire.request()
        session = wire.sock.session
    with SecureWire(portico.address(), context, session=session) as wire:
        assert wire.request().status == 200
        assert wire.sock.session_reused


def test_ktls_changes_nothing_to_see(make, authority, pairs):
    portico = make.serve(make.origin(), listener=tls(pairs["a"], ktls=True))
    with SecureWire(portico.address(), client_context(authority)) as wire:
        for _ in range(3):
            assert wire.request(method="POST", body=bytes(100_000)).status == 200


def test_many_handshakes_do_not_hold_up_a_connection(make, authority, pairs):
    """One that is there goes on while hundreds shake hands."""
    portico = make.serve(make.origin(), listener=tls(pairs["a-rsa"]))
    with SecureWire(portico.address(), client_context(authority)) as wire:
        wire.request()
        others = []
        hello = client_hello()
        for _ in range(200):
            sock = socket.create_connection(portico.address())
            sock.sendall(hello)
            others.append(sock)
        for _ in range(20):
            assert wire.request().status == 200
        for sock in others:
            sock.settimeout(DEADLINE)
            assert sock.recv(1) == b"\x16"
            sock.close()


# HTTP/2

def test_http2_by_alpn(served, authority):
    host, port = served.address()
    outcome = subprocess.run(
        ["curl", "-sS", "-m", "10", "--http2", "--cacert", authority.file, "--resolve",
         f"a.example:{port}:{host}", "-w", "%{http_version} ", f"https://a.example:{port}/[1-3]"],
        capture_output=True, text=True, check=True)
    assert outcome.stdout.count('"X-Forwarded-Proto", "https"') == 3
    assert outcome.stdout.split("}")[-1].split()[0] == "2"


def test_http2_is_preferred_and_can_be_left_out(make, authority, pairs, served):
    context = client_context(authority, protocols=["http/1.1", "h2"])
    with SecureWire(served.address(), context) as wire:
        assert wire.sock.selected_alpn_protocol() == "h2"
    portico = make.serve(
        make.origin(), listener={**tls(pairs["a"]), "protocols": {"http1": {}}})
    with SecureWire(portico.address(), context) as wire:
        assert wire.sock.selected_alpn_protocol() == "http/1.1"


def test_http2_with_prior_knowledge_in_tls(served, authority):
    with SecureWire(served.address(), client_context(authority)) as wire:
        wire.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5))
        assert wire.reader.exactly(4)[3] == 4, "SETTINGS"


def test_misdirected_stream_of_http2(served, authority):
    """What covers the first request of a connection need not cover the next."""
    host, port = served.address()
    outcome = subprocess.run(
        ["curl", "-sS", "-m", "10", "--http2", "--cacert", authority.file, "--resolve",
         f"a.example:{port}:{host}", "-o", "/dev/null", "-w", "%{http_code} ",
         f"https://a.example:{port}/", "-H", "Host: b.example",
         "--next", "-sS", "--http2", "--cacert", authority.file, "--resolve",
         f"a.example:{port}:{host}", "-o", "/dev/null", "-w", "%{http_code}",
         f"https://a.example:{port}/"],
        capture_output=True, text=True, check=True)
    assert outcome.stdout == "421 200"
