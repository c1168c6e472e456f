"""What a user of an official SDK does, in whichever version is on the path; prints what came.

Runs in a process of its own: ``python talk.py BASE_URL KEY``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from importlib.metadata import version
from typing import Any

from spekoai import (  # type: ignore[import-not-found]
    AsyncSpeko,
    Speko,
    SpekoApiError,
    SpekoAuthError,
)

INTENT = {"language": "en", "vertical": "healthcare"}
TALK = [
    {"role": "user", "content": "Book me an appointment for Tuesday."},
    {"role": "assistant", "content": "What time, and with whom?"},
    {"role": "user", "content": "3pm, with Dr. Chen."},
]
PINNED = {"allowed_providers": {"llm": ["anthropic:claude-3-5-haiku"]}}
NOBODY = {"allowed_providers": {"llm": ["nobody"]}}


def told(result: Any) -> dict[str, Any]:
    """A result as plain values."""
    plain: dict[str, Any] = result.model_dump()
    return plain


def failure(client: Any, **call: Any) -> list[Any]:
    """The class, status and code that a call fails with."""
    try:
        client.complete(**{"messages": TALK, "intent": INTENT, **call})
    except SpekoApiError as error:
        return [type(error).__name__, error.status, error.code]
    return ["no error", 0, ""]


async def awaited(url: str, key: str) -> dict[str, Any]:
    """The same conversation through the async client."""
    async with AsyncSpeko(api_key=key, base_url=url) as client:
        return told(await client.complete(messages=TALK, intent=INTENT))


def streamed(client: Any) -> list[dict[str, Any]]:
    """The events, where this version streams."""
    if not hasattr(client, "complete_stream"):
        return []
    return [told(event) for event in client.complete_stream(messages=TALK, intent=INTENT)]


def main(url: str, key: str) -> dict[str, Any]:
    """Complete, pin, stream, fail."""
    with Speko(api_key=key, base_url=url) as client:
        return {
            "version": version("spekoai"),
            "complete": told(client.complete(messages=TALK, intent=INTENT, temperature=0.2)),
            "capped": told(client.complete(messages=TALK, intent=INTENT, max_tokens=4)),
            "pinned": told(client.complete(messages=TALK, intent=INTENT, constraints=PINNED)),
            "async": asyncio.run(awaited(url, key)),
            "events": streamed(client),
            "nobody": failure(client, constraints=NOBODY),
            "invalid": failure(client, intent={**INTENT, "language": "english"}),
            "unauthorized": failure(Speko(api_key="wrong", base_url=url)),
            "auth_error_is_its_own": issubclass(SpekoAuthError, SpekoApiError),
        }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
