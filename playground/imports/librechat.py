"""LibreChat's export: one conversation a file, its ``messages`` nested or in a row. Pure.

In a nested one a message has its followers as ``children``; in a row each names its
``parentMessageId``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playground.imports.foreign import ATTACHED, MOST_MESSAGES, Foreign, Message, in_a_row, said
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


def is_librechat(entry: dict[str, Any]) -> bool:
    """Whether this is a conversation of LibreChat's."""
    return "conversationId" in entry and ("messages" in entry or "messagesTree" in entry)


def librechat(entry: dict[str, Any]) -> Foreign:
    """Read one conversation. Raises BrokenError."""
    options = fields(entry.get("options"))
    foreign = Foreign(
        tool="librechat", id=key(entry.get("conversationId")), title=line(entry.get("title"))
    )
    for prompt in (options.get("promptPrefix"), options.get("system")):
        foreign.prompt(text(prompt))
    found = list(_flat(entries(entry.get("messagesTree")) or entries(entry.get("messages"))))
    chain = in_a_row([key(message.get("messageId")) for message, _ in found])
    own_ids = [own for own, _ in chain]
    is_tree = any("parentMessageId" in message or above >= 0 for message, above in found)
    for (message, above), (own, before) in zip(found, chain, strict=True):
        named = own_ids[above] if above >= 0 else key(message.get("parentMessageId"))
        _add(foreign, message, own, named if is_tree else before, options.get("model"))
    return foreign


def _flat(messages: list[Any]) -> Iterator[tuple[dict[str, Any], int]]:
    """Each message before its children, with the place of the one it is nested in, or -1."""
    waiting = [(message, -1) for message in reversed(messages)]
    place = 0
    while waiting and place <= MOST_MESSAGES:
        message, above = waiting.pop()
        if isinstance(message, dict):
            yield message, above
            children = entries(message.get("children"))
            waiting += [(child, place) for child in reversed(children)]
            place += 1


def _add(
    foreign: Foreign, message: dict[str, Any], own: str, parent: str | None, model: object
) -> None:
    is_user = message.get("isCreatedByUser") is True or message.get("sender") == "User"
    parts = [fields(part) for part in entries(message.get("content"))]
    foreign.miss(ATTACHED, len(entries(message.get("files"))))
    foreign.add(
        Message(
            own,
            parent,
            "user" if is_user else "assistant",
            text=said(*map(_words, parts)) or text(message.get("text")),
            reasoning=said(*map(_reasoned, parts)),
            model=line(message.get("model"), 100) or line(model, 100) or None,
            at=moment(message.get("createdAt")),
            whole=not (message.get("unfinished") is True or message.get("error") is True),
        )
    )


def _words(part: dict[str, Any]) -> str:
    return _value(part.get("text")) if part.get("type") == "text" else ""


def _reasoned(part: dict[str, Any]) -> str:
    if part.get("type") == "think":
        return _value(part.get("think"))
    if part.get("type") != "tool_call":
        return ""
    call = fields(part.get("tool_call"))
    name = line(call.get("name"), 60) or "a tool"
    return said(
        quoted(f"To {name}", as_json(call.get("args"))),
        quoted(f"Result of {name}", text(call.get("output"))),
    )


def _value(words: object) -> str:
    return text(words) or text(fields(words).get("value"))
