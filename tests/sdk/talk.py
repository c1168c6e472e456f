"""What a user of a Speko SDK does, in whichever package and version is asked for; prints what came.

Runs in a process of its own: ``python talk.py PACKAGE BASE_URL KEY``.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
import typing
from importlib import import_module
from importlib.metadata import version
from typing import Any

INTENT = {"language": "en", "vertical": "healthcare"}
TALK = [
    {"role": "user", "content": "Book me an appointment for Tuesday."},
    {"role": "assistant", "content": "What time, and with whom?"},
    {"role": "user", "content": "3pm, with Dr. Chen."},
]
PINNED = {"allowed_providers": {"llm": ["anthropic:claude-haiku-5-5"]}}
NOBODY = {"allowed_providers": {"llm": ["nobody"]}}
EVERYBODY: dict[str, Any] = {"allowed_providers": {"llm": []}}
TOOL = {
    "name": "look_up",
    "description": "Looks up a caller.",
    "parameters": {"type": "object", "properties": {"zip_code": {"type": "string"}}},
    "execution_mode": "webhook",
    "source": {"kind": "webhook", "url": "https://example.org", "secret_ref": "s"},
}

sdk: Any = import_module(sys.argv[1])


def told(result: Any) -> dict[str, Any]:
    """A result as plain values."""
    plain: dict[str, Any] = result.model_dump(mode="json")
    return plain


def failure(client: Any, **call: Any) -> list[Any]:
    """The class, status and code that a call fails with, and its message."""
    try:
        client.complete(**{"messages": TALK, "intent": INTENT, **call})
    except sdk.SpekoApiError as error:
        return [type(error).__name__, error.status, error.code, error.message]
    return ["no error", 0, "", ""]


async def awaited(url: str, key: str) -> dict[str, Any]:
    """The same conversation through the async client."""
    async with sdk.AsyncSpeko(api_key=key, base_url=url) as client:
        return told(await client.complete(messages=TALK, intent=INTENT))


def streamed(client: Any) -> list[dict[str, Any]]:
    """The events, where this version streams: the first one asked for by ``next()``."""
    if not hasattr(client, "complete_stream"):
        return []
    stream = client.complete_stream(messages=TALK, intent=INTENT)
    return [told(event) for event in (next(stream), *stream)]


async def stream_awaited(url: str, key: str) -> list[dict[str, Any]]:
    """The same through the async client."""
    async with sdk.AsyncSpeko(api_key=key, base_url=url, timeout=None) as client:
        if not hasattr(client, "complete_stream"):
            return []
        stream = client.complete_stream(messages=TALK, intent=INTENT)
        first = await anext(stream)
        return [told(first), *[told(event) async for event in stream]]


def with_tools(client: Any) -> list[dict[str, Any]]:
    """Answers with a tool that the server should run, as a dict and as the SDK's own model."""
    if not hasattr(sdk, "ChatTool"):
        return []
    tools = (TOOL, sdk.ChatTool.model_validate(TOOL))
    call = {"messages": TALK, "intent": INTENT, "max_tool_hops": 2, "tool_choice": "auto"}
    return [told(client.complete(tools=[tool], **call)) for tool in tools]


def names() -> list[str]:
    """The public names that completions are made of."""
    used: set[Any] = set()
    for method in ("complete", "complete_stream"):
        if hasattr(sdk.Speko, method):
            _add_types(getattr(sdk.Speko, method), used)
    public = {name: getattr(sdk, name) for name in sdk.__all__}
    others = {"Speko", "AsyncSpeko", "OptimizeFor", "Vertical", "ProviderModality"}
    return sorted(
        name
        for name, value in public.items()
        if name in others or _is_error(value) or _is_in(value, used)
    )


def _is_error(value: Any) -> bool:
    return inspect.isclass(value) and issubclass(value, Exception)


def _is_in(value: Any, used: set[Any]) -> bool:
    if typing.get_origin(value) is typing.Union:
        # Within a wider union it is no longer a type of its own.
        return all(_is_in(each, used) for each in typing.get_args(value))
    try:
        return value in used
    except TypeError:
        return False


def _add_types(annotated: Any, used: set[Any]) -> None:
    """All types in an annotated function's or class's hints, and in theirs."""
    waiting = list(typing.get_type_hints(annotated).values())
    while waiting:
        hint = waiting.pop()
        if isinstance(hint, (str, list)) or _is_in(hint, used):
            continue
        used.add(hint)
        waiting += typing.get_args(hint)
        if hasattr(hint, "model_fields"):
            _add_types(hint, used)


def main(url: str, key: str) -> dict[str, Any]:
    """Complete, pin, stream, fail."""
    with sdk.Speko(api_key=key, base_url=url) as client:
        return {
            "version": sdk.__version__ if sdk.__name__ != "spekoai" else version("spekoai"),
            "names": names(),
            "complete": told(client.complete(messages=TALK, intent=INTENT, temperature=0.2)),
            "capped": told(client.complete(messages=TALK, intent=INTENT, max_tokens=4)),
            "pinned": told(client.complete(messages=TALK, intent=INTENT, constraints=PINNED)),
            "nobody named": told(
                client.complete(messages=TALK, intent=INTENT, constraints=EVERYBODY)
            ),
            "async": asyncio.run(awaited(url, key)),
            "events": streamed(client),
            "async events": asyncio.run(stream_awaited(url, key)),
            "tools": with_tools(client),
            "nobody": failure(client, constraints=NOBODY),
            "invalid": failure(client, intent={**INTENT, "language": "english"}),
            "unauthorized": failure(sdk.Speko(api_key="wrong", base_url=url)),
            "auth_error_is_its_own": issubclass(sdk.SpekoAuthError, sdk.SpekoApiError),
        }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[2:])))
