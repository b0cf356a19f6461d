"""Fixtures: factories of daemons and origins that end with the test."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import pytest

from h2origin import H2Origin
from origins import Nginx, Origin, PythonServer
from portico import EXECUTABLE, Portico, configuration


def pytest_configure(config) -> None:
    if not os.access(EXECUTABLE, os.X_OK):
        pytest.exit(f"no executable at {EXECUTABLE}: make build, or name one in $PORTICO", 2)


def factories(stack: contextlib.ExitStack):
    """A namespace of functions whose results are closed with the stack."""

    class Factories:
        # A unix socket's path has 107 octets, and pytest's own directories are long.
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portico-")))
        count = 0

        def fresh_directory(self) -> Path:
            Factories.count += 1
            path = self.directory / str(self.count)
            path.mkdir()
            return path

        def origin(self, *arguments, **options) -> Origin:
            origin = Origin(*arguments, **options)
            stack.callback(origin.close)
            return origin

        def h2_origin(self, *arguments, **options) -> H2Origin:
            origin = H2Origin(*arguments, **options)
            stack.callback(origin.close)
            return origin

        def nginx(self, name: str = "nginx", **options) -> Nginx:
            nginx = Nginx(self.fresh_directory(), name, **options)
            stack.callback(nginx.close)
            return nginx

        def python_server(self, **options) -> PythonServer:
            server = PythonServer(**options)
            stack.callback(server.close)
            return server

        def portico(self, config: dict, **options) -> Portico:
            return stack.enter_context(Portico(config, self.fresh_directory(), **options))

        def serve(self, *backends, workers: int = 1, descriptors: int | None = None,
                  reads_everything: bool = True, **options) -> Portico:
            """A daemon with `configuration(*backends, **options)`."""
            return self.portico(configuration(*backends, **options), workers=workers,
                                descriptors=descriptors, reads_everything=reads_everything)

        def serve_h2(self, *backends, cluster: dict | None = None, **options) -> Portico:
            """As `serve`, with backends that speak HTTP/2."""
            return self.serve(*backends, cluster={"protocol": "http2", **(cluster or {})},
                              **options)

    return Factories()


@pytest.fixture
def make():
    with contextlib.ExitStack() as stack:
        yield factories(stack)


@pytest.fixture(scope="module")
def make_shared():
    """As `make`, for daemons that all tests of a module share."""
    with contextlib.ExitStack() as stack:
        yield factories(stack)
