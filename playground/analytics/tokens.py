"""The card "Tokens": in and out, turn by turn, and the sum of each provider. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from playground.analytics.card import LABELS, WHO, Card, sentence, simulated, turns_missing
from playground.analytics.frames import TURN, by_provider, by_span, frame_of, span_width, turn_row
from playground.analytics.turn_figures import turn_axis
from playground.look import palette
from playground.look.figures import (
    Theme,
    bar_look,
    hover,
    legend_name,
    marker_look,
    styled,
    subplot_names,
)
from playground.look.words import counted
from playground.sessions.totals import counted_tokens
from playground.sessions.turns import Turn

_COLUMNS: Final = TURN | {
    "tokens_in": "Int64",
    "tokens_out": "Int64",
    "tokens_estimated": "boolean",
    "provider_tokens_so_far": "Int64",
}


def card(turns: Sequence[Turn]) -> Card:
    """The card of these turns."""
    rows = frame(turns)
    columns = {
        "tokens_in": "In",
        "tokens_out": "Out",
        "provider_tokens_so_far": "Provider so far",
        "tokens_estimated": "Estimated",
    }
    return Card(
        key="tokens",
        title="Tokens",
        caption=caption(rows),
        empty=empty(rows),
        rows=rows,
        headings=WHO | columns | LABELS,
        draw=partial(figure, rows, len(turns)),
    )


def frame(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per turn: tokens in and out, and the serving provider's sum of both up to here."""
    rows = frame_of(map(_row, turns), _COLUMNS)
    both = rows["tokens_in"] + rows["tokens_out"]
    rows["provider_tokens_so_far"] = both.groupby(rows["provider"]).cumsum().astype("Int64")
    return rows


def caption(rows: pd.DataFrame) -> str:
    """What the bars are, and in how many turns tokens are estimated or missing."""
    known = rows.dropna(subset=["tokens_in"])
    estimated = int(known["tokens_estimated"].sum())
    return sentence(
        "Pale: tokens in. Full: tokens out",
        f"estimated in {counted(estimated, 'turn')}" if estimated else "",
        turns_missing(rows, known, "not counted"),
        simulated(rows),
    )


def empty(rows: pd.DataFrame) -> str | None:
    """Why there is nothing to draw; None where there is something."""
    if rows["tokens_in"].notna().any():
        return None
    return "No token counts yet: they come with a whole answer, from servers that count them."


def figure(rows: pd.DataFrame, turns: int, theme: Theme) -> go.Figure:
    """Above, tokens per turn, in (pale) and out (full); below, the sum of both per provider."""
    known = rows.dropna(subset=["tokens_in", "tokens_out"])
    drawn = make_subplots(
        rows=2,
        row_heights=[1, 0.8],
        vertical_spacing=0.18,
        subplot_titles=("Per turn", "So far, in and out together"),
    )
    spans = by_span(known, turns, {"tokens_in": "sum", "tokens_out": "sum"})
    for provider, own in by_provider(spans):
        for trace in _bars(provider, own, theme):
            drawn.add_trace(trace, row=1, col=1)
    for provider, own in by_provider(known):
        drawn.add_trace(_sum_line(provider, own, turns, theme), row=2, col=1)
    styled(drawn, theme, height=440).update_layout(barmode="stack")
    drawn.update_xaxes(**turn_axis(turns))
    drawn.update_yaxes(rangemode="tozero", nticks=5, tickformat="~s", title_text="tokens")
    subplot_names(drawn)
    return drawn


def _row(turn: Turn) -> dict[str, Any]:
    usage = counted_tokens(turn)
    return turn_row(turn) | {
        "tokens_in": usage.prompt_tokens if usage else None,
        "tokens_out": usage.completion_tokens if usage else None,
        "tokens_estimated": usage.estimated if usage else None,
    }


def _bars(provider: str, own: pd.DataFrame, theme: Theme) -> Iterator[go.Bar]:
    details = [f"{row.tokens_in:,} tokens in · {row.tokens_out:,} out" for row in own.itertuples()]
    for column in ("tokens_out", "tokens_in"):
        yield go.Bar(
            x=own["at"].tolist(),
            y=own[column].tolist(),
            name=legend_name(provider),
            legendgroup=provider,
            showlegend=column == "tokens_out",
            marker=bar_look(provider, theme, pale=column == "tokens_in"),
            **hover(own, pd.Series(details)),
        )


def _sum_line(provider: str, own: pd.DataFrame, turns: int, theme: Theme) -> go.Scatter:
    details = own["provider_tokens_so_far"].map(lambda count: f"{count:,} tokens so far")
    every_turn = own.assign(
        span=[f"Turn {turn}" for turn in own["turn"]],
        model=own["model"].fillna(""),
        source=own["source"].fillna(""),
        rows=1,
        drilled=own["drill"],
    )
    return go.Scatter(
        x=own["turn"].tolist(),
        y=own["provider_tokens_so_far"].tolist(),
        name=legend_name(provider),
        legendgroup=provider,
        showlegend=False,
        mode="lines+markers" if span_width(turns) == 1 else "lines",
        line={"shape": "hv", "width": 2, "color": palette.colour(provider, theme == "dark")},
        marker=marker_look(provider, theme) | {"size": 8},
        **hover(every_turn, details),
    )
