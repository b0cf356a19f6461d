"""Deadlines on both sides, each with its answer; and stalls that must not fill the memory."""

from __future__ import annotations

import contextlib
import select
import socket
import time

import pytest

from origins import OriginConnection
from wire import Truncated

MIB = 1 << 20


def silent(connection: OriginConnection) -> None:
    """Reads the request and never answers."""
    connection.read_request()
    connection.wait_closed()


def serve(make, origin, listener: dict | None = None, cluster: dict | None = None, **more):
    return make.serve(origin, listener={"timeouts": listener or {}},
                      cluster={"timeouts": cluster or {}}, **more)


# The client's side

def test_client_that_never_speaks_is_closed_silently(make):
    portico = serve(make, make.origin(), {"first_byte": "300ms"})
    with portico.connect() as client:
        assert client.reader.rest() == b""


@pytest.mark.parametrize("part", [b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n"])
def test_slow_head_is_408(make, part):
    origin = make.origin()
    portico = serve(make, origin, {"head": "300ms", "select": "300ms"})
    with portico.connect() as client:
        client.send(part)
        response = client.response()
        assert response.status == 408 and response.closes
        client.expect_end()
    assert origin.accepted == 0


def test_dribbled_head_meets_an_absolute_deadline(make):
    """Each octet comes in time; the whole does not (slow loris)."""
    portico = serve(make, make.origin(), {"head": "500ms"})
    with portico.connect() as client:
        client.send("GET / HTTP/1.1\r\nHost: a.example\r\n")
        started = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - started < 5 and not client.readable(0.05):
                client.send("X: a\r\n")
        assert client.response().status == 408


def test_empty_lines_do_not_move_the_deadline(make):
    portico = serve(make, make.origin(), {"head": "1s", "select": "1s"})
    with portico.connect() as client:
        started = time.monotonic()
        client.send("\r\n")
        assert not client.readable(0.7)
        client.send("\r\n")
        assert client.response().status == 408
        assert time.monotonic() - started < 1.5, "counted from the second line"


def test_second_head_has_its_own_deadline(make):
    portico = serve(make, make.origin(), {"head": "300ms", "keep_alive": "10s"})
    with portico.connect() as client:
        assert client.request().status == 200
        assert not client.readable(0.6), "between requests the head's deadline does not run"
        client.send("GET / HT")
        assert client.response().status == 408


def test_idle_connection_is_closed_silently(make):
    portico = serve(make, make.origin(), {"keep_alive": "300ms"})
    with portico.connect() as client:
        assert client.request().status == 200
        assert client.reader.rest() == b""


def test_idle_connection_survives_parking(make):
    """After about a second an idle connection gives up its task; the next request must not notice."""
    portico = serve(make, make.origin(), {"keep_alive": "20s"})
    with portico.connect() as client:
        for _ in range(2):
            assert client.request().status == 200
            assert not client.readable(2.2), "nothing was to come"
        client.send("GET / HTTP/1.1\r\nHo").readable(0.05)
        client.send("st: a.example\r\n\r\n")
        assert client.response().status == 200


def test_parked_connection_meets_its_deadline(make):
    portico = serve(make, make.origin(), {"keep_alive": "2500ms"})
    with portico.connect() as client:
        assert client.request().status == 200
        assert client.reader.rest() == b""


def test_slow_content_is_408_and_aborts_the_backends_request(make):
    origin = make.origin()
    portico = serve(make, origin, {"body_idle": "300ms"})
    with portico.connect() as client:
        client.send("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100\r\n\r\npart")
        response = client.response()
        assert response.status == 408 and response.closes
        client.expect_end()
    origin.wait_idle()
    assert not origin.requests


def test_dribbled_content_misses_the_least_rate(make):
    """Counted from the tenth second on, so this test takes that long."""
    origin = make.origin()
    portico = make.serve(origin, listener={"min_rate": "500B"})
    with portico.connect(timeout=30) as client:
        client.send("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100000\r\n\r\n")
        started = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - started < 25 and not client.readable(0.2):
                client.send("x")
        assert client.response().status == 408
        assert time.monotonic() - started > 9, "the first ten seconds are free"
    origin.wait_idle()


def test_content_that_waits_for_the_backend_is_not_slow(make):
    """The client's rate counts only while we wait for the client."""
    def script(connection: OriginConnection) -> None:
        request = connection.read_head()
        connection.origin.released.wait(10)
        connection.echo(connection.read_content(request))
    origin = make.origin(script)
    portico = serve(make, origin, {"body_idle": "300ms"})
    with portico.connect(timeout=20) as client:
        body = b"x" * (32 * MIB)
        client.sock.setblocking(False)
        client.sock.send(b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: %d\r\n\r\n" % len(body))
        sent, still = 0, 0
        while still < 3:  # Until nothing has been taken for three quarters of a second.
            if select.select([], [client.sock], [], 0.25)[1]:
                sent += client.sock.send(body[sent : sent + MIB])
                still = 0
            else:
                still += 1
        assert 0 < sent < len(body), "the backend's stall must reach the client"
        origin.released.set()
        client.sock.setblocking(True)
        client.sock.settimeout(20)
        client.send(body[sent:])
        assert client.response().status == 200


def test_client_that_does_not_take_its_answer_is_cut(make):
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (256 * MIB))
        with contextlib.suppress(ConnectionError):
            for _ in range(256):
                connection.send(b"x" * MIB)
        connection.origin.released.set()
    origin = make.origin(script)
    portico = serve(make, origin, {"write_idle": "500ms"})
    with portico.connect(receive_buffer=4096) as client:
        client.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        assert origin.released.wait(20), "the backend is still held"
        with pytest.raises((Truncated, ConnectionError)):
            client.response()


# The backend's side

def test_silent_backend_is_504(make):
    origin = make.origin(silent)
    portico = serve(make, origin, cluster={"response_head": "300ms"})
    with portico.connect() as client:
        response = client.request()
        assert response.status == 504 and not response.closes
        assert client.request(method="POST", body=b"hello").status == 504
    origin.wait_idle()


def test_routes_override_the_clusters_deadline(make):
    portico = serve(make, make.origin(silent), cluster={"response_head": "60s"},
                    route={"timeouts": {"response_head": "300ms"}})
    assert portico.get().status == 504


def test_half_a_head_is_504(make):
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.send("HTTP/1.1 200 OK\r\n")
        connection.wait_closed()
    portico = serve(make, make.origin(script), cluster={"response_head": "300ms"})
    assert portico.get().status == 504


def test_interim_responses_do_not_move_the_deadline_for_ever(make):
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.send("HTTP/1.1 102 Processing\r\n\r\n")
        connection.wait_closed()
    portico = serve(make, make.origin(script), cluster={"response_head": "300ms"})
    assert portico.get().status == 504


def test_silence_within_the_content_truncates_visibly(make):
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        connection.wait_closed()
    origin = make.origin(script)
    portico = serve(make, origin, cluster={"body_idle": "300ms"})
    with portico.connect() as client, pytest.raises((Truncated, ConnectionResetError)):
        client.request()
    origin.wait_idle()


def test_slow_content_that_moves_is_never_cut(make):
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n")
        for _ in range(20):
            connection.send("x")
            select.select([connection.sock], [], [], 0.1)  # An origin may keep time.
    portico = serve(make, make.origin(script), {"write_idle": "500ms", "keep_alive": "500ms"},
                    {"body_idle": "500ms", "response_head": "500ms"})
    assert portico.get().body == b"x" * 20


def test_backend_that_does_not_read_is_504(make):
    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.origin.released.wait(10)
    origin = make.origin(script)
    portico = serve(make, origin, {"body_idle": "10s"}, {"write_idle": "500ms"})
    with portico.connect() as client:
        with contextlib.suppress(ConnectionError):
            client.send("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: %d\r\n\r\n" % (64 * MIB))
            for _ in range(64):
                if select.select([client.sock], [], [], 0)[0]:
                    break
                client.send(b"x" * MIB)
        assert client.response().status == 504


def test_connection_that_is_not_established_meets_its_deadline(make):
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    address = full.getsockname()
    crowd = []
    for _ in range(4):  # Fill the backlog, so that further SYNs stay unanswered.
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(address)
        crowd.append(sock)
    portico = serve(make, "%s:%d" % address, cluster={"connect": "300ms"})
    started = time.monotonic()
    assert portico.get().status in (503, 504)
    assert time.monotonic() - started < 5
    for sock in [full, *crowd]:
        sock.close()


def test_total_deadline_of_a_route(make):
    portico = serve(make, make.origin(silent), route={"timeouts": {"total": "300ms"}})
    assert portico.get().status == 504

    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while not select.select([connection.sock], [], [], 0.02)[0]:
                connection.send("x")
    portico = serve(make, make.origin(script), route={"timeouts": {"total": "500ms"}})
    with portico.connect() as client, pytest.raises((Truncated, ConnectionResetError)):
        client.request()


# Stalls

def stalled_at(sock: socket.socket, limit: int) -> int:
    """Sends until the other side has taken nothing for a second; the octets that it took."""
    sock.setblocking(False)
    piece, taken = b"x" * MIB, 0
    while taken < limit and select.select([], [sock], [], 1.0)[1]:
        taken += sock.send(piece)
    return taken


def test_stalled_reader_pauses_the_backend(make):
    """A client that reads nothing of an endless answer: what the backend gets rid of is bounded
    by watermarks and socket buffers, and Portico's memory does not grow."""
    taken = []

    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (1 << 40))
        taken.append(stalled_at(connection.sock, 512 * MIB))
        connection.origin.released.set()
    origin = make.origin(script)
    portico = make.serve(origin)
    portico.get("/warm-up", host="")
    before = portico.resident()
    with portico.connect(receive_buffer=4096) as client:
        client.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        assert origin.released.wait(30)
        assert 0 < taken[0] < 32 * MIB
        assert portico.resident() - before < 4 * MIB
        assert portico.cpu() < 5


def test_stalled_backend_pauses_the_client(make):
    def script(connection: OriginConnection) -> None:
        connection.read_head()
        connection.origin.released.wait(30)
    origin = make.origin(script)
    portico = make.serve(origin)
    portico.get("/warm-up", host="")
    before = portico.resident()
    with portico.connect() as client:
        client.send("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: %d\r\n\r\n" % (1 << 40))
        assert 0 < stalled_at(client.sock, 512 * MIB) < 32 * MIB
        assert portico.resident() - before < 4 * MIB
        # The client's end cannot be seen behind what nobody reads; the backend's can.
        origin.released.set()


def test_one_stall_does_not_hold_up_others(make):
    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            if request.target == "/stall":
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (1 << 30))
                with contextlib.suppress(ConnectionError):
                    while True:
                        connection.send(b"x" * MIB)
            connection.echo(request)
    portico = make.serve(make.origin(script))
    with portico.connect(receive_buffer=4096) as stalled:
        stalled.send("GET /stall HTTP/1.1\r\nHost: a.example\r\n\r\n")
        assert stalled.head().status == 200
        with portico.connect() as client:
            for _ in range(100):
                assert client.request().status == 200
