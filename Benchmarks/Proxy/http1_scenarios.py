"""HTTP/1.1 on both sides."""

from __future__ import annotations

import re
import socket
import statistics
import time
from contextlib import ExitStack

from harness import Harness
from loads import H2Load, Wrk
from proxies import connect

from procfs import connections_of_loops

IDLE_CONNECTIONS = 5000
SCRAPED_BACKENDS = 1000


def small(bench: Harness) -> None:
    with ExitStack() as stack:
        proxies = bench.started(stack, ["portico", "nginx", "haproxy", "forwarder"])
        bench.report("small", "101 octets, 64 kept connections, access logs off",
                     bench.compare(proxies, Wrk("/", 64)), "nginx")


def fields(bench: Harness) -> None:
    with ExitStack() as stack:
        proxies = bench.started(stack, ["portico", "nginx", "haproxy"], fields=True)
        bench.report("fields", "The same, each adding X-Forwarded-For, -Proto, -Host, Via and "
                     "X-Request-Id", bench.compare(proxies, Wrk("/", 64)), "nginx")


def logs(bench: Harness) -> None:
    with ExitStack() as stack:
        proxies = bench.started(stack, ["portico", "nginx", "haproxy"], logs=True)
        bench.report("logs", "The same with access logs on",
                     bench.compare(proxies, Wrk("/", 64)), "nginx")


def observed(bench: Harness) -> None:
    with ExitStack() as stack:
        proxies = bench.started(stack, ["portico"])
        for proxy in bench.started(stack, ["portico"], logs=True, log_format="json"):
            proxy.name = "portico-observed"
            stack.enter_context(proxy.scraped())
            proxies.append(proxy)
        proxies += bench.started(stack, ["nginx"], logs=True)
        bench.report("observed", "Nothing on, and JSON access log and a scrape each second; nginx "
                     "with its access log", bench.compare(proxies, Wrk("/", 64)), "portico")
        for proxy in proxies:
            if proxy.name == "portico-observed":
                dropped = re.search(r"^portico_access_log_dropped_lines_total (\d+)",
                                    proxy.scrape(), re.M)
                bench.figure("observed", "portico", "dropped_lines", int(dropped[1]))


def scrape(bench: Harness) -> None:
    """Scrapes of many backends, and what they are to requests: with a core for the load and one for
    the proxy, and half of what that one could do."""
    with ExitStack() as stack:
        proxies = bench.started(stack, ["portico"], idle_backends=SCRAPED_BACKENDS)
        for proxy in bench.started(stack, ["portico"], idle_backends=SCRAPED_BACKENDS):
            proxy.name = "portico-scraped"
            took = []
            for _ in range(21):
                before = time.monotonic()
                octets = len(proxy.scrape())
                took.append((time.monotonic() - before) * 1000)
            bench.figure("scrape", "portico", "scrape_ms", statistics.median(took))
            bench.figure("scrape", "portico", "scrape_octets", octets)
            stack.enter_context(proxy.scraped())
            proxies.append(proxy)
        if not proxies:
            return
        load = H2Load("/", 16, 1, ("--h1", "--rps=500"), log=bench.directory / "times")
        medians = bench.compare(proxies, load)
        bench.report("scrape", f"8,000 requests a second beside {SCRAPED_BACKENDS:,} backends, with "
                     "and without a scrape each second", medians, "portico")


def bodies(bench: Harness) -> None:
    with ExitStack() as stack:
        proxies = bench.started(stack, ["portico", "nginx", "haproxy", "forwarder"])
        bench.report("bodies", "1 MiB bodies, 16 kept connections (CPU per MiB)",
                     bench.compare(proxies, Wrk("/1m", 16)), "nginx")


def workers(bench: Harness) -> None:
    with ExitStack() as stack:
        proxies = []
        for count in (1, 2):
            for proxy in bench.started(
                    stack, ["portico", "nginx"], bench.worker_cores, workers=count):
                proxy.name += f"-{count}"
                proxies.append(proxy)
        two = next((proxy for proxy in proxies if proxy.name == "portico-2"), None)
        if two is None:
            return
        medians = bench.compare(proxies, Wrk("/", 64), bench.worker_load_cores)
        bench.report("workers", "One worker and two, on two cores", medians, "portico-1")
        # Also what two of them cost each other where there is no core left for the load.
        growth = {name: medians[f"{name}-2"].total / medians[f"{name}-1"].total
                  for name in ("portico", "nginx") if f"{name}-2" in medians}
        if "nginx" in growth:
            bench.figure("workers", "portico", "growth_to_nginx", growth["portico"] / growth["nginx"])
        for _ in range(64):
            request_once(kept(stack, two.port))
        spread = connections_of_loops(two.process.pid, two.port)
        bench.results.append({"scenario": "workers", "spread": spread})
        bench.figures["workers", "most_of_64_connections"] = max(spread)
        if not bench.options.json:
            print(f"64 connections on two workers: {' : '.join(map(str, spread))}\n")


def idle(bench: Harness) -> None:
    rows = []
    for name in ("portico", "nginx", "haproxy"):
        with ExitStack() as stack:
            for proxy in bench.started(stack, [name]):
                for _ in range(200):  # Allocators and pools are filled before the first look.
                    with connect(proxy.port) as sock:
                        request_once(sock)
                time.sleep(1.5)
                before = proxy.memory()
                for _ in range(IDLE_CONNECTIONS):
                    request_once(kept(stack, proxy.port))
                time.sleep(2.5)  # Idle connections give up what they can after about a second.
                octets = (proxy.memory() - before) / IDLE_CONNECTIONS
                rows.append([name, f"{octets:,.0f}"])
                bench.figure("idle", name, "octets", octets)
    bench.table(f"Memory of an idle kept connection, over {IDLE_CONNECTIONS:,}",
                ["proxy", "octets"], rows)


SCENARIOS = {scenario.__name__: scenario
             for scenario in (small, fields, logs, observed, scrape, workers, bodies, idle)}


def kept(stack: ExitStack, port: int) -> socket.socket:
    """A connection that stays until the end of the scenario."""
    return stack.enter_context(connect(port))


def request_once(sock: socket.socket) -> None:
    sock.sendall(b"GET / HTTP/1.1\r\nHost: bench.example\r\n\r\n")
    data = b""
    while b"\r\n\r\n" not in data or not data.endswith(b"x" * 101):
        piece = sock.recv(4096)
        if not piece:
            raise SystemExit("bench: a connection ended without an answer")
        data += piece
