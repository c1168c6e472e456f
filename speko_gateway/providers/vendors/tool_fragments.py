"""Tool calls as they arrive: whole, in fragments, and in the ways that servers get wrong.

Known from bug reports: the placeholder ``{}`` before the real arguments, a new id or the name again
with each fragment, the whole call again, arguments that grow from fragment to fragment, and
several calls at one index.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

from speko_client.wire.halves import sound
from speko_gateway.breadth import elements
from speko_gateway.provider import ProviderError, ToolCall
from speko_gateway.providers.failures import unreadable

MOST_CALLS = 1024
"""Of one answer."""
MOST_CHARACTERS = 1024 * 1024
"""Of all arguments of one answer: twice what the longest answers hold."""
MOST_ELEMENTS = 20_000
"""The same, counted as in ``breadth``."""
_MOST_DOCUMENTS = 16
"""How often one call's arguments may be sent again before nobody looks for the last ones."""
_BLANKS = re.compile(r"\s*")
_LOOKED_AT = 64 * 1024
"""Characters of arguments that are looked at while more may come; longer ones go on."""


class Draft:
    """One tool call as far as it has come."""

    __slots__ = ("fragments", "id", "name", "renamed", "size")

    def __init__(self, call_id: str, name: str) -> None:
        self.id = call_id
        self.name = name
        self.fragments: list[str] = []
        self.size = 0
        self.renamed = False

    def is_followed_by(self, call_id: str, name: str, args: str) -> bool:
        """Whether this fragment, at the same place, begins another call.

        A new id or name alone does not say so, because some servers make a new id per fragment.
        """
        is_new_id = bool(call_id and self.id and call_id != self.id)
        if not name or not self.name:
            return False
        if name != self.name:
            return is_new_id or self._is_complete()
        if not is_new_id or not self._is_complete():
            return False
        return bool(args.strip()) or not self.renamed

    def add(self, call_id: str, name: str, args: str) -> None:
        """Take one fragment of this call."""
        self.renamed = self.renamed or bool(call_id and self.id and call_id != self.id)
        self.id = self.id or call_id
        self.name = self.name or name
        if args:
            self.fragments.append(args)
            self.size += len(args)

    def args(self) -> str:
        """The arguments as JSON; as they came where they are none."""
        joined = "".join(self.fragments)
        if not joined.strip() or _object(joined) is not None:
            return joined
        return _last_object(joined) or _grown(self.fragments) or joined

    def _is_complete(self) -> bool:
        if self.size > _LOOKED_AT:
            return False
        self.fragments = ["".join(self.fragments)]
        return bool(_object(self.fragments[0]))


class Drafts:
    """The calls of one answer, in the order in which they began."""

    def __init__(self) -> None:
        self.next_place = 0
        """A place that no call has yet."""
        self._all: list[Draft] = []
        self._at: dict[int, Draft] = {}
        self._by_id: dict[str, Draft] = {}
        self._size = 0

    def begin(self, place: int, call_id: str, name: str) -> None:
        """A new call at this place, or the one that has this id already."""
        draft = self._at[place] = self._by_id.get(call_id) or self._new(place, call_id, name)
        if call_id:
            self._by_id[call_id] = draft

    def add(self, place: int, call_id: str, name: str, args: str) -> None:
        """Take a fragment: of the call at this place, or of a new one there."""
        draft = self._at.get(place)
        if draft is None or draft.is_followed_by(call_id, name, args):
            draft = self._at[place] = self._new(place, call_id, name)
        self._take(draft, call_id, name, args)

    def add_args(self, place: int, args: str) -> None:
        """Take arguments of the call that has begun at this place; others are nobody's."""
        if (draft := self._at.get(place)) is not None:
            self._take(draft, "", "", args)

    def _new(self, place: int, call_id: str, name: str) -> Draft:
        self.next_place = max(self.next_place, place + 1)
        self._all.append(draft := Draft(call_id, name))
        if len(self._all) > MOST_CALLS:
            raise unreadable(f"sent more than {MOST_CALLS:,} tool calls")
        return draft

    def _take(self, draft: Draft, call_id: str, name: str, args: str) -> None:
        self._size += len(args)
        if self._size > MOST_CHARACTERS:
            raise unreadable("sent tool calls without end")
        draft.add(call_id, name, args)

    def calls(self, cut_by: str | None) -> tuple[list[ToolCall], tuple[str, ...]]:
        """The calls, and the notes.

        An unreadable call is a ProviderError; where something ``cut`` the answer, it is left out
        with all behind it.
        """
        calls: list[ToolCall] = []
        left = MOST_ELEMENTS
        for number, draft in enumerate(self._all):
            left -= elements("".join(draft.fragments), left)
            if left < 0:
                raise unreadable(f"sent tool calls of more than {MOST_ELEMENTS:,} elements")
            try:
                calls.append(_tool_call(draft.id or f"call_{number}", draft.name, draft.args()))
            except ProviderError:
                if cut_by is None:
                    raise
                return calls, (f"The {cut_by} cut a tool call off; it was left out.",)
        return calls, ()


def spelled(args: Any) -> str:
    """Arguments as JSON text: some servers send the object itself. Empty for none."""
    if isinstance(args, str):
        return args
    return json.dumps(args, ensure_ascii=False) if args else ""


def _tool_call(call_id: str, name: str, args: str) -> ToolCall:
    """A complete call; no arguments are an empty object. ProviderError where they are no object."""
    try:
        found = json.loads(args) if args.strip() else {}
        if "\\ud" in args.lower():
            args = json.dumps(found, ensure_ascii=False)
    except (ValueError, RecursionError):
        found = args
    if not isinstance(found or {}, dict) or not name:
        raise unreadable("sent a tool call that cannot be read")
    return ToolCall(sound(call_id), sound(name), sound(args) if found else "{}")


def _object(args: str) -> dict[str, Any] | None:
    """The one object that ``args`` spells; None where it spells anything else."""
    try:
        found = json.loads(args)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _last_object(joined: str) -> str:
    """Of several objects in a row the last that is not empty; nothing where it is no such row."""
    decoder, place, last = json.JSONDecoder(), 0, ""
    joined = joined.strip()
    for _ in range(_MOST_DOCUMENTS):
        try:
            found, end = decoder.raw_decode(joined, place)
        except (ValueError, RecursionError):
            return ""
        if not isinstance(found or {}, dict):
            return ""
        last = joined[place:end] if found else last
        if end == len(joined):
            return last or "{}"
        place = _end_of_blanks(joined, end)
    return ""


def _end_of_blanks(text: str, place: int) -> int:
    found = _BLANKS.match(text, place)
    return place if found is None else found.end()


def _grown(fragments: list[str]) -> str:
    """The last fragment, where each one begins with the one before; nothing otherwise."""
    grows = all(longer.startswith(shorter) for shorter, longer in pairwise(fragments))
    return fragments[-1] if grows and _object(fragments[-1]) else ""
