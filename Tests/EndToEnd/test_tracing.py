"""Tracing: the fields of W3C Trace Context, and spans for a collector."""

from __future__ import annotations

import http.server
import json
import re
import signal
import threading

import pytest

from portico import configuration, eventually
from promtext import Metrics
from wire import Wire

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-(0[01])")


class Collector:
    """Takes OTLP over HTTP in JSON, and keeps the spans."""

    def __init__(self, status: int = 200):
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with collector.lock:
                    collector.requests.append((self.path, dict(self.headers), content))
                self.send_response(collector.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_) -> None:
                pass

        self.status = status
        self.lock = threading.Lock()
        self.requests: list = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return "127.0.0.1:%d" % self.server.server_address[1]

    def spans(self) -> list[dict]:
        with self.lock:
            return [span for _, _, content in self.requests
                    for resource in content["resourceSpans"]
                    for scope in resource["scopeSpans"] for span in scope["spans"]]

    def wait(self, count: int) -> list[dict]:
        return eventually(lambda: len(self.spans()) >= count and self.spans(), f"{count} spans")


@pytest.fixture
def collector():
    collector = Collector()
    yield collector
    collector.server.shutdown()
    collector.server.server_close()


def sent(response) -> dict[str, str]:
    """The fields that the origin got."""
    return {name.lower(): value for name, value in json.loads(response.body)["fields"]}


def attributes(span: dict) -> dict:
    return {one["key"]: next(iter(one["value"].values())) for one in span["attributes"]}


def scrape(portico) -> Metrics:
    with Wire(str(portico.control)) as wire:
        return Metrics(wire.request("/metrics").body.decode())


def test_without_tracing_the_fields_pass_as_they_are(make):
    portico = make.serve(make.origin())
    fields = sent(portico.get("/", "traceparent: anything", "tracestate: a=b"))
    assert fields["traceparent"] == "anything" and fields["tracestate"] == "a=b"
    assert "trace_id" not in portico.wait_access()


def test_a_trace_is_begun_and_sent(make, collector):
    portico = make.serve(make.origin(), route={"name": "everything"},
                         tracing={"collector": collector.address, "sample": 1, "service": "edge"})
    response = portico.get("/a?b", "tracestate: a=b", "User-Agent: tester")
    fields = sent(response)
    trace, span, flags = PARENT.fullmatch(fields["traceparent"]).groups()
    assert flags == "01" and "tracestate" not in fields
    entry = portico.wait_access()
    assert entry["trace_id"] == trace and entry["span_id"] == span
    [exported] = collector.wait(1)
    assert exported["traceId"] == trace and exported["spanId"] == span
    assert "parentSpanId" not in exported and exported["kind"] == 2
    assert exported["name"] == "GET everything" and exported["status"] == {}
    assert int(exported["endTimeUnixNano"]) >= int(exported["startTimeUnixNano"]) > 1e18
    said = attributes(exported)
    assert said["http.response.status_code"] == "200" and said["http.request.method"] == "GET"
    assert said["url.original"] == "/a?b" and said["portico.cluster"] == "app"
    assert said["user_agent.original"] == "tester" and said["portico.backend"]
    path, headers, content = collector.requests[0]
    assert path == "/v1/traces" and headers["Content-Type"] == "application/json"
    assert headers["Host"] == collector.address
    assert content["resourceSpans"][0]["resource"]["attributes"] == [
        {"key": "service.name", "value": {"stringValue": "edge"}}]
    eventually(lambda: scrape(portico)["portico_spans_exported_total"] == 1, "the count")


def test_a_trace_is_taken_up(make, collector):
    portico = make.serve(make.origin(), tracing={"collector": collector.address, "sample": 1})
    fields = sent(portico.get("/", f"traceparent: 00-{TRACE}-{SPAN}-01", "tracestate: a=b"))
    trace, span, flags = PARENT.fullmatch(fields["traceparent"]).groups()
    assert (trace, flags) == (TRACE, "01") and span != SPAN and fields["tracestate"] == "a=b"
    [exported] = collector.wait(1)
    assert exported["traceId"] == TRACE and exported["parentSpanId"] == SPAN
    assert exported["spanId"] == span


@pytest.mark.parametrize("field", ["", "00-xyz", f"00-{'0' * 32}-{SPAN}-01",
                                   f"00-{TRACE}-{SPAN}-01\r\ntraceparent: 00-{TRACE}-{SPAN}-01"])
def test_what_is_malformed_begins_a_trace_anew(make, collector, field):
    portico = make.serve(make.origin(), tracing={"collector": collector.address, "sample": 0})
    fields = sent(portico.get("/", f"traceparent: {field}", "tracestate: a=b"))
    trace, _, flags = PARENT.fullmatch(fields["traceparent"]).groups()
    assert trace != TRACE and flags == "00" and "tracestate" not in fields


@pytest.mark.parametrize("trusted, flags", [(True, "01"), (False, "00")])
def test_only_trusted_proxies_make_us_record(make, collector, trusted, flags):
    portico = make.serve(
        make.origin(), tracing={"collector": collector.address, "sample": 0},
        listener={"forwarding": {"trusted_proxies": ["127.0.0.0/8"] if trusted else []}})
    fields = sent(portico.get("/", f"traceparent: 00-{TRACE}-{SPAN}-01"))
    assert PARENT.fullmatch(fields["traceparent"])[3] == flags


def test_samples(make, collector):
    origin = make.origin()
    portico = make.portico(configuration(
        origin, tracing={"collector": collector.address, "sample": 4}, routes=[
            {"name": "often", "path": "/often", "cluster": "app", "trace_sample": 1},
            {"name": "never", "path": "/never", "cluster": "app", "trace_sample": 0},
            {"name": "some", "cluster": "app"}]))
    with portico.connect() as client:
        for _ in range(8):
            client.request("/some")
            client.request("/never")
        client.request("/often")
    collector.wait(1)
    eventually(lambda: scrape(portico)["portico_spans_exported_total"] == 3, "three spans")
    names = sorted(span["name"] for span in collector.spans())
    assert names == ["GET often", "GET some", "GET some"]


def test_errors_have_their_reason(make, collector):
    portico = make.serve("127.0.0.1:1", tracing={"collector": collector.address, "sample": 1})
    assert portico.get().status == 503
    [exported] = collector.wait(1)
    assert exported["status"] == {"code": 2}
    assert attributes(exported)["error.type"] == "no_backend"


def test_a_collector_that_is_away_costs_nothing_but_spans(make, collector):
    collector.status = 503
    portico = make.serve(make.origin(), tracing={"collector": collector.address, "sample": 1})
    for _ in range(5):
        assert portico.get().status == 200
    portico.wait_log(r" warning spans are not collected reason=.*503")
    eventually(lambda: scrape(portico)["portico_spans_dropped_total"] == 5, "the drops")
    collector.status = 200
    portico.get()
    portico.wait_log(" spans are collected again")


def test_the_last_spans_go_out_before_the_end(make, collector):
    portico = make.serve(make.origin(), tracing={"collector": collector.address, "sample": 1})
    portico.get()
    portico.send_signal(signal.SIGTERM)
    assert portico.wait_exit() == 0
    assert len(collector.spans()) == 1
