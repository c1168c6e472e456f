"""The card "Latency": time to the first token and in total, turn by turn. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from playground.analytics.card import LABELS, WHO, Card, sentence, simulated, turns_missing
from playground.analytics.frames import TURN, by_provider, by_span, frame_of, span_width, turn_row
from playground.analytics.turn_figures import turn_axis
from playground.look import palette
from playground.look.figures import Theme, hover, legend_name, marker_look, styled
from playground.look.words import milliseconds
from playground.sessions.totals import failovers
from playground.sessions.turns import Turn

_COLUMNS: Final = TURN | {"ttft_ms": "Float64", "total_ms": "Float64", "failovers": "Int64"}


def card(turns: Sequence[Turn]) -> Card:
    """The card of these turns."""
    rows = frame(turns)
    return Card(
        key="latency",
        title="Latency",
        caption=caption(rows),
        empty=empty(rows),
        rows=rows,
        headings=WHO | {"ttft_ms": "First token ms", "total_ms": "Total ms"} | LABELS,
        draw=partial(figure, rows, len(turns)),
    )


def frame(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per turn: milliseconds to the first token and in total, with who failed before."""
    return frame_of(map(_row, turns), _COLUMNS)


def caption(rows: pd.DataFrame) -> str:
    """What the marks are, and the medians."""
    known = rows.dropna(subset=["total_ms"])
    medians = {"to first token": known["ttft_ms"].median(), "in total": known["total_ms"].median()}
    known_medians = [
        f"{milliseconds(float(median))} {what}"
        for what, median in medians.items()
        if not pd.isna(median)
    ]
    marks = "Mark: first token, cap: total"
    if span_width(len(rows)) > 1:
        marks = "Solid: first token, dotted: total"
    return sentence(
        f"{marks}. Median {', '.join(known_medians)}",
        turns_missing(rows, known, "not timed"),
        simulated(rows),
    )


def empty(rows: pd.DataFrame) -> str | None:
    """Why there is nothing to draw; None where there is something."""
    if rows["total_ms"].notna().any():
        return None
    return "No timing yet: it comes with a whole answer, from servers that measure it."


def figure(rows: pd.DataFrame, turns: int, theme: Theme) -> go.Figure:
    """Time to first token (the mark) and in total (the cap of its line), in seconds.

    In a long session, medians of spans: solid to the first token, dotted in total.
    """
    known = rows.dropna(subset=["total_ms"])
    spans = by_span(known, turns, {"ttft_ms": "median", "total_ms": "median"})
    traces = _marks if span_width(turns) == 1 else _lines
    drawn = go.Figure()
    for provider, own in by_provider(spans):
        drawn.add_traces(list(traces(provider, own, theme)))
    styled(drawn, theme, height=300)
    drawn.update_xaxes(**turn_axis(turns))
    return drawn.update_yaxes(rangemode="tozero", nticks=6, title_text="seconds")


def _row(turn: Turn) -> dict[str, Any]:
    answer = turn.answer
    counted = answer.failover_count is not None or bool(answer.attempts)
    return turn_row(turn) | {
        "ttft_ms": answer.timing.ttft_ms if answer.timing else None,
        "total_ms": answer.timing.total_ms if answer.timing else None,
        "failovers": failovers(turn) if counted else None,
    }


def _marks(provider: str, own: pd.DataFrame, theme: Theme) -> Iterator[go.Scatter]:
    timed = own["ttft_ms"].notna()
    for rows, hollow in ((own[timed], False), (own[~timed], True)):
        if rows.empty:
            continue
        low = rows["total_ms"] if hollow else rows["ttft_ms"]
        rest = (rows["total_ms"] - low).clip(lower=0) / 1000
        yield go.Scatter(
            x=rows["at"].tolist(),
            y=(low / 1000).tolist(),
            name=legend_name(provider),
            legendgroup=provider,
            showlegend=not hollow or not timed.any(),
            mode="markers",
            marker=marker_look(provider, theme, hollow=hollow),
            error_y={
                "array": rest.tolist(),
                "arrayminus": [0] * len(rows),
                "symmetric": False,
                "color": palette.colour(provider, theme == "dark"),
                "thickness": 1.5,
                "width": 4,
            },
            **hover(rows, _times(rows)),
        )


def _lines(provider: str, own: pd.DataFrame, theme: Theme) -> Iterator[go.Scatter]:
    for column, dash in (("ttft_ms", "solid"), ("total_ms", "dot")):
        yield go.Scatter(
            x=own["at"].tolist(),
            y=(own[column] / 1000).tolist(),
            name=legend_name(provider),
            legendgroup=provider,
            showlegend=column == "ttft_ms",
            mode="lines+markers",
            line={"dash": dash, "width": 1.5, "color": palette.colour(provider, theme == "dark")},
            marker=marker_look(provider, theme) | {"size": 6},
            **hover(own, _times(own)),
        )


def _times(spans: pd.DataFrame) -> pd.Series[str]:
    return pd.Series([_times_of(span) for span in spans.itertuples()])


def _times_of(span: Any) -> str:
    median = f"median of {span.rows} turns: " if span.rows > 1 else ""
    first = "" if pd.isna(span.ttft_ms) else f"{span.ttft_ms:,.0f} ms to first token · "
    return f"{median}{first}{span.total_ms:,.0f} ms total"
