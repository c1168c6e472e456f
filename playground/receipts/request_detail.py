"""What was asked, to copy into a bug report or a script. Pure; holds no key."""

from __future__ import annotations

from typing import Any

from playground.sessions.turns import Turn


def request_detail(turn: Turn) -> dict[str, Any]:
    """The turn's own part of the request and what came of it, as a JSON object."""
    detail: dict[str, Any] = {
        "server": turn.connection,
        "session": turn.conversation_id,
        "turn": turn.id,
        "sentAt": turn.created_at.isoformat(timespec="seconds"),
        "message": turn.message,
        "settings": turn.settings.model_dump(mode="json", exclude_none=True, exclude_defaults=True),
        "status": turn.status,
    }
    if turn.prediction is not None:
        fields = {"provider_id", "model_id", "score", "scores_run_id"}
        detail["predicted"] = turn.prediction.model_dump(
            mode="json", by_alias=True, exclude_none=True, include=fields
        )
    if turn.answer.scores_run_id:
        detail["scoresRunId"] = turn.answer.scores_run_id
    if turn.answer.attempts:
        detail["attempts"] = [
            attempt.model_dump(mode="json", by_alias=True, exclude_none=True)
            for attempt in turn.answer.attempts
        ]
    if turn.error is not None:
        detail["error"] = turn.error.model_dump(mode="json", exclude_none=True)
    return detail
