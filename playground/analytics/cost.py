"""The card "Estimated cost": US$ per turn at list price. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from playground.analytics.card import LABELS, WHO, Card, sentence, turns_missing
from playground.analytics.frames import TURN, by_span, frame_of, turn_row
from playground.analytics.turn_figures import stacked_bars
from playground.look.figures import Theme
from playground.look.words import counted, dollars
from playground.sessions.turns import Turn

_COLUMNS: Final = TURN | {
    "cost_usd": "Float64",
    "cost_estimated": "boolean",
    "price_source": "string",
}


def card(turns: Sequence[Turn]) -> Card:
    """The card of these turns."""
    rows = frame(turns)
    return Card(
        key="cost",
        title="Estimated cost",
        caption=caption(rows),
        empty=empty(rows),
        rows=rows,
        headings=WHO | {"cost_usd": "Estimated US$", "price_source": "Price list"} | LABELS,
        draw=partial(figure, rows, len(turns)),
    )


def frame(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per turn: US$ at list price, an estimate, and the price table it comes from."""
    return frame_of(map(_row, turns), _COLUMNS)


def caption(rows: pd.DataFrame) -> str:
    """Which price table the estimate comes from, and what is missing or was not billed."""
    known = rows.dropna(subset=["cost_usd"])
    sources = ", ".join(sorted(known["price_source"].dropna().unique()))
    unbilled = int(known["simulated"].sum())
    return sentence(
        f"Estimated at list price{f' ({sources})' if sources else ''}",
        turns_missing(rows, known, "without a price"),
        f"simulated in {counted(unbilled, 'turn')}: nothing was billed for those"
        if unbilled
        else "",
    )


def empty(rows: pd.DataFrame) -> str | None:
    """Why there is nothing to draw; None where there is something."""
    if rows["cost_usd"].notna().any():
        return None
    if rows["local"].any():
        return "No price to show: a model on this machine has none."
    return "No price to show: no answer came with token counts and a model of the price list."


def figure(rows: pd.DataFrame, turns: int, theme: Theme) -> go.Figure:
    """Estimated US$ per turn; a turn without an estimate has no bar."""
    spans = by_span(rows.dropna(subset=["cost_usd"]), turns, {"cost_usd": "sum"})
    details = spans["cost_usd"].map(lambda cost: f"{dollars(cost)} estimated")
    drawn = stacked_bars(spans.assign(details=details), "cost_usd", turns, theme)
    ticks = _dollar_ticks(spans["cost_usd"])
    return drawn.update_yaxes(
        rangemode="tozero", nticks=5, tickformat=ticks, title_text="estimated US$"
    )


def _row(turn: Turn) -> dict[str, Any]:
    cost = turn.answer.cost_usd
    return turn_row(turn) | {
        "cost_usd": cost,
        "cost_estimated": None if cost is None else True,
        "price_source": turn.answer.price_source,
    }


def _dollar_ticks(costs: pd.Series[float]) -> str:
    highest = costs.max() if len(costs) else 1.0
    places = 2 if not highest > 0 else max(2, 1 - math.floor(math.log10(highest)))
    return f"$.{places}f"
