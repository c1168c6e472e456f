"""The card "Over time": what happened in the sessions on each day, by provider. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from playground.analytics.card import Card
from playground.library.over_time import COLUMNS, TYPES, Measure, frame_of
from playground.look.figures import Theme, bar_look, legend_name, styled


def card(rows: Sequence[dict[str, Any]], measure: Measure) -> Card:
    """The card of these days."""
    frame = frame_of(rows)
    named = {"cost_usd": "Estimated cost, US$"}
    headings = {column: named.get(column, column.capitalize()) for column in TYPES}
    return Card(
        key="over-time",
        title="Over time",
        caption=f"{measure} per day (UTC) and provider, of all turns in all branches.",
        empty=None if len(frame) else "No turn of these sessions is over.",
        rows=frame,
        headings=headings,
        draw=partial(figure, frame, measure),
    )


def figure(frame: pd.DataFrame, measure: Measure, theme: Theme) -> go.Figure:
    """A bar per day, a part per provider."""
    drawn = go.Figure()
    column = COLUMNS[measure]
    for provider, own in frame.groupby("provider", sort=True):
        drawn.add_bar(
            x=own["day"].tolist(),
            y=own[column].astype("Float64").fillna(0).tolist(),
            name=legend_name(str(provider)),
            marker=bar_look(str(provider), theme),
            hovertemplate="%{x}: %{y}<extra>%{fullData.name}</extra>",
        )
    styled(drawn, theme, height=320).update_layout(barmode="stack", xaxis_type="date")
    drawn.update_xaxes(title_text="day")
    drawn.update_yaxes(rangemode="tozero", nticks=5, title_text=measure.lower())
    return drawn
