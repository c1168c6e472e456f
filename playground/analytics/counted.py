"""Which of a session's turns its charts count. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from playground.sessions.turns import Conversation, Turn


def counted_turns(conversation: Conversation, seat: str | None = None) -> tuple[Turn, ...]:
    """Those of ``shown_turns`` that were asked here, numbered from 1.

    Nobody was routed to for an imported turn, and nothing was measured.
    """
    return _numbered(turn for turn in shown_turns(conversation, seat) if turn.origin is None)


def shown_turns(conversation: Conversation, seat: str | None = None) -> tuple[Turn, ...]:
    """The turns of the branch that is shown, numbered from 1.

    Of a comparison all of them, in the order in which they were asked, with those of the branch
    that came before it; or one ``seat``'s alone.
    """
    asked = [turn for turn in conversation.turns if turn.seat is not None]
    if not asked:
        return conversation.path()
    before = [turn for turn in conversation.path() if turn.seat is None]
    wanted = asked if seat is None else [turn for turn in asked if turn.seat == seat]
    return _numbered(wanted if seat else [*before, *wanted])


def _numbered(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    return tuple(turn.numbered(number) for number, turn in enumerate(turns, start=1))
