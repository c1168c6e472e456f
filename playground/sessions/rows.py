"""What is written into the store's tables turn by turn, and the queries.

Each query works in a transaction, in plain SQL that any database knows: an upsert is an update,
then an insert where nothing was updated. Turns are reached by their conversation only, once it is
known to be the owner's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection as Transaction
from sqlalchemy.exc import IntegrityError

from playground.sessions import indexing, segments
from playground.sessions.bounds import MOST_WHOLE, cut
from playground.sessions.changes import Changes, SessionKey, title_of
from playground.sessions.database import StoreError
from playground.sessions.tables import CONVERSATIONS, DELETED, SHARES, TURNS
from playground.sessions.turns import Turn, TurnSettings
from playground.teams.owner import Owner

NOT_HERE: Final = (
    "This session is not here: it was deleted, it is on another machine, or it is somebody else's."
)
ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What an id looks like; a URL may name anything."""
_DELETED_KEPT: Final = timedelta(days=7)
"""How long an id stays taken after its session was deleted: nothing runs for so long."""
_AT_ONCE: Final = 500
"""So many ids in one statement; every database takes that many."""

# Two tabs may begin the same conversation; the second one finds it there.
_CREATE = sa.text(
    "INSERT INTO conversations (id, number, owner, title, settings, created_at, updated_at,"
    " turn_count, revision, tags, indexed, failovers, failed)"
    " VALUES (:id, :number, :owner, '', :settings, :since, :since, 0, 0, '[]', :indexed, 0, 0)"
    " ON CONFLICT DO NOTHING"
)
_NEXT_NUMBER = {
    "sqlite": sa.text("SELECT coalesce(max(number), 0) + 1 FROM conversations"),
    "postgresql": sa.text("SELECT nextval('conversation_numbers')"),
}

# A statement is made once: to make one takes longer than to run it.
_ITSELF = (CONVERSATIONS.c.owner == sa.bindparam("of")) & (
    CONVERSATIONS.c.id == sa.bindparam("session")
)
_HEAD = sa.select(CONVERSATIONS).where(_ITSELF)
_BUMP = sa.update(CONVERSATIONS).where(_ITSELF).values(revision=CONVERSATIONS.c.revision + 1)
_COUNTED = sa.select(
    CONVERSATIONS.c.number,
    CONVERSATIONS.c.revision,
    CONVERSATIONS.c.turn_count,
    CONVERSATIONS.c.title,
    CONVERSATIONS.c.tags,
).where(_ITSELF)
_Head = sa.Row[*tuple[Any, ...]]
_UPDATE = sa.update(CONVERSATIONS).where(_ITSELF)
_TAKEN = [
    sa.select(table.c.id).where(table.c.id == sa.bindparam("session"))
    for table in (DELETED, CONVERSATIONS)
]
_ITS_TURN = (TURNS.c.id == sa.bindparam("turn")) & (
    TURNS.c.conversation_id == sa.bindparam("session")
)
_PLACE = sa.select(TURNS.c.place).where(_ITS_TURN)
_UPDATE_TURN = sa.update(TURNS).where(_ITS_TURN)
_UPDATE_RUNNING = _UPDATE_TURN.where(TURNS.c.status == "running")
_INSERT_TURN = sa.insert(TURNS)


class NotHereError(StoreError):
    """There is no such session for this owner. Whether another has one is not told."""

    def __init__(self) -> None:
        super().__init__(NOT_HERE)


def moment(seconds: Any) -> datetime:
    """Unix seconds as a time in UTC; 1970 where a damaged store has none."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def owned(owner: Owner, conversation_id: str | None = None) -> sa.ColumnElement[bool]:
    """An owner's conversation, or all of them."""
    theirs = CONVERSATIONS.c.owner == owner
    return theirs if conversation_id is None else theirs & (CONVERSATIONS.c.id == conversation_id)


def in_use() -> sa.ColumnElement[bool]:
    """Those that are neither in the bin nor in the archive."""
    return CONVERSATIONS.c.binned_at.is_(None) & CONVERSATIONS.c.archived_at.is_(None)


def unused_since(moment: datetime) -> sa.ColumnElement[bool]:
    """Everyone's conversations without a new turn since then, and not imported since then."""
    at, added = moment.timestamp(), CONVERSATIONS.c.added_at
    return (CONVERSATIONS.c.updated_at < at) & (added.is_(None) | (added < at))


def head(transaction: Transaction, session: SessionKey) -> sa.Row[Any] | None:
    """A conversation's own row."""
    return transaction.execute(_HEAD, session.itself).one_or_none()


def recent(owner: Owner, limit: int) -> sa.Select[Any]:
    """The owner's conversations that have turns, the last used first; none of archive or bin."""
    return (
        sa.select(CONVERSATIONS)
        .where(owned(owner) & in_use() & (CONVERSATIONS.c.turn_count > 0))
        .order_by(CONVERSATIONS.c.updated_at.desc(), CONVERSATIONS.c.id)
        .limit(limit)
    )


def changed(conversation_id: str, since: int) -> sa.Select[Any]:
    """The turns of a conversation that changed after a revision, in their order."""
    its = (TURNS.c.conversation_id == conversation_id) & (TURNS.c.revision > since)
    return sa.select(TURNS).where(its).order_by(TURNS.c.place)


def write(
    transaction: Transaction, session: SessionKey, changes: Changes, runner: str, now: datetime
) -> None:
    """Write all changes of one conversation as its next revision. Raises NotHereError."""
    before = _next_revision(transaction, session, changes)
    title = before.title
    written: dict[int, Turn] = {}
    leaf: dict[str, Any] = {}
    for turn in changes.turns.values():
        values = turn_values(turn, before.revision, runner, now)
        if transaction.execute(_UPDATE_TURN, _of_turn(session, turn.id) | values).rowcount:
            place = transaction.execute(_PLACE, _of_turn(session, turn.id)).scalar_one()
        else:
            place = leaf.get("turn_count", before.turn_count)
            _insert_turn(transaction, session, turn.id, {"place": place} | values)
            leaf = {"turn_count": place + 1, "leaf_id": turn.id}
        title = title or title_of(turn.message)
        written[place] = turn
    new: dict[str, Any] = leaf | ({"updated_at": now.timestamp()} if changes.turns else {})
    if changes.title is not None:
        title = changes.title.replace("\0", " ")
    if changes.settings is not None:
        new["settings"] = changes.settings.model_dump_json()
    if changes.comparison is not None:
        new["comparison"] = changes.comparison
    if title != before.title:
        new["title"] = title
        indexing.keep_head(transaction, before.number, title, tags_of(before.tags))
    _update_head(transaction, session, new)
    # What a running turn is found by is written with its end: nobody waits for it now.
    over = {place: turn for place, turn in written.items() if turn.status != "running"}
    indexing.keep_turns(transaction, before.number, over)


def checkpoint(
    transaction: Transaction, session: SessionKey, turn: Turn, runner: str, now: datetime
) -> None:
    """Write the text so far of a turn that is still running in the store. Raises NotHereError."""
    before = _bump(transaction, session)
    if before is None:
        refuse_taken(transaction, session.conversation_id)
    values = turn_values(turn, before.revision if before else 0, runner, now)
    transaction.execute(_UPDATE_RUNNING, _of_turn(session, turn.id) | values)


def interrupt(
    transaction: Transaction,
    session: SessionKey,
    turns: Mapping[str, Turn],
    heartbeats: Mapping[str, float],
) -> None:
    """Mark turns as interrupted, except those whose heartbeat went on."""
    before = _bump(transaction, session)
    if before is None:
        return
    written: dict[int, Turn] = {}
    for turn_id, turn in turns.items():
        silent = sa.or_(TURNS.c.heartbeat_at.is_(None), TURNS.c.heartbeat_at <= heartbeats[turn_id])
        values = turn_values(turn, before.revision, None, None)
        mark = _UPDATE_RUNNING.where(silent)
        if transaction.execute(mark, _of_turn(session, turn_id) | values).rowcount:
            place = transaction.execute(_PLACE, _of_turn(session, turn_id)).scalar_one()
            written[place] = turn
    indexing.keep_turns(transaction, before.number, written)


def show_branch(transaction: Transaction, session: SessionKey, leaf_id: str) -> None:
    """Make one of its turns the leaf of a conversation. Raises NotHereError."""
    bumped = _bump(transaction, session)
    its = _of_turn(session, leaf_id)
    if bumped is None or transaction.execute(_PLACE, its).first() is None:
        raise NotHereError
    _update_head(transaction, session, {"leaf_id": leaf_id})


def delete(transaction: Transaction, which: sa.ColumnElement[bool], now: datetime) -> Sequence[str]:
    """Delete these conversations, their turns and shares; returns their ids, which stay taken."""
    found = sa.select(CONVERSATIONS.c.id, CONVERSATIONS.c.number).where(which).with_for_update()
    rows = transaction.execute(found).all()
    at = now.timestamp()
    forgotten = DELETED.c.deleted_at < at - _DELETED_KEPT.total_seconds()
    transaction.execute(sa.delete(DELETED).where(forgotten))
    for start in range(0, len(rows), _AT_ONCE):
        ids = [row.id for row in rows[start : start + _AT_ONCE]]
        transaction.execute(sa.insert(DELETED), [{"id": each, "deleted_at": at} for each in ids])
        transaction.execute(sa.delete(TURNS).where(TURNS.c.conversation_id.in_(ids)))
        transaction.execute(sa.delete(SHARES).where(SHARES.c.conversation_id.in_(ids)))
        transaction.execute(sa.delete(CONVERSATIONS).where(CONVERSATIONS.c.id.in_(ids)))
        indexing.forget(transaction, [row.number for row in rows[start : start + _AT_ONCE]])
    return [row.id for row in rows]


def next_number(transaction: Transaction) -> int:
    """The number of the next session. In SQLite, for the transaction that writes it only."""
    return int(transaction.execute(_NEXT_NUMBER[transaction.dialect.name]).scalar_one())


def refuse_taken(transaction: Transaction, conversation_id: str) -> None:
    """Raise where an id that names none of the owner's sessions was deleted, or is another's."""
    for same in _TAKEN:
        if transaction.execute(same, {"session": conversation_id}).first() is not None:
            raise NotHereError


def turn_values(
    turn: Turn, revision: int, runner: str | None, now: datetime | None
) -> dict[str, Any]:
    """A turn's own columns but for its id, its conversation and its place."""
    running = turn.status == "running"
    body = _json(turn)
    if len(body) > MOST_WHOLE:
        body = _json(cut(turn))
    return {
        "revision": revision,
        "status": turn.status,
        "runner": runner if running else None,
        "heartbeat_at": now.timestamp() if running and now else None,
        "body": body,
    }


def tags_of(stored: str) -> tuple[str, ...]:
    """A conversation's tags as they are stored; none where a damaged store has something else."""
    try:
        found = json.loads(stored)
    except ValueError:
        return ()
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _of_turn(session: SessionKey, turn_id: str) -> dict[str, Any]:
    return {"turn": turn_id, "session": session.conversation_id}


def _next_revision(transaction: Transaction, session: SessionKey, changes: Changes) -> _Head:
    head = _bump(transaction, session)
    if head is None:
        refuse_taken(transaction, session.conversation_id)
        _create(transaction, session, changes)
        head = _bump(transaction, session)
    if head is None:
        # Another owner has begun one with this id a moment ago.
        raise NotHereError
    return head


def _create(transaction: Transaction, session: SessionKey, changes: Changes) -> None:
    first = next(iter(changes.turns.values()), None)
    settings = first.settings.for_the_form if first else TurnSettings()
    values = {
        "id": session.conversation_id,
        "number": next_number(transaction),
        "owner": session.owner,
        "settings": settings.model_dump_json(),
        "since": changes.since.timestamp(),
        "indexed": segments.VERSION,
    }
    transaction.execute(_CREATE, values)


def _bump(transaction: Transaction, session: SessionKey) -> _Head | None:
    if not transaction.execute(_BUMP, session.itself).rowcount:
        return None
    return transaction.execute(_COUNTED, session.itself).one()


def _insert_turn(
    transaction: Transaction, session: SessionKey, turn_id: str, values: dict[str, Any]
) -> None:
    its = {"id": turn_id, "conversation_id": session.conversation_id}
    try:
        transaction.execute(_INSERT_TURN, its | values)
    except IntegrityError as error:
        # A turn with this id is in another conversation.
        raise NotHereError from error


def _json(turn: Turn) -> str:
    return turn.model_dump_json(exclude={"number"})


def _update_head(transaction: Transaction, session: SessionKey, values: dict[str, Any]) -> None:
    if values:
        transaction.execute(_UPDATE, session.itself | values)
