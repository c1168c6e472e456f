"""Claude's export: a conversation has ``chat_messages``, each with its ``sender``. Pure.

Newer exports name each message's parent; in older ones each follows the one before.
"""

from __future__ import annotations

from typing import Any, Final

from playground.imports.foreign import ATTACHED, Foreign, Message, Role, in_a_row, said
from playground.imports.values import (
    as_json,
    entries,
    fenced,
    fields,
    key,
    line,
    moment,
    quoted,
    text,
)

_ROLES: Final[dict[str, Role]] = {"human": "user", "user": "user", "assistant": "assistant"}


def is_claude(entry: dict[str, Any]) -> bool:
    """Whether this is a conversation of Claude's."""
    return "chat_messages" in entry


def claude(entry: dict[str, Any]) -> Foreign:
    """Read one conversation. Raises BrokenError."""
    foreign = Foreign(
        tool="claude",
        id=key(entry.get("uuid")),
        title=line(entry.get("name")),
        leaf=key(entry.get("current_leaf_message_uuid")),
        created_at=moment(entry.get("created_at")),
        updated_at=moment(entry.get("updated_at")),
    )
    messages = [each for each in entries(entry["chat_messages"]) if isinstance(each, dict)]
    model = line(entry.get("model"), 100) or None
    is_tree = any(key(each.get("parent_message_uuid")) for each in messages)
    chain = in_a_row([key(each.get("uuid")) for each in messages])
    for message, (own, before) in zip(messages, chain, strict=True):
        parent = key(message.get("parent_message_uuid")) if is_tree else before
        _add(foreign, message, own, parent, model)
    return foreign


def _add(
    foreign: Foreign, message: dict[str, Any], own: str, parent: str | None, model: str | None
) -> None:
    sender = message.get("sender")
    role = _ROLES.get(sender, "hidden") if isinstance(sender, str) else "hidden"
    blocks = [fields(block) for block in entries(message.get("content"))]
    words = said(*(text(block.get("text")) for block in blocks if block.get("type") == "text"))
    foreign.miss(ATTACHED, len(entries(message.get("files"))))
    foreign.add(
        Message(
            own,
            parent,
            role,
            text=said(words or text(message.get("text")), *_attached(foreign, message)),
            reasoning=said(*map(_reasoned, blocks)),
            model=model,
            at=moment(message.get("created_at")),
            whole=message.get("stop_reason") != "user_canceled",
        )
    )


def _attached(foreign: Foreign, message: dict[str, Any]) -> list[str]:
    """Documents that were sent along with their text; a long text that was pasted is one."""
    texts = []
    for attached in map(fields, entries(message.get("attachments"))):
        content = text(attached.get("extracted_content"))
        if content.strip():
            name = line(attached.get("file_name"), 100)
            texts.append(said(f"Attached: {name}" if name else "Attached:", fenced(content)))
        else:
            foreign.miss(ATTACHED)
    return texts


def _reasoned(block: dict[str, Any]) -> str:
    kind, name = block.get("type"), line(block.get("name"), 60) or "a tool"
    if kind == "thinking":
        return text(block.get("thinking"))
    if kind == "tool_use":
        return quoted(f"To {name}", as_json(block.get("input")))
    if kind == "tool_result":
        return quoted(f"Result of {name}", _result(block.get("content")))
    return ""


def _result(content: object) -> str:
    if isinstance(content, str):
        return text(content)
    return said(*(text(fields(part).get("text")) for part in entries(content)))
