"""The card "Over time": what happened in the sessions on each day, by provider.

It is asked of the store, not of the turns: of any number of sessions it takes the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final, Literal, get_args

import pandas as pd
import plotly.graph_objects as go
import sqlalchemy as sa

from playground.analytics.card import Card
from playground.library.selection import Selection
from playground.library.shelf import fitting
from playground.look.figures import Theme, bar_look, legend_name, styled
from playground.look.palette import NOBODY
from playground.sessions.store import OwnerStore
from playground.sessions.tables import CONVERSATIONS, TURN_FACTS

Measure = Literal["Turns", "Tokens", "Estimated cost", "Failovers"]
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)

_COLUMNS: Final[dict[Measure, str]] = {
    "Turns": "turns",
    "Tokens": "tokens",
    "Estimated cost": "cost_usd",
    "Failovers": "failovers",
}
_TYPES: Final = {
    "day": "string",
    "provider": "string",
    "turns": "Int64",
    "tokens": "Int64",
    "cost_usd": "Float64",
    "failovers": "Int64",
}
_DAY: Final = 86_400


def days(store: OwnerStore, selection: Selection) -> list[dict[str, Any]]:
    """Rows by day (UTC) and provider, the first day first. Raises StoreError.

    Of all turns of the sessions that are over, in all branches. Sessions that are judged blind are
    left out: a day of one turn would tell who answered it.
    """
    facts = TURN_FACTS.c
    day = sa.cast(sa.func.floor(facts.created_at / _DAY), sa.BigInteger).label("day")
    tokens = sa.func.sum(facts.tokens_in) + sa.func.sum(facts.tokens_out)
    blind = CONVERSATIONS.c.comparison.contains('"blind":true')
    with store.database.read() as transaction:
        fits = fitting(transaction, store, selection)
        seen = sa.select(CONVERSATIONS.c.number).where(
            fits & (CONVERSATIONS.c.comparison.is_(None) | ~blind)
        )
        asked = (
            sa.select(
                day,
                sa.func.coalesce(facts.provider, NOBODY).label("provider"),
                sa.func.count().label("turns"),
                tokens.label("tokens"),
                sa.func.sum(facts.cost_usd).label("cost_usd"),
                sa.func.sum(facts.failovers).label("failovers"),
            )
            .where(facts.session.in_(seen) & (facts.status != "running"))
            .group_by(day, sa.func.coalesce(facts.provider, NOBODY))
            .order_by(day)
        )
        return [dict(row) for row in transaction.execute(asked).mappings()]


def card(rows: Sequence[dict[str, Any]], measure: Measure) -> Card:
    """The card of these days."""
    frame = frame_of(rows)
    named = {"cost_usd": "Estimated cost, US$"}
    headings = {column: named.get(column, column.capitalize()) for column in _TYPES}
    return Card(
        key="over-time",
        title="Over time",
        caption=f"{measure} per day (UTC) and provider, of all turns in all branches.",
        empty=None if len(frame) else "No turn of these sessions is over.",
        rows=frame,
        headings=headings,
        draw=partial(figure, frame, measure),
    )


def frame_of(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """One row per day and provider; the day as a date."""
    frame = pd.DataFrame([*rows], columns=[*_TYPES])
    frame["day"] = pd.to_datetime(frame["day"].astype("Int64") * _DAY, unit="s").dt.strftime(
        "%Y-%m-%d"
    )
    return frame.astype(_TYPES)


def figure(frame: pd.DataFrame, measure: Measure, theme: Theme) -> go.Figure:
    """A bar per day, a part per provider."""
    drawn = go.Figure()
    column = _COLUMNS[measure]
    for provider, own in frame.groupby("provider", sort=True):
        drawn.add_bar(
            x=own["day"].tolist(),
            y=own[column].astype("Float64").fillna(0).tolist(),
            name=legend_name(str(provider)),
            marker=bar_look(str(provider), theme),
            hovertemplate="%{x}: %{y}<extra>%{fullData.name}</extra>",
        )
    styled(drawn, theme, height=320).update_layout(barmode="stack", xaxis_type="date")
    drawn.update_xaxes(title_text="day")
    drawn.update_yaxes(rangemode="tozero", nticks=5, title_text=measure.lower())
    return drawn
