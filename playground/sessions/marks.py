"""What a person does to sessions in a list, many at once: tags, pin, archive, bin, restore."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection as Transaction

from playground.sessions import indexing, rows
from playground.sessions.tables import CONVERSATIONS
from playground.teams.owner import Owner

BIN_DAYS: Final = 30
"""So long a session stays in the bin; then it is deleted for good."""
MOST_TAGS: Final = 20
"""A session has at most so many tags."""
LONGEST_TAG: Final = 40
"""A tag has at most so many characters."""

_AT_ONCE: Final = 500


def mark(transaction: Transaction, which: sa.ColumnElement[bool], **columns: object) -> int:
    """Set columns such as ``pinned_at`` of these conversations; returns how many there are."""
    marking = sa.update(CONVERSATIONS).where(which)
    values: dict[str, Any] = {"revision": CONVERSATIONS.c.revision + 1, **columns}
    return transaction.execute(marking.values(values)).rowcount


def some_of(owner: Owner, ids: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    """The owner's conversations with these ids, in portions that every database takes."""
    return [
        rows.owned(owner) & CONVERSATIONS.c.id.in_(ids[start : start + _AT_ONCE])
        for start in range(0, len(ids), _AT_ONCE)
    ]


def not_in_bin(transaction: Transaction, which: sa.ColumnElement[bool]) -> Sequence[str]:
    """The ids of those that are not in the bin."""
    found = sa.select(CONVERSATIONS.c.id).where(which & CONVERSATIONS.c.binned_at.is_(None))
    return transaction.execute(found.with_for_update()).scalars().all()


def retag(
    transaction: Transaction,
    which: sa.ColumnElement[bool],
    change: Callable[[tuple[str, ...]], Iterable[str]],
) -> int:
    """Give these conversations what ``change`` makes of their tags; returns how many differ."""
    columns = (CONVERSATIONS.c.number, CONVERSATIONS.c.title, CONVERSATIONS.c.tags)
    found = transaction.execute(sa.select(*columns).where(which).with_for_update()).all()
    changed = 0
    for row in found:
        before = rows.tags_of(row.tags)
        tags = as_tags(change(before))
        if tags == before:
            continue
        mark(transaction, CONVERSATIONS.c.number == row.number, tags=json.dumps(tags))
        indexing.keep_head(transaction, row.number, row.title, tags)
        changed += 1
    return changed


def as_tags(words: Iterable[str]) -> tuple[str, ...]:
    """Words as tags: in one line, none twice, none empty, as many as a session may have."""
    plain = (" ".join(word.replace("\0", " ").split())[:LONGEST_TAG].strip() for word in words)
    return tuple(dict.fromkeys(filter(None, plain)))[:MOST_TAGS]


def overdue(now: datetime) -> sa.ColumnElement[bool]:
    """Everyone's conversations that have been in the bin for as long as they may be."""
    return CONVERSATIONS.c.binned_at < (now - timedelta(days=BIN_DAYS)).timestamp()
