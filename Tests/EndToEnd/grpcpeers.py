"""A gRPC server of PyPI `grpcio` without generated code: messages are octets as they are."""

from __future__ import annotations

import concurrent.futures
import threading
from collections.abc import Iterator

import grpc
import pytest

from wire import DEADLINE

SERVICE = "portico.Test"
ECHOED = "x-echo-initial"
ECHOED_LATE = "x-echo-trailing-bin"


class Service:
    """Handlers whose messages are octets as they are."""

    def __init__(self):
        self.entered, self.cancelled = threading.Event(), threading.Event()

    def _begin(self, context) -> None:
        metadata = dict(context.invocation_metadata())
        if ECHOED in metadata:
            context.send_initial_metadata(((ECHOED, metadata[ECHOED]),))
        if ECHOED_LATE in metadata:
            context.set_trailing_metadata(((ECHOED_LATE, metadata[ECHOED_LATE]),))
        context.add_callback(lambda: context.code() is None and self.cancelled.set())
        self.entered.set()

    def unary(self, request: bytes, context) -> bytes:
        """Answers the octets, or as many as `size:N` says."""
        self._begin(context)
        if request.startswith(b"size:"):
            return bytes(int(request[5:]))
        if request.startswith(b"status:"):
            _, code, message = request.decode().split(":", 2)
            context.abort(next(c for c in grpc.StatusCode if c.value[0] == int(code)), message)
        return request

    def sleep(self, request: bytes, context) -> bytes:
        self._begin(context)
        self.released = threading.Event()
        context.add_callback(self.released.set)
        self.released.wait(DEADLINE)
        return b"late"

    def collect(self, requests: Iterator[bytes], context) -> bytes:
        self._begin(context)
        return b"%d" % sum(len(request) for request in requests)

    def stream(self, request: bytes, context) -> Iterator[bytes]:
        self._begin(context)
        for size in request.split(b","):
            yield bytes(int(size))

    def converse(self, requests: Iterator[bytes], context) -> Iterator[bytes]:
        self._begin(context)
        for request in requests:
            if request == b"abort":
                context.abort(grpc.StatusCode.UNKNOWN, "test status message")
            yield request

    def handler(self) -> grpc.GenericRpcHandler:
        return grpc.method_handlers_generic_handler(SERVICE, {
            "Unary": grpc.unary_unary_rpc_method_handler(self.unary),
            "Sleep": grpc.unary_unary_rpc_method_handler(self.sleep),
            "Collect": grpc.stream_unary_rpc_method_handler(self.collect),
            "Stream": grpc.unary_stream_rpc_method_handler(self.stream),
            "Converse": grpc.stream_stream_rpc_method_handler(self.converse),
        })


UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1),
             ("grpc.enable_http_proxy", 0)]


class Server:
    def __init__(self, options: list = ()):
        self.service = Service()
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(20),
                                  options=[*UNLIMITED, *options])
        self.server.add_generic_rpc_handlers((self.service.handler(),))
        self.address = "127.0.0.1:%d" % self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def close(self) -> None:
        self.server.stop(0).wait(DEADLINE)


class HealthServer:
    """`grpc.health.v1.Health`, written out by hand: a service is known once it is `set`."""

    def __init__(self):
        self.serving: dict[str, bool] = {}
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
        self.server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(
            "grpc.health.v1.Health", {"Check": grpc.unary_unary_rpc_method_handler(self._check)})])
        self.address = "127.0.0.1:%d" % self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def set(self, service: str, serving: bool) -> None:
        self.serving[service] = serving

    def _check(self, request: bytes, context) -> bytes:
        # HealthCheckRequest { string service = 1 }, HealthCheckResponse { ServingStatus status = 1 }.
        service = request[2:].decode() if request else ""
        if service not in self.serving:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such service")
        return b"\x08\x01" if self.serving[service] else b"\x08\x02"

    def __enter__(self) -> "HealthServer":
        return self

    def __exit__(self, *_) -> None:
        self.server.stop(None).wait()


def channel_to(portico, *options) -> grpc.Channel:
    return grpc.insecure_channel("%s:%d" % portico.address(), options=[*UNLIMITED, *options])


def status_of(call) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as error:
        call()
    return error.value.code(), error.value.details()
