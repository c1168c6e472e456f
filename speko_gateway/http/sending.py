"""Answers as ASGI messages, without a layer between: every layer costs each chunk again."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import Send

EVENTS = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store"}
"""The headers of every stream."""


async def send_start(send: Send, status: int, headers: Mapping[str, str]) -> None:
    """Status and headers."""
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


async def send_body(send: Send, body: bytes, *, more: bool = True) -> None:
    """A piece of the body; ``more`` False ends it."""
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def send_whole(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    """A whole JSON answer."""
    own = {"content-type": "application/json", "content-length": str(len(body))}
    await send_start(send, status, own | dict(headers))
    await send_body(send, body, more=False)
