"""The cases of the public suite h2spec, written anew from RFC 9113 and RFC 7541, and some more.

What arrives is cut in no way and at every octet; the outcomes are this server's choice where the
RFC leaves one.
"""

from __future__ import annotations

import threading

import pytest

import h2frames as h2
from h2cases import Case, check
from h2frames import Code, Setting
from h2spec_generic import GENERIC, HPACK
from h2spec_rfc9113 import CONNECTION, FRAMES, MESSAGES
from origins import OriginConnection
from wire import DEADLINE


def content(connection: OriginConnection) -> None:
    while request := connection.read_request():
        connection.answer(b"" if request.method == "HEAD" else b"ok, served")


@pytest.fixture(scope="module")
def portico(make_shared):
    return make_shared.serve(make_shared.origin(content))


@pytest.mark.parametrize("size", [0, 1], ids=["at once", "octet by octet"])
@pytest.mark.parametrize("case", GENERIC, ids=str)
def test_generic(portico, case: Case, size: int):
    check(case, portico, size)


@pytest.mark.parametrize("size", [0, 1], ids=["at once", "octet by octet"])
@pytest.mark.parametrize("case", HPACK, ids=str)
def test_hpack(portico, case: Case, size: int):
    check(case, portico, size)


@pytest.mark.parametrize("size", [0, 1], ids=["at once", "octet by octet"])
@pytest.mark.parametrize("case", CONNECTION + FRAMES + MESSAGES, ids=str)
def test_rfc9113(portico, case: Case, size: int):
    check(case, portico, size)


@pytest.mark.parametrize("octets", [b"INVALID CONNECTION PREFACE\r\n\r\n",
                                    b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
                                    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\rX"])
def test_3_4_invalid_preface(portico, octets: bytes):
    """On a port that HTTP/1.1 shares it is a bad request of HTTP/1.1."""
    with portico.connect() as client:
        response = client.send(octets).response()
        assert response.status in (400, 505) and response.closes
        client.expect_end()


def test_5_1_2_streams_above_the_limit_are_refused(make):
    """And nothing else is: those within the limit are served."""
    def held(connection: OriginConnection) -> None:
        while request := connection.read_request():
            assert connection.origin.released.wait(DEADLINE)
            connection.echo(request)
    origin = make.origin(held)
    portico = make.serve(origin, listener={
        "protocols": {"http1": {}, "http2": {"max_concurrent_streams": 10}}})
    with portico.h2() as client:
        assert client.peer[Setting.MAX_CONCURRENT_STREAMS] == 10
        allowed = [client.open() for _ in range(10)]
        client.expect_reset(client.open(), Code.REFUSED_STREAM)
        client.round_trip()
        assert not any(stream.is_over for stream in allowed)
        origin.released.set()
        client.finish(*allowed)
        assert client.request().status == 200


def test_5_1_2_a_stream_that_ended_makes_room_before_its_end_is_seen(make):
    """Two clients in one: at the limit all the time, and nothing is refused."""
    portico = make.serve(make.origin(), listener={
        "protocols": {"http1": {}, "http2": {"max_concurrent_streams": 2}}})
    with portico.h2() as client:
        flying = [client.open(), client.open()]
        for _ in range(200):
            client.wait(lambda: any(stream.is_over for stream in flying), "an end")
            done = next(stream for stream in flying if stream.is_over)
            assert done.status == 200, done
            flying.remove(done)
            flying.append(client.open())
        client.finish(*flying)


def test_cases_do_not_disturb_a_polite_client(portico):
    """Every case once, from another thread, while this one works."""
    failures: list[BaseException] = []

    def hostile() -> None:
        for case in GENERIC + HPACK + CONNECTION + FRAMES + MESSAGES:
            try:
                check(case, portico)
            except BaseException as error:  # noqa: BLE001
                failures.append(error)

    thread = threading.Thread(target=hostile)
    thread.start()
    with portico.h2() as client:
        served = 0
        while thread.is_alive():
            assert client.request(method="POST", body=b"content").status == 200
            served += 1
            if served % 100 == 0:
                client.send(h2.window_update(0, 1))
    assert served > 10
    assert failures == []
