"""What goes through: messages of every form, both ways, and what Portico changes in their fields."""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket

import pytest

from origins import OriginConnection
from portico import Portico
from wire import Reader, Truncated, Wire, names, value


@pytest.fixture(scope="module")
def peers(make_shared):
    origin = make_shared.origin()
    return make_shared.serve(origin), origin


def seen(response) -> dict:
    """What the echoing origin says that it received; its fields by name, in lower case."""
    assert response.status == 200, response.body
    return json.loads(response.body)


def seen_field(response, name: str) -> str | None:
    return value(seen(response)["fields"], name)


def seen_names(response) -> set[str]:
    return names(seen(response)["fields"])


# Methods and content

@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize("body", [None, b"", b"content"])
def test_methods_and_content(peers, method, body):
    portico, origin = peers
    answer = seen(portico.get("/a?b", method=method, body=body))
    assert (answer["method"], answer["target"]) == (method, "/a?b")
    assert origin.requests[-1].body == (body or b"")


def test_method_case_is_kept(peers):
    assert seen(peers[0].get(method="get"))["method"] == "get"


@pytest.mark.parametrize("chunks", [[b"hello"], [b"h", b"e", b"llo"], [b"x" * 100_000, b"y"], []])
def test_chunked_request(peers, chunks):
    portico, origin = peers
    with portico.connect() as client:
        client.send("POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n")
        for chunk in chunks:
            client.send(b"%x;ext=1\r\n%s\r\n" % (len(chunk), chunk))
        client.send(b"0\r\n\r\n")
        assert seen(client.response())["body_length"] == sum(map(len, chunks))
        assert client.request().status == 200
    request = [r for r in origin.requests if r.method == "POST"][-1]
    assert request.body == b"".join(chunks)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 5_000_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_content_of_any_size_arrives_whole_both_ways(make, size, chunked):
    content = os.urandom(size)

    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            assert request.body == content
            if chunked:
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                for start in range(0, size, 70_001):
                    piece = content[start : start + 70_001]
                    connection.send(b"%X\r\n%s\r\n" % (len(piece), piece))
                connection.send(b"0\r\n\r\n")
            else:
                connection.answer(content)

    portico = make.serve(make.origin(script))
    with portico.connect() as client:
        for _ in range(2):
            response = client.request(method="PUT", body=content)
            assert hashlib.sha256(response.body).digest() == hashlib.sha256(content).digest()


def test_head_and_statuses_without_content(make):
    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            status = request.target[1:]
            if request.method == "HEAD":
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            elif status == "304":
                connection.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nETag: x\r\n\r\n")
            else:
                connection.send("HTTP/1.1 204 No Content\r\n\r\n")

    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as client:
        assert client.request("/200", method="HEAD")["content-length"] == "1000"
        response = client.request("/204")
        assert response.status == 204 and response["content-length"] is None
        assert response["transfer-encoding"] is None
        response = client.request("/304")
        assert response.status == 304 and response["etag"] == "x"
        assert client.request("/204").status == 204
    assert origin.accepted == 1, "responses without content leave the connection usable"


def test_reason_phrase_and_unknown_status_pass(make):
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.answer(b"x", status="299 Quite Fine")
    assert make.serve(make.origin(script)).get().status == 299


# Versions, connections

def test_http_1_0_gets_what_it_understands(make):
    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "5\r\nhello\r\n0\r\n\r\n")
    portico = make.serve(make.origin(script))
    with portico.connect() as client:
        response = client.request(version="1.0")
        assert response.body == b"hello" and "transfer-encoding" not in names(response.fields)
        client.expect_end()


def test_http_1_0_without_host(peers):
    portico, _ = peers
    with portico.connect() as client:
        client.send("GET / HTTP/1.0\r\n\r\n")
        assert client.response().status == 200
        client.expect_end()


def test_http_1_0_keep_alive(peers):
    portico, _ = peers
    with portico.connect() as client:
        for _ in range(3):
            response = client.request("/", "Connection: keep-alive", version="1.0")
            assert response.status == 200
            assert "keep-alive" in (response["connection"] or "").lower()


def test_close_delimited_response(make):
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.send("HTTP/1.1 200 OK\r\n\r\nuntil the end")
    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as client:
        for _ in range(2):  # Re-framed for the client, whose connection stays.
            assert client.request().body == b"until the end"


def test_keep_alive_and_close(peers):
    portico, _ = peers
    with portico.connect() as client:
        for _ in range(5):
            assert not client.request().closes
        assert client.request("/", "Connection: close").closes
        client.expect_end()


def test_max_requests_closes(make):
    portico = make.serve(make.origin(), listener={"protocols": {"http1": {"max_requests": 3}}})
    with portico.connect() as client:
        assert [client.request().closes for _ in range(3)] == [False, False, True]
        client.expect_end()


def test_pipelined_requests_are_answered_in_order(make):
    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            if request.target == "/1":
                assert connection.origin.released.wait(10)
            connection.echo(request)
    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as client:
        client.send(b"".join(
            b"POST /%d HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc" % i
            for i in range(1, 6)))
        origin.wait(lambda: len(origin.requests) == 1)
        assert not client.readable(0.1) and len(origin.requests) == 1, "one at a time"
        origin.released.set()
        assert [seen(client.response())["target"] for _ in range(5)] == [f"/{i}" for i in range(1, 6)]


def test_half_closed_client_has_gone_unless_configured(make):
    """A client that ends its sending side while it waits: aborted by default, allowed on demand."""
    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            connection.origin.released.wait(1)
            connection.echo(request)
    origin = make.origin(script)
    portico = make.serve(origin, listener={"protocols": {"http1": {"half_close": "allow"}}})
    with portico.connect() as client:
        client.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        client.half_close()
        origin.wait(lambda: len(origin.requests) == 1)
        origin.released.set()
        assert client.response().status == 200

    def waiting(connection: OriginConnection) -> None:
        connection.read_request()
        connection.wait_closed()
    origin = make.origin(waiting)
    portico = make.serve(origin)
    with portico.connect() as client:
        client.send("GET /abort HTTP/1.1\r\nHost: a.example\r\n\r\n")
        origin.wait(lambda: len(origin.requests) == 1)
        client.half_close()
        origin.wait_idle()  # The backend's work is given up at once.
    assert portico.wait_access(target="/abort")["status"] == 499


# Expectations and interim responses

def test_expect_100_continue(peers):
    portico, _ = peers
    with portico.connect() as client:
        client.send("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n"
                    "Expect: 100-continue\r\n\r\n")
        assert client.head().status == 100
        client.send(b"hello")
        assert seen(client.response())["body_length"] == 5
        assert client.request().status == 200


def test_expectation_refused_by_an_early_answer(make):
    def script(connection: OriginConnection) -> None:
        if connection.read_head():
            connection.answer(b"no", "Connection: close", status="403 Forbidden")
    portico = make.serve(make.origin(script))
    with portico.connect() as client:
        client.send("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n"
                    "Expect: 100-continue\r\n\r\n")
        response = client.response()
        assert response.status == 403 and response.body == b"no"
        assert all(interim.status == 100 for interim in response.interim)
        if not response.interim:  # Its content would be taken for a request.
            assert response.closes
            client.expect_end()


def test_early_answer_while_content_still_goes_out(make):
    """A final response in the middle of an upload reaches the client at once."""
    def script(connection: OriginConnection) -> None:
        if connection.read_head():
            connection.answer(b"enough", status="413 Content Too Large")
            connection.wait_closed()
    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as client:
        client.send("PUT / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1000000\r\n\r\n" + "x" * 1000)
        response = client.response()
        assert (response.status, response.body) == (413, b"enough")
    origin.wait_idle()


def test_interim_responses_pass(make):
    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nConnection: x\r\n\r\n"
                            "HTTP/1.1 102 Processing\r\n\r\n")
            connection.answer(b"x")
    portico = make.serve(make.origin(script))
    with portico.connect() as client:
        response = client.request()
        assert [interim.status for interim in response.interim] == [103, 102]
        assert response.interim[0]["link"] == "</a.css>"
        assert response.interim[0]["connection"] is None
    with portico.connect() as client:
        assert client.request(version="1.0").interim == [], "HTTP/1.0 knows none"


def test_informational_from_backend_to_upload(make):
    """A backend's own 100 is not sent twice and confuses nobody."""
    def script(connection: OriginConnection) -> None:
        while request := connection.read_head():
            connection.send("HTTP/1.1 100 Continue\r\n\r\n")
            connection.echo(connection.read_content(request))
    portico = make.serve(make.origin(script))
    with portico.connect() as client:
        response = client.request(method="POST", body=b"hello")
        assert seen(response)["body_length"] == 5
        assert client.request(method="POST", body=b"hello").status == 200


# Trailers

TRAILED = ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\n"
           "X-Sum: 1\r\nContent-Length: 99\r\nHost: evil\r\nAuthorization: x\r\nSet-Cookie: a=b\r\n"
           "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n")


def test_response_trailers_pass_to_those_who_want_them(make):
    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.send(TRAILED)
    portico = make.serve(make.origin(script))
    with portico.connect() as client:
        response = client.request("/", "TE: trailers", "Connection: TE")
        assert response.body == b"hello" and response.trailers == [("X-Sum", "1")]
        assert "x-sum" not in names(response.fields)
        response = client.request()
        assert response.body == b"hello" and response.trailers == []


def test_forbidden_request_trailers_are_dropped(peers):
    portico, origin = peers
    with portico.connect() as client:
        client.send("POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "5\r\nhello\r\n0\r\nX-Sum: 1\r\nHost: evil\r\nContent-Length: 3\r\n"
                    "Authorization: x\r\nCookie: a=b\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n")
        answer = seen(client.response())
    assert answer["trailers"] == [["X-Sum", "1"]]
    assert "authorization" not in names(answer["fields"])


# Fields that Portico changes

def test_hop_by_hop_fields_go_and_others_stay(peers):
    portico, _ = peers
    response = portico.get(
        "/", "Connection: keep-alive, X-Hop, close-ish", "X-Hop: 1", "Keep-Alive: timeout=5",
        "Proxy-Connection: keep-alive", "TE: gzip", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk",
        "X-Stay: 1", "Cookie: a=b", "Authorization: Basic x")
    arrived = seen_names(response)
    assert not arrived & {"x-hop", "keep-alive", "proxy-connection", "upgrade", "http2-settings"}
    assert arrived >= {"x-stay", "cookie", "authorization", "host"}
    assert seen_field(response, "te") in (None, "trailers")


@pytest.mark.parametrize("name", ["Host", "Content-Length", "Authorization", "Cookie", "Via",
                                  "X-Forwarded-For", "X-Request-Id"])
def test_connection_cannot_remove_what_matters(peers, name):
    response = peers[0].get("/", f"Connection: {name.lower()}", "Authorization: x", "Cookie: a=b",
                            method="POST", body=b"hello")
    assert name.lower() in seen_names(response)
    assert seen(response)["body_length"] == 5


def test_hop_by_hop_fields_of_responses_go(make):
    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            connection.answer(b"x", "Connection: keep-alive, X-Hop", "X-Hop: 1", "X-Stay: 1",
                              "Keep-Alive: timeout=5", "Upgrade: h2c", "Server: theirs",
                              "Set-Cookie: a=b", "Set-Cookie: c=d")
    response = make.serve(make.origin(script)).get()
    assert not names(response.fields) & {"x-hop", "keep-alive", "upgrade"}
    assert response["x-stay"] == "1" and response["server"] == "theirs"
    assert [v for n, v in response.fields if n.lower() == "set-cookie"] == ["a=b", "c=d"]


def test_order_and_repetition_of_fields_stay(peers):
    response = peers[0].get("/", "X-A: 1", "X-B: 2", "X-A: 3", "X-C: ", "X-D:   a  b \t ")
    fields = [(n, v) for n, v in seen(response)["fields"] if n.startswith("X-") and len(n) == 3]
    assert fields == [("X-A", "1"), ("X-B", "2"), ("X-A", "3"), ("X-C", ""), ("X-D", "a  b")]


def test_what_untrusted_clients_say_is_replaced(peers):
    response = peers[0].get("/", "X-Forwarded-For: 9.9.9.9", "X-Forwarded-Proto: https",
                            "X-Forwarded-Host: evil", "Forwarded: for=9.9.9.9", "X-Request-Id: mine",
                            "X-Real-IP: 9.9.9.9", host="a.example:81")
    assert seen_field(response, "x-forwarded-for") == "127.0.0.1"
    assert seen_field(response, "x-forwarded-proto") == "http"
    assert seen_field(response, "x-forwarded-host") == "a.example:81"
    assert seen_field(response, "forwarded") is None
    assert seen_field(response, "x-real-ip") is None
    assert re.fullmatch(r"[0-9a-f]{32}", seen_field(response, "x-request-id") or "")


def test_client_is_who_trusted_proxies_say(make):
    """In the log, and for a hash of its address; of others, it is the peer."""
    origins = [make.origin(name=name) for name in "abcd"]
    trusting = {"forwarding": {"trusted_proxies": ["127.0.0.1", "10.0.0.0/8"]}}
    portico = make.serve(*origins, cluster={
        "balance": {"policy": "hash", "key": "client_address"}}, listener=trusting)
    seen = {}
    with portico.connect() as wire:
        for number in range(40):
            client = f"192.0.2.{number}"
            told = wire.request(f"/{number}", f"X-Forwarded-For: 9.9.9.9, {client}, 10.0.0.1")
            seen[client] = json.loads(told.body)["origin"]
            entry = portico.wait_access(target=f"/{number}")
            assert (entry["client"], entry["peer"]) == (client, "127.0.0.1")
        assert len(set(seen.values())) > 1, "of one address, all would go to one"
        for client, origin in seen.items():
            again = wire.request("/", f"X-Forwarded-For: {client}")
            assert json.loads(again.body)["origin"] == origin
        wire.request("/peer")
    entry = portico.wait_access(target="/peer")
    assert entry["client"] == "127.0.0.1" and "peer" not in entry
    portico = make.serve(*origins)
    portico.get("/x", "X-Forwarded-For: 192.0.2.1")
    assert portico.wait_access(target="/x")["client"] == "127.0.0.1"


def test_what_trusted_proxies_say_is_kept(make):
    portico = make.serve(make.origin(), listener={"forwarding": {
        "trusted_proxies": ["127.0.0.0/8"], "forwarded": True}})
    response = portico.get("/", "X-Forwarded-For: 9.9.9.9, 8.8.8.8", "X-Forwarded-Proto: https",
                           "X-Forwarded-Host: outer.example", "Forwarded: for=9.9.9.9;proto=https",
                           "X-Request-Id: theirs-1")
    assert seen_field(response, "x-forwarded-for") == "9.9.9.9, 8.8.8.8, 127.0.0.1"
    assert seen_field(response, "x-forwarded-proto") == "https"
    assert seen_field(response, "x-forwarded-host") == "outer.example"
    assert seen_field(response, "x-request-id") == "theirs-1"
    forwarded = seen_field(response, "forwarded") or ""
    assert forwarded.startswith("for=9.9.9.9;proto=https, ") and "for=127.0.0.1" in forwarded


def test_several_lines_of_a_trusted_chain_are_one_list(make):
    portico = make.serve(make.origin(), listener={"forwarding": {
        "trusted_proxies": ["127.0.0.1"]}})
    response = portico.get("/", "X-Forwarded-For: 9.9.9.9", "X-Forwarded-For: 8.8.8.8")
    listed = ", ".join(v for n, v in seen(response)["fields"] if n.lower() == "x-forwarded-for")
    assert listed == "9.9.9.9, 8.8.8.8, 127.0.0.1"


def test_bad_request_id_of_a_trusted_proxy_is_replaced(make):
    portico = make.serve(make.origin(), listener={"forwarding": {
        "trusted_proxies": ["127.0.0.1"]}})
    for bad in ("a b", "x" * 200, '"', ""):
        assert re.fullmatch(r"[0-9a-f]{32}",
                            seen_field(portico.get("/", f"X-Request-Id: {bad}"), "x-request-id"))


def test_forwarding_fields_can_be_switched(make):
    portico = make.serve(make.origin(), listener={"forwarding": {
        "x_forwarded": False, "forwarded": True, "request_id": False, "via": "edge-7"}})
    response = portico.get("/", "X-Forwarded-For: 9.9.9.9", "Forwarded: for=9.9.9.9")
    assert not [n for n in seen_names(response) if n.startswith("x-forwarded")]
    forwarded = seen_field(response, "forwarded")
    assert "for=127.0.0.1" in forwarded and "proto=http" in forwarded and "9.9.9.9" not in forwarded
    assert seen_field(response, "x-request-id") is None
    assert seen_field(response, "via") == "1.1 edge-7"


def test_via_is_appended_to_both_ways(make):
    def script(connection: OriginConnection) -> None:
        while request := connection.read_request():
            connection.answer(json.dumps({"fields": request.fields}).encode(), "Via: 1.1 inner")
    portico = make.serve(make.origin(script))
    response = portico.get("/", "Via: 1.0 outer (a comment)")
    listed = ", ".join(v for n, v in seen(response)["fields"] if n.lower() == "via")
    assert listed == "1.0 outer (a comment), 1.1 portico"
    listed = ", ".join(v for n, v in response.fields if n.lower() == "via")
    assert listed == "1.1 inner, 1.1 portico"


@pytest.mark.parametrize("via, status", [
    ("1.1 portico", 508), ("1.0 other, 1.1 portico", 508), ("1.1 Portico (x)", 508),
    ("1.1 porticos", 200), ("1.1 other (1.1 portico)", 200),
])
def test_loops_are_told_by_via(peers, via, status):
    assert peers[0].get("/", f"Via: {via}").status == status


def test_a_real_loop_ends(make):
    path = str(make.fresh_directory() / "loop.sock")
    portico = make.serve(f"unix:{path}", listener={"bind": [f"unix:{path}"]})
    assert portico.get().status == 508


@pytest.mark.parametrize("policy", ["keep", "backend", "literal.example:81"])
def test_host_policy(make, policy):
    origin = make.origin()
    portico = make.serve(origin, cluster={"host": policy})
    expected = {"keep": "a.example", "backend": origin.address}.get(policy, policy)
    response = portico.get()
    assert seen_field(response, "host") == expected
    assert seen_field(response, "x-forwarded-host") == "a.example"


def test_absolute_form_becomes_origin_form(peers):
    answer = seen(peers[0].get("http://a.example/x?y"))
    assert answer["target"] == "/x?y" and value(answer["fields"], "host") == "a.example"


# Kinds of sockets

def test_unix_sockets_both_ways(make):
    directory = make.fresh_directory()
    origin = make.origin(address=str(directory / "origin.sock"))
    portico = make.serve(origin, listener={"bind": f"unix:{directory}/front.sock",
                                           "forwarding": {"trusted_proxies": ["unix"]}})
    with portico.connect() as client:
        for _ in range(3):
            assert seen(client.request(method="POST", body=b"hello"))["body_length"] == 5
        response = client.request("/", "X-Forwarded-For: 9.9.9.9")
        assert (seen_field(response, "x-forwarded-for") or "").startswith("9.9.9.9")
    assert origin.accepted == 1


def test_stale_unix_socket_is_replaced(make):
    directory = make.fresh_directory()
    config = {"listener": {"bind": f"unix:{directory}/front.sock"}}
    first = make.serve(make.origin(), **config)
    first.process.kill()
    first.process.wait()
    first.stopped = True
    second = make.serve(make.origin(), **config)
    assert second.get().status == 200


def test_ipv6_both_ways(make):
    origin = make.origin(address=("::1", 0))
    portico: Portico = make.serve(origin, listener={
        "bind": ["[::1]:0", "127.0.0.1:0"], "forwarding": {"forwarded": True}})
    addresses = portico.addresses()
    assert {a[0] for a in addresses} == {"::1", "127.0.0.1"}
    six = next(a for a in addresses if a[0] == "::1")
    with Wire(six) as client:
        response = client.request(host="[::1]:80")
        assert seen_field(response, "x-forwarded-for") == "::1"
        assert 'for="[::1]"' in seen_field(response, "forwarded")
        assert seen_field(response, "host") == "[::1]:80"


def test_many_small_pieces(peers):
    """A request octet by octet, answered like any other."""
    wire = (b"POST /slow HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n")
    with peers[0].connect() as client:
        client.send_in_pieces(wire, list(range(1, len(wire))), pause=0.0005)
        assert seen(client.response())["body_length"] == 5


def test_response_in_many_small_pieces(make):
    wire = ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n"
            "5;x\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n")

    def script(connection: OriginConnection) -> None:
        while connection.read_request():
            for octet in wire:
                connection.send(octet)
    portico = make.serve(make.origin(script))
    with portico.connect() as client:
        assert client.request().body == b"helloabc"
        assert client.request()["x-a"] == "b"


def test_streamed_response_is_passed_on_as_it_comes(make):
    """No piece waits for the next: server-sent events depend on it."""
    def script(connection: OriginConnection) -> None:
        connection.read_request()
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        assert connection.origin.released.wait(10)
        connection.send("1\r\nb\r\n0\r\n\r\n")
    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as client:
        client.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        response = client.head()
        assert client.reader.exactly(6) == b"1\r\na\r\n"
        origin.released.set()
        client.reader.content(response, until_close=True)
        assert response.body == b"b"


def test_streamed_request_is_passed_on_as_it_comes(make):
    def script(connection: OriginConnection) -> None:
        request = connection.read_head()
        first = connection.reader.line(), connection.reader.exactly(3)
        assert first == (b"1", b"a\r\n")
        connection.origin.released.set()
        connection.echo(connection.read_content(request))
    origin = make.origin(script)
    portico = make.serve(origin)
    with portico.connect() as client:
        client.send("POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        assert origin.released.wait(10), "the first chunk waits for the second"
        client.send("1\r\nb\r\n0\r\n\r\n")
        assert client.response().status == 200


def test_truncated_answer_is_noticed_by_this_harness(peers):
    """The reader that all these tests trust refuses half a message."""
    left, right = socket.socketpair()
    left.sendall(b"5\r\nhel")
    left.close()
    with pytest.raises(Truncated):
        Reader(right).chunked()
