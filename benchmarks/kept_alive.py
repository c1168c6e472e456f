"""A mock server that answers from memory: its connections, and how it listens until stdin ends."""

from __future__ import annotations

import asyncio
import re
import sys
from typing import cast

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class KeptAlive(asyncio.Protocol):
    """One connection that is kept alive; ``answer`` is called with the body of each request."""

    def __init__(self) -> None:
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def answer(self, body: bytes) -> None:
        """Write the answer, at once or later."""
        raise NotImplementedError

    def say(self, *pieces: bytes) -> None:
        """Write these, each by itself, unless the caller has left."""
        if self._transport is not None and not self._transport.is_closing():
            for piece in pieces:
                self._transport.write(piece)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport that answers are written to."""
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer once the request is complete."""
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not found or (length and len(body) < int(length[1])):
            return
        self._received = b""
        self.answer(body)


async def serve(connection: type[KeptAlive], *, backlog: int = 100) -> None:
    """Listen on a free loopback port, and print it, until stdin ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", 0, backlog=backlog)
    host, port = server.sockets[0].getsockname()
    print(f"Listening on http://{host}:{port}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
