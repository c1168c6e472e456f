"""Marks the turns that were made under a drill, the same way in every chart over turns. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import plotly.graph_objects as go

from playground.look import palette
from playground.look.figures import Theme, translucent

_SHADE: Final = 0.14
_LINE: Final = 13
"""A line of small print, in pixels."""
_NAME_SHARE: Final = 0.12
"""So much of the axis a name takes on a phone."""


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
    named = [run for each in axes[:1] for run in apart(found, _length(figure, each[0]))]
    names = [_name(*each, *run, colour) for each in axes[:1] for run in named]
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


def _length(figure: go.Figure, x_axis: str) -> float:
    first, last = figure.layout[x_axis.replace("x", "xaxis")].range
    return float(last - first)


def _axes_of_turns(figure: go.Figure) -> Iterator[tuple[str, str]]:
    flat = (trace for trace in figure.data if "xaxis" in trace)
    drawn = {(trace.xaxis or "x", trace.yaxis or "y") for trace in flat}
    for x_axis, y_axis in sorted(drawn):
        axis = figure.layout[x_axis.replace("x", "xaxis")]
        if axis.visible is not False:
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
