"""Backends are asked whether they are well, and those that are not get no requests."""

from __future__ import annotations

import errno
import json
import socket
import threading

import pytest

from grpcpeers import HealthServer
from origins import OriginConnection
from portico import configuration, eventually
from test_balancing import refused_address
from wire import value

QUICK = {"interval": "50ms", "timeout": "50ms", "fall": 2, "rise": 2}


def checked(status: str = "200 OK", body: bytes = b"ok"):
    """Answers checks as the origin's `answers` says, and echoes everything else."""
    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            if request.target == "/healthz":
                code, content = getattr(connection.origin, "answers", (status, body))
                connection.answer(content, status=code)
            else:
                connection.echo(request)
    return script


def who(portico) -> str:
    return json.loads(portico.get().body)["origin"]


def pair(make, **health):
    a, b = make.origin(checked(), name="a"), make.origin(checked(), name="b")
    portico = make.serve(a, b, cluster={"health": {"path": "/healthz", **QUICK, **health}})
    return portico, a, b


def turns(portico, requests: int = 10) -> set[str]:
    return {who(portico) for _ in range(requests)}


def test_backend_falls_and_rises(make):
    portico, a, b = pair(make)
    assert turns(portico) == {"a", "b"}
    a.answers = ("503 Service Unavailable", b"")
    portico.wait_log(rf"backend unhealthy .*backend={a.address} .*reason=status_503")
    assert turns(portico) == {"b"}
    a.answers = ("200 OK", b"")
    portico.wait_log(rf"backend healthy .*backend={a.address}")
    assert turns(portico) == {"a", "b"}


def test_first_check_decides(make):
    bad, good = make.origin(checked("404 Not Found"), name="bad"), make.origin(checked(), name="good")
    portico = make.serve(bad, good, cluster={
        "health": {"path": "/healthz", "interval": "1h", "fall": 10}})
    portico.wait_log(r"backend unhealthy .*reason=status_404")
    assert turns(portico) == {"good"}


def test_what_is_asked(make):
    portico, a, _ = pair(make, host="check.example", path="/healthz?deep=1")
    a.wait(lambda: any(head.target == "/healthz?deep=1" for head in a.heads))
    head = next(head for head in a.heads if head.target == "/healthz?deep=1")
    assert (head.method, head["host"], head["user-agent"]) == (
        "GET", "check.example", "portico-health")


@pytest.mark.parametrize("answer,expected,reason", [
    (("204 No Content", b""), {"statuses": [204, 200]}, None),
    (("302 Found", b""), {}, "status_302"),
    (("302 Found", b""), {"statuses": 302}, None),
    (("200 OK", b"x" * 5000 + b"all is well"), {"body": "is well"}, None),
    (("200 OK", b"all is lost"), {"body": "is well"}, "body_without_expected_text"),
])
def test_what_is_expected(make, answer, expected, reason):
    a, b = make.origin(checked(*answer), name="a"), make.origin(name="b")
    a.answers = answer
    portico = make.serve(a, b, cluster={"health": {"path": "/healthz", **QUICK, **expected}})
    if reason:
        portico.wait_log(rf"backend unhealthy .*backend={a.address} .*reason={reason}")
    else:
        a.wait(lambda: len(a.heads) >= 3)
        assert "a" in turns(portico)
        assert not [line for line in portico.log.lines if f"unhealthy" in line and a.address in line]


def hangs(connection: OriginConnection) -> None:
    connection.origin.released.wait(60)


def says_nonsense(connection: OriginConnection) -> None:
    connection.read_request()
    connection.send("nonsense\r\n\r\n")
    connection.wait_closed()


def resets_when_asked(connection: OriginConnection) -> None:
    connection.read_request()
    connection.reset()


def resets_at_once(connection: OriginConnection) -> None:
    connection.reset()


@pytest.mark.parametrize("script,reason", [
    (hangs, "read_timeout"), (says_nonsense, "invalid_version"),
    (resets_when_asked, f"read_error_{errno.ECONNRESET}"),
    # As far as the check has come by then.
    (resets_at_once, f"(connect|write|read)_error_{errno.ECONNRESET}"),
])
def test_whoever_does_not_answer_is_unhealthy(make, script, reason):
    a, b = make.origin(script, name="a"), make.origin(checked(), name="b")
    portico = make.serve(a, b, cluster={"health": {"path": "/healthz", **QUICK}})
    portico.wait_log(rf"backend unhealthy .*backend={a.address} .*reason={reason}$")
    assert turns(portico) == {"b"}


def test_refused_connection_is_unhealthy_before_any_request(make):
    address, good = refused_address(), make.origin(name="good")
    portico = make.serve(address, good, cluster={"health": {"type": "tcp", **QUICK}})
    portico.wait_log(rf"backend unhealthy .*backend={address} .*reason=connect_error")
    assert turns(portico) == {"good"}


def test_checks_at_another_port(make):
    backend, admin = make.origin(name="backend"), make.origin(checked("500 Oops"), name="admin")
    other = make.origin(name="other")
    port = int(admin.address.rpartition(":")[2])
    portico = make.serve(backend, cluster={
        "health": {"path": "/healthz", "port": port, **QUICK}, "panic_threshold": 0})
    portico.wait_log(rf"backend unhealthy .*backend={backend.address}")
    assert portico.get().status == 503 and not backend.heads and not other.heads


def test_unix_socket_is_localhost(make):
    path = str(make.fresh_directory() / "app.sock")
    origin = make.origin(checked(), address=path)
    make.serve(origin, cluster={"health": {"path": "/healthz", **QUICK}})
    origin.wait(lambda: origin.heads)
    assert value(origin.heads[0].fields, "host") == "localhost"


def test_checks_come_from_one_place(make):
    a = make.origin(checked(), name="a")
    make.serve(a, workers=3, cluster={"health": {"path": "/healthz", "interval": "10s"}})
    a.wait(lambda: len(a.heads) >= 1)
    threading.Event().wait(0.3)  # The first checks of all workers would come together.
    assert a.accepted == 1


def test_over_http2(make):
    def handler(stream) -> None:
        stream.read()
        if stream.target == "/healthz":
            stream.answer(status=stream.connection.origin.health)
        else:
            stream.echo()
    a, b = make.h2_origin(handler, name="a"), make.h2_origin(handler, name="b")
    a.health = b.health = 200
    portico = make.serve_h2(a, b, cluster={"health": {"path": "/healthz", **QUICK}})
    assert turns(portico) == {"a", "b"}
    a.health = 503
    portico.wait_log(rf"backend unhealthy .*backend={a.address} .*reason=status_503")
    assert turns(portico) == {"b"}
    a.health = 200
    portico.wait_log(rf"backend healthy .*backend={a.address}")


def test_grpc(make):
    with HealthServer() as server:
        portico = make.serve_h2(server, cluster={
            "health": {"type": "grpc", "service": "shop", **QUICK}, "panic_threshold": 0})
        portico.wait_log(r"backend unhealthy .*reason=grpc_status_5")
        server.set("shop", True)
        portico.wait_log(r"backend healthy")
        server.set("shop", False)
        portico.wait_log(r"backend unhealthy .*reason=not_serving")


def test_panic_uses_all(make):
    origins = [make.origin(checked("500 Oops"), name=name) for name in "abc"]
    portico = make.serve(*origins, cluster={"health": {"path": "/healthz", **QUICK}})
    for origin in origins:
        portico.wait_log(rf"backend unhealthy .*backend={origin.address}", after=0)
    assert turns(portico) == {"a", "b", "c"}
    portico.wait_log(r"too few healthy backends, all are used")
    for origin in origins[:2]:
        origin.answers = ("200 OK", b"")
    eventually(lambda: turns(portico) == {"a", "b"}, "the unhealthy one to be left out")
    portico.wait_log(r"enough healthy backends again")


def test_verdict_survives_a_reload(make):
    a, b = make.origin(checked("500 Oops"), name="a"), make.origin(checked(), name="b")
    config = configuration(a, b, cluster={
        "health": {"path": "/healthz", "interval": "1h"}, "panic_threshold": 0})
    portico = make.portico(config)
    portico.wait_log(r"backend unhealthy")
    checks = len(a.heads)
    portico.reload()
    assert turns(portico) == {"b"} and len(a.heads) == checks
    # Another way of checking goes on from the verdict.
    config["clusters"]["app"]["health"]["rise"] = 5
    portico.reload(config)
    assert turns(portico) == {"b"}
    del config["clusters"]["app"]["health"]
    portico.reload(config)
    assert turns(portico) == {"a", "b"}


def test_checks_end_with_the_health_key(make):
    a = make.origin(checked())
    config = configuration(a, cluster={"health": {"path": "/healthz", **QUICK}})
    portico = make.portico(config)
    a.wait(lambda: len(a.heads) >= 2)
    del config["clusters"]["app"]["health"]
    portico.reload(config)
    a.wait_idle()
    count = len(a.heads)
    threading.Event().wait(0.3)
    assert len(a.heads) == count


def test_hundreds_of_checks_hold_up_nobody(make):
    a = make.origin(checked(), name="a")
    silent = socket.socket()
    silent.bind(("0.0.0.0", 0))
    silent.listen(1024)
    port = silent.getsockname()[1]
    portico = make.serve(a, cluster={"backends": [a.address] + [
        f"127.0.{n // 250}.{n % 250 + 1}:{port}" for n in range(1, 300)],
        "health": {"path": "/healthz", "interval": "200ms", "timeout": "100ms", "fall": 1},
        "panic_threshold": 0})
    eventually(lambda: sum("unhealthy" in line for line in portico.log.lines) >= 299,
               "the others to be found silent")
    assert turns(portico) == {"a"}
    silent.close()
