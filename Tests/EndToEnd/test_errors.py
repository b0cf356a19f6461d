"""Errors of Portico's own: one reason, the same in the answer, the field and the log."""

from __future__ import annotations

import socket

import pytest

from portico import ROOT, configuration


def documented() -> set[str]:
    page = (ROOT / "docs/errors.md").read_text()
    return {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}


@pytest.fixture
def refusing():
    """The address of a backend that refuses connections."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield "127.0.0.1:%d" % closed.getsockname()[1]


def everything(refusing: str, **listener) -> dict:
    return configuration(refusing, listener=listener, routes=[
        {"path": "/gone", "respond": {"status": 410}},
        {"path": "/app", "cluster": "app"}])


CASES = [("/gone", 410, "configured_response"), ("/app", 503, "no_backend"),
         ("/none", 404, "no_route"), ("/%zz", 400, "malformed_percent_encoding"),
         ("/\x01", 400, "invalid_target")]


@pytest.mark.parametrize("target, status, reason", CASES)
def test_the_field_and_the_log_say_the_reason(make, refusing, target, status, reason):
    portico = make.portico(everything(refusing, reason_field=True))
    response = portico.get(target)
    assert response.status == status and response["portico-reason"] == reason
    entry = portico.wait_access(status=status)
    assert entry["end"] == reason and reason in documented()


@pytest.mark.parametrize("target", ["/gone", "/app", "/none"])
def test_the_field_over_http2(make, refusing, target):
    portico = make.portico(everything(refusing, reason_field=True))
    reasons = {path: reason for path, _, reason in CASES}
    with portico.h2() as client:
        assert client.request(target)["portico-reason"] == reasons[target]


def test_the_field_is_off_by_default(make, refusing):
    portico = make.portico(everything(refusing))
    for target, status, _ in CASES:
        response = portico.get(target)
        assert response.status == status and response["portico-reason"] is None


def test_a_backends_answer_has_no_reason_of_ours(make):
    portico = make.serve(make.origin(), listener={"reason_field": True})
    assert portico.get("/")["portico-reason"] is None
    assert "end" not in portico.wait_access()
