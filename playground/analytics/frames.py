"""A session's turns as tidy tables, one per question: who, how many tokens, what failed, how fast,
how dear.

Each frame carries the turn's id and number, so that a row leads back to its turn, and the labels
that say what kind of answer it was (simulated, local, stopped, estimated, made under a drill). What
a server did not tell is NA in every frame and stays NA in every sum over nothing; it never becomes
0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from playground.sessions import turn_words
from playground.sessions.totals import (
    counted_tokens,
    failovers,
    named_failures,
    unnamed_failures,
)
from playground.sessions.turn_words import ranked_by
from playground.sessions.turns import Turn
from speko_client.models import Attempt, FailureCode

_TURN: Final = {
    "turn_id": "string",
    "turn": "Int64",
    "provider": "string",
    "model": "string",
    "status": "string",
    "source": "string",
    "simulated": "boolean",
    "local": "boolean",
    "drill": "boolean",
}
_TOKENS: Final = _TURN | {
    "tokens_in": "Int64",
    "tokens_out": "Int64",
    "tokens_estimated": "boolean",
    "provider_tokens_so_far": "Int64",
}
_LATENCY: Final = _TURN | {"ttft_ms": "Float64", "total_ms": "Float64", "failovers": "Int64"}
_COST: Final = _TURN | {
    "cost_usd": "Float64",
    "cost_estimated": "boolean",
    "price_source": "string",
}
_FAILURES: Final = {
    "turn_id": "string",
    "turn": "Int64",
    "provider": "string",
    "model": "string",
    "code": "string",
    "reason": "string",
    "duration_ms": "Float64",
    "failed_over": "boolean",
    "next_provider": "string",
    "next_model": "string",
    "status": "string",
    "source": "string",
    "simulated": "boolean",
    "drill": "boolean",
}
_SHARES: Final = {"provider": "string", "turns": "Int64", "share": "Float64", "simulated": "Int64"}


def ended(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """The turns that are over; one that still runs has no figures yet."""
    return tuple(turn for turn in turns if turn.status != "running")


def choices(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per turn: who served it. ``provider`` is NA where nobody did."""
    return _frame((_turn_row(turn) for turn in turns), _TURN)


def shares(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per provider that served: its turns, its share (0 to 1), how many were simulated."""
    served = choices(turns).dropna(subset=["provider"])
    counted = served.groupby("provider", as_index=False).agg(
        turns=("turn", "size"), simulated=("simulated", "sum")
    )
    counted["share"] = counted["turns"] / max(len(served), 1)
    ordered = counted.sort_values(["turns", "provider"], ascending=[False, True])
    return ordered[list(_SHARES)].astype(_SHARES).reset_index(drop=True)


def tokens(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per turn: tokens in and out, and the serving provider's sum of both up to here."""
    frame = _frame((_token_row(turn) for turn in turns), _TOKENS)
    both = frame["tokens_in"] + frame["tokens_out"]
    frame["provider_tokens_so_far"] = both.groupby(frame["provider"]).cumsum().astype("Int64")
    return frame


def failed_attempts(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per candidate that failed, by the provider that failed; ``duration_ms`` until it did.

    ``failed_over`` says whether another candidate followed. A server that only counts failovers
    gives rows with provider NA.
    """
    return _frame((row for turn in turns for row in _failure_rows(turn)), _FAILURES)


def latencies(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per turn: milliseconds to the first token and in all, failed candidates included."""
    return _frame((_latency_row(turn) for turn in turns), _LATENCY)


def costs(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per turn: US$ at list price, an estimate, and the price table it comes from."""
    return _frame((_cost_row(turn) for turn in turns), _COST)


def _frame(rows: Iterable[Mapping[str, Any]], types: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(types)).astype(dict(types))


def _turn_row(turn: Turn) -> dict[str, Any]:
    answer = turn.answer
    return {
        "turn_id": turn.id,
        "turn": turn.number,
        "provider": answer.provider or None,
        "model": answer.model or None,
        "status": turn.status,
        "source": source(turn),
        "simulated": answer.simulated,
        "local": answer.kind == "local",
        "drill": turn.drilled,
    }


def source(turn: Turn) -> str | None:
    """Whose words, and by which what-if they were routed, where not by the server's own scores."""
    what_if = ranked_by(turn.answer.scores_run_id, turn.settings.what_if)
    return "; ".join(filter(None, (turn_words.source(turn.answer), what_if))) or None


def _token_row(turn: Turn) -> dict[str, Any]:
    usage = counted_tokens(turn)
    counts = {
        "tokens_in": usage.prompt_tokens if usage else None,
        "tokens_out": usage.completion_tokens if usage else None,
        "tokens_estimated": usage.estimated if usage else None,
    }
    return _turn_row(turn) | counts


def _latency_row(turn: Turn) -> dict[str, Any]:
    timing = turn.answer.timing
    counted = turn.answer.failover_count is not None or bool(turn.answer.attempts)
    times = {
        "ttft_ms": timing.ttft_ms if timing else None,
        "total_ms": timing.total_ms if timing else None,
        "failovers": failovers(turn) if counted else None,
    }
    return _turn_row(turn) | times


def _cost_row(turn: Turn) -> dict[str, Any]:
    cost = turn.answer.cost_usd
    price = {
        "cost_usd": cost,
        "cost_estimated": None if cost is None else True,
        "price_source": turn.answer.price_source,
    }
    return _turn_row(turn) | price


def _failure_rows(turn: Turn) -> Iterable[dict[str, Any]]:
    row = {"turn_id": turn.id, "turn": turn.number, "status": turn.status}
    row |= {"source": source(turn), "drill": turn.drilled}
    for failed, follower in named_failures(turn):
        yield row | _failure(turn, failed, follower)
    for _ in range(unnamed_failures(turn)):
        yield row | {"simulated": turn.answer.simulated, "failed_over": True}


def _failure(turn: Turn, failed: Attempt, follower: Attempt | None) -> dict[str, Any]:
    return {
        "provider": failed.provider,
        "model": failed.model,
        "code": failed.code,
        "reason": failed.message,
        "duration_ms": failed.duration_ms,
        "failed_over": follower is not None,
        "next_provider": follower.provider if follower else None,
        "next_model": follower.model if follower else None,
        "simulated": turn.answer.simulated or failed.code == FailureCode.SIMULATED_OUTAGE,
    }
