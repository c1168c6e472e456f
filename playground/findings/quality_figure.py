"""Quality against cost as one picture: arms, the controls, and the routed arm as it moves. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Final

import plotly.graph_objects as go

from playground.findings.quality_points import Point, frontier
from playground.look import palette
from playground.look.figures import TEXT, Theme, marker_look, styled, translucent

_SYMBOLS: Final = {"router": "circle-cross", "control": "circle-open", "bound": "star-open"}
_AIR: Final = 0.06


def figure(points: Sequence[Point], theme: Theme, *, height: int = 420) -> go.Figure:
    """A mark for each, its 95 % interval, and the line of those that nobody beats."""
    picture = go.Figure()
    line = frontier(points)
    if len(line) > 1:
        picture.add_trace(_line(line, theme))
    for point in points:
        picture.add_trace(_mark(point, theme))
    styled(picture, theme, height=height)
    picture.update_xaxes(
        title_text="US$ per 1,000 answers", rangemode="tozero", tickformat="$~g", nticks=6
    )
    return picture.update_yaxes(
        title_text="passed", tickformat=".0%", range=_range(points), nticks=6
    )


def _range(points: Sequence[Point]) -> tuple[float, float]:
    low = min((each.low for each in points), default=0.0)
    high = max((each.high for each in points), default=1.0)
    return max(low - _AIR, -0.02), min(high + _AIR, 1.04)


def _line(line: Sequence[Point], theme: Theme) -> go.Scatter:
    return go.Scatter(
        x=[each.cost for each in line],
        y=[each.rate for each in line],
        mode="lines",
        name="nobody is better for less",
        line={"width": 1.5, "dash": "dot", "color": translucent(TEXT[theme], 0.6)},
        hoverinfo="skip",
    )


def _mark(point: Point, theme: Theme) -> go.Scatter:
    look = _look(point, theme)
    name = escape(point.name)
    span = f"{point.low:.0%} to {point.high:.0%}"
    return go.Scatter(
        x=[point.cost],
        y=[point.rate],
        name=name,
        mode="markers",
        marker=look,
        error_y={
            "array": [max(point.high - point.rate, 0.0)],
            "arrayminus": [max(point.rate - point.low, 0.0)],
            "symmetric": False,
            "color": translucent(_solid(point, theme), 0.55),
            "thickness": 1.5,
            "width": 4,
        },
        hovertemplate=f"<b>{name}</b><br>{point.rate:.1%} passed ({span})"
        f"<br>${point.cost:.3g} per 1,000 answers<extra></extra>",
    )


def _look(point: Point, theme: Theme) -> dict[str, Any]:
    if point.kind == "candidate":
        return marker_look(point.provider, theme)
    if point.kind == "now":
        colour = _solid(point, theme)
        return {"symbol": "circle-dot", "size": 20, "color": colour, "line": {"width": 2}}
    size = 14 if point.kind == "router" else 12
    colour = _solid(point, theme)
    return {"symbol": _SYMBOLS[point.kind], "size": size, "color": colour, "line": {"width": 2}}


def _solid(point: Point, theme: Theme) -> str:
    if point.kind == "candidate":
        return palette.colour(point.provider, theme == "dark")
    return TEXT[theme]
