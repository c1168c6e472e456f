"""The sweep's heat map: who wins each cell. Pure: a frame of ``sweeps`` in, a figure out.

A cell has its winner's colour, stronger the further it is ahead, and its name in letters, so that
colour is not the only sign. An outline marks the cells that flip, a thick one the form's own.
Clicks and hovers go to an invisible point on each cell: cells of heat maps cannot be selected.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, Final, get_args

import pandas as pd
import plotly.graph_objects as go

from playground.look import palette, words
from playground.look.figures import FONT, Theme, outlines, styled
from playground.routing import sweeps
from playground.routing.sweeps import Against, Cell
from speko_client.model_ids import model_name
from speko_client.models import OptimizeFor, Vertical

_Trace = dict[str, Any]

_PRESETS: Final = get_args(OptimizeFor)
_FULL_MARGIN: Final = 0.2
"""A lead of this much, or more, is drawn in full strength."""

_SHADES: Final = {"light": (0.2, 0.75), "dark": (0.2, 0.58)}
_PALE: Final = (0.07, 0.2)
"""Opacities at no lead and at a full one; paler where broader figures were used. Letters can be
read on each of them."""

_INK: Final = {"light": "#1B1F2A", "dark": "#F2F4FA"}
_FAINT: Final = {"light": "#9AA1B0", "dark": "#6C7385"}
_PAGE: Final = {"light": "#FFFFFF", "dark": "#12141B"}
_ACCENT: Final = {"light": "#3451C7", "dark": "#A9B8FF"}
_APART: Final = 0.012
"""Between two parts, as a share of the whole width."""

_ROW_PX: Final = 27
_TALL_ROW_PX: Final = 34
_LONG_NAME: Final = 11
_HALF: Final = {False: (0.47, 0.44), True: (0.494, 0.456)}
"""Half a cell, less the gap, across and down: of many parts, and of one alone."""


def sweep_figure(
    frame: pd.DataFrame, theme: Theme, against: Against, current: Cell | None
) -> go.Figure:
    """Languages down, presets across, a part for each vertical of the frame.

    ``customdata`` of a point is language, vertical, preset, and what the hover says.
    """
    verticals = list(dict.fromkeys(frame["vertical"]))
    rows = list(dict.fromkeys(frame["language"]))
    traces: list[_Trace] = []
    axes: dict[str, Any] = {"yaxis": _languages_axis(frame, rows)}
    for part, vertical in enumerate(verticals):
        own = sweeps.of_vertical(frame, vertical)
        own = own.assign(
            x=own["optimize_for"].map(_PRESETS.index), y=own["language"].map(rows.index)
        )
        number = str(part + 1) if part else ""
        drawn = _traces(own, theme, against, current, wide=len(verticals) == 1)
        traces += [trace | {"xaxis": f"x{number}", "yaxis": "y"} for trace in drawn]
        axes[f"xaxis{number}"] = _presets_axis(vertical, part, len(verticals))
    tall = _TALL_ROW_PX if len(verticals) == 1 else _ROW_PX
    figure = go.Figure({"data": traces, "layout": axes})
    styled(figure, theme, height=70 + tall * len(rows), legend=False)
    return figure.update_layout(hoverdistance=-1, hovermode="closest", margin={"t": 6, "b": 4})


def _presets_axis(vertical: Vertical, part: int, parts: int) -> dict[str, Any]:
    name = f"<b>{words.VERTICALS[vertical]}</b>" if parts > 1 else None
    return {
        "side": "top",
        "anchor": "y",
        "domain": [part / parts + _APART * bool(part), (part + 1) / parts],
        "tickvals": list(range(len(_PRESETS))),
        "ticktext": [words.OPTIMIZE_FOR[preset] for preset in _PRESETS],
        "range": [-0.5, len(_PRESETS) - 0.5],
        "showgrid": False,
        "ticks": "",
        "tickfont": {"size": 12},
        "title": {"text": name, "standoff": 6},
    }


def _languages_axis(frame: pd.DataFrame, rows: Sequence[str]) -> dict[str, Any]:
    return {
        "tickvals": list(range(len(rows))),
        "ticktext": _row_names(frame, rows),
        "range": [len(rows) - 0.5, -0.5],
        "showgrid": False,
        "ticks": "",
    }


def _row_names(frame: pd.DataFrame, rows: Sequence[str]) -> list[str]:
    """Names; in italics where every cell of the row uses broader figures."""
    names = {row.language: escape(row.name) for row in sweeps.rows_of(frame)}
    stood_in = frame.groupby("language")["stood_in"].all().to_dict()
    return [f"<i>{names[tag]}</i>" if stood_in[tag] else names[tag] for tag in rows]


def _traces(
    own: pd.DataFrame, theme: Theme, against: Against, current: Cell | None, *, wide: bool
) -> Iterator[_Trace]:
    won = own.dropna(subset=["provider"])
    for (provider, stood_in), cells in won.groupby(["provider", "stood_in"]):
        yield _cells(str(provider), cells, own, theme, stood_in=bool(stood_in), wide=wide)
    flips = own[own[f"flips_{against}"]]
    half = _HALF[wide]
    yield _frames(flips[flips["stood_in"]], _FAINT[theme], 1.2, half)
    yield _frames(flips[~flips["stood_in"]], _INK[theme], 1.8, half)
    if current is not None and (row := sweeps.row_of(own, current)) is not None:
        yield _frames(own.loc[[row.Index]], _ACCENT[theme], 4, half)
    yield _points(own, theme)


def _cells(
    provider: str,
    cells: pd.DataFrame,
    every: pd.DataFrame,
    theme: Theme,
    *,
    stood_in: bool,
    wide: bool,
) -> _Trace:
    seat = palette.colour(provider, theme == "dark")
    shades = _PALE if stood_in else _SHADES[theme]
    low, high = (_mixed(seat, _PAGE[theme], share) for share in shades)
    size = (int(every["y"].max()) + 1, len(_PRESETS))
    z: list[list[float | None]] = [[None] * size[1] for _ in range(size[0])]
    text = [[""] * size[1] for _ in range(size[0])]
    for cell in sweeps.rows_of(cells):
        z[cell.y][cell.x] = 0.0 if pd.isna(cell.margin) else float(cell.margin)
        words = _in_two_lines(model_name(cell.model)) if wide else escape(palette.glyph(provider))
        text[cell.y][cell.x] = f"<i>{words}</i>" if stood_in else words
    return {
        "type": "heatmap",
        "z": z,
        "text": text,
        "texttemplate": "%{text}",
        "textfont": {"family": FONT, "size": 11 if wide else 13, "color": _INK[theme]},
        "colorscale": [[0, low], [1, high]],
        "zmin": 0,
        "zmax": _FULL_MARGIN,
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        "hoverinfo": "skip",
    }


def _frames(cells: pd.DataFrame, colour: str, width: float, half: tuple[float, float]) -> _Trace:
    """An outline around each of the cells."""
    places = zip(cells["x"], cells["y"], strict=True)
    return outlines(places, half, {"color": colour, "width": width})


def _points(own: pd.DataFrame, theme: Theme) -> _Trace:
    return {
        "type": "scatter",
        "x": own["x"],
        "y": own["y"],
        "mode": "markers",
        "marker": {"size": 14, "opacity": 0, "symbol": "diamond", "color": _INK[theme]},
        "selected": {"marker": {"opacity": 0.9}},
        "unselected": {"marker": {"opacity": 0}},
        "customdata": [
            [row.language, row.vertical, row.optimize_for, *_hover(row)]
            for row in sweeps.rows_of(own)
        ],
        "hovertemplate": "<b>%{customdata[3]}</b><br>%{customdata[4]}<extra></extra>",
        "showlegend": False,
    }


def _hover(row: Any) -> tuple[str, str]:
    what = f"{row.name}, {words.VERTICALS[row.vertical]}, {words.OPTIMIZE_FOR[row.optimize_for]}"
    marks = [
        "the preset changes the winner" if row.flips_preset else "",
        "the language changes the winner" if row.flips_language else "",
        "broader figures were used" if row.stood_in else "",
    ]
    lines = [sweeps.winner_clause(row), *filter(None, marks)]
    return escape(what), "<br>".join(escape(line) for line in lines)


def _in_two_lines(model: str) -> str:
    """On two lines where it is long, broken after its last hyphen."""
    head, hyphen, tail = model.rpartition("-")
    if len(model) < _LONG_NAME or not hyphen:
        return escape(model)
    return f"{escape(head)}-<br>{escape(tail)}"


def _mixed(colour: str, page: str, share: float) -> str:
    """The colour laid over the page at this opacity."""
    pairs = ((int(colour[at : at + 2], 16), int(page[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(
        f"{round(over * share + under * (1 - share)):02X}" for over, under in pairs
    )
