"""Which of a session's turns its charts count. Pure."""

from __future__ import annotations

from playground.sessions.turns import Conversation, Turn


def counted_turns(conversation: Conversation, seat: str | None = None) -> tuple[Turn, ...]:
    """The turns that are counted, numbered from 1: those of the branch that is shown.

    Of a comparison all of them, in the order in which they were asked, with those of the branch
    that came before it; or one ``seat``'s alone. Imported ones never: nobody was routed to here.
    """
    asked = [turn for turn in conversation.turns if turn.seat is not None]
    shown = [turn for turn in conversation.path() if turn.origin is None]
    before = [turn for turn in shown if turn.seat is None]
    wanted = asked if seat is None else [turn for turn in asked if turn.seat == seat]
    turns = (wanted if seat else [*before, *wanted]) if asked else shown
    return tuple(turn.numbered(number) for number, turn in enumerate(turns, start=1))
