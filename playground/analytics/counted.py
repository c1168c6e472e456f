"""Which of a session's turns its charts count. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from playground.sessions.turns import Conversation, Turn


def counted_turns(
    conversation: Conversation, seat: str | None = None, *, all_branches: bool = False
) -> tuple[Turn, ...]:
    """The turns that are counted, numbered from 1: those of the branch that is shown.

    With ``all_branches``, and of a comparison, all of them, in the order in which they were asked;
    in a comparison with those of the branch that came before it, or one ``seat``'s alone.
    """
    asked = [turn for turn in conversation.kept if turn.seat is not None]
    if not asked and not all_branches:
        return conversation.path()
    if not asked:
        return _numbered(conversation.kept)
    before = [turn for turn in conversation.path() if turn.seat is None]
    wanted = asked if seat is None else [turn for turn in asked if turn.seat == seat]
    return _numbered(wanted if seat else [*before, *wanted])


def is_branched(conversation: Conversation) -> bool:
    """Whether there is more to count than the branch that is shown; not so in a comparison."""
    kept = conversation.kept
    return len(kept) > len(conversation.path()) and all(turn.seat is None for turn in kept)


def _numbered(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    return tuple(turn.numbered(number) for number, turn in enumerate(turns, start=1))
