"""Answers in each dialect, as events of a stream or as one object, made of their few facts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from speko_gateway.provider import Progress, ProviderEvent
from speko_gateway.providers.vendors.live import DIALECTS

FORMS = [(dialect, whole) for dialect in DIALECTS for whole in (False, True)]
"""Every dialect, streamed and in one piece."""

_COUNTS = {
    "openai": ("prompt_tokens", "completion_tokens"),
    "anthropic": ("input_tokens", "output_tokens"),
    "google": ("promptTokenCount", "candidatesTokenCount"),
}


def usage(dialect: str, prompt: Any, completion: Any) -> dict[str, Any]:
    """Token counts under this dialect's names."""
    return dict(zip(_COUNTS[dialect], (prompt, completion), strict=True))


def piece(dialect: str, text: str) -> dict[str, Any]:
    """An event with a piece of text."""
    if dialect == "anthropic":
        delta = {"type": "text_delta", "text": text}
        return {"type": "content_block_delta", "index": 0, "delta": delta}
    if dialect == "google":
        return {"candidates": [{"content": {"parts": [{"text": text}]}, "index": 0}]}
    return {"choices": [{"index": 0, "delta": {"content": text}}]}


def ending(dialect: str, reason: str | None, counts: Any = None, **more: Any) -> dict[str, Any]:
    """The event that says why the answer ends; ``more`` stands beside the reason."""
    if dialect == "anthropic":
        delta = {"stop_reason": reason, **more}
        return {"type": "message_delta", "delta": delta, "usage": counts}
    if dialect == "google":
        return {"candidates": [{"finishReason": reason, **more}], "usageMetadata": counts}
    choice = {"index": 0, "delta": {}, "finish_reason": reason, **more}
    return {"choices": [choice], "usage": counts}


def one_object(dialect: str, text: str, reason: str | None, **more: Any) -> dict[str, Any]:
    """The same answer in one piece."""
    if dialect == "anthropic":
        content = [{"type": "text", "text": text}] if text else []
        return {"type": "message", "content": content, "stop_reason": reason, **more}
    if dialect == "google":
        parts = {"parts": [{"text": text}]} if text else {}
        return {"candidates": [{"content": parts, "finishReason": reason, **more}]}
    message = {"role": "assistant", "content": text}
    return {"choices": [{"index": 0, "message": message, "finish_reason": reason, **more}]}


def answer(
    dialect: str, text: str, reason: str | None, *, whole: bool = False, **more: Any
) -> list[dict[str, Any]]:
    """The events of an answer; in one piece there is one."""
    if whole:
        return [one_object(dialect, text, reason, **more)]
    said = [piece(dialect, text)] if text else []
    return [*said, ending(dialect, reason, **more)]


def sse(events: Sequence[Any]) -> bytes:
    """The events as a stream; texts stand as they are."""
    data = [event if isinstance(event, str) else json.dumps(event) for event in events]
    return "".join(f"data: {each}\n\n" for each in data).encode()


def read(dialect: str, events: Sequence[Any], secret: str | None = None) -> list[ProviderEvent]:
    """What a reader makes of the events, its progress left out."""
    reader = DIALECTS[dialect].reader((), secret)  # type: ignore[index]
    said: list[ProviderEvent] = []
    for event in events:
        said += reader.read(event if isinstance(event, str) else json.dumps(event))
    return [each for each in said + reader.finish() if not isinstance(each, Progress)]
