"""The store's tables, what is written into them, and the queries.

Each query works in a transaction, in plain SQL that any database knows: an upsert is an update,
then an insert where nothing was updated. Turns are reached by their conversation only, once it is
known to be the owner's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection as Transaction
from sqlalchemy.exc import IntegrityError

from playground.sessions.bounds import MOST_WHOLE, cut
from playground.sessions.database import StoreError
from playground.sessions.turns import Conversation, Turn, TurnSettings
from playground.teams.owner import Owner

NOT_HERE: Final = (
    "This session is not here: it was deleted, it is on another machine, or it is somebody else's."
)
_DELETED_KEPT: Final = timedelta(days=7)
"""How long an id stays taken after its session was deleted: nothing runs for so long."""
_AT_ONCE: Final = 500
"""So many ids in one statement; every database takes that many."""

_METADATA = sa.MetaData()

CONVERSATIONS = sa.Table(
    "conversations",
    _METADATA,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("owner", sa.Text),
    sa.Column("title", sa.Text),
    sa.Column("leaf_id", sa.String),
    sa.Column("settings", sa.Text),
    sa.Column("comparison", sa.Text),
    sa.Column("created_at", sa.Double),
    sa.Column("updated_at", sa.Double),
    sa.Column("turn_count", sa.Integer),
    sa.Column("revision", sa.Integer),
)
"""As ``playground.sessions.database`` makes them; times are Unix seconds."""

TURNS = sa.Table(
    "turns",
    _METADATA,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("conversation_id", sa.String),
    sa.Column("place", sa.Integer),
    sa.Column("revision", sa.Integer),
    sa.Column("status", sa.String),
    sa.Column("runner", sa.String),
    sa.Column("heartbeat_at", sa.Double),
    sa.Column("body", sa.Text),
)

DELETED = sa.Table(
    "deleted_conversations",
    _METADATA,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("deleted_at", sa.Double),
)

SHARES = sa.Table(
    "shares",
    _METADATA,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("token_hash", sa.String),
    sa.Column("owner", sa.Text),
    sa.Column("conversation_id", sa.String),
    sa.Column("title", sa.Text),
    sa.Column("page", sa.Text),
    sa.Column("created_at", sa.Double),
    sa.Column("expires_at", sa.Double),
)
"""Used by ``playground.shares``; here, because a session that is deleted takes its shares along."""

# Two tabs may begin the same conversation; the second one finds it there.
_CREATE = sa.text(
    "INSERT INTO conversations"
    " (id, owner, title, settings, created_at, updated_at, turn_count, revision)"
    " VALUES (:id, :owner, '', :settings, :since, :since, 0, 0) ON CONFLICT DO NOTHING"
)


# A statement is made once: to make one takes longer than to run it.
_ITSELF = (CONVERSATIONS.c.owner == sa.bindparam("of")) & (
    CONVERSATIONS.c.id == sa.bindparam("session")
)
_HEAD = sa.select(CONVERSATIONS).where(_ITSELF)
_BUMP = sa.update(CONVERSATIONS).where(_ITSELF).values(revision=CONVERSATIONS.c.revision + 1)
_REVISION = sa.select(CONVERSATIONS.c.revision).where(_ITSELF)
_COUNTED = sa.select(CONVERSATIONS.c.turn_count, CONVERSATIONS.c.title).where(_ITSELF)
_UPDATE = sa.update(CONVERSATIONS).where(_ITSELF)
_TAKEN = [
    sa.select(table.c.id).where(table.c.id == sa.bindparam("session"))
    for table in (DELETED, CONVERSATIONS)
]
_ITS_TURN = (TURNS.c.id == sa.bindparam("turn")) & (
    TURNS.c.conversation_id == sa.bindparam("session")
)
_FIND_TURN = sa.select(TURNS.c.id).where(_ITS_TURN)
_UPDATE_TURN = sa.update(TURNS).where(_ITS_TURN)
_UPDATE_RUNNING = _UPDATE_TURN.where(TURNS.c.status == "running")
_INSERT_TURN = sa.insert(TURNS)


class SessionKey(NamedTuple):
    """A conversation, and whose it has to be."""

    owner: Owner
    conversation_id: str

    @property
    def itself(self) -> dict[str, Any]:
        """What a statement about it needs."""
        return {"of": self.owner, "session": self.conversation_id}


class NotHereError(StoreError):
    """There is no such session for this owner. Whether another has one is not told."""

    def __init__(self) -> None:
        super().__init__(NOT_HERE)


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes to one conversation; its last new turn becomes the leaf."""

    since: datetime
    turns: Mapping[str, Turn] = field(default_factory=dict)
    settings: TurnSettings | None = None
    title: str | None = None
    comparison: str | None = None

    def onto(self, conversation: Conversation) -> Conversation:
        """The conversation as it will be once these changes are written."""
        turns = {turn.id: turn for turn in conversation.turns}
        new = [turn_id for turn_id in self.turns if turn_id not in turns]
        leaf_id = new[-1] if new else conversation.leaf_id
        turns.update(self.turns)
        first = next(iter(turns.values()), None)
        title = self.title or conversation.title or (title_of(first.message) if first else "")
        update = {"turns": tuple(turns.values()), "leaf_id": leaf_id, "title": title}
        changed = {"settings": self.settings, "comparison": self.comparison}
        known = {name: value for name, value in changed.items() if value is not None}
        return conversation.model_copy(update=update | known)

    def alone(self, conversation_id: str) -> Conversation:
        """The conversation, where none of it is written yet."""
        latest = next(reversed([*self.turns.values()]), None)
        settings = latest.settings.for_the_form if latest else TurnSettings()
        empty = Conversation(
            id=conversation_id, settings=settings, created_at=self.since, updated_at=self.since
        )
        return self.onto(empty)


def title_of(message: str, limit: int = 60) -> str:
    """A conversation's title: its first message in one line, shortened at a word."""
    # Postgres takes no NUL in a text.
    line = " ".join(message.replace("\0", " ").split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1].rsplit(" ", 1)[0] if " " in line[: limit - 1] else line[: limit - 1]
    return f"{cut.rstrip(' ,.;:')}…"


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


def unused_since(moment: datetime) -> sa.ColumnElement[bool]:
    """Everyone's conversations without a new turn since then."""
    return CONVERSATIONS.c.updated_at < moment.timestamp()


def head(transaction: Transaction, session: SessionKey) -> sa.Row[Any] | None:
    """A conversation's own row."""
    return transaction.execute(_HEAD, session.itself).one_or_none()


def recent(owner: Owner, limit: int) -> sa.Select[Any]:
    """The owner's conversations that have turns, the last used first."""
    return (
        sa.select(CONVERSATIONS)
        .where(owned(owner) & (CONVERSATIONS.c.turn_count > 0))
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
    revision = _next_revision(transaction, session, changes)
    for turn in changes.turns.values():
        values = _turn_values(turn, revision, runner, now)
        if not transaction.execute(_UPDATE_TURN, _of_turn(session, turn.id) | values).rowcount:
            _insert_turn(transaction, session, turn, values)
    new: dict[str, Any] = {"updated_at": now.timestamp()} if changes.turns else {}
    if changes.title is not None:
        new["title"] = changes.title
    if changes.settings is not None:
        new["settings"] = changes.settings.model_dump_json()
    if changes.comparison is not None:
        new["comparison"] = changes.comparison
    _update_head(transaction, session, new)


def checkpoint(
    transaction: Transaction, session: SessionKey, turn: Turn, runner: str, now: datetime
) -> None:
    """Write the text so far of a turn that is still running in the store. Raises NotHereError."""
    revision = _bump(transaction, session)
    if revision is None:
        _refuse_taken(transaction, session)
    values = _turn_values(turn, revision or 0, runner, now)
    transaction.execute(_UPDATE_RUNNING, _of_turn(session, turn.id) | values)


def interrupt(
    transaction: Transaction,
    session: SessionKey,
    turns: Mapping[str, Turn],
    heartbeats: Mapping[str, float],
) -> None:
    """Mark turns as interrupted, except those whose heartbeat went on."""
    revision = _bump(transaction, session)
    for turn_id, turn in turns.items():
        silent = sa.or_(TURNS.c.heartbeat_at.is_(None), TURNS.c.heartbeat_at <= heartbeats[turn_id])
        values = _turn_values(turn, revision or 0, None, None)
        mark = _UPDATE_RUNNING.where(silent)
        transaction.execute(mark, _of_turn(session, turn_id) | values)


def show_branch(transaction: Transaction, session: SessionKey, leaf_id: str) -> None:
    """Make one of its turns the leaf of a conversation. Raises NotHereError."""
    bumped = _bump(transaction, session)
    its = _of_turn(session, leaf_id)
    if bumped is None or transaction.execute(_FIND_TURN, its).first() is None:
        raise NotHereError
    _update_head(transaction, session, {"leaf_id": leaf_id})


def delete(transaction: Transaction, which: sa.ColumnElement[bool], now: datetime) -> Sequence[str]:
    """Delete these conversations, their turns and shares; returns their ids, which stay taken."""
    found = sa.select(CONVERSATIONS.c.id).where(which).with_for_update()
    ids = transaction.execute(found).scalars().all()
    at = now.timestamp()
    forgotten = DELETED.c.deleted_at < at - _DELETED_KEPT.total_seconds()
    transaction.execute(sa.delete(DELETED).where(forgotten))
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        transaction.execute(sa.insert(DELETED), [{"id": each, "deleted_at": at} for each in some])
        transaction.execute(sa.delete(TURNS).where(TURNS.c.conversation_id.in_(some)))
        transaction.execute(sa.delete(SHARES).where(SHARES.c.conversation_id.in_(some)))
        transaction.execute(sa.delete(CONVERSATIONS).where(CONVERSATIONS.c.id.in_(some)))
    return ids


def _of_turn(session: SessionKey, turn_id: str) -> dict[str, Any]:
    return {"turn": turn_id, "session": session.conversation_id}


def _next_revision(transaction: Transaction, session: SessionKey, changes: Changes) -> int:
    revision = _bump(transaction, session)
    if revision is None:
        _refuse_taken(transaction, session)
        _create(transaction, session, changes)
        revision = _bump(transaction, session)
    if revision is None:
        # Another owner has begun one with this id a moment ago.
        raise NotHereError
    return revision


def _refuse_taken(transaction: Transaction, session: SessionKey) -> None:
    """Raise where an id that names none of the owner's sessions was deleted, or is another's."""
    for same in _TAKEN:
        if transaction.execute(same, {"session": session.conversation_id}).first() is not None:
            raise NotHereError


def _create(transaction: Transaction, session: SessionKey, changes: Changes) -> None:
    first = next(iter(changes.turns.values()), None)
    settings = first.settings.for_the_form if first else TurnSettings()
    values = {
        "id": session.conversation_id,
        "owner": session.owner,
        "settings": settings.model_dump_json(),
        "since": changes.since.timestamp(),
    }
    transaction.execute(_CREATE, values)


def _bump(transaction: Transaction, session: SessionKey) -> int | None:
    if not transaction.execute(_BUMP, session.itself).rowcount:
        return None
    return int(transaction.execute(_REVISION, session.itself).scalar_one())


def _insert_turn(
    transaction: Transaction, session: SessionKey, turn: Turn, values: dict[str, Any]
) -> None:
    head = transaction.execute(_COUNTED, session.itself).one()
    place = {"id": turn.id, "conversation_id": session.conversation_id, "place": head.turn_count}
    try:
        transaction.execute(_INSERT_TURN, place | values)
    except IntegrityError as error:
        # A turn with this id is in another conversation.
        raise NotHereError from error
    title = head.title or title_of(turn.message)
    counted = {"turn_count": head.turn_count + 1, "leaf_id": turn.id, "title": title}
    _update_head(transaction, session, counted)


def _turn_values(
    turn: Turn, revision: int, runner: str | None, now: datetime | None
) -> dict[str, Any]:
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


def _json(turn: Turn) -> str:
    return turn.model_dump_json(exclude={"number"})


def _update_head(transaction: Transaction, session: SessionKey, values: dict[str, Any]) -> None:
    if values:
        transaction.execute(_UPDATE, session.itself | values)
