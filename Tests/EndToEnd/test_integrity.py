"""What must hold when things go wrong amid an exchange: no crash, and no octet of one message in
another."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from email.utils import parsedate_to_datetime

import pytest
from origins import OriginConnection
from portico import eventually


def pause(seconds: float) -> None:
    """A stall of a given length, which is what is tested."""
    select.select([], [], [], seconds)


def test_refusal_behind_a_long_target_is_logged(make):
    """The line of a refused request says nothing of the request before it."""
    portico = make.serve(make.origin())
    first = (b"GET /%s HTTP/1.1\r\nHost: a.example\r\nX-Fill: " % (b"t" * 8000)).ljust(16200, b"f")
    with portico.connect() as client:
        client.send(first + b"\r\n\r\n" + b"B@D / HTTP/1.1\r\n\r\n")
        assert client.response().status == 200
        assert client.response().status == 400
    entry = portico.wait_access(status=400)
    assert "target" not in entry and "path" not in entry
    assert portico.get().status == 200


def test_nothing_follows_an_answer_that_was_begun(make):
    """A client that stalls within a response is cut: an error behind it would look like content."""
    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.answer(b"x" * 16_000)
    portico = make.serve(make.origin(script), listener={"timeouts": {"write_idle": "500ms"}})
    with portico.connect(receive_buffer=4096) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 450)
        pause(0.8)  # Amid what a second wait for the client would be.
        with contextlib.suppress(ConnectionResetError):
            while client.reader.fill():
                pass
        data = bytes(client.reader.buffer)
    assert data.count(b"HTTP/1.1 200 OK") > 1
    assert b"HTTP/1.1 408" not in data


@pytest.mark.parametrize("answers", [1000, 20_000])
def test_small_answers_wait_for_who_reads_late(make, answers):
    """Many small answers are on their way when the client begins to read, the last of them that of a
    connection that closes: each arrives, whole and in order."""
    answer = {"path": "/*", "respond": {"status": 200, "body": "x" * 150}}
    portico = make.serve(make.origin(), routes=[answer],
                         listener={"protocols": {"http1": {"max_requests": 0}}})
    with portico.connect(receive_buffer=4096) as client:
        requests = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * (answers - 1)
        last = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        sender = threading.Thread(target=client.send, args=(requests + last,), daemon=True)
        sender.start()
        portico.wait_access(status=200)
        for _ in range(answers):
            response = client.response()
            assert response.status == 200 and response.body == b"x" * 150
        client.expect_end()
        sender.join()


def retry_with_content(make, head_octets: bytes, rest: bytes, **options):
    """A PUT whose reused connection dies after the first piece of content."""
    def script(connection: OriginConnection) -> None:
        connection.echo(connection.read_request())
        if connection.number == 1:
            connection.read_head()
            connection.reader.exactly(len(head_octets))
            connection.origin.released.set()
            return  # Closes.
        while request := connection.read_request():
            connection.echo(request)
    origin = make.origin(script)
    portico = make.serve(origin, **options)
    with portico.connect() as client:
        assert client.request().status == 200
        client.send(b"PUT / HTTP/1.1\r\nHost: a.example\r\nContent-Length: %d\r\n\r\n"
                    % (len(head_octets) + len(rest)) + head_octets)
        if rest:
            assert origin.released.wait(10)
            origin.wait(lambda: origin.accepted == 2, "for the second try")
            client.send(rest)
        return origin, client.response()


def test_retry_repeats_the_very_content(make):
    content = bytes(range(256)) * 400
    origin, response = retry_with_content(make, content[:1000], content[1000:])
    assert response.status == 200
    assert origin.requests[-1].body == content


def test_retry_counts_content_once(make):
    origin, response = retry_with_content(make, b"x" * 600, b"", route={"max_body": "1000B"})
    assert response.status == 200


def test_date_goes_on_without_an_access_log(make):
    portico = make.serve(make.origin(), logging={"access": {"output": "off"}})
    with portico.connect() as client:
        first = parsedate_to_datetime(client.request()["date"])
        pause(2.1)
        assert parsedate_to_datetime(client.request()["date"]) > first


def test_204_says_no_length(make):
    """RFC 9110 §8.6: a client that believed it would take the next response for content."""
    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.send("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n")
    portico = make.serve(make.origin(script))
    response = portico.get()
    assert response.status == 204 and response["content-length"] is None


def test_total_deadline_strikes_while_the_client_is_slow(make):
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (1 << 30))
        with contextlib.suppress(ConnectionError):
            while True:
                connection.send(b"x" * (1 << 20))
    origin = make.origin(script)
    portico = make.serve(origin, route={"timeouts": {"total": "1s"}})
    with portico.connect() as client:
        client.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        end = time.monotonic() + 8
        with contextlib.suppress(ConnectionResetError):
            while time.monotonic() < end and client.sock.recv(1 << 16):
                pause(0.01)
        assert time.monotonic() < end, "it goes on"
    assert portico.wait_access(status=200)["end"] == "total_timeout"


def test_total_deadline_is_no_failure_of_the_backend(make):
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
    portico = make.serve("%s:%d" % address, cluster={"timeouts": {"connect": "5s"}},
                         route={"timeouts": {"total": "300ms"}})
    assert portico.get().status == 504
    assert portico.get().status == 504
    assert not [line for line in portico.log.lines if "rests" in line]
    for sock in [full, *crowd]:
        sock.close()


def test_least_rate_is_of_each_request(make):
    """What a client sent fast earlier does not pay for dribbling. Takes as long as the grace."""
    portico = make.serve(make.origin(), listener={"min_rate": "500B"})
    with portico.connect() as client:
        assert client.request(method="POST", body=b"x" * (4 << 20)).status == 200
        client.send("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1000\r\n\r\n")
        end = time.monotonic() + 20
        while not client.readable(0.5):
            assert time.monotonic() < end, "it goes on"
            client.send("x")
        assert client.response().status == 408


def test_connection_age_ends_it_after_the_exchange(make):
    portico = make.serve(make.origin(), listener={"timeouts": {"max_age": "500ms"}})
    with portico.connect() as client:
        assert not client.request().closes
        pause(0.7)
        assert client.request().closes
        client.expect_end()


def test_reset_is_an_abort_even_where_a_half_close_is_none(make):
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.origin.released.set()
        connection.wait_closed()
    origin = make.origin(script)
    portico = make.serve(origin, listener={"protocols": {"http1": {"half_close": "allow"}}})
    with portico.connect() as client:
        client.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        client.half_close()
        assert origin.released.wait(10)
        assert not select.select([client.sock], [], [], 0.3)[0]
        client.reset()
        origin.wait_idle()


def test_idle_connections_do_not_keep_a_backend_at_rest(make):
    """It refused once, accepts again, and old connections to it live on all the while."""
    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            if request.target == "/held":
                connection.origin.released.wait(10)
            connection.echo(request)
    origin = make.origin(script)
    port = origin.listener.getsockname()[1]
    portico = make.serve(origin)
    with portico.connect() as held, portico.connect() as client:
        held.send("GET /held HTTP/1.1\r\nHost: a.example\r\n\r\n")
        origin.wait(lambda: len(origin.requests) == 1)
        origin.listener.shutdown(socket.SHUT_RDWR)
        origin.listener.close()
        assert client.request().status == 503
        make.origin(script, address=("127.0.0.1", port))
        origin.released.set()
        assert held.response().status == 200
        eventually(lambda: client.request().status == 200, "the rest to be over")
        for _ in range(5):
            assert client.request().status == 200
