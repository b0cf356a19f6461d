"""Hosts, paths, own answers: which route takes a request, and what the backend sees of its path."""

from __future__ import annotations

import json

import pytest

from wire import names


@pytest.fixture(scope="module")
def peers(make_shared):
    origins = {name: make_shared.origin(name=name) for name in
               ("exact", "suffix", "long", "api", "page", "first", "default", "other")}
    route = lambda name, **match: {"name": name, "cluster": name, **match}  # noqa: E731
    portico = make_shared.portico({
        "listeners": {"web": {"bind": "127.0.0.1:0"}, "side": {"bind": "127.0.0.1:0"}},
        "routes": [
            route("default", hosts="shop.example"),
            route("suffix", hosts="*.example"),
            route("long", hosts=["*.shop.example"]),
            route("exact", hosts=["www.shop.example"], path="/only/*"),
            route("api", hosts="shop.example", path="/api/*"),
            route("page", hosts="shop.example", path="/api/page"),
            route("first", hosts="shop.example", path=["/twice/*"]),
            route("other", hosts="shop.example", path="/twice/*"),
            {"name": "side", "cluster": "other", "listeners": ["side"]},
            {"hosts": "move.example", "redirect": {
                "status": 308, "location": "https://{host}{path}{query}"}},
            {"hosts": "say.example", "path": "/hello", "respond": {
                "status": 200, "content_type": "text/x-greeting", "body": "hello"}},
            {"hosts": "say.example", "path": "/*", "respond": {"status": 404}},
            {"hosts": "small.example", "cluster": "other", "max_body": "10B"},
        ],
        "clusters": {name: {"backends": [o.address]} for name, o in origins.items()},
    })
    return portico, origins


@pytest.mark.parametrize("host, target, expected", [
    ("shop.example", "/", "default"),
    ("SHOP.Example", "/", "default"),
    ("shop.example:8080", "/", "default"),
    ("shop.example.", "/", "default"),
    ("a.example", "/", "suffix"),
    ("a.b.example", "/", "suffix"),
    ("a.shop.example", "/", "long"),
    ("a.b.shop.example", "/", "long"),
    ("www.shop.example", "/only/this", "exact"),
    ("www.shop.example", "/else", "long"),  # The host matches, no path does: on to wider hosts.
    ("shop.example", "/api", "api"),
    ("shop.example", "/api/", "api"),
    ("shop.example", "/api/x/y", "api"),
    ("shop.example", "/apix", "default"),
    ("shop.example", "/API", "default"),
    ("shop.example", "/api/page", "page"),
    ("shop.example", "/api/page/1", "api"),
    ("shop.example", "/api/page?x=/other", "page"),
    ("shop.example", "/twice/x", "first"),
    ("shop.example", "/x/../api/page", "page"),
    ("shop.example", "/%61pi/p%61ge", "page"),
    ("shop.example", "/x/%2e%2E/api/./page", "page"),
    ("shop.example", "/x/%2F/../api", "default"),
    ("shop.example", "//api", "default"),
])
def test_route(peers, host, target, expected):
    portico, _ = peers
    response = portico.get(target, host=host)
    assert response.status == 200
    assert json.loads(response.body)["origin"] == expected


@pytest.mark.parametrize("host", ["example", "shop.example.org", "xshop.invalid", "127.0.0.1"])
def test_no_route_is_404(peers, host):
    portico, _ = peers
    response = portico.get(host=host)
    assert response.status == 404 and not response.closes, "404 is no reason to hang up"


def test_route_of_another_listener(peers):
    portico, _ = peers
    assert portico.get(host="unknown.invalid").status == 404
    response = portico.get(host="unknown.invalid", listener="side")
    assert json.loads(response.body)["origin"] == "other"


@pytest.mark.parametrize("target, forwarded", [
    ("/a/b?c=%64&d", "/a/b?c=%64&d"),
    ("/a/./b/../c", "/a/c"),
    ("/%7euser/%2f%3a", "/~user/%2F%3A"),
    ("/a//b", "/a//b"),
    ("/a;x=y/b", "/a;x=y/b"),
    ("/a/", "/a/"),
    ("/a/..", "/"),
    ("/?", "/?"),
    ("http://shop.example/a/../b?q", "/b?q"),
    ("http://shop.example", "/"),
    ("http://shop.example?q", "/?q"),
])
def test_backends_receive_the_path_that_was_matched(peers, target, forwarded):
    portico, _ = peers
    response = portico.get(target, host="shop.example")
    assert json.loads(response.body)["target"] == forwarded


@pytest.mark.parametrize("target, location", [
    ("/a/b?c=d", "https://move.example/a/b?c=d"),
    ("/", "https://move.example/"),
    ("/%61/../b", "https://move.example/b"),
    ("/%0d%0aX:%20y", "https://move.example/%0D%0AX:%20y"),
])
def test_redirect(peers, target, location):
    portico, _ = peers
    response = portico.get(target, host="move.example:81")
    assert (response.status, response["location"]) == (308, location)
    assert "x" not in names(response.fields)


def test_fixed_response(peers):
    portico, _ = peers
    with portico.connect() as client:
        response = client.request("/hello", host="say.example")
        assert (response.status, response.body) == (200, b"hello")
        assert response["content-type"] == "text/x-greeting" and response["date"]
        assert client.request("/hello", host="say.example", method="HEAD")["content-length"] == "5"
        response = client.request("/else", host="say.example")
        assert response.status == 404 and response.body
        response = client.request("/hello", host="say.example", method="POST", body=b"x" * 100_000)
        assert response.body == b"hello", "content that nobody wants does not cost the answer"


@pytest.mark.parametrize("fields, body", [
    (("Content-Length: 11",), b"hello world"),
    (("Transfer-Encoding: chunked",), b"b\r\nhello world\r\n0\r\n\r\n"),
    (("Transfer-Encoding: chunked",), b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
])
def test_content_over_max_body_is_413(peers, fields, body):
    portico, origins = peers
    before = len(origins["other"].requests)
    with portico.connect() as client:
        client.send("\r\n".join(["POST / HTTP/1.1", "Host: small.example", *fields]) + "\r\n\r\n")
        client.send_in_pieces(body, [3])
        assert client.response().status == 413
    assert len(origins["other"].requests) == before


def test_content_of_exactly_max_body_passes(peers):
    portico, _ = peers
    response = portico.get("/", method="POST", host="small.example", body=b"0123456789")
    assert json.loads(response.body)["body_length"] == 10


@pytest.mark.parametrize("accept, json_wanted", [
    (None, False), ("*/*", False), ("text/html,*/*;q=0.8", False), ("application/json", True),
    ("text/plain;q=0.5, application/json", True), ("application/json;q=0", False),
])
def test_own_answer_has_the_form_that_the_client_accepts(peers, accept, json_wanted):
    portico, _ = peers
    response = portico.get("/", *([f"Accept: {accept}"] if accept else []), host="none.invalid")
    assert response.status == 404 and response["date"] and response["server"] == "portico"
    if json_wanted:
        assert response["content-type"].startswith("application/json")
        assert json.loads(response.body)["status"] == 404
    else:
        assert response["content-type"].startswith("text/plain") and response.body


def test_options_asterisk_is_answered(peers):
    portico, _ = peers
    response = portico.get("*", method="OPTIONS", host="shop.example")
    assert response.status in (200, 204)
    assert "GET" in (response["allow"] or "")


def test_server_field_can_be_switched_off(make):
    portico = make.serve(make.origin(), listener={"server_field": False})
    assert portico.get()["server"] is None
    assert portico.get("/%zz")["server"] is None
