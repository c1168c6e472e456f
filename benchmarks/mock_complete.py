"""A server of ``/v1/complete`` that costs nothing: answers from memory, 50 ms after each request.

Run it as ``python -m benchmarks.mock_complete``; it prints where it listens and ends when stdin
ends.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import uvloop

from benchmarks.kept_alive import KeptAlive, serve

SECONDS = 0.05
TEXT = "The capital of France is Paris."

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


class MockServer(KeptAlive):
    """One connection."""

    whole = _answer()

    def answer(self, body: bytes) -> None:
        """Always the same, a while later."""
        asyncio.get_running_loop().call_later(SECONDS, self.say, self.whole)


if __name__ == "__main__":
    uvloop.run(serve(MockServer, backlog=512))
