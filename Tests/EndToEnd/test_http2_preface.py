"""An HTTP/2 preface on a listener without HTTP/2: 505 and a close, however it is cut."""

from __future__ import annotations

import pytest

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"


@pytest.fixture(scope="module")
def peers(make_shared):
    origin = make_shared.origin()
    return make_shared.serve(origin, listener={"protocols": {"http1": {}}}), origin


@pytest.mark.parametrize("cut", range(len(PREFACE) + 1))
def test_preface_gets_505(peers, cut: int):
    portico, origin = peers
    with portico.connect() as client:
        client.send_in_pieces(PREFACE + SETTINGS, [cut])
        response = client.response()
        assert response.status == 505 and response.closes
        client.expect_end()
    assert origin.accepted == 0


def test_half_a_preface_meets_its_deadline(make):
    portico = make.serve(make.origin(), listener={"timeouts": {"select": "300ms", "head": "600ms"}})
    with portico.connect() as client:
        client.send(PREFACE[:5])
        assert client.response().status == 408
        client.expect_end()
