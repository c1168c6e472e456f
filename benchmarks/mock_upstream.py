"""A vendor that costs nothing: the OpenAI chat completions wire, answered at once from memory.

64 tokens, as one JSON object, or as a stream of 64 chunks, each written on its own as a vendor
would. It parses only what it must of a request, so that the other side is measured. Run it as
``python -m benchmarks.mock_upstream``; it prints where it listens and ends when stdin ends.
"""

from __future__ import annotations

import json
import re
from typing import Any

import uvloop

from benchmarks.kept_alive import KeptAlive, serve

TOKENS = 64
MODEL = "gpt-4o-mini"
TEXT = "word " * TOKENS
USAGE = {"prompt_tokens": 12, "completion_tokens": TOKENS, "total_tokens": 12 + TOKENS}

_STREAMED = re.compile(rb'"stream": *true')


def _common(kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-0", "object": kind, "created": 0, "model": MODEL}


def _buffered() -> bytes:
    message = {"role": "assistant", "content": TEXT}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {**_common("chat.completion"), "choices": [choice], "usage": USAGE}
    payload = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(payload)}"
    return head.encode() + b"\r\n\r\n" + payload


def _http_chunk(data: bytes) -> bytes:
    return f"{len(data):x}".encode() + b"\r\n" + data + b"\r\n"


def _event(delta: dict[str, str], finish: str | None, usage: dict[str, int] | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {**_common("chat.completion.chunk"), "choices": [choice], "usage": usage}
    return _http_chunk(b"data: " + json.dumps(body).encode() + b"\n\n")


def _streamed() -> list[bytes]:
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    deltas = [_event({"content": "word "}, None, None) for _ in range(TOKENS)]
    end = _event({}, "stop", USAGE) + _http_chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"
    return [head, *deltas, end]


class MockVendor(KeptAlive):
    """One connection of a vendor's."""

    buffered = _buffered()
    streamed = _streamed()

    def answer(self, body: bytes) -> None:
        """In one piece, or as a stream, as it is asked for."""
        self.say(*(self.streamed if _STREAMED.search(body) else (self.buffered,)))


if __name__ == "__main__":
    uvloop.run(serve(MockVendor))
