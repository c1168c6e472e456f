"""The ratings as one picture: a mark for each seat, with its 95 % interval. Pure."""

from __future__ import annotations

from html import escape
from typing import Final

import pandas as pd
import plotly.graph_objects as go

from playground.compare.ratings import MIDDLE
from playground.look.figures import TEXT, Theme, marker_look, styled, translucent

_ROW: Final = 40
_FRAME: Final = 70
_HOVER: Final = (
    "<b>%{y}</b><br>%{x} (%{customdata[0]} to %{customdata[1]})"
    "<br>%{customdata[2]} votes<extra></extra>"
)


def figure(rows: pd.DataFrame, theme: Theme) -> go.Figure:
    """Of a ``standings.ratings_frame``: the best at the top."""
    picture = go.Figure()
    for row in rows.to_dict("records"):
        look = marker_look(row["provider"], theme)
        picture.add_trace(
            go.Scatter(
                x=[row["rating"]],
                y=[escape(row["name"])],
                customdata=[[row["low"], row["high"], row["votes"]]],
                mode="markers",
                marker=look,
                error_x={
                    "type": "data",
                    "array": [row["high"] - row["rating"]],
                    "arrayminus": [row["rating"] - row["low"]],
                    "color": look["color"],
                    "thickness": 2,
                    "width": 6,
                },
                hovertemplate=_HOVER,
            )
        )
    styled(picture, theme, height=_FRAME + _ROW * len(rows), legend=False)
    middle = {"width": 1, "dash": "dot", "color": translucent(TEXT[theme], 0.6)}
    picture.add_vline(MIDDLE, line=middle)
    picture.update_xaxes(title_text="Rating, with its 95 % interval")
    picture.update_yaxes(autorange="reversed")
    return picture
