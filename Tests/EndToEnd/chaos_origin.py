"""An origin that is a process of its own, so that it can be killed and stopped, and told to misbehave.

Run as `chaos_origin.py PORT NAME`; on its standard input come modes, one in a line: `well`, `slow` (2 s
for each answer), `fails` (500), `hangs` (no answer at all).
"""

from __future__ import annotations

import asyncio
import socket
import sys


class ChaosOrigin:
    def __init__(self, name: str):
        self.name = name
        self.mode = "well"

    async def read_modes(self) -> None:
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            self.mode = line.decode().strip()
            print(self.mode, flush=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if self.mode == "hangs":
                    await reader.read()
                    return
                if self.mode == "slow":
                    await asyncio.sleep(2)
                status = b"500 Broken" if self.mode == "fails" else b"200 OK"
                writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s"
                             % (status, len(self.name), self.name.encode()))
                await writer.drain()
                if b"connection: close" in head.lower():
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def run(self, port: int) -> None:
        listener = socket.socket()
        # Whoever starts us holds the port, bound and not listening, over our deaths.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        server = await asyncio.start_server(self.serve, sock=listener, backlog=1024)
        print("ready", flush=True)
        await self.read_modes()
        server.close()


if __name__ == "__main__":
    asyncio.run(ChaosOrigin(sys.argv[2]).run(int(sys.argv[1])))
