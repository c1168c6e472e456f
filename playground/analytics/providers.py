"""The card "Provider choice": each provider's share of the turns, and who answered which. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from playground.analytics.card import LABELS, WHO, Card, sentence, simulated
from playground.analytics.frames import TURN, by_span, frame_of, span_width, turn_row
from playground.analytics.turn_figures import turn_axis
from playground.look.figures import (
    Theme,
    bar_look,
    hover,
    legend_name,
    marker_look,
    styled,
    subplot_names,
)
from playground.look.palette import NOBODY
from playground.look.words import counted
from playground.sessions.turns import Turn

_SHARES: Final = {"provider": "string", "turns": "Int64", "share": "Float64", "simulated": "Int64"}
_UNANSWERED: Final = {NOBODY: "no answer"}


def card(turns: Sequence[Turn]) -> Card:
    """The card of these turns."""
    rows = frame(turns)
    return Card(
        key="providers",
        title="Provider choice",
        caption=caption(rows),
        empty=empty(rows),
        rows=rows,
        headings=WHO | LABELS,
        draw=partial(figure, rows, len(turns)),
    )


def frame(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per turn: who served it. ``provider`` is NA where nobody did."""
    return frame_of(map(turn_row, turns), TURN)


def shares(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per provider that served: its turns, its share (0 to 1), how many were simulated."""
    served = rows.dropna(subset=["provider"])
    totals = served.groupby("provider", as_index=False).agg(
        turns=("turn", "size"), simulated=("simulated", "sum")
    )
    totals["share"] = totals["turns"] / max(len(served), 1)
    ordered = totals.sort_values(["turns", "provider"], ascending=[False, True])
    return ordered[list(_SHARES)].astype(_SHARES).reset_index(drop=True)


def caption(rows: pd.DataFrame) -> str:
    """How many turns were answered."""
    served = rows.dropna(subset=["provider"])
    answered = f"Who answered: {len(served)} of {counted(len(rows), 'turn')}"
    return sentence(answered, simulated(served))


def empty(rows: pd.DataFrame) -> str | None:
    """Why there is nothing to draw; None where there is something."""
    if rows["provider"].notna().any():
        return None
    return "No provider has answered yet: every turn of this session failed or was stopped early."


def figure(rows: pd.DataFrame, turns: int, theme: Theme) -> go.Figure:
    """Above, each provider's share of the served turns; below, who served which turn.

    A hollow mark is an answer that was stopped, failed or interrupted; x is a turn without one.
    """
    portions = shares(rows)
    lanes = list(portions["provider"])
    unanswered = [NOBODY] if rows["provider"].isna().any() else []
    heights = [len(lanes) + 0.5, len(lanes) + len(unanswered) + 0.8]
    drawn = make_subplots(
        rows=2,
        row_heights=heights,
        vertical_spacing=0.17,
        subplot_titles=("Share", "Turn by turn"),
    )
    for portion in portions.itertuples():
        drawn.add_trace(_share_bar(portion, theme), row=1, col=1)
    for trace in _turn_marks(rows, turns, theme):
        drawn.add_trace(trace, row=2, col=1)
    styled(drawn, theme, height=120 + int(30 * sum(heights)), legend=False)
    names = [legend_name(provider, _UNANSWERED) for provider in lanes + unanswered]
    subplot_names(drawn)
    drawn.update_yaxes(categoryorder="array", showgrid=False, autorange="reversed")
    drawn.update_yaxes(categoryarray=names[: len(lanes)], row=1)
    drawn.update_yaxes(categoryarray=names, showgrid=True, row=2)
    drawn.update_xaxes(range=[0, portions["share"].max() * 1.25], visible=False, row=1)
    return drawn.update_xaxes(**turn_axis(turns), row=2)


def _share_bar(portion: Any, theme: Theme) -> go.Bar:
    return go.Bar(
        x=[portion.share],
        y=[legend_name(portion.provider)],
        orientation="h",
        marker=bar_look(portion.provider, theme),
        text=[f"{portion.share:.0%}"],
        textposition="outside",
        cliponaxis=False,
        customdata=[["", counted(portion.turns, "turn")]],
        hovertemplate=f"<b>%{{y}}</b><br>%{{customdata[1]}}, {portion.share:.1%}<extra></extra>",
    )


def _turn_marks(rows: pd.DataFrame, turns: int, theme: Theme) -> Iterator[go.Scatter]:
    spans = by_span(rows, turns, {}, ("status",))
    for key, own in spans.groupby(["provider", "status"]):
        provider, status = map(str, key)
        counts = own["rows"].map(lambda count: f" ({count} turns)" if count > 1 else "")
        look = marker_look(provider, theme, hollow=provider != NOBODY and status != "done")
        yield go.Scatter(
            x=own["at"].tolist(),
            y=[legend_name(provider, _UNANSWERED)] * len(own),
            mode="markers",
            marker=look | {"size": (8 + 5 * (own["rows"] / span_width(turns))).tolist()},
            **hover(own, counts.radd("answered" if status == "done" else status)),
        )
