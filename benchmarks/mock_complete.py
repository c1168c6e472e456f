"""A server of ``/v1/complete`` that costs nothing: answers from memory, 50 ms after each request.

Run it as ``python -m benchmarks.mock_complete``; it prints where it listens and ends when stdin
ends.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from typing import Any, cast

import uvloop

SECONDS = 0.05
TEXT = "The capital of France is Paris."

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_MODEL = {"provider": "openai", "model": "gpt-4o-mini", "failoverCount": 0, "scoresRunId": "mock"}
_USAGE = {"promptTokens": 12, "completionTokens": 8}


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def _answer() -> bytes:
    events = (
        _event("meta", {**_MODEL, "totalFailoverCount": 0, "hop": 0})
        + _event("delta", {"text": TEXT})
        + _event("done", {**_MODEL, "text": TEXT, "usage": _USAGE})
    )
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    return head + f"{len(events):x}".encode() + b"\r\n" + events + b"\r\n0\r\n\r\n"


class MockServer(asyncio.Protocol):
    """One connection that is kept alive."""

    answer = _answer()

    def __init__(self) -> None:
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport that answers are written to."""
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer a while after the request is complete."""
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not found or (length and len(body) < int(length[1])):
            return
        self._received = b""
        asyncio.get_running_loop().call_later(SECONDS, self._say)

    def _say(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(self.answer)


async def serve() -> None:
    """Listen on a free loopback port until stdin ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(MockServer, "127.0.0.1", 0, backlog=512)
    host, port = server.sockets[0].getsockname()
    print(f"Listening on http://{host}:{port}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    uvloop.run(serve())
