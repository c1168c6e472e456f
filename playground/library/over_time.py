"""What happened in the sessions on each day, by provider.

It is asked of the store, not of the turns: of any number of sessions it takes the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, get_args

import pandas as pd
import sqlalchemy as sa

from playground.library.selection import Selection
from playground.library.shelf import fitting
from playground.look.palette import NOBODY
from playground.sessions.store import OwnerStore
from playground.sessions.tables import CONVERSATIONS, TURN_FACTS

Measure = Literal["Turns", "Tokens", "Estimated cost", "Failovers"]
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)

COLUMNS: Final[dict[Measure, str]] = {
    "Turns": "turns",
    "Tokens": "tokens",
    "Estimated cost": "cost_usd",
    "Failovers": "failovers",
}
TYPES: Final = {
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

    Of all turns of the sessions that are over, in all branches, but not of imported ones. Sessions
    that are judged blind are left out: a day of one turn would tell who answered it.
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
            # An imported turn has no language: it was sent with no intent of ours.
            .where(facts.session.in_(seen) & (facts.status != "running") & (facts.language != ""))
            .group_by(day, sa.func.coalesce(facts.provider, NOBODY))
            .order_by(day)
        )
        return [dict(row) for row in transaction.execute(asked).mappings()]


def frame_of(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """One row per day and provider; the day as a date."""
    frame = pd.DataFrame([*rows], columns=[*TYPES])
    frame["day"] = pd.to_datetime(frame["day"].astype("Int64") * _DAY, unit="s").dt.strftime(
        "%Y-%m-%d"
    )
    return frame.astype(TYPES)
