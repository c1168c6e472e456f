"""A copy of a session, as it is offered in the list. Pure but for the ids, which are passed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from playground.sessions.copies import with_new_ids
from playground.sessions.turns import Conversation, Turn


def copy_of(conversation: Conversation, new_id: Callable[[], str], now: datetime) -> Conversation:
    """The same turns under new ids, used now; without those that run or were deleted."""
    kept = conversation.without_deleted()
    turns = tuple(_over(kept))
    shown = [turn.id for turn in kept.path() if turn.id in {each.id for each in turns}]
    leaf = shown[-1] if shown else turns[-1].id if turns else None
    update = {
        "title": f"{conversation.title} (copy)",
        "turns": turns,
        "leaf_id": leaf,
        "origin": None,
        "pinned_at": None,
        "archived_at": None,
        "binned_at": None,
        "created_at": now,
        "updated_at": now,
    }
    return with_new_ids(kept.model_copy(update=update), new_id)


def _over(conversation: Conversation) -> list[Turn]:
    """The turns that are over, each after the one that it follows."""
    left = [turn for turn in conversation.kept if turn.status != "running"]
    known: set[str | None] = {None}
    kept: list[Turn] = []
    while ready := [turn for turn in left if turn.parent_id in known]:
        kept += ready
        known |= {turn.id for turn in ready}
        left = [turn for turn in left if turn.id not in known]
    return kept
