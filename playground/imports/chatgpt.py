"""ChatGPT's export: a conversation is a ``mapping`` of nodes, each with its ``parent``. Pure.

``children`` are not read: they say the same, and in exports they have been seen to be wrong.
``current_node`` is the leaf that was open.
"""

from __future__ import annotations

import re
from typing import Any, Final

from playground.imports.foreign import ATTACHED, HIDDEN, BrokenError, Foreign, Message, Role, said
from playground.imports.values import entries, fenced, fields, key, line, moment, quoted, text

_CITATION: Final = re.compile("\ue200[^\ue200\ue201]*\ue201")
"""A mark that leads to a source; the source itself is not in the text."""
_BROKE_OFF: Final = ("in_progress", "finished_partial_completion")
_CONTEXTS: Final = ("user_profile", "user_instructions", "model_set_context")
_ROLES: Final[dict[str, Role]] = {"user": "user", "assistant": "assistant", "tool": "assistant"}


def is_chatgpt(entry: dict[str, Any]) -> bool:
    """Whether this is a conversation of ChatGPT's."""
    return "mapping" in entry


def chatgpt(entry: dict[str, Any]) -> Foreign:
    """Read one conversation. Raises BrokenError."""
    if not isinstance(entry["mapping"], dict):
        raise BrokenError("Its messages are not there.")
    foreign = Foreign(
        tool="chatgpt",
        id=key(entry.get("conversation_id")) or key(entry.get("id")),
        title=line(entry.get("title")),
        leaf=key(entry.get("current_node")),
        created_at=moment(entry.get("create_time")),
        updated_at=moment(entry.get("update_time")),
    )
    model = line(entry.get("default_model_slug"), 100) or None
    for node_id, node in entry["mapping"].items():
        _add(foreign, text(node_id)[:200], fields(node), model)
    return foreign


def _add(foreign: Foreign, node_id: str, node: dict[str, Any], model: str | None) -> None:
    message, parent = fields(node.get("message")), key(node.get("parent"))
    metadata, content = fields(message.get("metadata")), fields(message.get("content"))
    role = fields(message.get("author")).get("role")
    contexts = [text(content.get(name)) for name in _CONTEXTS if text(content.get(name)).strip()]
    shown = _ROLES.get(role) if isinstance(role, str) else None
    if contexts or role == "system":
        foreign.prompt(said(*contexts, _parts(content)))
        shown = None
    elif shown and metadata.get("is_visually_hidden_from_conversation") is True:
        foreign.miss(HIDDEN)
        shown = None
    if shown is None:
        foreign.add(Message(node_id, parent, "hidden"))
        return
    _count_files(foreign, content, metadata)
    words, reasoning = _words(message, content, shown)
    foreign.add(
        Message(
            node_id,
            parent,
            shown,
            text=words,
            reasoning=reasoning,
            model=line(metadata.get("model_slug"), 100) or model,
            at=moment(message.get("create_time")),
            whole=message.get("status") not in _BROKE_OFF,
            thought_ms=_thought_ms(metadata),
        )
    )


def _words(message: dict[str, Any], content: dict[str, Any], role: Role) -> tuple[str, str]:
    """What is shown of a message, and what belongs to the reasoning: thoughts and tools."""
    author, kind = fields(message.get("author")), content.get("content_type")
    if kind == "thoughts":
        thoughts = map(fields, entries(content.get("thoughts")))
        return "", said(*(_thought(each) for each in thoughts))
    if kind == "reasoning_recap":
        return "", ""
    words = _CITATION.sub("", _parts(content))
    if author.get("role") == "tool":
        name = line(author.get("name"), 60) or "a tool"
        return "", quoted(f"Result of {name}", words)
    recipient = message.get("recipient")
    if role == "assistant" and recipient not in (None, "all"):
        name = line(recipient, 60) or "a tool"
        return "", quoted(f"To {name}", words)
    if role == "assistant" and message.get("channel") == "analysis":
        return "", words
    if kind == "code":
        return fenced(words, text(content.get("language"))), ""
    return words, ""


def _thought(thought: dict[str, Any]) -> str:
    return said(line(thought.get("summary")), text(thought.get("content")))


def _parts(content: dict[str, Any]) -> str:
    """The words of a content of any type: its ``parts``, or one of the fields that stand alone."""
    parts = [
        part if isinstance(part, str) else fields(part).get("text")
        for part in entries(content.get("parts"))
    ]
    alone = [] if parts else [content.get("text"), content.get("result")]
    return "\n".join(filter(None, map(text, (*parts, *alone))))


def _count_files(foreign: Foreign, content: dict[str, Any], metadata: dict[str, Any]) -> None:
    parts = entries(content.get("parts"))
    in_text = sum(isinstance(part, dict) and not part.get("text") for part in parts)
    foreign.miss(ATTACHED, max(in_text, len(entries(metadata.get("attachments")))))


def _thought_ms(metadata: dict[str, Any]) -> float | None:
    seconds = metadata.get("finished_duration_sec")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        return None
    return 1000.0 * seconds if 0 < seconds < 1e6 else None
