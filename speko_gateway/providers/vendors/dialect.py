"""What the three wire dialects have in common: one request out, one stream of events in.

A dialect is pure. ``Outgoing`` is what it wants sent, a ``Reader`` turns the events that come
back into text, tool calls and the finish; ``upstream`` does the sending.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from speko_gateway.provider import Finish, ProviderError, ProviderEvent, ProviderRequest, ToolCall
from speko_gateway.providers.failures import unreadable
from speko_gateway.providers.vendors.catalogue import Vendor

CHAT_COMPLETIONS: Final = "/chat/completions"
"""The path of the ``openai`` dialect."""
_END_MARKS: Final = ("[DONE]", "DONE")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request: ``path`` goes behind the base URL; ``notes`` say what was left out or changed.

    ``headers`` are the dialect's own; those that carry the key are added when it is sent.
    """

    path: str
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    notes: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads one answer, event by event."""

    @property
    def done(self) -> bool:
        """Whether the vendor's terminal event has come; what follows is not read."""
        ...

    def read(self, data: str) -> list[ProviderEvent]:
        """What one event's data says. ProviderError where it is an error or no event at all."""
        ...

    def finish(self) -> list[ProviderEvent]:
        """The tool calls and the finish, once the stream has ended.

        ProviderError where it ended without its terminal event.
        """
        ...


class Dialect(Protocol):
    """One wire dialect; the modules ``openai``, ``anthropic`` and ``google`` each are one."""

    def outgoing(self, vendor: Vendor, request: ProviderRequest) -> Outgoing:
        """What to send for ``request``. ProviderError where it cannot be said to this vendor."""
        ...

    def reader(self, notes: tuple[str, ...], secret: str | None) -> Reader:
        """A reader for the answer; ``secret`` is never quoted."""
        ...

    def key_headers(self, key: str) -> dict[str, str]:
        """The headers that carry the key."""
        ...

    def models_request(self) -> Outgoing:
        """What to GET for the vendor's own list of models."""
        ...

    def model_ids(self, listed: Any) -> list[str]:
        """The ids in the vendor's list, as parsed JSON."""
        ...


def is_end(data: str) -> bool:
    """Whether this is the end mark of OpenAI's streams; other servers send it as well."""
    return data.strip() in _END_MARKS


def event_object(data: str) -> dict[str, Any]:
    """One event's JSON object; ProviderError where it is none."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise unreadable("sent something that is no JSON event")
    return found


def mapping(value: Any) -> dict[str, Any]:
    """``value`` where it is an object, else an empty one: some vendors send null for none."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[dict[str, Any]]:
    """The objects in a list, or none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """A text, or the empty one. Half a surrogate pair, which JSON can spell, becomes ``?``."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def count(value: Any) -> int | None:
    """A count of tokens; None for what cannot be one (negative, not whole, not a number)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 2**53 and value == int(value) else None


def tool_calls(
    parts: Iterable[tuple[str, str, str]], *, cut: bool
) -> tuple[list[ToolCall], tuple[str, ...]]:
    """The calls of these ids, names and arguments, and the notes.

    An unreadable call is a ProviderError; where the token limit ``cut`` the answer, it is left out
    with all behind it.
    """
    calls: list[ToolCall] = []
    for number, (call_id, name, args) in enumerate(parts):
        try:
            calls.append(_tool_call(call_id or f"call_{number}", name, args))
        except ProviderError:
            if not cut:
                raise
            return calls, ("The token limit cut a tool call off; it was left out.",)
    return calls, ()


def _tool_call(call_id: str, name: str, args: str) -> ToolCall:
    """A complete call; no arguments are an empty object. ProviderError where they are no object."""
    try:
        found = json.loads(args) if args.strip() else {}
    except (ValueError, RecursionError):
        found = args
    if not isinstance(found or {}, dict) or not name:
        raise unreadable("sent a tool call that cannot be read")
    return ToolCall(call_id, name, text(args) if found else "{}")


def finish(
    reason: str,
    calls: list[ToolCall],
    prompt_tokens: int | None,
    completion_tokens: int | None,
    notes: tuple[str, ...],
) -> list[ProviderEvent]:
    """The end of an answer: its calls, then the finish, whose reason agrees with them."""
    if reason in ("stop", "tool_calls"):
        reason = "tool_calls" if calls else "stop"
    return [
        *calls,
        Finish(
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            finish_reason=reason,
            notes=notes,
        ),
    ]


def model_ids(items: Any, prefix: str = "") -> list[str]:
    """The ids of a list of models, sorted, each once."""
    names = (text(item.get("id") or item.get("name")) for item in listed(items))
    return sorted({name.removeprefix(prefix) for name in names if name})
