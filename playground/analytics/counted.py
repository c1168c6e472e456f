"""Which of a session's turns its charts count. Pure."""

from __future__ import annotations

from playground.sessions.turns import Conversation, Turn


def counted_turns(
    conversation: Conversation, seat: str | None = None, *, all_branches: bool = False
) -> tuple[Turn, ...]:
    """Those of ``shown_turns`` that were asked here; with ``all_branches`` those of all of them.

    Nobody was routed to for an imported turn, and nothing was measured.
    """
    if all_branches and all(turn.seat is None for turn in conversation.kept):
        own = filter(_is_own, conversation.kept)
        return tuple(turn.numbered(number) for number, turn in enumerate(own, start=1))
    return tuple(filter(_is_own, shown_turns(conversation, seat)))


def is_branched(conversation: Conversation) -> bool:
    """Whether there is more to count than the branch that is shown; not so in a comparison."""
    every = counted_turns(conversation, all_branches=True)
    return len(every) > len(counted_turns(conversation))


def shown_turns(conversation: Conversation, seat: str | None = None) -> tuple[Turn, ...]:
    """The turns of the branch that is shown; those that charts count are numbered from 1.

    Of a comparison all of them, in the order in which they were asked, after those of the branch
    that came before it; or one ``seat``'s alone. An imported turn has the number 0.
    """
    before = [turn for turn in conversation.path() if turn.seat is None and seat is None]
    asked = [turn for turn in conversation.kept if turn.seat is not None]
    shown = [*before, *(turn for turn in asked if seat in (None, turn.seat))]
    places = {turn.id: number for number, turn in enumerate(filter(_is_own, shown), start=1)}
    return tuple(turn.numbered(places.get(turn.id, 0)) for turn in shown)


def _is_own(turn: Turn) -> bool:
    return turn.origin is None
