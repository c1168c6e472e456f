"""Sessions as CSV: a row per turn, of every branch. Pure.

The columns keep their names and their order; a new one goes to the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import pandas as pd

from playground.analytics.counted import shown_turns
from playground.exports.branches import title_of
from playground.look import palette
from playground.look.safe_text import csv_bytes
from playground.servers.pool import candidates
from playground.sessions import turn_words
from playground.sessions.totals import counted_tokens, failovers
from playground.sessions.turns import Conversation, Turn

COLUMNS: Final = {
    "session_id": "string",
    "session_title": "string",
    "turn_id": "string",
    "parent_id": "string",
    "turn": "Int64",
    "on_shown_branch": "boolean",
    "seat": "string",
    "message_id": "string",
    "created_at": "string",
    "finished_at": "string",
    "status": "string",
    "message": "string",
    "answer": "string",
    "reasoning": "string",
    "language": "string",
    "vertical": "string",
    "region": "string",
    "optimize_for": "string",
    "temperature": "Float64",
    "max_tokens": "Int64",
    "system_prompt": "string",
    "allowed_providers": "string",
    "what_if": "string",
    "drill": "boolean",
    "server": "string",
    "imported_from": "string",
    "provider": "string",
    "provider_name": "string",
    "model": "string",
    "kind": "string",
    "source": "string",
    "first_choice": "string",
    "failovers": "Int64",
    "attempts": "string",
    "tokens_in": "Int64",
    "tokens_out": "Int64",
    "tokens_estimated": "boolean",
    "ttft_ms": "Float64",
    "total_ms": "Float64",
    "cost_usd": "Float64",
    "cost_estimated": "boolean",
    "price_source": "string",
    "scores_run_id": "string",
    "finish_reason": "string",
    "error_code": "string",
    "error": "string",
}
"""The columns in their order, and their types."""


def turns_csv(conversations: Iterable[Conversation]) -> bytes:
    """A row per turn, session by session, in the order in which they were asked."""
    rows = [row for conversation in conversations for row in _rows(conversation)]
    return csv_bytes(pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS))


def _rows(conversation: Conversation) -> Iterable[dict[str, Any]]:
    shown = {turn.id for turn in shown_turns(conversation)}
    session = {"session_id": conversation.id, "session_title": title_of(conversation)}
    numbers: dict[str | None, int] = {}
    for turn in conversation.kept:
        numbers[turn.id] = numbers.get(turn.parent_id, 0) + 1
        yield {
            **session,
            "on_shown_branch": turn.id in shown,
            **_turn(turn),
            "turn": numbers[turn.id],
            **_settings(turn),
            **_answer(turn),
            **_figures(turn),
        }


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "turn_id": turn.id,
        "parent_id": turn.parent_id,
        "seat": turn.seat and turn.seat.upper(),
        "message_id": turn.message_id,
        "created_at": _time(turn.created_at),
        "finished_at": _time(turn.finished_at),
        "status": turn.status,
        "message": turn.message,
        "server": None if turn.origin else turn.connection,
        "imported_from": turn.origin and turn.origin.name,
        "error_code": turn.error and turn.error.code,
        "error": turn.error and turn.error.message,
    }


def _settings(turn: Turn) -> dict[str, Any]:
    settings = turn.settings
    fields = {"language", "vertical", "region", "optimize_for", "temperature", "max_tokens"}
    return {
        **settings.model_dump(include=fields),
        "system_prompt": settings.system_prompt or None,
        "allowed_providers": ", ".join(settings.allowed) or None,
        "what_if": settings.what_if and (settings.what_if.name or "unnamed"),
        "drill": turn.drilled,
    }


def _answer(turn: Turn) -> dict[str, Any]:
    answer = turn.answer
    ranked = candidates(turn.ranking) if turn.ranking else []
    return {
        "answer": answer.text or None,
        "reasoning": answer.reasoning or None,
        "provider": answer.provider or None,
        "provider_name": palette.display_name(answer.provider) if answer.provider else None,
        "model": answer.model or None,
        "kind": answer.kind,
        "source": turn_words.source(answer),
        "first_choice": f"{ranked[0].provider_id}:{ranked[0].model_id}" if ranked else None,
        "attempts": "; ".join(
            f"{each.provider}:{each.model} {each.outcome}{f' ({each.code})' if each.code else ''}"
            for each in answer.attempts
        )
        or None,
        "scores_run_id": answer.scores_run_id,
        "finish_reason": answer.finish_reason,
    }


def _figures(turn: Turn) -> dict[str, Any]:
    answer, usage = turn.answer, counted_tokens(turn)
    return {
        "failovers": failovers(turn)
        if answer.failover_count is not None or answer.attempts
        else None,
        "tokens_in": usage.prompt_tokens if usage else None,
        "tokens_out": usage.completion_tokens if usage else None,
        "tokens_estimated": usage.estimated if usage else None,
        "ttft_ms": answer.timing.ttft_ms if answer.timing else None,
        "total_ms": answer.timing.total_ms if answer.timing else None,
        "cost_usd": answer.cost_usd,
        "cost_estimated": None if answer.cost_usd is None else True,
        "price_source": answer.price_source,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
