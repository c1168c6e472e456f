"""How a turn ends: by itself, or with the process that ran it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from playground.sessions.rows import moment
from playground.sessions.turns import Conversation, Turn, TurnError, TurnStatus
from speko_client.models import Attempt


def ended(
    turn: Turn,
    status: TurnStatus,
    error: TurnError | None,
    attempts: tuple[Attempt, ...],
    at: datetime,
) -> Turn:
    """The turn as it ended; ``attempts`` replace those known before, unless there are none."""
    answer = turn.answer.model_copy(update={"attempts": attempts}) if attempts else turn.answer
    update = {"status": status, "error": error, "answer": answer, "finished_at": at}
    return turn.model_copy(update=update)


def interrupted(conversation: Conversation, ended: Mapping[str, float]) -> dict[str, Turn]:
    """By id, the turns that ended at these times without anybody's saying so."""
    return {
        turn.id: turn.model_copy(
            update={"status": "interrupted", "finished_at": moment(ended[turn.id])}
        )
        for turn in conversation.turns
        if turn.id in ended
    }
