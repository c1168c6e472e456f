"""What sessions are found by, kept beside them: words, sums and labels.

Every write of a session does so in its own transaction. ``index`` does it for a whole session:
those that are put there at once, and those that an earlier version left without.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection as Transaction

from playground.sessions import segments
from playground.sessions.tables import CONVERSATIONS, LABELS, TURN_FACTS
from playground.sessions.totals import counted_tokens, failovers
from playground.sessions.turns import Turn

LABEL_NAMES: Final = ("provider", "model", "kind", "language", "vertical", "preset")
"""What a session's turns are labelled by; the session itself also by ``tag``."""

_PART_BITS: Final = 10
_TEXT_BITS: Final = 32
_MOST_COUNTED: Final = 10**15
_LONGEST_LABEL: Final = 200

_OF_SESSION: Final[sa.BindParameter[int]] = sa.bindparam("of_session")
_FACTS = sa.select(TURN_FACTS).where(TURN_FACTS.c.session == _OF_SESSION)
_FORGET_FACTS = sa.delete(TURN_FACTS).where(
    (TURN_FACTS.c.session == _OF_SESSION) & (TURN_FACTS.c.place == sa.bindparam("at"))
)
_LABELS = sa.select(LABELS.c.name, LABELS.c.value).where(LABELS.c.session == _OF_SESSION)
_FORGET_LABEL = sa.delete(LABELS).where(
    (LABELS.c.session == _OF_SESSION)
    & (LABELS.c.name == sa.bindparam("of_name"))
    & (LABELS.c.value == sa.bindparam("of_value"))
)
_SUM_UP = sa.update(CONVERSATIONS).where(CONVERSATIONS.c.number == _OF_SESSION)
_FORGET_WORDS = sa.text("DELETE FROM search WHERE rowid BETWEEN :first AND :last")
_ADD_WORDS = {
    "sqlite": sa.text("INSERT INTO search (rowid, words) VALUES (:number, :words)"),
    "postgresql": sa.text(
        "INSERT INTO search (rowid, words) VALUES (:number, CAST(:words AS tsvector))"
    ),
}


def session_of(row: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The number of the session that a row of ``search`` belongs to, in SQL."""
    # A literal: Postgres takes no other type of number there.
    return row.op(">>")(sa.literal_column(str(_TEXT_BITS)))


def rows_of(number: int) -> tuple[int, int]:
    """The first and the last row of ``search`` that a session may have."""
    return number << _TEXT_BITS, ((number + 1) << _TEXT_BITS) - 1


def place_of(row: int) -> int | None:
    """The place of the turn that a row of ``search`` has the words of; None: title and tags."""
    text = (row & ((1 << _TEXT_BITS) - 1)) >> _PART_BITS
    return text - 1 if text else None


def keep_turns(transaction: Transaction, number: int, turns: Mapping[int, Turn]) -> None:
    """Index these turns of a session, by their places, in place of what was indexed there."""
    if not turns:
        return
    _forget_words(transaction, [_rows(number, place + 1) for place in turns])
    transaction.execute(_FORGET_FACTS, [{"of_session": number, "at": place} for place in turns])
    _add_turns(transaction, number, turns)
    sum_up(transaction, number)


def keep_head(transaction: Transaction, number: int, title: str, tags: Sequence[str]) -> None:
    """Index a session's title and tags."""
    _forget_words(transaction, [_rows(number, 0)])
    _add_words(transaction, {_rows(number, 0)[0]: "\n".join((title, *tags))})
    _label(transaction, number, {("tag", tag) for tag in tags}, ["tag"])


def index(
    transaction: Transaction,
    number: int,
    title: str,
    tags: Sequence[str],
    turns: Mapping[int, Turn],
) -> None:
    """Index a whole session, its turns by place, whatever was indexed of it before."""
    forget(transaction, [number])
    _add_turns(transaction, number, turns)
    keep_head(transaction, number, title, tags)
    sum_up(transaction, number)
    transaction.execute(_SUM_UP.values(indexed=segments.VERSION), {"of_session": number})


def forget(transaction: Transaction, numbers: Sequence[int]) -> None:
    """Forget what sessions were found by."""
    if numbers:
        for table in (TURN_FACTS, LABELS):
            transaction.execute(sa.delete(table).where(table.c.session.in_(numbers)))
        _forget_words(transaction, map(rows_of, numbers))


def sum_up(transaction: Transaction, number: int) -> None:
    """Add up a session's turns, and label it by them."""
    facts = transaction.execute(_FACTS, {"of_session": number}).all()
    sums = {name: _sum(getattr(each, name) for each in facts) for name in _SUMS}
    counts = {
        "failovers": sum(each.failovers for each in facts),
        "failed": sum(each.status == "failed" for each in facts),
    }
    transaction.execute(_SUM_UP.values(**sums, **counts), {"of_session": number})
    labels = {
        (name, value) for each in facts for name in LABEL_NAMES if (value := getattr(each, name))
    }
    _label(transaction, number, labels, LABEL_NAMES)


_SUMS: Final = ("tokens_in", "tokens_out", "cost_usd")


def facts_of(turn: Turn) -> dict[str, Any]:
    """What is counted of a turn, by column of ``turn_facts``; None where it is not known.

    An imported turn was sent with no intent of ours.
    """
    answer, tokens = turn.answer, counted_tokens(turn)
    settings = None if turn.origin else turn.settings
    return {
        "created_at": turn.created_at.timestamp(),
        "status": turn.status,
        "provider": _labelled(answer.provider),
        "model": _labelled(answer.model),
        "kind": "simulated" if answer.simulated else answer.kind,
        "language": settings.language if settings else "",
        "vertical": settings.vertical if settings else None,
        "preset": settings.optimize_for if settings else "",
        "tokens_in": tokens.prompt_tokens if tokens else None,
        "tokens_out": tokens.completion_tokens if tokens else None,
        "cost_usd": answer.cost_usd,
        "failovers": min(failovers(turn), _MOST_COUNTED),
    }


def _add_turns(transaction: Transaction, number: int, turns: Mapping[int, Turn]) -> None:
    """Index these turns, but for those that were deleted."""
    turns = {place: turn for place, turn in turns.items() if turn.removed is None}
    if not turns:
        return
    facts = [{"session": number, "place": at} | facts_of(turn) for at, turn in turns.items()]
    transaction.execute(sa.insert(TURN_FACTS), facts)
    texts = {
        _rows(number, place + 1)[0]: f"{turn.message}\n{turn.answer.text}"
        for place, turn in turns.items()
    }
    _add_words(transaction, texts)


def _rows(number: int, text: int) -> tuple[int, int]:
    """The first and the last row that a text of a session may have: the title is text 0."""
    first = (number << _TEXT_BITS) | (text << _PART_BITS)
    return first, first + (1 << _PART_BITS) - 1


def _add_words(transaction: Transaction, texts: Mapping[int, str]) -> None:
    dialect = transaction.dialect.name
    rows = [
        {"number": first + at, "words": part if dialect == "sqlite" else _vector(part)}
        for first, text in texts.items()
        for at, part in enumerate(segments.parts(text)[: 1 << _PART_BITS])
    ]
    if rows:
        transaction.execute(_ADD_WORDS[dialect], rows)


def _vector(part: str) -> str:
    words = part.split()
    lexemes = chain(
        enumerate(words, start=1), ((at + 1, word) for at, word in segments.pairs(words))
    )
    return " ".join(f"'{word}':{at}" for at, word in lexemes)


def _forget_words(transaction: Transaction, rows: Iterable[tuple[int, int]]) -> None:
    transaction.execute(_FORGET_WORDS, [{"first": first, "last": last} for first, last in rows])


def _label(
    transaction: Transaction, number: int, labels: set[tuple[str, str]], names: Sequence[str]
) -> None:
    found = transaction.execute(_LABELS, {"of_session": number})
    known = {(name, value) for name, value in found if name in names}
    gone = [{"of_session": number, "of_name": n, "of_value": v} for n, v in known - labels]
    new = [{"session": number, "name": name, "value": value} for name, value in labels - known]
    if gone:
        transaction.execute(_FORGET_LABEL, gone)
    if new:
        transaction.execute(sa.insert(LABELS), new)


def _labelled(name: str | None) -> str | None:
    # Postgres takes no NUL, and an index no text without an end.
    return name.replace("\0", "")[:_LONGEST_LABEL] if name else None


def _sum(numbers: Iterable[float | None]) -> float | None:
    known = [each for each in numbers if each is not None]
    return sum(known) if known else None
