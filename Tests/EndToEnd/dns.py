"""A name server whose answers a test scripts: UDP and TCP on one port that the kernel chose."""

from __future__ import annotations

import contextlib
import dataclasses
import ipaddress
import socket
import struct
import threading
import time
from collections.abc import Callable

from wire import DEADLINE

A, CNAME, AAAA, SRV = 1, 5, 28, 33
TYPES = {A: "A", AAAA: "AAAA", SRV: "SRV"}
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5


@dataclasses.dataclass(frozen=True)
class Service:
    """A record of the type SRV."""

    target: str
    port: int
    priority: int = 0
    weight: int = 0


@dataclasses.dataclass(frozen=True)
class Alias:
    target: str


@dataclasses.dataclass(frozen=True)
class Question:
    name: str
    type: str
    transport: str
    time: float


def encoded(name: str) -> bytes:
    labels = [label.encode() for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def record(owner: bytes, kind: int, ttl: int, data: bytes) -> bytes:
    return owner + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


class NameServer:
    """Names that it does not have are answered NXDOMAIN; `questions` are those that came."""

    def __init__(self):
        self.changed = threading.Condition()
        self.questions: list[Question] = []
        self.zone: dict[str, tuple] = {}
        self.ttl: dict[str, int] = {}
        self.faults: dict[str, Callable[[bytes, bytes], bytes | None] | int] = {}
        self.udp, self.tcp = self._sockets()
        for serve in (self._serve_udp, self._serve_tcp):
            threading.Thread(target=serve, daemon=True).start()

    @staticmethod
    def _sockets() -> tuple[socket.socket, socket.socket]:
        while True:
            tcp = socket.create_server(("127.0.0.1", 0))
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                udp.bind(tcp.getsockname())
                return udp, tcp
            except OSError:  # Somebody else's: another port.
                tcp.close()
                udp.close()

    @property
    def address(self) -> str:
        return "127.0.0.1:%d" % self.udp.getsockname()[1]

    def close(self) -> None:
        self.udp.close()
        with contextlib.suppress(OSError):
            self.tcp.shutdown(socket.SHUT_RDWR)
        self.tcp.close()

    # What it answers

    def set(self, name: str, *records, ttl: int = 1) -> None:
        """Addresses as text, `Service` and `Alias`."""
        self.zone[name], self.ttl[name] = records, ttl

    def fail(self, name: str, how) -> None:
        """`how`: a code; `silent`; or a function of the query and the right answer."""
        self.faults[name] = how

    def heal(self, name: str) -> None:
        self.faults.pop(name, None)

    # What it was asked

    def asked(self, name: str, kind: str | None = None) -> list[Question]:
        with self.changed:
            return [q for q in self.questions if q.name == name and kind in (None, q.type)]

    def wait_asked(self, name: str, kind: str, count: int) -> list[Question]:
        """The questions for that, once there are so many."""
        with self.changed:
            found = self.changed.wait_for(
                lambda: sum(q.name == name and q.type == kind for q in self.questions) >= count,
                DEADLINE)
            assert found, f"{name} {kind} was not asked for {count} times: {self.questions}"
        return self.asked(name, kind)

    # Serving

    def _serve_udp(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                query, peer = self.udp.recvfrom(4096)
                answer = self._answer(query, "udp")
                if answer is not None:
                    self.udp.sendto(answer, peer)

    def _serve_tcp(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.tcp.accept()
                threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, struct.error):
            while True:
                (length,) = struct.unpack("!H", connection.recv(2, socket.MSG_WAITALL))
                answer = self._answer(connection.recv(length, socket.MSG_WAITALL), "tcp")
                if answer is not None:
                    connection.sendall(struct.pack("!H", len(answer)) + answer)

    def _answer(self, query: bytes, transport: str) -> bytes | None:
        labels, end = [], 12
        while length := query[end]:
            labels.append(query[end + 1 : end + 1 + length].decode().lower())
            end += 1 + length
        name = ".".join(labels)
        (kind,) = struct.unpack("!H", query[end + 1 : end + 3])
        question = query[12 : end + 5]
        with self.changed:
            self.questions.append(
                Question(name, TYPES.get(kind, str(kind)), transport, time.monotonic()))
            self.changed.notify_all()
        fault = self.faults.get(name)
        if fault == silent:
            return None
        if isinstance(fault, int):
            return self._message(query, question, fault, [])
        known = name in self.zone
        answer = self._message(
            query, question, NOERROR if known else NXDOMAIN, self._records(name, kind))
        if fault:
            return fault(query, answer)
        if transport == "udp" and len(answer) > 512:
            answer = self._message(query, question, NOERROR, [], truncated=True)
        return answer

    @staticmethod
    def _message(query: bytes, question: bytes, code: int, records: list[bytes],
                 truncated: bool = False) -> bytes:
        flags = 0x8180 | code | (0x0200 if truncated else 0)
        return (query[:2] + struct.pack("!HHHHH", flags, 1, len(records), 0, 0) + question
                + b"".join(records))

    def _records(self, name: str, kind: int, owner: bytes = b"\xc0\x0c") -> list[bytes]:
        ttl, found = self.ttl.get(name, 0), []
        for entry in self.zone.get(name, ()):
            if isinstance(entry, Alias):
                target = encoded(entry.target)
                found.append(record(owner, CNAME, ttl, target))
                found += self._records(entry.target, kind, target)
            elif isinstance(entry, Service):
                if kind == SRV:
                    head = struct.pack("!HHH", entry.priority, entry.weight, entry.port)
                    found.append(record(owner, SRV, ttl, head + encoded(entry.target)))
            else:
                address = ipaddress.ip_address(entry)
                if kind == (A if address.version == 4 else AAAA):
                    found.append(record(owner, kind, ttl, address.packed))
        return found


def silent(query: bytes, answer: bytes) -> None:
    """A fault: no answer at all."""


def cut(query: bytes, answer: bytes) -> bytes:
    """A fault: the answer ends in the middle of its last record."""
    return answer[:-3]


def garbage(query: bytes, answer: bytes) -> bytes:
    """A fault: three records are promised, and what follows is none."""
    return answer[:6] + b"\0\3" + answer[8:12] + query[12:].partition(b"\0")[0] + b"\0\0\1\0\1" + b"\xff" * 40


def looping(query: bytes, answer: bytes) -> bytes:
    """A fault: a record whose owner's name points to itself."""
    at = len(answer)
    return (answer[:6] + b"\0\x7f" + answer[8:] + struct.pack("!H", 0xC000 | at)
            + struct.pack("!HHIH", A, 1, 60, 4) + b"\x7f\0\0\1")


def for_another(query: bytes, answer: bytes) -> bytes:
    """A fault: the answer to another query."""
    return bytes([answer[0] ^ 0xFF]) + answer[1:]
