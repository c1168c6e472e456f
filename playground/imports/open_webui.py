"""Open WebUI's export: an entry has a ``chat`` whose ``history`` is a tree of messages. Pure.

Thoughts and tools are ``<details>`` blocks within an answer's text.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any, Final

from playground.imports.foreign import ATTACHED, Foreign, Message, Role, in_a_row, said
from playground.imports.values import entries, fields, key, line, moment, text

_ROLES: Final[dict[str, Role]] = {"user": "user", "assistant": "assistant"}
_OPENING: Final = re.compile('<details type="(?:reasoning|tool_calls)"[^<>]*>')
_CLOSING: Final = "</details>"


def is_open_webui(entry: dict[str, Any]) -> bool:
    """Whether this is a chat of Open WebUI's."""
    chat = fields(entry.get("chat"))
    return "history" in chat or "messages" in chat


def open_webui(entry: dict[str, Any]) -> Foreign:
    """Read one conversation. Raises BrokenError."""
    chat = fields(entry["chat"])
    history = fields(chat.get("history"))
    foreign = Foreign(
        tool="open-webui",
        id=key(entry.get("id")) or key(chat.get("id")),
        title=line(entry.get("title")) or line(chat.get("title")),
        leaf=key(history.get("currentId")),
        created_at=moment(entry.get("created_at")) or moment(chat.get("timestamp")),
        updated_at=moment(entry.get("updated_at")),
    )
    foreign.prompt(text(fields(chat.get("params")).get("system")) or text(chat.get("system")))
    tree = fields(history.get("messages"))
    if tree:
        for own, message in tree.items():
            message = fields(message)
            _add(foreign, message, text(own)[:200], key(message.get("parentId")))
        return foreign
    row = [fields(message) for message in entries(chat.get("messages"))]
    chain = in_a_row([key(message.get("id")) for message in row])
    for message, (own, parent) in zip(row, chain, strict=True):
        _add(foreign, message, own, parent)
    return foreign


def _add(foreign: Foreign, message: dict[str, Any], own: str, parent: str | None) -> None:
    given = message.get("role")
    role = _ROLES.get(given, "hidden") if isinstance(given, str) else "hidden"
    content = message.get("content")
    words = text(content) or said(*(text(fields(each).get("text")) for each in entries(content)))
    if given == "system":
        foreign.prompt(words)
    foreign.miss(ATTACHED, len(entries(message.get("files"))))
    reasoning = ""
    if role == "assistant":
        words, reasoning = parted(words)
    foreign.add(
        Message(
            own,
            parent,
            role,
            text=words,
            reasoning=reasoning,
            model=line(message.get("model"), 100) or None,
            at=moment(message.get("timestamp")),
            whole=message.get("done") is not False and not message.get("error"),
        )
    )


def parted(answer: str) -> tuple[str, str]:
    """An answer without its ``<details>`` of thoughts and tools, and what they say."""
    shown, folded, place = [], [], 0
    while opening := _OPENING.search(answer, place):
        end = answer.find(_CLOSING, opening.end())
        if end < 0:
            break
        shown.append(answer[place : opening.start()])
        folded.append(_inside(answer[opening.end() : end]))
        place = end + len(_CLOSING)
    shown.append(answer[place:])
    return "".join(shown).strip() if folded else answer, said(*folded)


def _inside(details: str) -> str:
    _, summary, rest = details.rpartition("</summary>")
    lines = unescape(rest if summary else details).strip().splitlines()
    return "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines)
