"""Origins: one whose behaviour a test scripts, nginx, and Python's own HTTP server."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from wire import DEADLINE, Reader, Request, Truncated


class OriginConnection:
    """One accepted connection, as its script sees it."""

    def __init__(self, origin: "Origin", sock: socket.socket, number: int):
        self.origin = origin
        self.sock = sock
        self.number = number
        self.reader = Reader(sock)

    def read_head(self) -> Request | None:
        """The next request's head; None when the peer closed instead."""
        try:
            start = self.reader.line().decode("latin-1")
        except Truncated:
            if self.reader.buffer:
                raise
            return None
        request = Request(start, self.reader.fields(), connection=self.number)
        with self.origin.changed:
            self.origin.heads.append(request)
            self.origin.changed.notify_all()
        return request

    def read_content(self, request: Request) -> Request:
        self.reader.content(request, until_close=False)
        with self.origin.changed:
            self.origin.requests.append(request)
            self.origin.changed.notify_all()
        return request

    def read_request(self) -> Request | None:
        request = self.read_head()
        return request and self.read_content(request)

    def send(self, data: bytes | str) -> None:
        self.sock.sendall(data.encode("latin-1") if isinstance(data, str) else data)

    def answer(self, body: bytes = b"", *fields: str, status: str = "200 OK") -> None:
        lines = [f"HTTP/1.1 {status}", *fields, f"Content-Length: {len(body)}"]
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def echo(self, request: Request) -> None:
        """Answers what arrived, as JSON."""
        body = json.dumps({
            "origin": self.origin.name, "method": request.method, "target": request.target,
            "fields": request.fields, "body_length": len(request.body),
            "trailers": request.trailers, "connection": self.number,
        }).encode()
        self.answer(b"" if request.method == "HEAD" else body, "Content-Type: application/json")

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def wait_closed(self) -> None:
        """Until the peer has closed; what it still sends is thrown away."""
        with contextlib.suppress(ConnectionError):
            self.reader.rest()


Script = Callable[[OriginConnection], None]


def echo_forever(connection: OriginConnection) -> None:
    while request := connection.read_request():
        connection.echo(request)


class Origin:
    """Listens on a port that the kernel chose; every connection runs the script on its thread.

    The script may be exchanged at any time (`origin.script = ...`) and holds for connections
    accepted from then on. What arrived is in `heads` and `requests` (whole ones only).
    """

    def __init__(self, script: Script = echo_forever, name: str = "origin",
                 address: tuple[str, int] | str = ("127.0.0.1", 0)):
        self.script, self.name = script, name
        self.changed = threading.Condition()
        self.heads: list[Request] = []
        self.requests: list[Request] = []
        self.accepted = 0
        self.open = 0
        self.most_open = 0
        self.octets = 0
        """Received on connections that have ended."""
        self.errors: list[BaseException] = []
        self.released = threading.Event()
        """For scripts that wait until the test says go on."""
        family = socket.AF_UNIX if isinstance(address, str) else (
            socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        self.listener = socket.socket(family)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(address)
        self.listener.listen(1024)
        self.sockets: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """As a configuration names it."""
        name = self.listener.getsockname()
        if isinstance(name, str):
            return f"unix:{name}"
        return f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                sock.settimeout(60)
                if sock.family != socket.AF_UNIX:
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self.changed:
                    self.accepted += 1
                    self.open += 1
                    self.most_open = max(self.most_open, self.open)
                    self.sockets.add(sock)
                    connection = OriginConnection(self, sock, self.accepted)
                    self.changed.notify_all()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: OriginConnection) -> None:
        try:
            self.script(connection)
        except (ConnectionError, Truncated, OSError):
            pass  # The peer hung up, which scripts provoke on purpose.
        except BaseException as error:  # A bad request came through: the test must fail.
            self.errors.append(error)
        finally:
            connection.sock.close()
            with self.changed:
                self.open -= 1
                self.octets += connection.reader.received
                self.sockets.discard(connection.sock)
                self.changed.notify_all()

    def wait(self, condition: Callable[[], bool], what: str = "") -> None:
        """Until the condition on this origin's counters holds."""
        with self.changed:
            if not self.changed.wait_for(condition, DEADLINE):
                raise AssertionError(f"origin {self.name}: waited in vain {what}")

    def wait_idle(self) -> None:
        self.wait(lambda: self.open == 0, "for every connection to end")

    def close(self) -> None:
        """Refuses new connections and resets those that are open."""
        self.released.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.changed:
            for sock in self.sockets:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        assert not self.errors, f"origin {self.name} received nonsense: {self.errors}"


class PythonServer:
    """http.server: a real peer that nobody here wrote. GET answers `body`, POST echoes."""

    def __init__(self, body: bytes = b"python"):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def respond(self, content: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            def do_GET(self) -> None:  # noqa: N802, the library's name
                self.respond(body)

            do_HEAD = do_GET

            def do_POST(self) -> None:  # noqa: N802
                self.respond(self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = "127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Nginx:
    """nginx with one worker, in the foreground, serving files from a directory of its own."""

    def __init__(self, directory: Path, name: str = "nginx", sendfile: bool = True):
        """Without `sendfile` head and small content leave it together, never one alone."""
        self.root = directory / f"{name}-root"
        self.root.mkdir(parents=True)
        (self.root / "index.html").write_text(name + "\n")
        # nginx takes sockets that it finds in NGINX, so the kernel can choose the port.
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(511)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        configuration = directory / f"{name}.conf"
        configuration.write_text(f"""
            daemon off; worker_processes 1; pid {directory}/{name}.pid;
            error_log {directory}/{name}.log;
            {"user root;" if os.geteuid() == 0 else ""}
            events {{ worker_connections 2048; }}
            http {{
              access_log off; sendfile {"on" if sendfile else "off"}; keepalive_requests 1000000;
              client_max_body_size 0; client_body_temp_path {directory}/{name}-body;
              proxy_temp_path {directory}/{name}-proxy;
              fastcgi_temp_path {directory}/{name}-fastcgi;
              uwsgi_temp_path {directory}/{name}-uwsgi; scgi_temp_path {directory}/{name}-scgi;
              server {{ listen {self.address}; root {self.root}; }}
            }}""")
        executable = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        assert executable, "nginx is not installed; make test installs it"
        self.process = subprocess.Popen(
            [executable, "-p", str(directory), "-c", str(configuration)],
            pass_fds=[self.listener.fileno()],
            env={**os.environ, "NGINX": f"{self.listener.fileno()};"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def kill(self) -> None:
        """SIGKILL for master and worker; from then on connections are refused."""
        self.listener.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(DEADLINE)

    def close(self) -> None:
        self.kill()
