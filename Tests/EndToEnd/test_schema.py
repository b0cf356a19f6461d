"""The shipped configurations satisfy the JSON Schema, and wrong ones do not."""

import copy
import json
import pathlib

import jsonschema
import pytest

import jsonc

CONF = pathlib.Path(__file__).resolve().parents[2] / "conf"
SCHEMA = CONF / "portico.schema.json"
SHIPPED = sorted(path for path in CONF.rglob("*.json") if path != SCHEMA)

# A right configuration, which each wrong one differs from in one place.
RIGHT = {
    "listeners": {"web": {"bind": "*:80", "protocols": {"http1": {}}, "timeouts": {}}},
    "routes": [{"hosts": ["example.org"], "path": "/a/*", "cluster": "app"}],
    "clusters": {"app": {"subclusters": {"east": {"backends": [{"address": "10.0.0.1:80"}]}}}},
}

WRONG = [
    (["listener"], {}),
    (["workers"], 0),
    (["drain_timeout"], 30),
    (["drain_timeout"], "30"),
    (["drain_timeout"], "s"),
    (["drain_timeout"], ""),
    (["drain_timeout"], "1m1h"),
    (["max_connections"], "many"),
    (["include"], []),
    (["logging"], {"level": "loud"}),
    (["logging"], {"access": {"output": "stderr"}}),
    (["logging"], {"access": {"format": "commons"}}),
    (["logging"], {"access": {"output": "syslog:log"}}),
    (["listeners", "web", "access_log"], {"sample": -1}),
    (["listeners", "web", "access_log"], "errors"),
    (["admin"], {}),
    (["tracing"], {"collector": "otel.example:4318"}),
    (["tracing"], {"collector": "srv:_otlp._tcp.example"}),
    (["metrics"], {"duration_buckets": ["1"]}),
    (["listeners", "a b"], {"bind": "*:80"}),
    (["listeners", "web", "bind"], "localhost:80"),
    (["listeners", "web", "bind"], []),
    (["listeners", "web", "bind"], "80"),
    (["listeners", "web", "protocols"], {}),
    (["listeners", "web", "protocols", "http1", "max_head"], 32768),
    (["listeners", "web", "protocols", "http1", "max_head"], "32KB"),
    (["listeners", "web", "protocols", "http1", "max_fields"], 1001),
    (["listeners", "web", "protocols", "http2"], True),
    (["listeners", "web", "protocols", "http2", "upgrade"], "h2c"),
    (["listeners", "web", "protocols", "http2", "max_concurrent_streams"], 0),
    (["listeners", "web", "protocols", "http2", "stream_window"], 65535),
    (["listeners", "web", "protocols"], {"websocket": {}}),
    (["listeners", "web", "protocols", "websocket", "idle_timeout"], 3600),
    (["listeners", "web", "timeouts", "heads"], "1s"),
    (["listeners", "web", "forwarding"], {"trusted_proxies": ["example.org"]}),
    (["listeners", "web", "forwarding"], {"via": "a b"}),
    (["resolver", "servers"], "ns.example"),
    (["resolver", "servers"], []),
    (["resolver", "tries"], 0),
    (["clusters", "app", "names"], {"min_ttl": 1}),
    (["clusters", "app", "names"], {"family": "v6"}),
    (["clusters", "app", "subclusters", "east", "backends"], ["srv:http.tcp.shop.example"]),
    (["listeners", "web", "tls"], {}),
    (["listeners", "web", "tls"], {"certificates": []}),
    (["listeners", "web", "tls"], {"certificates": [{"chain": "c"}]}),
    (["listeners", "web", "tls"], {"certificates": [{"self_signed": "a"}], "min_version": "1.1"}),
    (["listeners", "web", "tls"],
     {"certificates": [{"self_signed": "a"}], "client_certificates": {}}),
    (["listeners", "web", "tls"], {"certificates": [{"self_signed": "a"}],
                                   "client_certificates": {"ca": "c", "fields": {"X-A": "name"}}}),
    (["routes", 0, "hosts"], ["example.org:80"]),
    (["routes", 0, "hosts"], []),
    (["routes", 0, "path"], "a"),
    (["routes", 0, "path"], "/a*"),
    (["routes", 0, "path"], "/a?b"),
    (["routes", 0, "respond"], {}),
    (["routes", 0, "max_body"], 1),
    (["routes", 0, "upgrades"], ["h2c"]),
    (["routes", 0, "upgrades"], True),
    (["routes", 0, "grpc"], "yes"),
    (["routes", 0, "timeouts"], {"tunnel_idle": 5}),
    (["routes", 0], {"hosts": "a"}),
    (["routes", 0], {"redirect": {}}),
    (["routes", 0], {"redirect": {"location": "{path}"}}),
    (["routes", 0], {"redirect": {"location": "/x", "status": 304}}),
    (["routes", 0], {"respond": {"status": 199}}),
    (["clusters", "app"], {}),
    (["clusters", "app", "balance"], "hash"),
    (["clusters", "app", "balance"], "round_robin"),
    (["clusters", "app", "balance"], {"policy": "hash"}),
    (["clusters", "app", "balance"], {"policy": "hash", "key": "cookie"}),
    (["clusters", "app", "balance"], {"policy": "hash", "key": {"header": "a", "cookie": "b"}}),
    (["clusters", "app", "balance"], {"policy": "hash", "key": "path", "load_bound": 1}),
    (["clusters", "app", "balance"], {"policy": "two_choices", "key": "path"}),
    (["clusters", "app", "split"], "least_requests"),
    (["clusters", "app", "split"], {"policy": "peak_ewma"}),
    (["clusters", "app", "split"], {"policy": "hash", "key": "path", "load_bound": 2}),
    (["clusters", "app", "spill_below"], 0),
    (["clusters", "app", "prefer"], "a b"),
    (["clusters", "app", "sticky"], {"cookie": "a"}),
    (["clusters", "app", "sticky"], {"cookie": "a", "secret": "short"}),
    (["clusters", "app", "sticky"], {"cookie": "a=b", "secret": "0123456789abcdef"}),
    (["clusters", "app", "sticky"], {"cookie": "a", "secret": "0123456789abcdef", "path": "x"}),
    (["clusters", "app", "subclusters", "east", "priority"], 10),
    (["clusters", "app", "subclusters", "east", "refuse"], 503),
    (["clusters", "app", "subclusters", "sink"], {"refuse": 200}),
    (["clusters", "app", "subclusters", "sink"], {"refuse": 503, "priority": 1}),
    (["clusters", "app"], {"backends": []}),
    (["clusters", "app", "backends"], ["10.0.0.1:80"]),
    (["clusters", "app", "subclusters"], {}),
    (["clusters", "app", "subclusters", "east", "weight"], -1),
    (["clusters", "app", "subclusters", "east", "backends", 0, "address"], "10.0.0.1"),
    (["clusters", "app", "subclusters", "east", "backends", 0, "address"], "10.0.0.1:0"),
    (["clusters", "app", "subclusters", "east", "backends", 0, "weight"], 10001),
    (["clusters", "app", "pool"], {"max_connections": 0}),
    (["clusters", "app", "tls"], {"certificate": {"self_signed": "a"}}),
    (["clusters", "app", "tls"], {"verify": "no"}),
    (["clusters", "app", "protocol"], "h2"),
    (["clusters", "app", "http2"], {}),
    (["clusters", "app"], {"backends": ["a:1"], "protocol": "http1", "http2": {}}),
    (["clusters", "app"], {"backends": ["a:1"], "protocol": "http2", "http2": {"max_fields": 1}}),
]

# Further ones that are right: what differs from the first.
ALSO_RIGHT = [
    (["listeners", "web", "protocols"], {"http2": {"prior_knowledge": True}}),
    (["listeners", "web", "protocols"], {"http2": {"alpn": False}, "websocket": {}}),
    (["listeners", "web", "tls"], {"certificates": [{"self_signed": ["a", "::1"]}], "plain": True}),
    (["clusters", "app", "tls"], {"ca": "c", "name": "a.example", "min_version": "1.3"}),
    (["routes", 0, "upgrades"], []),
    (["routes", 0, "upgrades"], "websocket"),
    (["routes", 0, "grpc"], True),
    (["clusters", "app", "protocol"], "http2"),
    (["clusters", "app"],
     {"backends": ["a:1"], "protocol": "http2", "http2": {"stream_window": "1MiB"}}),
]


@pytest.fixture(scope="module")
def validator():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_something_is_shipped():
    assert CONF / "portico.json" in SHIPPED
    assert CONF / "demo.json" in SHIPPED


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(CONF)))
def test_shipped(validator, path):
    assert [error.message for error in validator.iter_errors(jsonc.load(path))] == []


def test_right(validator):
    assert validator.is_valid(RIGHT)


def changed(place, value):
    """The right configuration with this value in that place."""
    document = copy.deepcopy(RIGHT)
    inner = document
    for key in place[:-1]:
        inner = inner[key] if isinstance(inner, list) else inner.setdefault(key, {})
    inner[place[-1]] = value
    return document


@pytest.mark.parametrize("place, value", ALSO_RIGHT, ids=lambda item: json.dumps(item))
def test_also_right(validator, place, value):
    assert [error.message for error in validator.iter_errors(changed(place, value))] == []


@pytest.mark.parametrize("place, value", WRONG, ids=lambda item: json.dumps(item))
def test_wrong(validator, place, value):
    assert not validator.is_valid(changed(place, value))


@pytest.mark.parametrize(
    "text, value",
    [
        ('{"a": 1,} // b', {"a": 1}),
        ('["//", "/* */", "\\",]", /* , */ 1, // ]\n ]', ["//", "/* */", '",]', 1]),
    ],
)
def test_jsonc(text, value):
    assert jsonc.loads(text) == value
