"""What the figures of several cards share: traces by provider, and bars stacked by provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd
import plotly.graph_objects as go

from playground.look.figures import Theme, bar_look, hover, legend_name, styled, turn_axis
from playground.look.spans import span_width


def by_provider(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each provider's rows, by name."""
    return ((str(provider), own) for provider, own in rows.groupby("provider", sort=True))


def stacked_bars(
    rows: pd.DataFrame,
    column: str,
    turns: int,
    theme: Theme,
    names: Mapping[str, str] | None = None,
) -> go.Figure:
    """One bar per span, as high as ``column``, stacked by provider.

    ``rows`` come from ``by_span``; their column ``details`` is what a hover says. ``names`` are for
    providers that have none of their own.
    """
    figure = go.Figure()
    for provider, own in by_provider(rows):
        figure.add_bar(
            x=own["at"],
            y=own[column],
            name=legend_name(provider, names),
            marker=bar_look(provider, theme),
            width=span_width(turns) * 0.7,
            **hover(own, own["details"]),
        )
    styled(figure, theme, height=280).update_layout(barmode="stack")
    return figure.update_xaxes(**turn_axis(turns))
