"""Sessions of this playground come back as they were: ids, branches, figures and all. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from playground.exports.session_file import FORMAT, SessionFileError, read_sessions
from playground.imports.foreign import BrokenError
from playground.imports.tree import OWN
from playground.sessions.turns import Conversation, new_id


def is_own(entry: dict[str, Any]) -> bool:
    """Whether this is a file of ours, with one session (see ``elements``)."""
    return entry.get("format") == FORMAT


def own(entry: dict[str, Any]) -> list[Conversation]:
    """The sessions of such a file. Raises BrokenError."""
    try:
        return read_sessions(json.dumps(entry).encode())
    except SessionFileError as error:
        raise BrokenError(str(error)) from error


def copied(conversation: Conversation) -> Conversation:
    """The same with ids of its own, where its own are taken; its origin names the first."""
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
        "origin": conversation.origin or f"{OWN}:{conversation.id}",
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
