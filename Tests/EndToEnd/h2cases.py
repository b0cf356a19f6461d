"""Tables of what HTTP/2 clients may send and what a server must make of it: the form of a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import h2frames as h2
from h2client import H2Client
from h2frames import ACK, Code, Type
from wire import Truncated, WireError

PATIENCE = 4.0
"""Seconds until an outcome that did not come is a failure."""


@dataclass(frozen=True)
class Outcome:
    """Something that can be observed; `usable` says whether the connection goes on."""

    name: str
    seen: Callable[[H2Client], object]
    usable: bool = True

    def __str__(self) -> str:
        return self.name


def connection_error(*codes: Code) -> Outcome:
    return Outcome("GOAWAY " + "/".join(code.name for code in codes),
                   lambda client: client.goaways and client.goaways[-1][1] in codes, usable=False)


def stream_error(code: Code, stream: int = 1) -> Outcome:
    return Outcome(f"RST_STREAM {code.name} on {stream}",
                   lambda client: client.expected(stream).reset == code)


def status(code: int, stream: int = 1) -> Outcome:
    def seen(client: H2Client) -> bool:
        return client.expected(stream).ended and client.expected(stream).status == code
    return Outcome(f"{code} on {stream}", seen)


def served(stream: int = 1) -> Outcome:
    return status(200, stream)


def saw(kind: Type, flags: int = 0, **expected) -> Outcome:
    """A frame of that type with at least those flags and exactly those attributes."""
    def seen(client: H2Client) -> bool:
        return any(frame.type == kind and frame.flags & flags == flags
                   and all(getattr(frame, k) == v for k, v in expected.items())
                   for frame in client.frames)
    return Outcome(f"{kind.name} {expected}", seen)


# The connection is still good for a request; nothing else is to be seen.
IGNORED = Outcome("nothing", lambda client: b"ignored?" in client.pongs)
CLOSED = Outcome("end of the connection", lambda client: client.ended, usable=False)
ACKNOWLEDGED = saw(Type.SETTINGS, ACK)
PONG = saw(Type.PING, ACK, payload=b"octets 8")

PROTOCOL = connection_error(Code.PROTOCOL_ERROR)
FRAME_SIZE = connection_error(Code.FRAME_SIZE_ERROR)
FLOW_CONTROL = connection_error(Code.FLOW_CONTROL_ERROR)
COMPRESSION = connection_error(Code.COMPRESSION_ERROR)
STREAM_CLOSED = connection_error(Code.STREAM_CLOSED)
CALM = connection_error(Code.ENHANCE_YOUR_CALM)
MALFORMED = stream_error(Code.PROTOCOL_ERROR)
BAD_REQUEST = status(400)


@dataclass(frozen=True)
class Step:
    """Reads until something has happened, before the next octets go out."""

    outcome: Outcome


@dataclass
class Case:
    """What a client sends after its preface and SETTINGS, and what may come of it.

    `sent`: octets, or `Step`s to wait for. `settings`: the client's own. `bare`: without preface
    and SETTINGS. `goes_away`: the client says GOAWAY itself, so that nothing need work afterwards.
    `credit`: the client gives windows back by itself.
    """

    section: str
    name: str
    sent: list[bytes | Step]
    outcomes: tuple[Outcome, ...]
    settings: dict[int, int] | None = None
    bare: bool = False
    goes_away: bool = False
    credit: bool = True

    def __str__(self) -> str:
        return f"{self.section}-{self.name}".replace(" ", "_")


def case(section: str, name: str, sent, *outcomes: Outcome, **options) -> Case:
    """A `Case`; octets alone need no list."""
    return Case(section, name, [sent] if isinstance(sent, bytes) else list(sent), outcomes,
                **options)


def wait_for(client: H2Client, outcomes: tuple[Outcome, ...]) -> Outcome:
    def first() -> Outcome | None:
        return next((outcome for outcome in outcomes if outcome.seen(client)), None)
    wanted = " or ".join(map(str, outcomes))
    try:
        return client.wait(first, wanted, PATIENCE)
    except Truncated:
        if outcome := first():  # The end itself was what was expected.
            return outcome
        raise


def check(case: Case, portico, size: int = 0) -> None:
    """Sends the case in pieces of that many octets (0: at once) and waits for an outcome."""
    with portico.h2(settings=case.settings, credit=case.credit) if not case.bare else H2Client(
            portico.address(), first=b"") as client:
        for stream in (1, 3, 5):
            client.expected(stream)
        try:
            for part in case.sent:
                if isinstance(part, Step):
                    wait_for(client, (part.outcome,))
                else:
                    step = size or max(1, len(part))
                    for start in range(0, len(part), step):
                        client.send(part[start : start + step])
        except (BrokenPipeError, ConnectionResetError):
            pass  # It has seen enough already.
        if IGNORED in case.outcomes:  # Only when the rest did not come first.
            client.send(h2.ping(b"ignored?"))
        outcome = wait_for(client, case.outcomes)
        if case.goes_away:
            return
        if outcome.usable:
            check_usable(client)
        else:
            client.expect_end(PATIENCE)
            assert client.ended, "it said GOAWAY and did not close"


def check_usable(client: H2Client) -> None:
    """Neither an error nor the end: a PING is answered, a further request served."""
    client.round_trip()
    if client.goaways:
        raise WireError(f"an unexpected GOAWAY: {client.goaways}")
    stream = client.expected(101)
    client.send(h2.window_update(0, 1 << 16), h2.request(101, "/usable"))
    client.wait(lambda: stream.is_over or stream.fields is not None, "a further response", PATIENCE)
    assert stream.status == 200, str(stream)
