"""Much of everything: memory and descriptors stay where they were."""

from __future__ import annotations

import contextlib
import json
import random
import signal
import socket
import struct
import threading

import pytest

from origins import OriginConnection
from portico import eventually
from wire import DEADLINE, Wire

MIB = 1 << 20
GIB = 1 << 30
PIECE = bytes(range(256)) * (MIB // 256)


class Peak:
    """The most that a process occupied while the block ran."""

    def __init__(self, portico):
        self.portico, self.done, self.octets = portico, threading.Event(), 0

    def __enter__(self) -> "Peak":
        self.before = self.portico.resident()
        self.thread = threading.Thread(target=self._sample, daemon=True)
        self.thread.start()
        return self

    def _sample(self) -> None:
        while not self.done.wait(0.05):
            with contextlib.suppress(OSError):
                self.octets = max(self.octets, self.portico.resident())

    def __exit__(self, *_) -> None:
        self.done.set()
        self.thread.join()
        self.octets = max(self.octets, self.portico.resident())

    @property
    def growth(self) -> int:
        return self.octets - self.before


def receive(sock: socket.socket, count: int) -> None:
    buffer = bytearray(MIB)
    while count:
        received = sock.recv_into(buffer, min(MIB, count))
        assert received, f"end of stream {count} octets early"
        count -= received


def big(connection: OriginConnection) -> None:
    """Takes any content unread; answers as much as the target says."""
    while request := connection.read_head():
        if length := int(request["content-length"] or 0):
            early = min(length, len(connection.reader.buffer))
            del connection.reader.buffer[:early]
            receive(connection.sock, length - early)
            connection.answer(str(length).encode())
        else:
            size = int(request.target[1:])
            connection.send(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n")
            for _ in range(size // MIB):
                connection.sock.sendall(PIECE)


def test_a_gibibyte_down_and_up_with_flat_memory(make):
    portico = make.serve(make.origin(big), listener={"max_connections": 10})
    with portico.connect() as client:
        for size in (64 * MIB, GIB):  # The first warms up.
            with Peak(portico) as peak:
                client.send(f"GET /{size} HTTP/1.1\r\nHost: a.example\r\n\r\n")
                assert client.head()["content-length"] == str(size)
                early = len(client.reader.buffer)
                client.reader.buffer.clear()
                receive(client.sock, size - early)
        assert peak.growth < 4 * MIB
        for size in (64 * MIB, GIB):
            with Peak(portico) as peak:
                client.send(f"PUT / HTTP/1.1\r\nHost: a.example\r\nContent-Length: {size}\r\n\r\n")
                for _ in range(size // MIB):
                    client.sock.sendall(PIECE)
                assert client.response().body == str(size).encode()
        assert peak.growth < 4 * MIB


def test_both_ways_at_once(make):
    """256 MiB up and down at the same time on one exchange: neither direction waits for the other."""
    size = 256 * MIB
    received = threading.Event()

    def script(connection: OriginConnection) -> None:
        request = connection.read_head()
        assert request
        connection.send(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n")
        sender = threading.Thread(target=lambda: [connection.sock.sendall(PIECE)
                                                  for _ in range(size // MIB)], daemon=True)
        sender.start()
        early = len(connection.reader.buffer)
        connection.reader.buffer.clear()
        receive(connection.sock, size - early)
        received.set()
        sender.join()
    portico = make.serve(make.origin(script))
    with portico.connect() as client, Peak(portico) as peak:
        client.send(f"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: {size}\r\n\r\n")
        sender = threading.Thread(target=lambda: [client.sock.sendall(PIECE)
                                                  for _ in range(size // MIB)], daemon=True)
        sender.start()
        assert client.head().status == 200
        early = len(client.reader.buffer)
        client.reader.buffer.clear()
        receive(client.sock, size - early)
        sender.join()
        # Who leaves has no more interest in what is still on its way.
        assert received.wait(30)
    assert peak.growth < 8 * MIB


WIRES = [
    b"",
    b"GET",
    b"GET / HTTP/1.1\r\nHost: a.exam",
    b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100\r\n\r\nhalf",
    b"POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    b"\x16\x03\x01",
    b"PRI * HTTP/2.0",
]


def abort(address, count: int) -> int:
    """That many connections, each reset after one of the openings above."""
    linger = struct.pack("ii", 1, 0)
    for index in range(count):
        with socket.socket() as sock:
            sock.settimeout(DEADLINE)
            sock.connect(address)
            if wire := WIRES[index % len(WIRES)]:
                sock.send(wire)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    return count


@pytest.mark.timeout(180)
def test_a_hundred_thousand_aborted_connections(make):
    portico = make.portico({
        "listeners": {"web": {"bind": "127.0.0.1:0"}},
        "routes": [{"path": "/*", "cluster": "app"}],
        "clusters": {"app": {"backends": [make.nginx().address]}},
        "logging": {"access": {"output": "off"}}}, workers=2)
    address = portico.address()

    def settle() -> tuple[int, int]:
        assert portico.get().status == 200
        eventually(lambda: portico.descriptors() <= descriptors + 140, "descriptors to be closed")
        return portico.descriptors(), portico.resident()
    descriptors = portico.descriptors()
    abort(address, 20_000)
    _, before = settle()
    aborted: list[int] = []
    threads = [threading.Thread(target=lambda: aborted.append(abort(address, 40_000)), daemon=True)
               for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert aborted == [40_000] * 2
    _, after = settle()
    assert after - before < 2 * MIB, f"{(after - before) / MIB:.1f} MiB more"


def test_backend_killed_under_load(make):
    """Idempotent requests do not notice; afterwards nothing goes to the dead one."""
    origins = [make.nginx(f"n{i}", sendfile=False) for i in range(3)]
    portico = make.serve(*origins, workers=2)
    address, stop = portico.address(), threading.Event()
    statuses: list[int] = []
    failures: list[str] = []

    def client() -> None:
        while not stop.is_set():
            try:
                with Wire(address) as wire:
                    for _ in range(200):
                        statuses.append(wire.request().status)
            except Exception as error:  # Whatever it was, it is a failed request.
                failures.append(repr(error))
    threads = [threading.Thread(target=client, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(statuses) > 1000, "load")
    origins[1].kill()
    killed_at = len(statuses)
    eventually(lambda: len(statuses) > killed_at + 3000, "load to go on")
    settled_at = len(statuses)
    eventually(lambda: len(statuses) > settled_at + 1000, "load to go on")
    stop.set()
    for thread in threads:
        thread.join(DEADLINE)
    assert failures == []
    wrong = [status for status in statuses if status != 200]
    # A request on a fresh connection whose answer was under way cannot be repeated.
    assert len(wrong) <= 8 and set(wrong) <= {502}, wrong[:20]
    assert set(statuses[settled_at:]) == {200}


def test_many_requests_leave_nothing_behind(make):
    portico = make.serve(make.nginx(), logging={"access": {"output": "off"}},
                         listener={"protocols": {"http1": {"max_requests": 0}}})

    def round_of(count: int) -> int:
        with portico.connect() as client:
            wire = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n" * 10
            for _ in range(count // 10):
                client.send(wire)
                for _ in range(10):
                    assert client.response().status == 200
        return portico.resident()
    before = round_of(2_000)
    assert round_of(20_000) - before < MIB


def test_random_mixture(make):
    """Good, bad, slow, aborted and reloaded, all together; then everything still works."""
    origin = make.origin(name="mixed")
    portico = make.serve(origin, workers=2, listener={"timeouts": {"head": "1s", "body_idle": "1s"}})
    address = portico.address()
    statuses: list[int] = []

    def client(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(150):
            with contextlib.suppress(OSError, AssertionError), Wire(address, timeout=3) as wire:
                kind = chance.randrange(5)
                if kind == 0:
                    body = b"x" * chance.randrange(200_000)
                    statuses.append(wire.request("/", method="POST", body=body).status)
                elif kind == 1:
                    wire.send_in_pieces(WIRES[3], [chance.randrange(36)])
                    wire.response()
                elif kind == 2:
                    wire.send(bytes(chance.randrange(256) for _ in range(100)))
                    wire.reset()
                elif kind == 3:
                    wire.send(chance.choice(WIRES))
                    wire.reset()
                else:
                    wire.send(WIRES[3] * 20)
                    wire.response()
    threads = [threading.Thread(target=client, args=(seed,), daemon=True) for seed in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        portico.reload()
        threads[0].join(0.1)
        threads = [thread for thread in threads if thread.is_alive()] or threads[:1]
        if not threads[0].is_alive():
            break
    assert len(statuses) > 100 and set(statuses) == {200}
    assert json.loads(portico.get().body)["origin"] == "mixed"
    assert portico.stop(signal.SIGTERM) == 0
    portico.check_log()
