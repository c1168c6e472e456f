"""The router beside everyone as one picture: cost against time to first token. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Any, Final

import plotly.graph_objects as go

from playground.compare.against import Against, Rival
from playground.compare.against_words import cost_detail, time_detail
from playground.compare.paired import COST_MARGIN, TIME_MARGIN_MS, Difference
from playground.look.figures import CARD, TEXT, Theme, marker_look, styled, translucent

_CONTROLS: Final = ("circle-open", "square-open", "diamond-open", "triangle-up-open")
_BOUND: Final = "star-open"
_AIR: Final = 0.12
"""Of the figure's width and height, beyond its outermost marks."""
_TICKS: Final = (
    (0.5, tuple(step / 10 for step in range(1, 31))),
    (3, tuple(size * 10.0**power for power in range(-4, 4) for size in (1, 2, 5))),
    (math.inf, tuple(10.0**power for power in range(-12, 13))),
)
"""Ratios on an axis, by how many powers of ten it spans at most."""

_Range = tuple[float, float]


def drawn(found: Against) -> list[Rival]:
    """Those with a place in the picture: their time and cost are known and have an end."""
    return [rival for rival in found.rivals if _place(rival) is not None]


def figure(found: Against, theme: Theme) -> go.Figure:
    """A mark for each rival, with its 95 % intervals; those without an end go on to the edge.

    Left of the cross of lines the router is sooner, and below it cheaper; what lies in the bands
    around them makes no difference that matters.
    """
    places = [(rival, place) for rival in found.rivals if (place := _place(rival))]
    width = _range([time for _, (time, _) in places], TIME_MARGIN_MS)
    height = _range([cost for _, (_, cost) in places], math.log10(COST_MARGIN))
    picture = go.Figure()
    controls, vendors = iter(_CONTROLS), set[str]()
    for rival, (time, cost) in places:
        # Of a vendor's second model, the outline.
        look = marker_look(rival.provider, theme, hollow=rival.provider in vendors)
        vendors.add(rival.provider)
        if rival.kind != "provider":
            symbol = _BOUND if rival.kind == "bound" else next(controls)
            # A ring around the provider that it is the same as.
            look |= {"symbol": symbol, "size": 17, "color": TEXT[theme], "line": {"width": 2}}
        picture.add_trace(
            _mark(rival, time.value, cost.value, look).update(
                error_x=_interval(time, width, look["color"]),
                error_y=_interval(cost, height, look["color"]),
            )
        )
    styled(picture, theme, height=480)
    picture.update_layout(shapes=_router(theme), annotations=_corners(theme))
    picture.update_xaxes(range=width, nticks=7, title_text="the router's time less theirs, ms")
    ticks = _ticks(height)
    return picture.update_yaxes(
        range=height,
        title_text="the router's cost over theirs",
        tickvals=[math.log10(tick) for tick in ticks],
        ticktext=[f"{tick:g}" for tick in ticks],
    )


def _place(rival: Rival) -> tuple[Difference, Difference] | None:
    """Its time in milliseconds, and its cost as a logarithm to the base of ten."""
    time, cost = rival.time, rival.cost
    if time is None or cost is None or not math.isfinite(time.value) or cost.value <= 0:
        return None
    value, low, high = map(_logarithm, (cost.value, cost.low, cost.high))
    return time, replace(cost, value=value, low=low, high=high)


def _logarithm(ratio: float) -> float:
    return math.log10(ratio) if ratio > 0 else -math.inf


def _mark(rival: Rival, time: float, cost: float, look: dict[str, Any]) -> go.Scatter:
    name = escape(rival.name)
    details = f"{time_detail(rival.time)}<br>{cost_detail(rival.cost)}"
    return go.Scatter(
        x=[time],
        y=[cost],
        name=name,
        mode="markers",
        marker=look,
        hovertemplate=f"<b>{name}</b><br>{details}<extra></extra>",
    )


def _interval(found: Difference, within: _Range, colour: str) -> dict[str, Any]:
    return {
        "array": [min(found.high, within[1]) - found.value],
        "arrayminus": [found.value - max(found.low, within[0])],
        "symmetric": False,
        "color": translucent(colour, 0.6),
        "thickness": 1.5,
        "width": 4,
    }


def _router(theme: Theme) -> list[dict[str, Any]]:
    """The lines where the router stands, and the bands of no difference around them."""
    fill, line = (
        translucent(TEXT[theme], 0.09),
        {"width": 1, "color": translucent(TEXT[theme], 0.7)},
    )
    shapes = []
    for across, along, margin in (
        ("x", "y", TIME_MARGIN_MS),
        ("y", "x", math.log10(COST_MARGIN)),
    ):
        whole = {f"{along}ref": "paper", f"{along}0": 0, f"{along}1": 1, "layer": "below"}
        ends = {f"{across}0": -margin, f"{across}1": margin}
        shapes.append(whole | ends | {"type": "rect", "fillcolor": fill, "line": {"width": 0}})
        ends = {f"{across}0": 0, f"{across}1": 0}
        shapes.append(whole | ends | {"type": "line", "line": line})
    return shapes


def _corners(theme: Theme) -> list[dict[str, Any]]:
    return [
        {
            "text": text,
            "x": place,
            "y": place,
            "xref": "paper",
            "yref": "paper",
            "xanchor": "right" if place else "left",
            "yanchor": "top" if place else "bottom",
            "showarrow": False,
            "bgcolor": translucent(CARD[theme], 0.7),
            "font": {"size": 12},
        }
        for text, place in (("router sooner and cheaper", 0), ("router later and dearer", 1))
    ]


def _range(found: Sequence[Difference], margin: float) -> _Range:
    """From the lowest to the highest end that is known, with the bands and some air."""
    ends = [end for each in found for end in (each.low, each.value, each.high)]
    known = [-2 * margin, *filter(math.isfinite, ends), 2 * margin]
    air = _AIR * (max(known) - min(known))
    return min(known) - air, max(known) + air


def _ticks(height: _Range) -> list[float]:
    steps = next(steps for most, steps in _TICKS if height[1] - height[0] <= most)
    return [step for step in steps if height[0] <= math.log10(step) <= height[1]]
