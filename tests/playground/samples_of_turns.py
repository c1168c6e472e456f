"""Turns and conversations for tests, with everything not asked for filled in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from playground.sessions.turns import Answer, Conversation, Turn, TurnSettings

NOON = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


def turn(turn_id: str, parent_id: str | None = None, **given: Any) -> Turn:
    """A finished turn of conversation ``c`` unless told otherwise."""
    text = given.pop("text", f"Answer to {turn_id}.")
    values: dict[str, Any] = {
        "id": turn_id,
        "conversation_id": "c",
        "parent_id": parent_id,
        "message": f"Message {turn_id}",
        "settings": TurnSettings(),
        "connection": "Embedded gateway",
        "status": "done",
        "answer": Answer(text=text),
        "created_at": NOON,
    }
    return Turn(**(values | given))


def conversation(*turns: Turn, **given: Any) -> Conversation:
    """Conversation ``c`` with these turns, the last one shown."""
    leaf_id = turns[-1].id if turns else None
    values: dict[str, Any] = {
        "id": "c",
        "leaf_id": leaf_id,
        "turns": turns,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Conversation(**(values | given))
