"""The library's browser state: the page of the list, what is renamed, what can be undone."""

from __future__ import annotations

from collections.abc import Sequence

from playground.browser import widgets
from playground.browser.guide import focus_on
from playground.browser.slots import Slot
from playground.library.selection import Selection, as_text
from playground.library.shelf import Key

_KEYS = Slot[tuple[str, tuple[Key, ...]]]("library_keys", tuple)
_RENAMED = Slot("library_renamed", str)
_EMPTYING = Slot("library_emptying", bool)

PICK = "pick-"
"""Begins the key of a session's select box."""


def keys_before(selection: Selection) -> tuple[Key, ...]:
    """Where the pages before this one end; empty on the first page, and for a new selection."""
    of, keys = _KEYS.get() or ("", ())
    return keys if of == as_text(selection) else ()


def turn_page(selection: Selection, keys: Sequence[Key]) -> None:
    """Show the page after these. For callbacks."""
    _KEYS.set((as_text(selection), tuple(keys)))
    focus_on("library-list")


def renamed() -> str | None:
    """The session that is being renamed."""
    return _RENAMED.get()


def rename(conversation_id: str | None) -> None:
    """Rename this session; None: none any more. The focus goes along. For callbacks."""
    if conversation_id:
        focus_on(f"title-{conversation_id}")
    elif before := renamed():
        focus_on(f"session-{before}")
    _RENAMED.set(conversation_id)


def emptying() -> bool:
    """Whether a person is asked to confirm that the bin is to be emptied."""
    return bool(_EMPTYING.get())


def ask_emptying(asked: bool) -> None:
    """Ask whether to empty the bin, or no longer. For callbacks."""
    focus_on("empty-not" if asked else "library-list")
    _EMPTYING.set(asked)


def picked(ids: Sequence[str]) -> list[str]:
    """Those of these sessions whose box is ticked."""
    return [each for each in ids if widgets.typed(f"{PICK}{each}") == "True"]


def pick(ids: Sequence[str], on: bool) -> None:
    """Tick the boxes of these sessions, or none of them. For callbacks."""
    for each in ids:
        widgets.put(f"{PICK}{each}", on)
