"""Which tool a conversation comes from, told by its shape. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from playground.imports.chatgpt import chatgpt, is_chatgpt
from playground.imports.claude import claude, is_claude
from playground.imports.foreign import Foreign
from playground.imports.librechat import is_librechat, librechat
from playground.imports.open_webui import is_open_webui, open_webui
from playground.imports.plain import is_messages, is_sharegpt, messages, sharegpt
from playground.imports.values import entries, fields, line

Shape = tuple[Callable[[dict[str, Any]], bool], Callable[[dict[str, Any]], Foreign]]

SHAPES: Final[tuple[Shape, ...]] = (
    (is_chatgpt, chatgpt),
    (is_claude, claude),
    (is_open_webui, open_webui),
    (is_librechat, librechat),
    (is_sharegpt, sharegpt),
    (is_messages, messages),
)


def conversations_in(value: object) -> Iterator[dict[str, Any]]:
    """The conversations that a value of a file is, or holds; none where it is something else."""
    entry = fields(value)
    if reader_of(entry) is not None:
        yield entry
        return
    for inner in entries(entry.get("conversations")):
        if reader_of(fields(inner)) is not None:
            yield inner


def reader_of(entry: dict[str, Any]) -> Callable[[dict[str, Any]], Foreign] | None:
    """What reads it; None where it is no conversation of a tool that is known."""
    return next((read for fits, read in SHAPES if fits(entry)), None)


def name_of(entry: dict[str, Any]) -> str:
    """What to call a conversation that could not be read."""
    chat = fields(entry.get("chat"))
    named = (entry.get("title"), entry.get("name"), chat.get("title"))
    return next(filter(None, map(line, named)), "Untitled")
