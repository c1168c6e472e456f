"""A session's flow in two figures: a Sankey of its ways, and its providers over the turns. Pure.

Vendors keep their colours; what failed has a cross and amber beside it, so that no meaning is in
the colour alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from playground.analytics.flow import Link, Stop
from playground.look import palette
from playground.look.figures import (
    CARD,
    TEXT,
    Theme,
    hover,
    legend_name,
    marker_look,
    styled,
    translucent,
    turn_axis,
)
from playground.look.palette import NOBODY
from playground.look.spans import by_span, span_width

_NO_ANSWER: Final = {NOBODY: "no whole answer"}
_NOT_NAMED: Final = {NOBODY: "not named"}
_NODE_ROOM: Final = 46
_LANE_ROOM: Final = 44
_TURNS_NAMED: Final = 8


def flow_figure(links: Sequence[Link], theme: Theme) -> go.Figure:
    """From first choice, through who failed, to who served; a link is as wide as its turns."""
    stops = list(dict.fromkeys(stop for link in links for stop in (link.source, link.target)))
    place = {stop: number for number, stop in enumerate(stops)}
    dark = theme == "dark"
    amber = palette.AMBER.dark if dark else palette.AMBER.light
    figure = go.Figure(
        go.Sankey(
            arrangement="snap",
            textfont={
                "size": 12,
                "color": TEXT[theme],
                "shadow": f"0 0 4px {CARD[theme]}, 0 0 4px {CARD[theme]}",
            },
            node={
                "label": [_node_name(stop) for stop in stops],
                "color": [palette.colour(stop.provider, dark) for stop in stops],
                "line": {"width": 0},
                "pad": 22,
                "thickness": 16,
                "customdata": [_node_story(stop, links) for stop in stops],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            link={
                "source": [place[link.source] for link in links],
                "target": [place[link.target] for link in links],
                "value": [len(link.turns) for link in links],
                "color": [_link_colour(link, amber, dark) for link in links],
                "customdata": [_link_story(link) for link in links],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        )
    )
    deepest = max(Counter(_column(stop) for stop in stops).values(), default=1)
    styled(figure, theme, height=90 + _NODE_ROOM * max(deepest, 2), legend=False)
    return figure.update_layout(margin={"t": 26, "b": 14}, annotations=_columns(stops))


def timeline_figure(moments: pd.DataFrame, turns: int, theme: Theme) -> go.Figure:
    """A lane per provider: a mark for each turn it served, a cross for each time it failed.

    A dotted line leads from who failed to who stepped in. A long session is drawn by spans.
    """
    figure = go.Figure()
    exact = span_width(turns) == 1
    if exact:
        figure.add_traces(list(_joins(moments, theme)))
    told = moments.assign(reason=[_reason(row) for row in moments.itertuples()])
    extra = ("what", "status", "place", "of") if exact else ("what", "status")
    rows = by_span(told, turns, {"reason": "lines"}, extra)
    if exact:
        rows["at"] = pd.Series([_x(row.at, row) for row in rows.itertuples()], dtype="Float64")
    else:
        # Beside the mark of who served in that span, not under it.
        rows.loc[rows["what"] == "failed", "at"] -= span_width(turns) * 0.4
    for (what, provider, status), own in rows.groupby(["what", "provider", "status"]):
        figure.add_trace(_marks(str(what), str(provider), str(status), own, turns, theme))
    lanes = _lanes(moments)
    styled(figure, theme, height=70 + _LANE_ROOM * max(len(lanes), 2), legend=False)
    figure.update_xaxes(**turn_axis(turns))
    return figure.update_yaxes(
        categoryorder="array", categoryarray=lanes, autorange="reversed", showgrid=True
    )


def _column(stop: Stop) -> tuple[str, int]:
    return stop.kind, stop.depth


def _columns(stops: Sequence[Stop]) -> list[dict[str, Any]]:
    """What each side of the Sankey is, above it."""
    sides = [("First choice", 0.0, "left"), ("Answered", 1.0, "right")]
    if any(stop.kind == "failed" for stop in stops):
        sides.insert(1, ("Failed", 0.5, "center"))
    return [
        {
            "text": text,
            "x": x,
            "y": 1,
            "xref": "paper",
            "yref": "paper",
            "xanchor": anchor,
            "yanchor": "bottom",
            "yshift": 6,
            "showarrow": False,
            "opacity": 0.75,
            "font": {"size": 12},
        }
        for text, x, anchor in sides
    ]


def _link_colour(link: Link, amber: str, dark: bool) -> str:
    if link.target.kind == "failed":
        return translucent(amber, 0.45)
    return translucent(palette.colour(link.target.provider, dark), 0.4)


def _node_name(stop: Stop) -> str:
    """In two lines, or short: on a phone three of them stand side by side."""
    if stop.provider == NOBODY:
        return stop.label
    vendor = escape(palette.display_name(stop.provider))
    return f"✕ {vendor}" if stop.kind == "failed" else f"{vendor}<br>{escape(stop.model)}"


def _link_story(link: Link) -> str:
    way = escape(f"{link.source.label} → {link.target.label}")
    return f"<b>{way}</b><br>{_turns(link.turns)}{_drilled(link.drilled)}"


def _node_story(stop: Stop, links: Sequence[Link]) -> str:
    side = [link for link in links if stop in (link.source, link.target)]
    into = [link for link in side if link.target == stop] or side
    numbers = sorted({number for link in into for number in link.turns})
    drilled = _drilled(sum(link.drilled for link in into))
    return f"<b>{escape(stop.label)}</b><br>{_turns(numbers)}{drilled}"


def _turns(numbers: Sequence[int]) -> str:
    named = ", ".join(map(str, numbers[:_TURNS_NAMED]))
    more = ", …" if len(numbers) > _TURNS_NAMED else ""
    return f"{len(numbers)} turn{'' if len(numbers) == 1 else 's'}: {named}{more}"


def _drilled(count: int) -> str:
    return f"<br>{count} under a drill" if count else ""


def _reason(row: Any) -> str:
    if row.what == "failed":
        return escape("failed" if pd.isna(row.reason) else str(row.reason))
    if pd.isna(row.provider):
        return "no whole answer"
    answered = "answered" if row.status == "done" else str(row.status)
    return f"{answered}, after {row.place} failed" if row.place else answered


def _x(turn: Any, row: Any) -> float:
    """Where a mark stands: a turn's failures before its end, all of them within half a turn."""
    return float(turn - (row.of - 1 - row.place) * min(0.45 / row.of, 0.2))


def _marks(
    what: str, provider: str, status: str, own: pd.DataFrame, turns: int, theme: Theme
) -> go.Scatter:
    names = _NO_ANSWER if what == "served" else _NOT_NAMED
    look = marker_look(provider, theme, hollow=status != "done" and provider != NOBODY)
    if what == "failed":
        look |= {"symbol": "x-thin", "line": {"width": 3, "color": look["color"]}}
    size = 9 if what == "failed" else 11
    counts = own["rows"].map(lambda count: f"{count} times: " if count > 1 else "")
    return go.Scatter(
        x=own["at"],
        y=[legend_name(provider, names)] * len(own),
        mode="markers",
        marker=look | {"size": size if span_width(turns) == 1 else size - 2},
        **hover(own, own["reason"].radd(counts)),
    )


def _joins(moments: pd.DataFrame, theme: Theme) -> Iterator[go.Scatter]:
    amber = palette.AMBER.dark if theme == "dark" else palette.AMBER.light
    moved = moments[moments["of"] > 1]
    if moved.empty:
        return
    xs: list[float | None] = []
    ys: list[str | None] = []
    for _, own in moved.groupby("turn"):
        xs += [*(_x(row.turn, row) for row in own.itertuples()), None]
        ys += [*(_lane(row) for row in own.itertuples()), None]
    yield go.Scatter(
        x=xs,
        y=ys,
        mode="lines",
        line={"color": amber, "width": 2, "dash": "dot"},
        hoverinfo="skip",
    )


def _lane(row: Any) -> str:
    names = _NO_ANSWER if row.what == "served" else _NOT_NAMED
    return legend_name(NOBODY if pd.isna(row.provider) else row.provider, names)


def _lanes(moments: pd.DataFrame) -> list[str]:
    """Who served most comes first, then who only failed, then nobody."""
    counts: Counter[str] = Counter()
    for row in moments.itertuples():
        counts[_lane(row)] += 1 if row.what == "served" else 0
    nobody = [*_NO_ANSWER.values(), *_NOT_NAMED.values()]
    return sorted(counts, key=lambda lane: (lane in nobody, -counts[lane], lane))
