"""Asks the store for sessions: a page of a list, how many there are, and what can be filtered by.

Pages follow each other by the key of their last session, so that the last page costs no more than
the first, and a session that comes meanwhile moves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection as Transaction

from playground.compare.seats import read
from playground.library.selection import Selection
from playground.sessions import catching_up, indexing
from playground.sessions.loaded import ConversationSummary, summary
from playground.sessions.rows import owned
from playground.sessions.segments import Phrase, pairs, phrases
from playground.sessions.store import OwnerStore
from playground.sessions.tables import CONVERSATIONS, LABELS, SEARCH

PAGE: Final = 20
MOST_COUNTED: Final = 500
"""What is more is not counted."""

_SHELF = CONVERSATIONS.c
_UNPINNED = sa.case((_SHELF.pinned_at.is_(None), 1), else_=0)
_MATCHES: Final = {
    "sqlite": "search MATCH :query",
    "postgresql": "words @@ CAST(:query AS tsquery)",
}
_OF_ONE: Final = {
    dialect: sa.select(SEARCH.c.rowid)
    .where(sa.text(match))
    .where(SEARCH.c.rowid.between(sa.bindparam("first"), sa.bindparam("last")))
    for dialect, match in _MATCHES.items()
}


class Key(NamedTuple):
    """Where a page of the list ends."""

    unpinned: int
    updated_at: float
    number: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A session in the list, and who answered in it, by id.

    ``blind``: who answered there is judged without their names, so that no list may tell.
    """

    session: ConversationSummary
    providers: tuple[str, ...] = ()
    blind: bool = False


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """A page of the list; ``following`` is where the next one begins, None where there is none.

    ``count`` is of all sessions, at most ``MOST_COUNTED`` + 1. ``unindexed`` says how many sessions
    of an earlier version are not filtered by and not searched yet.
    """

    sessions: tuple[Listed, ...]
    following: Key | None
    count: int
    unindexed: int = 0


def page_of(store: OwnerStore, selection: Selection, after: Key | None = None) -> ShelfPage:
    """A page of the sessions that are meant, pinned ones first, then by their last turn.

    Raises StoreError.
    """
    with store.database.read() as transaction:
        fits = fitting(transaction, store, selection)
        rows = transaction.execute(_page(fits, after)).all()
        sessions = _listed(transaction, [row.number for row in rows[:PAGE]])
        more = len(rows) > PAGE
        return ShelfPage(
            sessions,
            Key(*rows[PAGE - 1]) if more else None,
            count_of(transaction, fits),
            catching_up.left(transaction, store.owner),
        )


def ids_of(store: OwnerStore, selection: Selection, most: int) -> list[str]:
    """The ids of the sessions that are meant, in the list's order. Raises StoreError."""
    with store.database.read() as transaction:
        fits = fitting(transaction, store, selection)
        asked = sa.select(_SHELF.id).where(fits).order_by(*_ORDER).limit(most)
        return [*transaction.execute(asked).scalars()]


def choices(store: OwnerStore) -> dict[str, list[str]]:
    """What this owner's sessions can be filtered by: values by the name of a label, in order.

    Raises StoreError.
    """
    theirs = sa.select(_SHELF.number).where(owned(store.owner))
    asked = sa.select(LABELS.c.name, LABELS.c.value).where(LABELS.c.session.in_(theirs)).distinct()
    found: dict[str, list[str]] = {}
    with store.database.read() as transaction:
        for name, value in transaction.execute(asked):
            found.setdefault(name, []).append(value)
    return {name: sorted(values, key=str.casefold) for name, values in found.items()}


def fitting(
    transaction: Transaction, store: OwnerStore, selection: Selection
) -> sa.ColumnElement[bool]:
    """The condition for a session of this owner to be meant."""
    wanted = [owned(store.owner), _SHELF.turn_count > 0, *_placed(selection)]
    wanted += [_labelled(name, values) for name, values in selection.labels.items()]
    wanted += [_MARKS[mark] for mark in selection.marks]
    if selection.begin is not None:
        wanted.append(_SHELF.updated_at >= selection.begin)
    if selection.end is not None:
        wanted.append(_SHELF.updated_at < selection.end)
    if selection.ids:
        wanted.append(_SHELF.id.in_(selection.ids))
    if selection.query.strip():
        if transaction.dialect.name == "postgresql":
            # It takes reading all words for cheap; with frequent words the index is still faster.
            transaction.execute(sa.text("SET LOCAL enable_seqscan = off"))
        wanted.append(_SHELF.number.in_(_saying(transaction, phrases(selection.query))))
    return sa.and_(*wanted)


def count_of(transaction: Transaction, fits: sa.ColumnElement[bool]) -> int:
    """How many sessions fit, at most ``MOST_COUNTED`` + 1."""
    some = sa.select(_SHELF.number).where(fits).limit(MOST_COUNTED + 1).subquery()
    return int(transaction.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def rows_saying(
    transaction: Transaction, wanted: Sequence[Phrase], number: int
) -> tuple[sa.Select[Any], dict[str, Any]]:
    """A query for a session's rows of ``search`` that have all of these phrases, at least one."""
    first, last = indexing.rows_of(number)
    dialect = transaction.dialect.name
    return _OF_ONE[dialect], {"query": _QUERIES[dialect](wanted), "first": first, "last": last}


def for_sqlite(wanted: Sequence[Phrase]) -> str:
    """The phrases in FTS5's language."""
    return " AND ".join(f'"{" ".join(each.words)}"{" *" if each.open else ""}' for each in wanted)


def for_postgres(wanted: Sequence[Phrase]) -> str:
    """The phrases as a tsquery."""
    return " & ".join(f"({_as_tsquery(each)})" for each in wanted)


def _as_tsquery(phrase: Phrase) -> str:
    """The words at their distances; two characters in a row are one word, as they are indexed."""
    paired = dict(pairs(phrase.words))
    at = {place: paired.get(place, word) for place, word in enumerate(phrase.words)}
    for place in paired:
        if place + 1 not in paired:
            del at[place + 1]
    places = [*at]
    steps = ["", *(f" <{after - before}> " for before, after in pairwise(places))]
    query = "".join(f"{step}'{at[place]}'" for step, place in zip(steps, places, strict=True))
    return f"{query}:*" if phrase.open else query


_QUERIES: Final = {"sqlite": for_sqlite, "postgresql": for_postgres}
_ORDER: Final = (_UNPINNED, _SHELF.updated_at.desc(), _SHELF.number.desc())
_MARKS: Final = {
    "failovers": _SHELF.failovers > 0,
    "errors": _SHELF.failed > 0,
    "compared": _SHELF.comparison.is_not(None),
    "imported": _SHELF.origin.is_not(None),
}


def _placed(selection: Selection) -> list[sa.ColumnElement[bool]]:
    if selection.place == "bin":
        return [_SHELF.binned_at.is_not(None)]
    archived = _SHELF.archived_at
    in_place = archived.is_not(None) if selection.place == "archive" else archived.is_(None)
    return [_SHELF.binned_at.is_(None), in_place]


def _labelled(name: str, values: Sequence[str]) -> sa.ColumnElement[bool]:
    label = LABELS.c
    having = sa.select(label.session).where((label.name == name) & label.value.in_(values))
    return _SHELF.number.in_(having)


def _saying(transaction: Transaction, wanted: Sequence[Phrase]) -> sa.Select[Any]:
    asked = sa.select(indexing.session_of(SEARCH.c.rowid))
    if not wanted:
        return asked.where(sa.false())
    dialect = transaction.dialect.name
    match = sa.text(_MATCHES[dialect]).bindparams(query=_QUERIES[dialect](wanted))
    return asked.where(match)


def _page(fits: sa.ColumnElement[bool], after: Key | None) -> sa.Select[Any]:
    if after is not None:
        fits = sa.and_(fits, _comes_after(after))
    asked = sa.select(_UNPINNED.label("unpinned"), _SHELF.updated_at, _SHELF.number).where(fits)
    return asked.order_by(*_ORDER).limit(PAGE + 1)


def _comes_after(key: Key) -> sa.ColumnElement[bool]:
    same_time = sa.and_(_SHELF.updated_at == key.updated_at, _SHELF.number < key.number)
    later = sa.or_(_SHELF.updated_at < key.updated_at, same_time)
    same_pin = sa.and_(_UNPINNED.in_([key.unpinned]), later)
    return sa.or_(_UNPINNED.in_([1] if key.unpinned == 0 else []), same_pin)


def _listed(transaction: Transaction, numbers: Sequence[int]) -> tuple[Listed, ...]:
    label, by_session = LABELS.c, dict[int, list[str]]()
    asked = sa.select(label.session, label.value).where(
        label.session.in_(numbers) & (label.name == "provider")
    )
    for number, provider in transaction.execute(asked.order_by(label.value)):
        by_session.setdefault(number, []).append(provider)
    found = transaction.execute(sa.select(CONVERSATIONS).where(_SHELF.number.in_(numbers)))
    listed = {
        row.number: Listed(
            summary(row), tuple(by_session.get(row.number, ())), _is_blind(row.comparison)
        )
        for row in found
    }
    return tuple(listed[number] for number in numbers)


def _is_blind(comparison: str | None) -> bool:
    seats = read(comparison)
    return seats is not None and seats.blind
