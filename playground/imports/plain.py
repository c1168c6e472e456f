"""Lists of messages: ShareGPT's ``conversations`` and ``messages`` as APIs take them. Pure.

Neither has ids or branches; each message follows the one before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from playground.imports.foreign import ATTACHED, Foreign, Message, said
from playground.imports.values import (
    as_json,
    entries,
    fields,
    key,
    line,
    moment,
    quoted,
    text,
)

_USERS: Final = ("user", "human")
_SYSTEMS: Final = ("system", "developer")
_TOOLS: Final = ("tool", "function", "observation", "function_response", "tool_response")
_CALLS: Final = ("function_call", "tool_call")
_THOUGHTS: Final = ("reasoning_content", "reasoning", "thinking")


def is_sharegpt(entry: dict[str, Any]) -> bool:
    """Whether this is a conversation as in ShareGPT's files."""
    return _all_have(entry.get("conversations"), "from", "value")


def is_messages(entry: dict[str, Any]) -> bool:
    """Whether this is a list of messages as APIs take them."""
    return _all_have(entry.get("messages"), "role")


def sharegpt(entry: dict[str, Any]) -> Foreign:
    """Read one conversation. Raises BrokenError."""
    return _read("sharegpt", entry, "conversations", "from", lambda each: text(each.get("value")))


def messages(entry: dict[str, Any]) -> Foreign:
    """Read one conversation. Raises BrokenError."""
    return _read("messages", entry, "messages", "role", _content)


def _all_have(value: object, *names: str) -> bool:
    listed = entries(value)
    return bool(listed) and all(
        isinstance(each, dict) and all(name in each for name in names) for each in listed
    )


def _read(
    tool: str,
    entry: dict[str, Any],
    listed: str,
    speaker: str,
    words_of: Callable[[dict[str, Any]], str],
) -> Foreign:
    foreign = Foreign(
        tool=tool,
        id=key(entry.get("id")),
        title=line(entry.get("title")),
        created_at=moment(entry.get("created_at")),
    )
    model = line(entry.get("model"), 100) or None
    for message in entry[listed]:
        given = message.get(speaker)
        words = words_of(message)
        if given in _SYSTEMS:
            foreign.prompt(words)
            continue
        _add(foreign, message, str(given), words, model)
    return foreign


def _add(
    foreign: Foreign, message: dict[str, Any], given: str, words: str, model: str | None
) -> None:
    foreign.miss(ATTACHED, sum(_is_file(part) for part in entries(message.get("content"))))
    number = len(foreign.messages)
    reasoning = said(*(text(message.get(name)) for name in _THOUGHTS), _calls(message))
    if given in (*_TOOLS, *_CALLS):
        name = line(message.get("name"), 60) or "a tool"
        lead = f"Result of {name}" if given in _TOOLS else "To a tool"
        words, reasoning = "", quoted(lead, words)
    foreign.add(
        Message(
            f"#{number}",
            f"#{number - 1}" if number else None,
            "user" if given in _USERS else "assistant",
            text=words,
            reasoning=reasoning,
            model=line(message.get("model"), 100) or model,
            at=moment(message.get("created_at")) or moment(message.get("timestamp")),
        )
    )


def _content(message: dict[str, Any]) -> str:
    content = message.get("content")
    return text(content) or said(*(text(fields(part).get("text")) for part in entries(content)))


def _is_file(part: object) -> bool:
    return isinstance(part, dict) and not part.get("text") and part.get("type") != "text"


def _calls(message: dict[str, Any]) -> str:
    calls = [fields(fields(call).get("function")) for call in entries(message.get("tool_calls"))]
    return said(
        *(
            quoted(f"To {line(call.get('name'), 60) or 'a tool'}", as_json(call.get("arguments")))
            for call in calls
        )
    )
