"""Both ends of a tunnel, octet by octet: asking for one, agreeing to it, and what goes through."""

from __future__ import annotations

import base64
import hashlib

from origins import OriginConnection, Script
from portico import Portico
from wire import Wire

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
ASKS = ("Connection: Upgrade", "Upgrade: websocket", f"Sec-WebSocket-Key: {KEY}",
        "Sec-WebSocket-Version: 13")


def upgrade(*fields: str, method: str = "GET", version: str = "1.1", target: str = "/chat") -> bytes:
    lines = [f"{method} {target} HTTP/{version}", "Host: a.example", *(fields or ASKS)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def consent(key: str | None = KEY, *fields: str) -> bytes:
    digest = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
             f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def tunnel(carry: Script) -> Script:
    """A script that consents, and then has `carry` do what it likes with the tunnel."""
    def script(connection: OriginConnection) -> None:
        request = connection.read_head()
        if request is None:
            return
        if (request["upgrade"] or "").lower() != "websocket":
            connection.echo(connection.read_content(request))
            return
        connection.send(consent(request["sec-websocket-key"]))
        carry(connection)
    return script


def echo_octets(connection: OriginConnection) -> None:
    """Sends back whatever comes, until the end of it."""
    while True:
        if connection.reader.buffer:
            connection.send(bytes(connection.reader.buffer))
            connection.reader.buffer.clear()
        if not connection.reader.fill():
            return


def opened(portico: Portico, **options) -> Wire:
    """A client whose tunnel is open."""
    client = portico.connect(**options)
    client.send(upgrade())
    head = client.head()
    assert head.status == 101, head
    return client


def was_reset(client: Wire) -> bool:
    try:
        client.reader.rest()
    except ConnectionResetError:
        return True
    return False
