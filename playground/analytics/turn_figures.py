"""What figures over turns share: their axis, bars by provider, the shade behind drills. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from playground.analytics.frames import by_provider, span_width
from playground.look import palette
from playground.look.figures import Theme, bar_look, hover, legend_name, styled, translucent

_LEAST_TURNS: Final = 6
"""A short session's axis is this long, so that one turn's bar is not as wide as the card."""
_SHADE: Final = 0.14
_LINE: Final = 13
"""A line of small print, in pixels."""

_NAME_SHARE: Final = 0.12
"""So much of the axis a name takes on a phone."""


def turn_axis(turns: int) -> dict[str, Any]:
    """An axis of whole turn numbers over the session, few enough labels for a phone."""
    step = next(size for size in _steps() if turns / size <= 8)
    width = span_width(turns)
    return {
        "title": {"text": "turn" if width == 1 else f"turn, {width} to a mark"},
        "range": [0.4, max(turns, _LEAST_TURNS) + 0.6],
        "tickvals": list(range(step, turns + 1, step)),
        "showgrid": False,
    }


def amber(theme: Theme) -> str:
    """The colour of drills and failures, in either theme."""
    return palette.AMBER.dark if theme == "dark" else palette.AMBER.light


def shade_drills(figure: go.Figure, drilled: Sequence[int], theme: Theme) -> go.Figure:
    """The figure with a shade behind those turns, over each of its axes of turns."""
    axes, found = list(_axes_of_turns(figure)), runs(drilled)
    if not axes or not found:
        return figure
    colour = amber(theme)
    shades = [_shade(*each, *run, colour) for each in axes for run in found]
    first, last = figure.layout[axes[0][0].replace("x", "xaxis")].range
    names = [_name(*axes[0], *run, colour) for run in apart(found, last - first)]
    # The names of a figure's parts stand where the drill's name goes: move them one line up.
    figure.update_annotations(yshift=_LINE)
    return figure.update_layout(
        margin_t=(figure.layout.margin.t or 0) + _LINE,
        shapes=[*figure.layout.shapes, *shades],
        annotations=[*figure.layout.annotations, *names],
    )


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Whole numbers as runs of neighbours, first and last each: 1, 2, 3, 7 -> (1, 3), (7, 7)."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def apart(found: Sequence[tuple[int, int]], length: float) -> list[tuple[int, int]]:
    """Those runs whose names do not run into each other on an axis of so many turns."""
    kept: list[tuple[int, int]] = []
    for first, last in found:
        if not kept or first + last - sum(kept[-1]) > 2 * _NAME_SHARE * length:
            kept.append((first, last))
    return kept


def stacked_bars(
    rows: pd.DataFrame,
    column: str,
    turns: int,
    theme: Theme,
) -> go.Figure:
    """One bar per span, as high as ``column``, stacked by provider.

    ``rows`` come from ``by_span``; their column ``details`` is what a hover says.
    """
    figure = go.Figure()
    for provider, own in by_provider(rows):
        figure.add_bar(
            x=own["at"].tolist(),
            y=own[column].tolist(),
            name=legend_name(provider),
            marker=bar_look(provider, theme),
            width=span_width(turns) * 0.7,
            **hover(own, own["details"]),
        )
    styled(figure, theme, height=280).update_layout(barmode="stack")
    return figure.update_xaxes(**turn_axis(turns))


def _steps() -> Iterator[int]:
    return (size * 10**power for power in count() for size in (1, 2, 5))


def _axes_of_turns(figure: go.Figure) -> Iterator[tuple[str, str]]:
    flat = (trace for trace in figure.data if "xaxis" in trace)
    drawn = {(trace.xaxis or "x", trace.yaxis or "y") for trace in flat}
    for x_axis, y_axis in sorted(drawn):
        axis = figure.layout[x_axis.replace("x", "xaxis")]
        if axis.tickvals is not None:
            yield x_axis, y_axis


def _shade(x_axis: str, y_axis: str, first: int, last: int, colour: str) -> dict[str, Any]:
    return {
        "type": "rect",
        "xref": x_axis,
        "yref": f"{y_axis} domain",
        "x0": first - 0.5,
        "x1": last + 0.5,
        "y0": 0,
        "y1": 1,
        "fillcolor": translucent(colour, _SHADE),
        "line": {"width": 0},
        "layer": "below",
    }


def _name(x_axis: str, y_axis: str, first: int, last: int, colour: str) -> dict[str, Any]:
    return {
        "text": "drill",
        "xref": x_axis,
        "yref": f"{y_axis} domain",
        "x": (first + last) / 2,
        "y": 1,
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 11, "color": colour},
    }
