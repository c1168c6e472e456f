"""A session under ids of its own, all else as it was. Pure but for the ids, which are passed in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from playground.sessions.turns import Conversation


def with_new_ids(conversation: Conversation, new_id: Callable[[], str]) -> Conversation:
    """The same session, turns and messages, each by a new id wherever it is named."""
    session = new_id()
    ids = {turn.id: new_id() for turn in conversation.turns}
    messages = {each: new_id() for turn in conversation.turns if (each := turn.message_id)}
    turns = tuple(
        turn.model_copy(
            update={
                "id": ids[turn.id],
                "conversation_id": session,
                "parent_id": ids.get(turn.parent_id or ""),
                "message_id": messages.get(turn.message_id or ""),
                "removed": ids.get(turn.removed or ""),
            }
        )
        for turn in conversation.turns
    )
    update = {
        "id": session,
        "leaf_id": ids.get(conversation.leaf_id or ""),
        "comparison": _renamed(conversation.comparison, ids),
        "turns": turns,
    }
    return conversation.model_copy(update=update)


def _renamed(comparison: str | None, ids: Mapping[str, str]) -> str | None:
    """The seats of a comparison, with the winner's turn by its new id."""
    try:
        seats = json.loads(comparison or "null")
    except ValueError:
        return comparison
    if not isinstance(seats, dict) or seats.get("winner") not in ids:
        return comparison
    return json.dumps(seats | {"winner": ids[seats["winner"]]})
