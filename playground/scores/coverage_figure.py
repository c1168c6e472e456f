"""Coverage as a heat map: a candidate a row, a language or vertical a column. Pure.

A cell with a figure is filled, the stronger the better it is, and has the figure in it; paler and
in italics where a broader one stands in. A gap is empty, has an outline, and says so. Hovers go to
an invisible point on each cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from playground.look import palette
from playground.look.figures import FONT, Theme, outlines, styled, translucent
from playground.scores.coverage import By, cell_words, column_name, hover_words
from speko_client.models import Axis

MOST_ROWS: Final = 40
"""So many candidates are drawn; the table has all of them."""

_Trace = dict[str, Any]

_COLOUR: Final = {"light": "#3451C7", "dark": "#A9B8FF"}
_STRENGTHS: Final = (0.16, 0.44)
"""Opacities of the worst and of the best figure; letters can be read on both."""
_PALE: Final = 0.07
_OUTLINE: Final = 0.7
_INK: Final = {"light": "#1B1F2A", "dark": "#F2F4FA"}
_ROW_PX: Final = 30
_HALF_DOWN: Final = 0.42
_GAP: Final = 0.003
"""Half a row, less the gap to the next; and half the gap between two columns, as a share of all."""
_SLANTED_FROM: Final = 7
"""With so many columns their names stand aslant."""


def coverage_figure(frame: pd.DataFrame, axis: Axis, by: By, theme: Theme) -> go.Figure:
    """The cells of ``coverage.coverage_frame``."""
    columns = list(dict.fromkeys(frame[by]))
    names = [palette.label(*pair) for pair in zip(frame["provider"], frame["model"], strict=True)]
    rows = list(dict.fromkeys(names))[:MOST_ROWS]
    placed = frame.assign(name=names)
    placed = placed[placed["name"].isin(rows)]
    placed = placed.assign(x=placed[by].map(columns.index), y=placed["name"].map(rows.index))
    figure = go.Figure(
        {
            "data": list(_traces(placed, axis, by, theme, (len(rows), len(columns)))),
            "layout": {
                "xaxis": _columns_axis([column_name(by, each) for each in columns]),
                "yaxis": _axis([escape(each) for each in rows], reverse=True),
            },
        }
    )
    slanted = len(columns) >= _SLANTED_FROM
    styled(figure, theme, height=(96 if slanted else 56) + _ROW_PX * len(rows), legend=False)
    return figure.update_layout(hoverdistance=-1, hovermode="closest", margin={"t": 6, "b": 4})


def _axis(names: list[str], *, reverse: bool = False) -> dict[str, Any]:
    ends = [-0.5, len(names) - 0.5]
    return {
        "tickvals": list(range(len(names))),
        "ticktext": names,
        "range": ends[::-1] if reverse else ends,
        "showgrid": False,
        "ticks": "",
        "tickfont": {"size": 12},
    }


def _columns_axis(names: list[str]) -> dict[str, Any]:
    slanted = {"tickangle": -45} if len(names) >= _SLANTED_FROM else {}
    return _axis([escape(each) for each in names]) | {"side": "top"} | slanted


def _traces(
    placed: pd.DataFrame, axis: Axis, by: By, theme: Theme, size: tuple[int, int]
) -> Iterator[_Trace]:
    colour = _COLOUR[theme]
    strong = [translucent(colour, each) for each in _STRENGTHS]
    pale = [translucent(colour, _PALE)] * 2
    yield _cells(placed[placed["state"].eq("own")], strong, axis, theme, size)
    yield _cells(placed[placed["state"].eq("broader")], pale, axis, theme, size)
    gaps = placed[placed["state"].eq("none")]
    clear = [translucent(colour, 0)] * 2
    yield _cells(gaps, clear, axis, theme, size)
    yield _frames(gaps, theme, 0.5 - _GAP * size[1])
    yield _points(placed, by)


def _cells(
    cells: pd.DataFrame, scale: list[str], axis: Axis, theme: Theme, size: tuple[int, int]
) -> _Trace:
    z: list[list[float | None]] = [[None] * size[1] for _ in range(size[0])]
    text = [[""] * size[1] for _ in range(size[0])]
    for row in _rows(cells):
        z[row.y][row.x] = 0.0 if pd.isna(row.value) else float(row.value)
        text[row.y][row.x] = _in_the_cell(row)
    return {
        "type": "heatmap",
        "z": z,
        "text": text,
        "texttemplate": "%{text}",
        "textfont": {"family": FONT, "size": 12, "color": _INK[theme]},
        # Less time and a lower price are better.
        "colorscale": [[0, scale[0]], [1, scale[1]]],
        "reversescale": axis != "accuracy",
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        "hoverinfo": "skip",
    }


def _in_the_cell(row: Any) -> str:
    words = escape(cell_words(row).removesuffix(" (broader)"))
    return f"<i>{words}</i>" if row.state == "broader" else words


def _frames(cells: pd.DataFrame, theme: Theme, across: float) -> _Trace:
    """An outline around each of the cells; ``across``: half a cell."""
    line = {"color": translucent(_INK[theme], _OUTLINE), "width": 1.2, "dash": "dot"}
    return outlines(zip(cells["x"], cells["y"], strict=True), (across, _HALF_DOWN), line)


def _points(placed: pd.DataFrame, by: By) -> _Trace:
    return {
        "type": "scatter",
        "x": placed["x"],
        "y": placed["y"],
        "mode": "markers",
        "marker": {"size": 14, "opacity": 0},
        "customdata": [
            [
                escape(f"{row.name}, {column_name(by, getattr(row, by))}"),
                "<br>".join(escape(line) for line in hover_words(row)),
            ]
            for row in _rows(placed)
        ],
        "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        "showlegend": False,
    }


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    return iter(frame.itertuples())
