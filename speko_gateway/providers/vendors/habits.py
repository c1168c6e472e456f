"""What servers take, as far as their refusals have told.

Servers that speak OpenAI's dialect differ in the fields they know, and the same model is served by
many of them. Where a refusal names a field that was sent, the request is sent again without it (or
with the other name of the token limit), once. What then works is remembered for this model at this
address, and shown in Connections.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any, Final

from speko_gateway.provider import FailureCode, ProviderError
from speko_gateway.providers.vendors.catalogue import (
    MAX_COMPLETION_TOKENS,
    MAX_TOKENS,
    effort_note,
    temperature_note,
)
from speko_gateway.providers.vendors.dialect import CHAT_COMPLETIONS, Outgoing
from speko_gateway.providers.vendors.model_lists import ModelLists

MOST_REMEMBERED = 1000
"""Models at addresses; callers bring both, so there is no end to them."""
LONGEST_MODEL = 200
MOST_REFUSED = 16
"""Per model: a temperature is remembered with its value, and there are many."""

_OTHER_CAP: Final = {MAX_TOKENS: MAX_COMPLETION_TOKENS, MAX_COMPLETION_TOKENS: MAX_TOKENS}
_BY_VALUE: Final = ("reasoning_effort", "temperature")
"""Refused for one value, these may be taken with another."""
_DISPENSABLE: Final = ("stream_options", "parallel_tool_calls", *_BY_VALUE)
_NO_SUCH_FIELD: Final = {"unsupported_parameter", "unknown_parameter", "extra_forbidden"}
_NUMBER = re.compile(r"(?<![\w.-])(?!400\b|422\b)\d{2,}(?![\w-])")


@dataclass(frozen=True, slots=True)
class Habits:
    """What one model at one address takes.

    ``cap`` is its name for the token limit, None where nothing is known. ``refused`` are fields to
    leave out, with the value that was refused; None stands for any.
    """

    cap: str | None = None
    refused: tuple[tuple[str, Any], ...] = ()


NOTHING_KNOWN = Habits()


class ServerMemory:
    """The habits of servers, by address and model, the latest ``most`` of them; and their lists."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self.lists = ModelLists()
        self._most = most
        self._known: OrderedDict[tuple[str, str], Habits] = OrderedDict()

    def of(self, address: str, model: str) -> Habits:
        """What is known about this model at this address."""
        return self._known.get((address, model), NOTHING_KNOWN)

    def keep(self, address: str, model: str, habits: Habits) -> None:
        """Remember it in place of what was known."""
        if len(model) > LONGEST_MODEL:
            return
        self._known[address, model] = habits
        self._known.move_to_end((address, model))
        if len(self._known) > self._most:
            self._known.popitem(last=False)

    def at(self, address: str) -> dict[str, Habits]:
        """What is known about the models at this address."""
        # A copy first: a request may learn something meanwhile.
        known = list(self._known.items())
        return {model: habits for (place, model), habits in known if place == address}


def adapted(call: Outgoing, habits: Habits, model: str) -> Outgoing:
    """``call`` as this model takes it; the notes say what a caller asked for and does not get."""
    body, notes = dict(call.body), list(call.notes)
    for name in _OTHER_CAP:
        if habits.cap is not None and name in body:
            body[habits.cap] = body.pop(name)
    for name, value in habits.refused:
        if name in body and value in (None, body[name]):
            notes += _left_out(model, name, body.pop(name))
    return replace(call, body=body, notes=tuple(notes))


def learnt(call: Outgoing, error: ProviderError, habits: Habits, known: Habits) -> Habits | None:
    """The habits that a refusal of ``call`` shows; None where it shows nothing new.

    ``known`` were the habits before this request: the name of the token limit is changed once.
    """
    if error.code is not FailureCode.INVALID_REQUEST:
        return None
    named = [name for name in call.body if name in error.named]
    cap = next((name for name in named if name in _OTHER_CAP), None)
    refused = tuple(
        (name, call.body[name] if name in _BY_VALUE else None)
        for name in named
        if name in _DISPENSABLE
    )
    swappable = habits.cap == known.cap and call.path == CHAT_COMPLETIONS
    if cap is not None and swappable and _is_about_the_name(error):
        habits = replace(habits, cap=_OTHER_CAP[cap])
    elif not refused:
        return None
    return replace(habits, refused=(*habits.refused, *refused)[-MOST_REFUSED:])


def _is_about_the_name(error: ProviderError) -> bool:
    """Whether a field is refused as such: who refuses its value says which would do."""
    return bool(error.named & _NO_SUCH_FIELD) or not _NUMBER.search(error.message)


def _left_out(model: str, name: str, value: Any) -> list[str]:
    if name == "temperature":
        return [temperature_note(model)]
    if name == "reasoning_effort":
        return [effort_note(model, str(value), None)]
    return [] if name == "stream_options" else [f"{model} takes no {name}; it was left out."]
