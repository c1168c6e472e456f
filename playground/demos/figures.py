"""The demo's two figures: those of two Analytics cards, large enough for the back of a room. Pure.

Both axes are as long as the script from the start, so that a session is seen to grow into them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go

from playground.analytics import latency, timeline
from playground.analytics.turn_figures import shade_drills
from playground.look.figures import Theme
from playground.sessions.turns import Turn

FONT_SIZE: Final = 20
_LOOK: Final = timeline.Look(
    mark=26, cross=16, stroke=7, join=4, ring=38, step=0, amber_crosses=True
)


def demo_figures(turns: Sequence[Turn], length: int, theme: Theme) -> tuple[go.Figure, go.Figure]:
    """Who answered which turn, and below it how fast; ``length`` is the script's."""
    who, speed = _who(turns, length, theme), _speed(turns, length, theme)
    left = 24 + 10 * max([6, *map(len, who.layout.yaxis.categoryarray)])
    drilled = [turn.number for turn in turns if turn.drilled]
    for figure in (who, speed):
        shade_drills(figure, drilled, theme)
        figure.update_layout(font_size=FONT_SIZE, hoverlabel_font_size=FONT_SIZE, margin_l=left)
        figure.update_annotations(font_size=FONT_SIZE - 2)
        figure.update_yaxes(automargin=False)
        figure.update_xaxes(dtick=1, tickmode="linear", tick0=1, title_font_size=FONT_SIZE)
    return who, speed


def _who(turns: Sequence[Turn], length: int, theme: Theme) -> go.Figure:
    figure = timeline.figure(timeline.frame(turns), length, theme, _LOOK)
    # By name: a lane stays above the same neighbours while the demo goes on.
    lanes = sorted(figure.layout.yaxis.categoryarray)
    figure.update_layout(height=50 + 42 * max(len(lanes), 3))
    figure.update_yaxes(categoryarray=lanes, autorange=False, range=[len(lanes) - 0.5, -0.5])
    return figure.update_xaxes(title=None)


def _speed(turns: Sequence[Turn], length: int, theme: Theme) -> go.Figure:
    figure = latency.figure(latency.frame(turns), length, theme)
    figure.update_layout(height=200, showlegend=False)
    figure.update_traces(marker_size=16, error_y_thickness=3, error_y_width=7)
    return figure.update_yaxes(nticks=4)
