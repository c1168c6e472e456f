"""Where the words stand that were looked for: which turns, and a snippet of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection as Transaction

from playground.library.shelf import Listed, rows_saying
from playground.sessions import indexing
from playground.sessions.segments import Phrase, hits, phrases
from playground.sessions.store import OwnerStore
from playground.sessions.tables import TURNS
from playground.sessions.turns import Turn

SHOWN: Final = 3
"""So many turns of one session are shown."""
_BEFORE: Final = 40
_LONG: Final = 160


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, and whether it is what was looked for."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Snippet:
    """What a turn says around the words that were looked for. ``said_by``: who says it."""

    turn_id: str
    said_by: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Hits:
    """A session's snippets, and in how many more turns the words stand."""

    snippets: tuple[Snippet, ...] = ()
    more: int = 0


def hits_in(store: OwnerStore, listed: Sequence[Listed], query: str) -> dict[str, Hits]:
    """By session, where the words of the query stand. Raises StoreError."""
    wanted = phrases(query)
    if not wanted:
        return {}
    with store.database.read() as transaction:
        places = {each.session.id: _places(transaction, each, wanted) for each in listed}
        turns = _turns(transaction, {each: found[:SHOWN] for each, found in places.items()})
    blind = {each.session.id for each in listed if each.blind}
    return {
        each: Hits(
            tuple(_snippet(turn, wanted, each in blind) for turn in turns.get(each, ())),
            max(len(found) - SHOWN, 0),
        )
        for each, found in places.items()
    }


def snippet(text: str, spans: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    """The text around the first of these places, in one line; its beginning where there is none."""
    start = max(spans[0][0] - _BEFORE, 0) if spans else 0
    if start:
        blank = text.find(" ", start, spans[0][0])
        start = blank + 1 if blank >= 0 else start
    end = min(start + _LONG, len(text))
    pieces = [Piece("…")] if start else []
    at = start
    for first, last in spans:
        if first >= end:
            break
        pieces += [Piece(text[at:first]), Piece(text[first:last], hit=True)]
        at = last
    pieces += [Piece(text[at:end]), Piece("…" if end < len(text) else "")]
    lines = (Piece(_one_line(each.text), each.hit) for each in pieces)
    return tuple(each for each in lines if each.text)


def _places(transaction: Transaction, listed: Listed, wanted: Sequence[Phrase]) -> list[int]:
    rows = transaction.execute(*rows_saying(transaction, wanted, listed.session.number)).scalars()
    places = {indexing.place_of(row) for row in rows}
    return sorted(place for place in places if place is not None)


def _turns(transaction: Transaction, places: Mapping[str, Sequence[int]]) -> dict[str, list[Turn]]:
    any_place = sorted({place for each in places.values() for place in each})
    its = TURNS.c.conversation_id.in_([*places]) & TURNS.c.place.in_(any_place)
    asked = sa.select(TURNS.c.conversation_id, TURNS.c.place, TURNS.c.body).where(its)
    found: dict[str, list[Turn]] = {}
    for row in transaction.execute(asked.order_by(TURNS.c.place)):
        if row.place in places[row.conversation_id] and (turn := _read(row.body)):
            found.setdefault(row.conversation_id, []).append(turn)
    return found


def _read(body: str) -> Turn | None:
    try:
        return Turn.model_validate_json(body)
    except ValidationError:
        return None


def _snippet(turn: Turn, wanted: Sequence[Phrase], blind: bool) -> Snippet:
    """From the message or from the answer, whichever has more of what was looked for."""
    asked, said = ([each for each in wanted if hits(text, [each])] for text in _texts(turn))
    answers = len(said) > len(asked)
    text = turn.answer.text if answers else turn.message
    by = turn.answer.provider if answers and not blind else None
    return Snippet(turn.id, by or "", snippet(text, hits(text, wanted)))


def _texts(turn: Turn) -> tuple[str, str]:
    return turn.message, turn.answer.text


def _one_line(text: str) -> str:
    return "".join(" " if character.isspace() else character for character in text)
