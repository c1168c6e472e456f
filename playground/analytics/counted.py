"""Which of a session's turns its charts count. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from playground.sessions.turns import Conversation, Turn


def counted_turns(
    conversation: Conversation, seat: str | None = None, *, all_branches: bool = False
) -> tuple[Turn, ...]:
    """The turns that are counted, numbered from 1: those of the branch that is shown.

    With ``all_branches``, and of a comparison, all of them, in the order in which they were asked;
    in a comparison with those of the branch that came before it, or one ``seat``'s alone. Imported
    ones never: nobody was routed to here.
    """
    asked = [turn for turn in conversation.kept if turn.seat is not None]
    if not asked and all_branches:
        return _numbered(turn for turn in conversation.kept if turn.origin is None)
    shown = [turn for turn in conversation.path() if turn.origin is None]
    if not asked:
        return _numbered(shown)
    before = [turn for turn in shown if turn.seat is None]
    wanted = asked if seat is None else [turn for turn in asked if turn.seat == seat]
    return _numbered(wanted if seat else [*before, *wanted])


def is_branched(conversation: Conversation) -> bool:
    """Whether there is more to count than the branch that is shown; not so in a comparison."""
    if any(turn.seat is not None for turn in conversation.kept):
        return False
    every = counted_turns(conversation, all_branches=True)
    return len(every) > len(counted_turns(conversation))


def _numbered(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    return tuple(turn.numbered(number) for number, turn in enumerate(turns, start=1))
