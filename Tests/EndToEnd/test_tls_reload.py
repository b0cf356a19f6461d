"""Certificates and keys that change while connections and requests go on."""

from __future__ import annotations

import json
import os
import shutil
import threading

import pytest

from pki import Authority, SecureWire, client_context, statistics
from portico import run


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def live(make, authority, tmp_path):
    """A daemon, and a function that puts a pair where it reads it."""
    def put(pair):
        shutil.copy(pair.chain, tmp_path / "c.pem")
        shutil.copy(pair.key, tmp_path / "c.key")
    put(authority.issue("a.example"))
    portico = make.serve(make.origin(), workers=2, reads_everything=False, listener={
        "tls": {"certificates": [
            {"chain": str(tmp_path / "c.pem"), "key": str(tmp_path / "c.key")}]}})
    return portico, put, tmp_path


def shown(portico, authority) -> bytes:
    with SecureWire(portico.address(), client_context(authority)) as wire:
        assert wire.request().status == 200
        return wire.sock.getpeercert(True)


def test_swap_under_load_fails_nobody(live, authority):
    portico, put, _ = live
    ended, failures, handshakes = threading.Event(), [], [0]

    def load(new_each_time: bool) -> None:
        context = client_context(authority)
        try:
            while not ended.is_set():
                with SecureWire(portico.address(), context) as wire:
                    handshakes[0] += 1
                    for _ in range(1 if new_each_time else 200):
                        assert wire.request().status == 200
                        if ended.is_set():
                            break
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=load, args=(number % 2 == 0,)) for number in range(4)]
    for thread in threads:
        thread.start()
    pairs = [authority.issue("a.example") for _ in range(5)]
    for pair in pairs:
        put(pair)
        portico.reload()
        assert shown(portico, authority) == pair.der
    ended.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert handshakes[0] > len(pairs)


def test_open_connections_keep_what_they_have(live, authority):
    portico, put, _ = live
    with SecureWire(portico.address(), client_context(authority)) as wire:
        wire.request()
        before = wire.sock.getpeercert(True)
        put(authority.issue("a.example"))
        portico.reload()
        assert wire.request().status == 200
        assert wire.sock.getpeercert(True) == before != shown(portico, authority)


@pytest.mark.parametrize("name, content, reason", [
    ("c.pem", "junk", "c.pem: no certificate in PEM form"),
    ("c.key", "junk", "c.key: no private key in PEM form"),
    ("c.key", None, "c.key: cannot be read: no such file"),
    ("c.pem", "", "c.pem: is empty"),
    ("c.key", "other", "c.key: the private key does not fit the certificate"),
])
def test_bad_files_keep_the_old_ones(live, authority, name, content, reason):
    portico, _, directory = live
    before = shown(portico, authority)
    if content is None:
        os.unlink(directory / name)
    elif content == "other":
        shutil.copy(authority.issue("a.example").key, directory / name)
    else:
        (directory / name).write_text(content)
    portico.reload(outcome="refused")
    portico.wait_log(r"listeners\.web\.tls\.certificates\[0\].*" + reason)
    assert shown(portico, authority) == before
    outcome = run("check", "--config", portico.file)
    assert outcome.returncode == 78 and reason in outcome.stdout


def test_key_that_may_not_be_read_is_told_of(live, authority):
    portico, _, directory = live
    os.chmod(directory / "c.key", 0)
    portico.reload(outcome="refused")
    portico.wait_log("c.key: cannot be read: permission denied")


def test_expired_certificate_does_not_replace_a_good_one(live, authority):
    portico, put, _ = live
    before = shown(portico, authority)
    put(authority.issue("a.example", days=-1))
    portico.reload(outcome="refused")
    portico.wait_log("the certificate has expired")
    assert shown(portico, authority) == before


def test_days_left_are_told(live, authority):
    portico, put, _ = live
    put(authority.issue("a.example", days=10))
    portico.reload()
    portico.wait_log("warning .*expires in (9|10) days")
    (certificate,) = statistics(portico)["certificates"]
    assert certificate["owner"] == "listeners.web"
    assert certificate["days_left"] in (9, 10)
    assert certificate["subject"] == "CN=a.example"


def test_fleet_shares_ticket_keys(make, authority, tmp_path):
    pair = authority.issue("a.example").entry
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(os.urandom(80))

    def config(*keys: str) -> dict:
        return {"tls": {"certificates": [pair], "ticket_keys": [str(tmp_path / k) for k in keys]}}
    origin = make.origin()
    first = make.serve(origin, listener=config("one"))
    second = make.serve(origin, listener=config("two", "one"))
    context = client_context(authority)
    with SecureWire(first.address(), context) as wire:
        wire.request()
        session = wire.sock.session
    with SecureWire(second.address(), context, session=session) as wire:
        wire.request()
        assert wire.sock.session_reused
    changed = json.loads(second.file.read_text())
    changed["listeners"]["web"]["tls"]["ticket_keys"] = [str(tmp_path / "two")]
    second.reload(changed)
    with SecureWire(second.address(), context, session=session) as wire:
        assert wire.request().status == 200
        assert not wire.sock.session_reused


def test_cert_command(authority, tmp_path):
    pair = authority.issue("a.example", "IP:127.0.0.1", kind="rsa")
    outcome = run("cert", pair.chain, "--key", pair.key)
    assert outcome.returncode == 0
    for text in ("CN=a.example", "a.example, 127.0.0.1", "RSA, 2048 bits", "days left: "):
        assert text in outcome.stdout
    other = authority.issue("b.example")
    outcome = run("cert", pair.chain, "--key", other.key)
    assert outcome.returncode == 78
    assert "error: the private key does not fit the certificate" in outcome.stdout
    assert run("cert", tmp_path / "none").returncode == 78
