"""A vendor at a steady pace: OpenAI's chat completions as a stream, each token with its own time.

A message names how many tokens it wants, and how many a second: ``500 tokens, 50 a second``. Each
token is the time at which it is written, in milliseconds since 1970: whoever sees it on the same
machine knows how long it took. ``/left`` says when callers have gone away.

Run it as ``python -m benchmarks.paced_upstream``; it prints where it listens and ends when stdin
ends.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from typing import Any

import uvloop
from aiohttp import web

WANTED = "{tokens} tokens, {pace} a second"
MODEL = "paced"
_WANTED = re.compile(r"(\d+) tokens, (\d+) a second")


def _event(delta: dict[str, str], finish: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {"id": "chatcmpl-0", "object": "chat.completion.chunk", "created": 0, "model": MODEL}
    return b"data: " + json.dumps({**body, "choices": [choice], **more}).encode() + b"\n\n"


LEFT: web.AppKey[list[float]] = web.AppKey("left", list)
"""Milliseconds since 1970 at which a caller was found gone."""


async def answer(request: web.Request) -> web.StreamResponse:
    """The tokens that are asked for; notes a caller who does not wait for all of them."""
    try:
        return await _answer(request)
    except (ConnectionError, asyncio.CancelledError):
        request.app[LEFT].append(time.time() * 1000)
        raise


async def left(request: web.Request) -> web.Response:
    """When callers have gone away."""
    return web.json_response(request.app[LEFT])


async def _answer(request: web.Request) -> web.StreamResponse:
    """Write the tokens, each at its time; one that is late does not delay those after it."""
    asked = await request.json()
    found = _WANTED.search(asked["messages"][-1]["content"])
    tokens, pace = (int(found[1]), int(found[2])) if found else (1, 1)
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    begun = time.monotonic()
    for number in range(tokens):
        await asyncio.sleep(max(begun + number / pace - time.monotonic(), 0))
        await response.write(_event({"content": f"{time.time() * 1000:.0f} "}))
    usage = {"prompt_tokens": 9, "completion_tokens": tokens, "total_tokens": 9 + tokens}
    await response.write(_event({}, "stop", usage=usage) + b"data: [DONE]\n\n")
    return response


async def serve() -> None:
    """Listen on a free loopback port until stdin ends."""
    app = web.Application()
    app[LEFT] = []
    app.router.add_post("/v1/chat/completions", answer)
    app.router.add_get("/left", left)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    print(f"Listening on http://{host}:{port}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(serve())
