"""TLS in front, on the same OpenSSL for all, with the same ciphers and groups."""

from __future__ import annotations

import ssl
import time
from contextlib import ExitStack, closing

from harness import Harness
from http1_scenarios import IDLE_CONNECTIONS, request_once
from http2_scenarios import CONNECTIONS, STREAMS
from loads import H2Load, Handshakes, Wrk
from proxies import Proxy, connect

PROXIES = ["portico", "nginx", "haproxy"]


def tls(bench: Harness) -> None:
    with ExitStack() as stack:
        proxies = bench.started(stack, PROXIES, certificate=bench.certificate("ecdsa"))
        bench.report("tls", "HTTPS: 101 octets, 64 kept connections, access logs off",
                     bench.compare(proxies, Wrk("/", 64)), "nginx")


def tls_h2(bench: Harness) -> None:
    with ExitStack() as stack:
        proxies = bench.started(stack, PROXIES, downstream="http2",
                                certificate=bench.certificate("ecdsa"))
        bench.report("tls-h2", f"HTTPS, HTTP/2 to HTTP/1.1: 101 octets, {CONNECTIONS} connections, "
                     f"{STREAMS} streams on each",
                     bench.compare(proxies, H2Load("/", CONNECTIONS, STREAMS)), "nginx")


def tls_bodies(bench: Harness) -> None:
    with ExitStack() as stack:
        proxies = bench.started(stack, PROXIES, certificate=bench.certificate("ecdsa"))
        bench.report("tls-bodies", "HTTPS: 1 MiB bodies, 16 kept connections (CPU per MiB)",
                     bench.compare(proxies, Wrk("/1m", 16)), "nginx", "MiB")


def tls_handshakes(bench: Harness) -> None:
    program = bench.compile("handshakes", "-lssl", "-lcrypto")
    for kind, what in ("ecdsa", "ECDSA P-256"), ("rsa", "RSA 2048"):
        for how in "full", "resumed":
            with ExitStack() as stack:
                proxies = bench.started(stack, PROXIES, certificate=bench.certificate(kind))
                bench.report(f"tls-handshakes-{kind}-{how}",
                             f"Connections with one request, TLS 1.3, {what}, {how}",
                             bench.compare(proxies, Handshakes(program, how)), "nginx",
                             "handshakes")


def tls_idle(bench: Harness) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def opened(proxy: Proxy) -> ssl.SSLSocket:
        sock = context.wrap_socket(connect(proxy.port))
        request_once(sock)
        return sock

    octets: dict[str, float] = {}
    for name in PROXIES:
        with ExitStack() as stack:
            for proxy in bench.started(stack, [name], certificate=bench.certificate("ecdsa")):
                for _ in range(200):  # Allocators and pools are filled before the first look.
                    opened(proxy).close()
                time.sleep(1.5)
                before = proxy.memory()
                for _ in range(IDLE_CONNECTIONS):
                    stack.enter_context(closing(opened(proxy)))
                time.sleep(2.5)  # Idle connections give up what they can after about a second.
                octets[name] = (proxy.memory() - before) / IDLE_CONNECTIONS
                bench.figure("tls-idle", name, "octets", octets[name])
    if "portico" in octets and "nginx" in octets:
        bench.figure("tls-idle", "portico", "octets_to_nginx", octets["portico"] / octets["nginx"])
    bench.table(f"Memory of an idle kept TLS connection, over {IDLE_CONNECTIONS:,}",
                ["proxy", "octets"], [[name, f"{count:,.0f}"] for name, count in octets.items()])


SCENARIOS = {scenario.__name__.replace("_", "-"): scenario
             for scenario in (tls, tls_h2, tls_bodies, tls_handshakes, tls_idle)}
