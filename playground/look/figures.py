"""What all figures have in common: colours of the theme, a look per provider, the hover.

Figures are transparent and take little room, so that they fit a card on a light or dark page
and can be read on a phone. The legend is below; titles belong to the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final, Literal

import pandas as pd
import plotly.graph_objects as go

from playground.look import palette

Theme = Literal["light", "dark"]

FONT: Final = '"Source Sans", "Source Sans Pro", sans-serif'
_PALE: Final = 0.4
"""Opacity of a pale bar's fill; its outline keeps the colour, and so the contrast."""

TEXT: Final = {"light": "#3A4151", "dark": "#C9CEDA"}
_GRID: Final = {"light": "rgba(60,70,90,.14)", "dark": "rgba(200,210,230,.16)"}
CARD: Final = {"light": "#FFFFFF", "dark": "#1D202A"}
"""The background of words: under a hover, around a label."""
_LEFT: Final = 70
_BOTTOM: Final = {True: 74, False: 44}
"""Room for an axis, its title and a line of the legend, in pixels. Where a figure needs more it
takes more, and the browser draws it a second time."""

_HOVER: Final = (
    "<b>%{customdata[1]}</b> · %{customdata[2]}<br>%{customdata[3]}%{customdata[4]}<extra></extra>"
)


def styled(figure: go.Figure, theme: Theme, *, height: int, legend: bool = True) -> go.Figure:
    """The figure with the theme's colours, small margins and the legend below."""
    look = {
        "height": height,
        "margin": {"l": _LEFT, "r": 8, "t": 10, "b": _BOTTOM[legend]},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": TEXT[theme]},
        "showlegend": legend,
        "legend": {
            "orientation": "h",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "x": 0,
            "font": {"size": 13},
            "itemsizing": "constant",
            "traceorder": "normal",
        },
        "hoverlabel": {
            "bgcolor": CARD[theme],
            "bordercolor": _GRID[theme],
            "font": {"family": FONT, "size": 13, "color": TEXT[theme]},
            "align": "left",
        },
        "bargap": 0.25,
        "dragmode": False,
        "clickmode": "event+select",
        "separators": ".,",
    }
    figure.layout.template = None
    layout = {"xaxis": {}, "yaxis": {}} | figure.layout.to_plotly_json()
    axes = {name: _axis(name, theme) for name in layout if name[1:].startswith("axis")}
    # In one assignment: Plotly takes 30 milliseconds to update these one by one, and 1 for this.
    figure.layout = _merged(layout, {**look, **axes})
    # Plotly gives each layout its own template. With it the browser draws each chart once more.
    figure.layout.template = None
    return figure


def _axis(name: str, theme: Theme) -> dict[str, Any]:
    axis: dict[str, Any] = {
        "gridcolor": _GRID[theme],
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
        "title": {"font": {"size": 12}, "standoff": 8},
    }
    return axis if name.startswith("x") else {**axis, "ticklabelstandoff": 6}


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both, where they are nested too; what is ``above`` wins."""
    both = dict(below)
    for name, value in above.items():
        known = both.get(name)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            both[name] = _merged(known, value)
        else:
            both[name] = value
    return both


def subplot_names(figure: go.Figure) -> None:
    """Set the names of a figure's parts small and to the left, above each part."""
    figure.update_annotations(x=0, xanchor="left", font={"size": 12}, opacity=0.8)
    figure.update_layout(margin_t=26)


def bar_look(provider: str, theme: Theme, *, pale: bool = False) -> dict[str, Any]:
    """A bar in the provider's colour and pattern; pale for the less important part of a stack."""
    colour = palette.colour(provider, theme == "dark")
    return {
        "color": translucent(colour, _PALE) if pale else colour,
        "line": {"width": 1, "color": colour},
        "pattern": {
            "shape": palette.look_of(provider).pattern,
            "fillmode": "overlay",
            "fgcolor": palette.ink(provider, theme == "dark"),
            "fgopacity": 0.45,
            "size": 6,
            "solidity": 0.18,
        },
    }


def marker_look(provider: str, theme: Theme, *, hollow: bool = False) -> dict[str, Any]:
    """A marker in the provider's colour and symbol; hollow without a complete answer."""
    shape = palette.look_of(provider).symbol
    return {
        "color": palette.colour(provider, theme == "dark"),
        "symbol": f"{shape}-open" if hollow else shape,
        "size": 11,
        "opacity": 1,
        "line": {"width": 2 if hollow else 0, "color": palette.colour(provider, theme == "dark")},
    }


def hover(rows: pd.DataFrame, details: pd.Series[str]) -> dict[str, Any]:
    """Hover and click data of a trace over spans: turn, who, the exact values, whose words, drill.

    ``customdata[0]`` is the turn's id, [1] its name ("Turn 3").
    """
    who = [
        escape(palette.label(provider, model) if provider else "No provider named")
        for provider, model in zip(rows["provider"], rows["model"], strict=True)
    ]
    labels = [_labels(row) for row in rows.itertuples()]
    columns = (rows["turn_id"], rows["span"], who, details, labels)
    return {
        "customdata": [list(row) for row in zip(*columns, strict=True)],
        "hovertemplate": _HOVER,
    }


def legend_name(provider: str, names: Mapping[str, str] | None = None) -> str:
    """The provider's name in a legend or on an axis, escaped: Plotly reads HTML there."""
    return escape((names or {}).get(provider) or palette.display_name(provider))


def _labels(row: Any) -> str:
    source = f"<br>{escape(row.source)}" if row.source else ""
    if not row.drilled:
        return source
    counted = "" if row.rows == 1 else f"{row.drilled} of {row.rows} "
    return f"{source}<br>{counted}under a drill"


def translucent(colour: str, opacity: float) -> str:
    """The colour with this opacity, for CSS and Plotly."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def outlines(
    cells: Iterable[tuple[float, float]], half: tuple[float, float], line: Mapping[str, Any]
) -> dict[str, Any]:
    """A trace around each of these cells, all as one line with gaps.

    A cell is its centre; ``half`` is half its width and height.
    """
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    x: list[float | None] = []
    y: list[float | None] = []
    for across, down in cells:
        x += [*(across + side * half[0] for side, _ in corners), None]
        y += [*(down + side * half[1] for _, side in corners), None]
    return {"type": "scatter", "x": x, "y": y, "mode": "lines", "line": line, "hoverinfo": "skip"}
