"""gRPC clients and the daemon's own errors: Trailers-Only answers, and `grpc-timeout`."""

from __future__ import annotations

import json
import time

import grpc
import pytest

import h2frames as h2
from grpcpeers import SERVICE, channel_to, status_of
from h2frames import Code
from h2origin import OriginStream
from wire import DEADLINE, value


def unavailable(make, **options):
    return make.serve_h2("127.0.0.1:1", **options)


def trailers_only(portico, *fields: str, content: str = "application/grpc") -> h2.Fields:
    """The answer to a call, which must be HTTP 200 and nothing but one HEADERS frame."""
    with portico.h2() as client:
        stream = client.request(f"/{SERVICE}/Unary", f"content-type: {content}", "te: trailers",
                                *fields, method="POST", body=b"\0\0\0\0\1x")
        assert stream.status == 200 and not stream.body and not stream.trailers, stream
        assert stream["content-type"].startswith("application/grpc")
        return stream.fields


@pytest.mark.parametrize("content", ["application/grpc", "application/grpc+proto",
                                     "application/grpc;charset=utf-8"])
def test_no_backend_is_unavailable(make, content: str):
    fields = trailers_only(unavailable(make), content=content)
    assert value(fields, "grpc-status") == "14" and value(fields, "grpc-message")


def test_no_backend_as_grpcio_sees_it(make):
    with channel_to(unavailable(make)) as channel:
        call = channel.unary_unary(f"/{SERVICE}/Unary")
        assert status_of(lambda: call(b"", timeout=DEADLINE))[0] is grpc.StatusCode.UNAVAILABLE


def test_other_content_gets_a_status_of_http(make):
    with unavailable(make).h2() as client:
        for content in ("application/json", "application/grpc-web", "application/grpcx"):
            assert client.request("/", f"content-type: {content}", method="POST", body=b"x").status == 503


def test_route_says_what_is_grpc(make):
    with unavailable(make, route={"grpc": False}).h2() as client:
        assert client.request("/", "content-type: application/grpc", method="POST",
                              body=b"x").status == 503
    fields = trailers_only(unavailable(make, route={"grpc": True}), content="application/grpc")
    assert value(fields, "grpc-status") == "14"


def test_no_route_is_unimplemented(make):
    portico = make.serve_h2(make.h2_origin(), route={"hosts": "b.example"})
    assert value(trailers_only(portico), "grpc-status") == "12"


def test_backend_that_resets_is_told(make):
    """RFC 9113 codes as gRPC's documents map them; before a head and after it."""
    def handler(stream: OriginStream) -> None:
        stream.read()
        if "after" in stream.target:
            stream.head("content-type: application/grpc")
            stream.send(b"\0\0\0\0\1x", end=False)
        stream.abort(Code.INTERNAL_ERROR)
    portico = make.serve_h2(make.h2_origin(handler))
    assert value(trailers_only(portico), "grpc-status") in ("13", "14")
    with channel_to(portico) as channel:
        code, _ = status_of(lambda: list(channel.unary_stream("/after/x")(b"", timeout=DEADLINE)))
        assert code in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE)


@pytest.mark.parametrize("text, least, most", [("300m", 0.2, 2), ("300000u", 0.2, 2),
                                               ("1S", 0.8, 3), ("99999999n", 0.05, 2)])
def test_grpc_timeout_is_the_deadline(make, text: str, least: float, most: float):
    """Also with a backend that does not know it; the backend's stream is cancelled."""
    origin = make.h2_origin(lambda stream: stream.wait_reset())
    portico = make.serve_h2(origin)
    started = time.monotonic()
    fields = trailers_only(portico, f"grpc-timeout: {text}")
    assert least < time.monotonic() - started < most
    assert value(fields, "grpc-status") == "4"
    assert value(origin.heads[0].fields, "grpc-timeout")
    origin.wait_quiet()


def test_grpc_timeout_has_a_cap(make):
    origin = make.h2_origin(lambda stream: stream.wait_reset())
    portico = make.serve_h2(origin, cluster={"timeouts": {"grpc_max": "300ms"}})
    assert value(trailers_only(portico, "grpc-timeout: 10H"), "grpc-status") == "4"


@pytest.mark.parametrize("text", ["", "5", "S", "-1S", "123456789S", "1x", "1.5S", "1 S"])
def test_bad_grpc_timeout_is_no_deadline(make, text: str):
    portico = make.serve_h2(make.h2_origin())
    with portico.h2() as client:
        stream = client.request("/", "content-type: application/grpc", ("grpc-timeout", text),
                                "te: trailers", method="POST", body=b"x")
        # The backend's answer: one of the daemon's own has status 200, too, but no content.
        assert stream.status == 200 and json.loads(stream.body)["body_length"] == 1


def test_te_trailers_reaches_the_backend(make):
    """gRPC servers refuse calls without it."""
    origin = make.h2_origin()
    with make.serve_h2(origin).h2() as client:
        client.request("/", "te: trailers", "content-type: application/grpc", method="POST", body=b"x")
    assert value(origin.requests[0].fields, "te") == "trailers"


def test_call_ends_with_its_response(make):
    """Whatever the client still has to say: nobody waits for its end."""
    def handler(stream: OriginStream) -> None:
        stream.head("content-type: application/grpc")
        stream.finish("grpc-status: 0")
        stream.wait_reset()
        stream.connection.origin.released.set()
    origin = make.h2_origin(handler)
    portico = make.serve_h2(origin)
    with portico.h2() as client:
        stream = client.open("/a.B/C", "content-type: application/grpc", method="POST", end=False)
        client.wait(lambda: stream.reset is not None, "a reset")
        assert stream.ended and stream.reset == Code.NO_ERROR
    assert origin.released.wait(DEADLINE)


def test_request_is_not_taken_for_the_call_before_it(make):
    """A call may be silent; what follows on its stream object may not."""
    portico = make.serve_h2(make.h2_origin(), listener={"timeouts": {"body_idle": "300ms"}})
    with portico.h2() as client:
        client.request("/", "content-type: application/grpc", method="POST", body=b"x")
        stream = client.open("/", "content-length: 0", method="POST", end=False)
        client.wait(lambda: stream.is_over, "the refusal")
        assert stream.status == 408
