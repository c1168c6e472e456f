"""The turns of several sessions, for the cards that need each of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from playground.analytics.counted import counted_turns
from playground.sessions.turns import Conversation, Turn

MOST_TURNS: Final = 1_000
"""So many turns are drawn, the newest; more would take the page seconds."""


def gathered(conversations: Iterable[Conversation]) -> tuple[Turn, ...]:
    """The turns that each session's charts count and that are over, in time, numbered from 1.

    The newest ``MOST_TURNS``. The sessions come newest first; those beyond are not looked at.
    """
    turns: list[Turn] = []
    for conversation in conversations:
        turns += [turn for turn in counted_turns(conversation) if turn.status != "running"]
        if len(turns) >= MOST_TURNS:
            break
    newest = sorted(turns, key=lambda turn: turn.created_at)[-MOST_TURNS:]
    return tuple(turn.numbered(number) for number, turn in enumerate(newest, start=1))
