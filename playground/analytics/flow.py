"""The card "Flow": from first choice, through who failed, to who answered, as a Sankey. Pure.

Vendors keep their colours; what failed has a cross beside its amber, so that no meaning is in the
colour alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from html import escape
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from playground.analytics.card import Card, sentence, simulated
from playground.analytics.frames import TURN, answered, frame_of, turn_row
from playground.analytics.paths import Link, Stop, links, path, routes
from playground.analytics.turn_figures import amber
from playground.look import palette
from playground.look.figures import CARD, TEXT, Theme, styled, translucent
from playground.look.palette import NOBODY
from playground.look.words import counted
from playground.sessions.totals import failed_attempts
from playground.sessions.turns import Turn
from speko_client.model_ids import model_name

_COLUMNS: Final = TURN | {
    "first_provider": "string",
    "first_model": "string",
    "previewed": "boolean",
    "failed": "string",
    "failures": "Int64",
}
_NODE_ROOM: Final = 46
_TURNS_NAMED: Final = 8


def card(turns: Sequence[Turn]) -> Card:
    """The card of these turns."""
    rows = frame(turns)
    return Card(
        key="flow",
        title="Flow",
        caption=caption(rows),
        empty=None,
        rows=rows,
        headings={
            "turn": "Turn",
            "first_provider": "First choice",
            "first_model": "Model",
            "previewed": "Preview",
            "failed": "Failed",
            "provider": "Answered",
            "model": "By model",
            "status": "Status",
            "drill": "Drill",
        },
        draw=partial(figure, links(turns)),
        routes=routes(turns),
    )


def frame(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per turn: its first choice, who failed (in order, in words), who answered.

    ``previewed`` says whether the first choice is a preview's winner.
    """
    return frame_of(map(_row, turns), _COLUMNS)


def caption(rows: pd.DataFrame) -> str:
    """What the columns are, and how often the first choice held."""
    held = int(answered(rows)["failures"].eq(0).sum())
    without_preview = len(rows) - int(rows["previewed"].sum())
    return sentence(
        "First choice, then who failed, then who answered: "
        f"{held} of {counted(len(rows), 'turn')} answered at the first try",
        f"{counted(without_preview, 'turn')} without a preview" if without_preview else "",
        simulated(rows),
    )


def figure(steps: Sequence[Link], theme: Theme) -> go.Figure:
    """From first choice, through who failed, to who served; a link is as wide as its turns."""
    stops = list(dict.fromkeys(stop for link in steps for stop in (link.source, link.target)))
    place = {stop: number for number, stop in enumerate(stops)}
    drawn = go.Figure(
        go.Sankey(
            arrangement="snap",
            textfont={
                "size": 12,
                "color": TEXT[theme],
                "shadow": f"0 0 4px {CARD[theme]}, 0 0 4px {CARD[theme]}",
            },
            node={
                "label": [_node_name(stop) for stop in stops],
                "color": [palette.colour(stop.provider, theme == "dark") for stop in stops],
                "line": {"width": 0},
                "pad": 22,
                "thickness": 16,
                "customdata": [_node_hover(stop, steps) for stop in stops],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            link={
                "source": [place[link.source] for link in steps],
                "target": [place[link.target] for link in steps],
                "value": [len(link.turns) for link in steps],
                "color": [_link_colour(link, theme) for link in steps],
                "customdata": [_link_hover(link) for link in steps],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        )
    )
    deepest = max(Counter((stop.kind, stop.depth) for stop in stops).values(), default=1)
    styled(drawn, theme, height=90 + _NODE_ROOM * max(deepest, 2), legend=False)
    return drawn.update_layout(margin={"l": 4, "t": 26, "b": 14}, annotations=_column_names(stops))


def _row(turn: Turn) -> dict[str, Any]:
    first, *failed, end = path(turn)
    return turn_row(turn) | {
        "first_provider": first.provider or None,
        "first_model": first.model or None,
        "previewed": turn.ranking is not None,
        "failed": ", ".join(stop.label.removeprefix("✕ ") for stop in failed) or None,
        "failures": failed_attempts(turn),
        "provider": end.provider or None,
        "model": end.model or None,
    }


def _column_names(stops: Sequence[Stop]) -> list[dict[str, Any]]:
    names = [("First choice", 0.0, "left"), ("Answered", 1.0, "right")]
    if any(stop.kind == "failed" for stop in stops):
        names.insert(1, ("Failed", 0.5, "center"))
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
        for text, x, anchor in names
    ]


def _link_colour(link: Link, theme: Theme) -> str:
    if link.target.kind == "failed":
        return translucent(amber(theme), 0.45)
    return translucent(palette.colour(link.target.provider, theme == "dark"), 0.4)


def _node_name(stop: Stop) -> str:
    """In two lines, or short: on a phone three of them stand side by side."""
    if stop.provider == NOBODY:
        return stop.label
    vendor = escape(palette.display_name(stop.provider))
    return (
        f"✕ {vendor}" if stop.kind == "failed" else f"{vendor}<br>{escape(model_name(stop.model))}"
    )


def _link_hover(link: Link) -> str:
    return _hover(f"{link.source.label} → {link.target.label}", link.turns, link.drilled)


def _node_hover(stop: Stop, steps: Sequence[Link]) -> str:
    beside = [link for link in steps if stop in (link.source, link.target)]
    into = [link for link in beside if link.target == stop] or beside
    numbers = sorted({number for link in into for number in link.turns})
    return _hover(stop.label, numbers, sum(link.drilled for link in into))


def _hover(title: str, numbers: Sequence[int], drilled: int) -> str:
    named = ", ".join(map(str, numbers[:_TURNS_NAMED]))
    more = ", …" if len(numbers) > _TURNS_NAMED else ""
    drill = f"<br>{drilled} under a drill" if drilled else ""
    return f"<b>{escape(title)}</b><br>{counted(len(numbers), 'turn')}: {named}{more}{drill}"
