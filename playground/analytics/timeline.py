"""The card "Providers over the turns": who served each turn, and who failed before. Pure.

The demo draws the same figure, with its own ``Look``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from html import escape
from typing import Any, Final, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from playground.analytics.card import LABELS, Card, sentence
from playground.analytics.frames import TURN, by_span, frame_of, span_width, turn_row
from playground.analytics.paths import served_by
from playground.analytics.turn_figures import amber, turn_axis
from playground.look.figures import Theme, hover, legend_name, marker_look, styled
from playground.look.palette import NOBODY
from playground.look.words import counted
from playground.sessions.totals import named_failures, unnamed_failures
from playground.sessions.turns import Turn

_COLUMNS: Final = TURN | {"place": "Int64", "of": "Int64", "what": "string", "reason": "string"}
_NO_ANSWER: Final = {NOBODY: "no whole answer"}
_LANE_ROOM: Final = 44


class Look(NamedTuple):
    """Sizes in pixels: marks, crosses and their strokes, the line that joins them.

    ``ring`` is the size of an amber ring around who stepped in, 0 for none. ``step`` is how far a
    failure stands before what followed it, in turns; 0 puts all of a turn above each other.
    """

    mark: int = 11
    cross: int = 9
    stroke: int = 3
    join: int = 2
    ring: int = 0
    step: float = 0.2
    amber_crosses: bool = False


_IN_CARD: Final = Look()


def card(turns: Sequence[Turn]) -> Card:
    """The card of these turns."""
    rows = frame(turns)
    columns = {
        "turn": "Turn",
        "what": "What",
        "provider": "Provider",
        "model": "Model",
        "reason": "Why",
        "status": "Status",
    }
    return Card(
        key="timeline",
        title="Providers over the turns",
        caption=caption(rows),
        empty=None,
        rows=rows,
        headings=columns | LABELS,
        draw=partial(figure, rows, len(turns)),
    )


def frame(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per attempt that failed and one per turn's end, in their order.

    ``what`` is "failed" or "served"; ``place`` counts a turn's rows from 0, ``of`` is how many it
    has. ``provider`` is NA where nobody is named, or nobody gave a whole answer.
    """
    return frame_of((row for turn in turns for row in _rows(turn)), _COLUMNS)


def caption(rows: pd.DataFrame) -> str:
    """What the marks are."""
    failed = int(rows["what"].eq("failed").sum())
    marks = "Filled: answered, hollow: cut short"
    if not failed:
        return sentence(f"{marks}. Nobody failed")
    joined = ", joined to who stepped in" if span_width(rows["turn"].nunique()) == 1 else ""
    return sentence(f"{marks}, cross: {counted(failed, 'failed attempt')}{joined}")


def figure(rows: pd.DataFrame, turns: int, theme: Theme, look: Look = _IN_CARD) -> go.Figure:
    """A lane per provider: a mark for each turn it served, a cross for each time it failed.

    A dotted line leads from who failed to who stepped in. A long session is drawn by spans.
    """
    drawn = go.Figure()
    exact = span_width(turns) == 1
    if exact:
        drawn.add_traces(list(_joins(rows, theme, look)))
    explained = rows.assign(reason=[_reason(row) for row in rows.itertuples()])
    extra = ("what", "status", "place", "of") if exact else ("what", "status")
    spans = by_span(explained, turns, {"reason": "lines"}, extra)
    if exact:
        spans["at"] = pd.Series(
            [_x(row.at, row, look) for row in spans.itertuples()], dtype="Float64"
        )
    else:
        # Beside the mark of who served in that span, not under it.
        spans.loc[spans["what"] == "failed", "at"] -= span_width(turns) * 0.4
        look = look._replace(mark=look.mark - 2, cross=look.cross - 2)
    for (what, provider, status), own in spans.groupby(["what", "provider", "status"]):
        drawn.add_trace(_marks(str(what), str(provider), str(status), own, theme, look))
    lanes = _lanes(rows)
    styled(drawn, theme, height=70 + _LANE_ROOM * max(len(lanes), 2), legend=False)
    drawn.update_xaxes(**turn_axis(turns))
    return drawn.update_yaxes(
        categoryorder="array", categoryarray=lanes, autorange="reversed", showgrid=True
    )


def _rows(turn: Turn) -> Iterable[dict[str, Any]]:
    failed: list[tuple[str | None, str | None, str | None]] = [
        (each.provider, each.model, each.message or each.code) for each, _ in named_failures(turn)
    ]
    failed += [(None, None, None)] * unnamed_failures(turn)
    every = turn_row(turn) | {"of": len(failed) + 1}
    for place, (provider, model, reason) in enumerate(failed):
        who = {"provider": provider, "model": model, "reason": reason}
        yield every | who | {"place": place, "what": "failed"}
    provider, model = served_by(turn)
    who = {"provider": provider or None, "model": model or None, "reason": None}
    yield every | who | {"place": len(failed), "what": "served"}


def _reason(row: Any) -> str:
    if row.what == "failed":
        return escape("failed" if pd.isna(row.reason) else str(row.reason))
    if pd.isna(row.provider) and row.status != "done":
        return _NO_ANSWER[NOBODY]
    answered = "answered" if row.status == "done" else str(row.status)
    return f"{answered}, after {row.place} failed" if row.place else answered


def _x(turn: Any, row: Any, look: Look) -> float:
    """Where a mark stands: a turn's failures before its end, all of them within half a turn."""
    return float(turn - (row.of - 1 - row.place) * min(0.45 / row.of, look.step))


def _marks(
    what: str, provider: str, status: str, own: pd.DataFrame, theme: Theme, look: Look
) -> go.Scatter:
    marker = marker_look(provider, theme, hollow=status != "done" and provider != NOBODY)
    marker["size"] = look.mark
    if what == "failed":
        colour = amber(theme) if look.amber_crosses else marker["color"]
        line = {"width": look.stroke, "color": colour}
        marker |= {"symbol": "x-thin", "size": look.cross, "line": line}
    counts = own["rows"].map(lambda count: f"{count} times: " if count > 1 else "")
    return go.Scatter(
        x=own["at"].tolist(),
        y=[_lane(what, provider, status)] * len(own),
        mode="markers",
        marker=marker,
        **hover(own, own["reason"].radd(counts)),
    )


def _joins(rows: pd.DataFrame, theme: Theme, look: Look) -> Iterator[go.Scatter]:
    moved = rows[rows["of"] > 1]
    if moved.empty:
        return
    xs: list[float | None] = []
    ys: list[str | None] = []
    rings: list[int] = []
    for _, own in moved.groupby("turn"):
        xs += [*(_x(row.turn, row, look) for row in own.itertuples()), None]
        ys += [*(_lane_of(row) for row in own.itertuples()), None]
        rings += [*(look.ring if row.what == "served" else 0 for row in own.itertuples()), 0]
    yield go.Scatter(
        x=xs,
        y=ys,
        mode="lines+markers" if look.ring else "lines",
        line={"color": amber(theme), "width": look.join, "dash": "dot"},
        marker={"size": rings, "color": amber(theme), "opacity": 0.35, "line": {"width": 0}},
        hoverinfo="skip",
    )


def _lane_of(row: Any) -> str:
    return _lane(row.what, NOBODY if pd.isna(row.provider) else row.provider, row.status)


def _lane(what: str, provider: str, status: str) -> str:
    is_end = what == "served" and status != "done"
    return legend_name(provider, _NO_ANSWER if is_end else None)


def _lanes(rows: pd.DataFrame) -> list[str]:
    """Who served most comes first, then who only failed, then nobody."""
    served: Counter[str] = Counter()
    for row in rows.itertuples():
        served[_lane_of(row)] += 1 if row.what == "served" else 0
    nobody = (legend_name(NOBODY), _NO_ANSWER[NOBODY])
    return sorted(served, key=lambda lane: (lane in nobody, -served[lane], lane))
