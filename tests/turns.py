"""Turns and conversations for tests, with everything not asked for filled in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from playground.sessions.turns import Answer, Conversation, Turn, TurnSettings
from speko_client.models import Attempt, CompleteUsage

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


def numbered(number: int, status: str, answer: Answer) -> Turn:
    """Turn ``number`` of a branch that has no other ways."""
    return turn(
        f"t{number}",
        f"t{number - 1}" if number > 1 else None,
        message="Book me an appointment for Tuesday.",
        status=status,
        answer=answer,
        number=number,
    )


def served(number: int, provider: str = "openai", model: str = "gpt-4o", **given: Any) -> Turn:
    """An answered turn of a live provider; ``given`` goes to its answer, but for ``status``."""
    status = given.pop("status", "done")
    answer = Answer(text="Yes.", provider=provider, model=model, kind="live")
    return numbered(number, status, answer.model_copy(update=given))


def used(tokens_in: int, tokens_out: int, *, estimated: bool = False) -> CompleteUsage:
    """Token counts."""
    return CompleteUsage(prompt_tokens=tokens_in, completion_tokens=tokens_out, estimated=estimated)


def failed(provider: str, model: str = "m", code: str = "TIMEOUT") -> Attempt:
    """A candidate that failed."""
    message = "timed out after 5.0 s"
    return Attempt(
        provider=provider, model=model, outcome="failed", code=code, message=message, duration_ms=5
    )


def answered(provider: str, model: str = "m") -> Attempt:
    """A candidate that answered."""
    return Attempt(provider=provider, model=model, outcome="answered", duration_ms=7)
