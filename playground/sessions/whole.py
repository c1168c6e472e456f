"""Whole sessions put into the store at once: imported ones, and copies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection as Transaction
from sqlalchemy.exc import IntegrityError

from playground.sessions import indexing, rows, segments
from playground.sessions.changes import title_of
from playground.sessions.database import StoreError
from playground.sessions.tables import CONVERSATIONS, DELETED, TURNS
from playground.sessions.turns import Conversation, Turn
from playground.teams.owner import Owner

_AT_ONCE = 500


class TakenError(StoreError):
    """A session cannot be put into the store: its id, or one of its turns', is taken.

    By whom is not told.
    """

    def __init__(self) -> None:
        super().__init__(
            "This session was not added: it, or one of its turns, is stored already, or was "
            "deleted in the last week. Give it new ids to add it as a copy."
        )


class UnfitError(StoreError):
    """A session cannot be put into the store: its turns do not fit each other."""

    def __init__(self, why: str) -> None:
        super().__init__(f"This session was not added: {why}")


def put(transaction: Transaction, owner: Owner, conversation: Conversation, now: datetime) -> None:
    """Write a conversation as it is. Raises TakenError or UnfitError."""
    _check(conversation)
    for table in (CONVERSATIONS, DELETED):
        same = sa.select(table.c.id).where(table.c.id == conversation.id)
        if transaction.execute(same).first() is not None:
            raise TakenError
    number = rows.next_number(transaction)
    title = conversation.title or _first_line(conversation.turns)
    head = _head(conversation) | {"number": number, "owner": owner, "title": _plain(title)}
    head["added_at"] = now.timestamp()
    tags = [_plain(tag) for tag in conversation.tags]
    try:
        transaction.execute(sa.insert(CONVERSATIONS), [head | {"tags": json.dumps(tags)}])
        if conversation.turns:
            transaction.execute(sa.insert(TURNS), _turns(conversation))
    except IntegrityError as error:
        raise TakenError from error
    turns = dict(enumerate(conversation.turns))
    indexing.index(transaction, number, head["title"], tags, turns)


def origins(owner: Owner, some: Sequence[str]) -> list[sa.Select[Any]]:
    """Queries for those of these origins that the owner has sessions of, in the bin too."""
    column = CONVERSATIONS.c.origin
    return [
        sa.select(column)
        .where(rows.owned(owner) & column.in_(some[start : start + _AT_ONCE]))
        .distinct()
        for start in range(0, len(some), _AT_ONCE)
    ]


def _check(conversation: Conversation) -> None:
    if not rows.ID.fullmatch(conversation.id):
        raise UnfitError("its id is not one.")
    ids = {turn.id for turn in conversation.turns}
    if len(ids) < len(conversation.turns) or not all(map(rows.ID.fullmatch, ids)):
        raise UnfitError("the ids of its turns are not ids, or two are the same.")
    if any(turn.conversation_id != conversation.id for turn in conversation.turns):
        raise UnfitError("some of its turns belong to another session.")
    known: set[str | None] = {None}
    for turn in conversation.turns:
        if turn.parent_id not in known:
            raise UnfitError("a turn follows one that is not there, or that comes after it.")
        known.add(turn.id)
    if conversation.leaf_id not in known:
        raise UnfitError("the turn that it ends with is not there.")


def _head(conversation: Conversation) -> dict[str, Any]:
    times = ("created_at", "updated_at", "pinned_at", "archived_at", "binned_at")
    return {
        "id": conversation.id,
        "leaf_id": conversation.leaf_id,
        "settings": conversation.settings.model_dump_json(),
        "comparison": conversation.comparison,
        "origin": conversation.origin and _plain(conversation.origin),
        "turn_count": len(conversation.turns),
        "revision": 1,
        "indexed": segments.VERSION,
        "failovers": 0,
        "failed": 0,
        **{name: _seconds(getattr(conversation, name)) for name in times},
    }


def _turns(conversation: Conversation) -> list[dict[str, Any]]:
    return [
        {"id": turn.id, "conversation_id": conversation.id, "place": place}
        | rows.turn_values(turn, 1, None, None)
        for place, turn in enumerate(conversation.turns)
    ]


def _first_line(turns: Sequence[Turn]) -> str:
    return title_of(turns[0].message) if turns else ""


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _plain(text: str) -> str:
    # Postgres takes no NUL in a text.
    return text.replace("\0", " ")
