"""A copy of a session, with ids of its own. Pure but for the ids, which are passed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from playground.sessions.turns import Conversation, Turn


def copy_of(
    conversation: Conversation, conversation_id: str, new_id: Callable[[], str], now: datetime
) -> Conversation:
    """The same turns under new ids, used now; without those that run or were deleted."""
    conversation = conversation.without_deleted()
    kept = _over(conversation)
    ids = {turn.id: new_id() for turn in kept}
    messages = {each: new_id() for turn in kept if (each := turn.message_id)}
    turns = tuple(
        turn.model_copy(
            update={
                "id": ids[turn.id],
                "conversation_id": conversation_id,
                "parent_id": ids.get(turn.parent_id or ""),
                "message_id": messages.get(turn.message_id or ""),
            }
        )
        for turn in kept
    )
    shown = [ids[turn.id] for turn in conversation.path() if turn.id in ids]
    leaf = shown[-1] if shown else turns[-1].id if turns else None
    return conversation.model_copy(
        update={
            "id": conversation_id,
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
    )


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
