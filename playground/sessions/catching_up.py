"""Indexes the sessions that an earlier version wrote, a few at a time."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection as Transaction

from playground.sessions import indexing, rows, segments
from playground.sessions.tables import CONVERSATIONS, TURNS
from playground.sessions.turns import Turn
from playground.teams.owner import Owner

_LACK = CONVERSATIONS.c.indexed < segments.VERSION
_MOST_TURNS = 400


def index_some(transaction: Transaction, most: int) -> int:
    """Index at most so many sessions, and fewer where they are long; returns how many are left."""
    columns = (CONVERSATIONS.c.id, CONVERSATIONS.c.number, CONVERSATIONS.c.title)
    some = (
        sa.select(*columns, CONVERSATIONS.c.tags, CONVERSATIONS.c.turn_count)
        .where(_LACK)
        .order_by(CONVERSATIONS.c.number.desc())
        .limit(most)
        # Another process may be at it as well.
        .with_for_update(skip_locked=True)
    )
    turns = 0
    for row in transaction.execute(some).all():
        if turns and turns + row.turn_count > _MOST_TURNS:
            break
        turns += row.turn_count
        read = _turns(transaction, row.id)
        indexing.index(transaction, row.number, row.title, rows.tags_of(row.tags), read)
    return left(transaction)


def left(transaction: Transaction, owner: Owner | None = None) -> int:
    """How many sessions are not indexed yet: this owner's, or everyone's."""
    whose = _LACK if owner is None else _LACK & rows.owned(owner)
    counting = sa.select(sa.func.count()).select_from(CONVERSATIONS).where(whose)
    return int(transaction.execute(counting).scalar_one())


def _turns(transaction: Transaction, conversation_id: str) -> dict[int, Turn]:
    its = sa.select(TURNS.c.place, TURNS.c.body).where(TURNS.c.conversation_id == conversation_id)
    return {row.place: turn for row in transaction.execute(its) if (turn := _read(row)) is not None}


def _read(row: sa.Row[*tuple[Any, ...]]) -> Turn | None:
    try:
        return Turn.model_validate_json(row.body)
    except ValidationError:
        # A damaged turn has no words; it must not keep the others from being found.
        return None
