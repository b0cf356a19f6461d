"""HTTP/2 with prior knowledge in front; HTTP/1.1, HTTP/2 or gRPC behind."""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack, closing

from framepeers import FrameClient, HoldingOrigin
from harness import Harness
from loads import MEBIBYTE, H2Load
from proxies import Proxy

CONNECTIONS, STREAMS = 8, 32
IDLE_CONNECTIONS = 2000
WAITING_CONNECTIONS, WAITING_STREAMS = 20, 100
DELAYS = 300
"""Small requests, of which the median is taken, in each round."""
CLIENT_BUFFER = 1 << 16
"""Of the socket on which delays are taken: what waits there is beyond the proxy's power."""


def h2(bench: Harness) -> None:
    with ExitStack() as stack:
        proxies = bench.started(stack, ["portico", "nghttpx", "haproxy", "nginx"],
                                downstream="http2")
        bench.report("h2", f"HTTP/2 to HTTP/1.1: 101 octets, {CONNECTIONS} connections, "
                     f"{STREAMS} streams on each",
                     bench.compare(proxies, H2Load("/", CONNECTIONS, STREAMS)), "nghttpx")


def h2h2(bench: Harness) -> None:
    with ExitStack() as stack:
        proxies = bench.started(stack, ["portico", "nghttpx", "haproxy"], downstream="http2",
                                upstream="http2", origin=bench.nghttpd(stack, "a.txt", b"x" * 101))
        bench.report("h2h2", "The same with HTTP/2 behind (nginx has none)",
                     bench.compare(proxies, H2Load("/a.txt", CONNECTIONS, STREAMS)), "nghttpx")


def grpc(bench: Harness) -> None:
    message = bytes([0, 0, 0, 0, 96]) + b"x" * 96
    data = bench.directory / "message"
    data.write_bytes(message)
    with ExitStack() as stack:
        origin = bench.nghttpd(stack, "unary.grpc", message, "--no-content-length",
                               "--trailer=grpc-status: 0")
        proxies = bench.started(stack, ["portico", "nghttpx", "haproxy", "nginx"],
                                downstream="http2", upstream="http2", origin=origin)
        load = H2Load("/unary.grpc", CONNECTIONS, STREAMS, (
            f"--data={data}", "--header=content-type: application/grpc", "--header=te: trailers"))
        bench.report("grpc", "gRPC unary: a message of 101 octets each way, trailers",
                     bench.compare(proxies, load), "nghttpx")


def h2big(bench: Harness) -> None:
    with ExitStack() as stack:
        proxies = bench.started(stack, ["portico", "nghttpx", "haproxy", "nginx"],
                                downstream="http2")
        bench.report("h2big", "Downloads of 100 MiB, HTTP/2 to HTTP/1.1 (CPU per MiB)",
                     bench.compare(proxies, H2Load("/100m", 1, 1, unit=MEBIBYTE)), "nghttpx", "MiB")
        measured: dict[str, list[tuple[float, ...]]] = {proxy.name: [] for proxy in proxies}
        with bench.on_load_core():
            for proxy in bench.rounds(proxies):
                measured[proxy.name].append(delays(proxy))
    rows = []
    for name, rounds in measured.items():
        quiet, beside, ratio, rate = map(statistics.median, zip(*rounds))
        rows.append([name, f"{quiet:,.0f}", f"{beside:,.0f}", f"{ratio:.2f}", f"{rate:,.0f}"])
        bench.figure("h2big", name, "delay_ratio", ratio)
    bench.table(f"Median delay of {DELAYS} small requests without and beside such a download, on "
                "one connection", ["proxy", "without µs", "beside µs", "ratio", "MiB/s"], rows)


def delays(proxy: Proxy) -> tuple[float, float, float, float]:
    """Medians in µs without and beside a download, their ratio, and MiB/s of the download."""
    with closing(FrameClient(proxy.port, buffer=CLIENT_BUFFER)) as client:
        for _ in range(20):
            client.request()
        quiet, _ = delays_on(client, None)
        beside, rate = delays_on(client, client.open("/100m"))
    return quiet, beside, beside / quiet, rate


def delays_on(client: FrameClient, download: int | None) -> tuple[float, float]:
    """One small request at a time, 2 ms apart; a download that ends is begun again."""
    if download:
        client.await_content(MEBIBYTE)
    took, sent, stream = [], time.perf_counter(), client.open()
    begun, before = sent, client.received
    while len(took) < DELAYS:
        ended = client.receive(until=None if stream else sent + 0.002)
        now = time.perf_counter()
        if stream in ended:
            took.append((now - sent) * 1e6)
            stream, sent = None, now
        if download in ended:
            download = client.open("/100m")
        if not stream and now >= sent + 0.002:
            sent, stream = now, client.open()
    return statistics.median(took), (client.received - before) / MEBIBYTE / (now - begun)


def h2idle(bench: Harness) -> None:
    rows = []
    for name in ("portico", "nghttpx", "haproxy", "nginx"):
        if name not in bench.proxies:
            continue
        figures = {"octets": idle_octets(bench, name), "octets_waiting_http1":
                   waiting_octets(bench, name, "http1")}
        if name != "nginx":
            figures["octets_waiting_http2"] = waiting_octets(bench, name, "http2")
        for figure, octets in figures.items():
            bench.figure("h2idle", name, figure, octets)
        rows.append([name, *(f"{octets:,.0f}" for octets in figures.values())]
                    + ["-"] * (3 - len(figures)))
    bench.table(
        f"Octets of an idle HTTP/2 connection, over {IDLE_CONNECTIONS:,}, and of a stream that "
        f"waits for its backend, {WAITING_STREAMS} on each of {WAITING_CONNECTIONS} connections",
        ["proxy", "connection", "stream, HTTP/1.1 behind", "stream, HTTP/2 behind"], rows)


def idle_octets(bench: Harness, name: str) -> float:
    with ExitStack() as stack:
        proxy = bench.started(stack, [name], downstream="http2")[0]
        before = warm_memory(proxy)
        for _ in range(IDLE_CONNECTIONS):
            stack.enter_context(closing(FrameClient(proxy.port))).request()
        time.sleep(2.5)  # Idle connections give up what they can after about a second.
        return (proxy.memory() - before) / IDLE_CONNECTIONS


def waiting_octets(bench: Harness, name: str, upstream: str) -> float:
    """With HTTP/1.1 behind, each stream's share includes the backend connection that it has."""
    with ExitStack() as stack:
        origin = stack.enter_context(HoldingOrigin(upstream))
        proxy = bench.started(stack, [name], downstream="http2", upstream=upstream,
                              origin=origin.port)[0]
        before = warm_memory(proxy)
        origin.answering = False
        for _ in range(WAITING_CONNECTIONS):
            client = stack.enter_context(closing(FrameClient(proxy.port)))
            client.open(count=WAITING_STREAMS)
        count = WAITING_CONNECTIONS * WAITING_STREAMS
        origin.wait(count, name)
        time.sleep(0.5)
        return (proxy.memory() - before) / count


def warm_memory(proxy: Proxy) -> int:
    """What is resident once allocators and pools are filled."""
    for _ in range(200):
        with closing(FrameClient(proxy.port)) as client:
            client.request()
    time.sleep(1.5)
    return proxy.memory()


SCENARIOS = {scenario.__name__: scenario for scenario in (h2, h2h2, grpc, h2big, h2idle)}
