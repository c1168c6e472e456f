"""The card "Failovers": the candidates that failed, by provider, and what followed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from html import escape
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from playground.analytics.card import Card, sentence
from playground.analytics.frames import TURN, by_span, frame_of, turn_row
from playground.analytics.turn_figures import stacked_bars
from playground.look import palette
from playground.look.figures import Theme
from playground.look.words import counted
from playground.sessions.totals import named_failures, unnamed_failures
from playground.sessions.turns import Turn
from speko_client.models import Attempt, FailureCode

_COLUMNS: Final = TURN | {
    "code": "string",
    "reason": "string",
    "duration_ms": "Float64",
    "failed_over": "boolean",
    "next_provider": "string",
    "next_model": "string",
}


def card(turns: Sequence[Turn]) -> Card:
    """The card of these turns."""
    rows = frame(turns)
    return Card(
        key="failovers",
        title="Failovers",
        caption=caption(rows),
        empty=empty(rows),
        rows=rows,
        headings={
            "turn": "Turn",
            "provider": "Failed",
            "model": "Model",
            "reason": "Why",
            "duration_ms": "After ms",
            "next_provider": "Next",
            "next_model": "Next model",
            "simulated": "Simulated",
            "drill": "Drill",
        },
        draw=partial(figure, rows, len(turns)),
    )


def frame(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per candidate that failed, by the provider that failed; ``duration_ms`` until it did.

    ``failed_over`` says whether another candidate followed. A server that only counts failovers
    gives rows with provider NA.
    """
    return frame_of((row for turn in turns for row in _rows(turn)), _COLUMNS)


def caption(rows: pd.DataFrame) -> str:
    """How many candidates failed, and how many of them because of a drill."""
    moved = int(rows["failed_over"].sum())
    drilled = int(rows["simulated"].sum())
    return sentence(
        f"{counted(len(rows), 'failed attempt')}, {moved} followed by a next candidate",
        f"{drilled} simulated" if drilled else "",
    )


def empty(rows: pd.DataFrame) -> str | None:
    """Why there is nothing to draw; None where there is something."""
    if len(rows):
        return None
    return (
        "No failover in this session: no candidate has failed. With the demo fleet on, "
        "“Simulate an outage of” in the chat's settings shows one."
    )


def figure(rows: pd.DataFrame, turns: int, theme: Theme) -> go.Figure:
    """Failed candidates per turn, stacked by the provider that failed."""
    detailed = rows.assign(details=[_what_happened(row) for row in rows.itertuples()])
    spans = by_span(detailed, turns, {"details": "lines"})
    drawn = stacked_bars(spans, "rows", turns, theme)
    highest = spans.groupby("start")["rows"].sum().max()
    whole_numbers = {"dtick": 1} if highest < 6 else {"nticks": 5}
    return drawn.update_yaxes(
        rangemode="tozero", tickformat="d", title_text="failed attempts", **whole_numbers
    )


def _rows(turn: Turn) -> Iterable[dict[str, Any]]:
    unnamed = turn_row(turn) | {"provider": None, "model": None}
    for failed, follower in named_failures(turn):
        yield unnamed | _failure(turn, failed, follower)
    for _ in range(unnamed_failures(turn)):
        yield unnamed | {"failed_over": True}


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


def _what_happened(failure: Any) -> str:
    reason = "failed" if pd.isna(failure.reason) else failure.reason
    if not pd.isna(failure.next_provider):
        following = f"then {palette.label(failure.next_provider, failure.next_model)}"
    else:
        following = "then the next candidate" if failure.failed_over else "no candidate followed"
    return escape(f"{reason}, {following}")
