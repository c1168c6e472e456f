"""The demo's two figures: the session's, large enough for the back of a room. Pure.

Both axes are as long as the script from the start, so that a session is seen to grow into them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd
import plotly.graph_objects as go

from playground.analytics.charts import latency_figure
from playground.analytics.charts_drill import with_drills
from playground.look import palette
from playground.look.figures import Theme, hover, legend_name, marker_look, styled, turn_axis
from playground.look.spans import by_span

FONT_SIZE = 20
_MARK = 26


def who_figure(
    choices: pd.DataFrame, failures: pd.DataFrame, turns: int, theme: Theme
) -> go.Figure:
    """Who answered which turn; an amber line leads there from each candidate that failed.

    ``choices`` and ``failures`` are frames of ``analytics``; ``turns`` is the script's length.
    """
    figure = go.Figure()
    served = choices.dropna(subset=["provider"])
    amber = palette.AMBER.dark if theme == "dark" else palette.AMBER.light
    for trace in _ways(failures, amber):
        figure.add_trace(trace)
    for provider, own in by_span(served, turns, {}).groupby("provider"):
        figure.add_scatter(
            x=own["at"],
            y=[legend_name(str(provider))] * len(own),
            mode="markers",
            marker=marker_look(str(provider), theme) | {"size": _MARK},
            **hover(own, pd.Series(["answered"] * len(own))),
        )
    lanes = dict.fromkeys([*served["provider"], *failures["provider"].dropna()])
    names = sorted(legend_name(str(provider)) for provider in lanes)
    styled(figure, theme, height=50 + 42 * max(len(names), 3), legend=False)
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1])
    figure.update_yaxes(range=[-0.5, len(names) - 0.5])
    figure.update_xaxes(**turn_axis(turns))
    figure.update_xaxes(title=None)
    return _projected(with_drills(figure, _drilled(choices), theme), left=_left(names))


def speed_figure(
    latencies: pd.DataFrame, failures: pd.DataFrame, turns: int, theme: Theme
) -> go.Figure:
    """Time to first token and in all, turn by turn; its turns stand below those of the other."""
    figure = latency_figure(latencies, turns, theme)
    figure.update_layout(height=200, showlegend=False)
    figure.update_traces(marker_size=16, error_y_thickness=3, error_y_width=7)
    figure.update_yaxes(nticks=4)
    lanes = {*latencies["provider"].dropna(), *failures["provider"].dropna()}
    left = _left([legend_name(str(provider)) for provider in lanes])
    return _projected(with_drills(figure, _drilled(latencies), theme), left=left)


def _projected(figure: go.Figure, left: int) -> go.Figure:
    """The figure with type for a projector, its names in so many pixels."""
    figure.update_layout(font_size=FONT_SIZE, hoverlabel_font_size=FONT_SIZE, margin_l=left)
    figure.update_annotations(font_size=FONT_SIZE - 2)
    figure.update_yaxes(automargin=False)
    figure.update_xaxes(dtick=1, tickmode="linear", tick0=1, title_font_size=FONT_SIZE)
    return figure


def _drilled(rows: pd.DataFrame) -> list[int]:
    return [int(turn) for turn in rows.loc[rows["drill"], "turn"]]


def _left(names: Sequence[str]) -> int:
    return 24 + 10 * max([6, *map(len, names)])


def _ways(failures: pd.DataFrame, amber: str) -> Iterator[go.Scatter]:
    """A cross where a candidate failed, and the way to whom the turn went then."""
    for turn, own in failures.dropna(subset=["provider"]).groupby("turn"):
        lanes = [legend_name(str(name)) for name in own["provider"]]
        followed = own["next_provider"].dropna()
        target = [legend_name(str(followed.iloc[-1]))] if len(followed) else []
        yield go.Scatter(
            x=[turn] * len(lanes + target),
            y=lanes + target,
            mode="lines+markers",
            line={"color": amber, "width": 4, "dash": "dot"},
            marker={
                "symbol": ["x"] * len(lanes) + ["circle"] * len(target),
                "size": [18] * len(lanes) + [_MARK + 12] * len(target),
                "color": amber,
                "opacity": [1.0] * len(lanes) + [0.35] * len(target),
            },
            hoverinfo="skip",
        )
