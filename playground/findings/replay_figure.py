"""Replay as one picture: pass rate above, time to first token below, both against cost. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, Final

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from playground.findings.controls import Way
from playground.findings.replay import Replayed, Weights
from playground.findings.replay_words import got_words, weights_words
from playground.look.figures import TEXT, Theme, marker_look, styled, subplot_names, translucent

_CONTROLS: Final = ("circle-open", "square-open", "triangle-up-open")
_BOUND: Final = "star-open"
_ROUTER: Final = "diamond"
_FAR_APART: Final = 20
"""Costs as many times apart are drawn on a logarithmic axis."""
_PARTS: Final = ("Pass rate", "Time to first token, p50")


def drawn(ways: Sequence[Way]) -> list[Way]:
    """Those with a place in the picture: their cost and pass rate are known."""
    return [way for way in ways if way.got.usd_per_1000 is not None and way.got.rate is not None]


def figure(
    ways: Sequence[Way],
    front: Sequence[tuple[Weights, Replayed]],
    theme: Theme,
    *,
    simulated: bool = False,
) -> go.Figure:
    """A mark for each way in both parts, and a line through the best that weights can get.

    The router is the large filled mark, controls and the bound are rings around whom they are the
    same as. ``front`` is what ``tuning.reachable`` returns.
    """
    shown = drawn(ways)
    picture = make_subplots(
        rows=2,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.12,
        row_heights=[0.62, 0.38],
        subplot_titles=_PARTS,
    )
    if len(front) > 1:
        picture.add_trace(_line(front, theme), row=1, col=1)
    for way, look in zip(shown, _looks(shown, theme), strict=True):
        picture.add_trace(_quality(way, look, simulated=simulated), row=1, col=1)
        if way.got.ttft_p50_ms is not None:
            picture.add_trace(_time(way, look, simulated=simulated), row=2, col=1)
    styled(picture, theme, height=620)
    subplot_names(picture)
    picture.update_yaxes(title_text="passed, simulated" if simulated else "passed", row=1, col=1)
    picture.update_yaxes(tickformat=".0%", row=1, col=1)
    picture.update_yaxes(title_text="ms", rangemode="tozero", row=2, col=1)
    title = "US$ per 1,000 cells, estimated"
    picture.update_xaxes(title_text=title, row=2, col=1)
    costs = [way.got.usd_per_1000 or 0.0 for way in shown]
    if costs and min(costs) > 0 and max(costs) / min(costs) >= _FAR_APART:
        picture.update_xaxes(type="log", nticks=6)
    else:
        picture.update_xaxes(rangemode="tozero", nticks=6)
    return picture


def _looks(ways: Sequence[Way], theme: Theme) -> Iterator[dict[str, Any]]:
    controls, vendors = iter(_CONTROLS), set[str]()
    for way in ways:
        if way.kind == "candidate":
            # Of a vendor's second model, the outline.
            yield marker_look(way.provider, theme, hollow=way.provider in vendors)
            vendors.add(way.provider)
            continue
        symbol = {"router": _ROUTER, "bound": _BOUND}.get(way.kind) or next(controls)
        size = 15 if way.kind == "router" else 18
        yield {"symbol": symbol, "size": size, "color": TEXT[theme], "line": {"width": 2}}


def _quality(way: Way, look: dict[str, Any], *, simulated: bool) -> go.Scatter:
    found = way.got.rate
    mark = _mark(way, found.value if found else None, look, simulated=simulated)
    if found is None or simulated:
        return mark
    return mark.update(
        error_y={
            "array": [found.high - found.value],
            "arrayminus": [found.value - found.low],
            "symmetric": False,
            "color": translucent(look["color"], 0.6),
            "thickness": 1.5,
            "width": 4,
        }
    )


def _time(way: Way, look: dict[str, Any], *, simulated: bool) -> go.Scatter:
    return _mark(way, way.got.ttft_p50_ms, look, simulated=simulated).update(showlegend=False)


def _mark(way: Way, height: float | None, look: dict[str, Any], *, simulated: bool) -> go.Scatter:
    name = escape(way.name)
    details = escape(got_words(way.got, simulated=simulated)).replace("; ", "<br>")
    return go.Scatter(
        x=[way.got.usd_per_1000],
        y=[height],
        name=name,
        legendgroup=name,
        mode="markers",
        marker=look,
        hovertemplate=f"<b>{name}</b><br>{details}<extra></extra>",
    )


def _line(front: Sequence[tuple[Weights, Replayed]], theme: Theme) -> go.Scatter:
    """Nothing between two of its points can be had, so it goes in steps."""
    return go.Scatter(
        x=[got.usd_per_1000 for _, got in front],
        y=[got.rate.value if got.rate else None for _, got in front],
        name="The best that weights get on these cases",
        mode="lines",
        line={"shape": "hv", "width": 2, "dash": "dot", "color": translucent(TEXT[theme], 0.7)},
        customdata=[weights_words(weights) for weights, _ in front],
        hovertemplate="%{customdata}<extra></extra>",
    )
