"""WebSocket as an extended CONNECT of HTTP/2 (RFC 8441), octet by octet."""

from __future__ import annotations

import json

import pytest

import h2frames as h2
from h2frames import END_STREAM, Code, Setting
from origins import OriginConnection
from tunnels import consent, echo_octets, tunnel
from wire import DEADLINE, names


@pytest.fixture
def peers(make):
    origin = make.origin(tunnel(echo_octets))
    return make.serve(origin), origin


def websocket_over_http2(client, *fields: str, **pseudo):
    return client.open("/ws", (":protocol", "websocket"), "sec-websocket-version: 13", *fields,
                       method="CONNECT", end=False, **pseudo)


def test_octets_both_ways(peers):
    portico, origin = peers
    with portico.h2() as client:
        assert client.peer[Setting.ENABLE_CONNECT_PROTOCOL] == 1
        stream = websocket_over_http2(client, "origin: http://a.example")
        client.wait(lambda: stream.fields, "the answer")
        assert stream.status == 200
        assert not names(stream.fields) & {"upgrade", "connection", "sec-websocket-accept"}
        for size in (1, 1000, 300_000):
            stream.body.clear()
            client.send_data(stream, bytes(size), end=False)
            client.wait(lambda: len(stream.body) == size, "the echo")
        client.send_data(stream, b"last", end=True)
        client.wait(lambda: stream.ended, "the end")
        assert client.request("/plain").status == 200
    head = origin.heads[0]
    assert head.method == "GET" and head.target == "/ws" and head["host"] == "a.example"
    assert head["upgrade"] == "websocket" and "upgrade" in head["connection"].lower()
    assert len(head["sec-websocket-key"]) == 24 and head["origin"] == "http://a.example"


def test_cancelled_both_ways(peers):
    portico, origin = peers
    with portico.h2() as client:
        stream = websocket_over_http2(client)
        client.wait(lambda: stream.fields, "the answer")
        client.send(h2.rst_stream(stream.id, Code.CANCEL))
        origin.wait_idle()
        client.round_trip()

    def script(connection: OriginConnection) -> None:
        connection.send(consent(connection.read_head()["sec-websocket-key"]))
        connection.reset()
    origin.script = script
    with portico.h2() as client:
        stream = websocket_over_http2(client)
        client.wait(lambda: stream.is_over, "the end")
        assert stream.reset == Code.INTERNAL_ERROR and not stream.ended, stream
        client.round_trip()


def test_refused_by_the_backend(make):
    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.answer(b"no", status="403 Forbidden")
    portico = make.serve(make.origin(script))
    with portico.h2() as client:
        stream = websocket_over_http2(client)
        client.wait(lambda: stream.ended, "the answer")
        assert stream.status == 403 and bytes(stream.body) == b"no"


def test_success_that_is_no_consent_opens_nothing(make):
    """A server without WebSocket answers a GET. To the client 200 would be the consent."""
    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.answer(b"a page")
    portico = make.serve(make.origin(script))
    with portico.h2() as client:
        stream = websocket_over_http2(client)
        client.wait(lambda: stream.ended, "the answer")
        assert stream.status == 502


@pytest.mark.parametrize("protocols", [{"http1": {}, "http2": {}},
                                       {"http1": {}, "http2": {}, "websocket": {"extended_connect": False}}])
def test_switched_off(make, protocols: dict):
    origin = make.origin(tunnel(echo_octets))
    portico = make.serve(origin, listener={"protocols": protocols})
    with portico.h2() as client:
        assert client.peer.get(Setting.ENABLE_CONNECT_PROTOCOL, 0) == 0
        stream = websocket_over_http2(client)
        client.wait(lambda: stream.is_over, "a refusal")
        assert stream.reset == Code.PROTOCOL_ERROR or stream.status in (400, 405, 501), stream
        assert client.request().status == 200
    assert all(request.method != "CONNECT" for request in origin.heads)


def test_data_before_the_answer_waits(make):
    """As with HTTP/1.1: the backend sees none of it before it has agreed."""
    def script(connection: OriginConnection) -> None:
        request = connection.read_head()
        assert connection.origin.released.wait(DEADLINE)
        assert not connection.reader.buffer
        connection.send(consent(request["sec-websocket-key"]))
        connection.send(connection.reader.exactly(5) + b"!")
    origin = make.origin(script)
    with make.serve(origin).h2() as client:
        stream = websocket_over_http2(client)
        client.send(h2.data(stream.id, b"early"))
        client.round_trip()
        origin.released.set()
        client.wait(lambda: bytes(stream.body) == b"early!", "the echo")
        client.send(h2.data(stream.id, b"", END_STREAM))
        client.wait(lambda: stream.ended, "the end")


def test_tunnel_and_requests_share_a_connection(peers):
    portico, _ = peers
    with portico.h2() as client:
        tunnels = [websocket_over_http2(client) for _ in range(20)]
        client.wait(lambda: all(stream.fields for stream in tunnels), "the answers")
        answer = client.request("/", method="POST", body=bytes(100_000))
        assert json.loads(answer.body)["body_length"] == 100_000
        for stream in tunnels:
            client.send_data(stream, b"x", end=True)
        client.wait(lambda: all(bytes(s.body) == b"x" and s.ended for s in tunnels), "the echoes")
