"""What the store will write, and how: changes that wait, the tables, the queries.

Changes wait here, so that a chat goes on with a full disk. Each query works in a transaction, in
plain SQL that any database knows: an upsert is an update, then an insert where nothing was updated.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection as Transaction

from playground.sessions.turns import Conversation, Turn, TurnSettings

_METADATA = sa.MetaData()

CONVERSATIONS = sa.Table(
    "conversations",
    _METADATA,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("title", sa.Text),
    sa.Column("leaf_id", sa.String),
    sa.Column("settings", sa.Text),
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
    sa.Column("owner", sa.String),
    sa.Column("heartbeat_at", sa.Double),
    sa.Column("body", sa.Text),
)

# Two tabs may begin the same conversation; the second one finds it there.
_CREATE = sa.text(
    "INSERT INTO conversations (id, title, settings, created_at, updated_at, turn_count, revision)"
    " VALUES (:id, '', :settings, :since, :since, 0, 0) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes to one conversation; its last new turn becomes the leaf."""

    since: datetime
    turns: Mapping[str, Turn] = field(default_factory=dict)
    settings: TurnSettings | None = None
    title: str | None = None

    def onto(self, conversation: Conversation) -> Conversation:
        """The conversation as it will be once these changes are written."""
        turns = {turn.id: turn for turn in conversation.turns}
        new = [turn_id for turn_id in self.turns if turn_id not in turns]
        leaf_id = new[-1] if new else conversation.leaf_id
        turns.update(self.turns)
        first = next(iter(turns.values()), None)
        title = self.title or conversation.title or (title_of(first.message) if first else "")
        update = {"turns": tuple(turns.values()), "leaf_id": leaf_id, "title": title}
        return conversation.model_copy(
            update=update | ({"settings": self.settings} if self.settings else {})
        )

    def alone(self, conversation_id: str) -> Conversation:
        """The conversation, where none of it is written yet."""
        latest = next(reversed([*self.turns.values()]), None)
        settings = latest.settings.for_the_form if latest else TurnSettings()
        empty = Conversation(
            id=conversation_id, settings=settings, created_at=self.since, updated_at=self.since
        )
        return self.onto(empty)


class Unsaved:
    """All changes that wait to be written; safe from several threads."""

    def __init__(self) -> None:
        self._changes: dict[str, Changes] = {}
        self._lock = threading.Lock()

    def add(
        self,
        conversation_id: str,
        now: datetime,
        *turns: Turn,
        settings: TurnSettings | None = None,
        title: str | None = None,
    ) -> None:
        """Add new or changed turns, the form as it was left, or a title."""
        with self._lock:
            before = self._changes.get(conversation_id, Changes(now))
            self._changes[conversation_id] = Changes(
                before.since,
                {**before.turns, **{turn.id: turn for turn in turns}},
                settings or before.settings,
                before.title if title is None else title,
            )

    def of(self, conversation_id: str) -> Changes | None:
        """What waits for one conversation."""
        with self._lock:
            return self._changes.get(conversation_id)

    def conversations(self) -> list[str]:
        """The conversations with changes, the oldest first."""
        with self._lock:
            return list(self._changes)

    def written(self, conversation_id: str, changes: Changes) -> None:
        """Forget what was written, unless more came meanwhile (then it is written once more)."""
        with self._lock:
            if self._changes.get(conversation_id) is changes:
                del self._changes[conversation_id]


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


def recent(limit: int) -> sa.Select[Any]:
    """The conversations that have turns, the last used first."""
    return (
        sa.select(CONVERSATIONS)
        .where(CONVERSATIONS.c.turn_count > 0)
        .order_by(CONVERSATIONS.c.updated_at.desc(), CONVERSATIONS.c.id)
        .limit(limit)
    )


def changed(conversation_id: str, since: int) -> sa.Select[Any]:
    """The turns of a conversation that changed after a revision, in their order."""
    mine = (TURNS.c.conversation_id == conversation_id) & (TURNS.c.revision > since)
    return sa.select(TURNS).where(mine).order_by(TURNS.c.place)


def write(
    transaction: Transaction, conversation_id: str, changes: Changes, owner: str, now: datetime
) -> None:
    """Write all changes of one conversation as its next revision."""
    revision = _next_revision(transaction, conversation_id, changes)
    for turn in changes.turns.values():
        values = _turn_values(turn, revision, owner, now)
        update = sa.update(TURNS).where(TURNS.c.id == turn.id).values(values)
        if not transaction.execute(update).rowcount:
            _insert_turn(transaction, turn, values)
    head: dict[str, Any] = {"updated_at": now.timestamp()} if changes.turns else {}
    if changes.title is not None:
        head["title"] = changes.title
    if changes.settings is not None:
        head["settings"] = changes.settings.model_dump_json()
    _update_head(transaction, conversation_id, head)


def checkpoint(transaction: Transaction, turn: Turn, owner: str, now: datetime) -> None:
    """Write the text so far of a turn that is still running in the store."""
    revision = _bump(transaction, turn.conversation_id)
    running = (TURNS.c.id == turn.id) & (TURNS.c.status == "running")
    values = _turn_values(turn, revision or 0, owner, now)
    transaction.execute(sa.update(TURNS).where(running).values(values))


def interrupt(
    transaction: Transaction,
    conversation_id: str,
    turns: Mapping[str, Turn],
    heartbeats: Mapping[str, float],
) -> None:
    """Mark turns as interrupted, except those whose heartbeat went on."""
    revision = _bump(transaction, conversation_id)
    for turn_id, turn in turns.items():
        silent = sa.or_(TURNS.c.heartbeat_at.is_(None), TURNS.c.heartbeat_at <= heartbeats[turn_id])
        running = (TURNS.c.id == turn_id) & (TURNS.c.status == "running") & silent
        values = _turn_values(turn, revision or 0, None, None)
        transaction.execute(sa.update(TURNS).where(running).values(values))


def _next_revision(transaction: Transaction, conversation_id: str, changes: Changes) -> int:
    revision = _bump(transaction, conversation_id)
    if revision is None:
        _create(transaction, conversation_id, changes)
        revision = _bump(transaction, conversation_id)
    return revision or 0


def _create(transaction: Transaction, conversation_id: str, changes: Changes) -> None:
    first = next(iter(changes.turns.values()), None)
    settings = first.settings.for_the_form if first else TurnSettings()
    values = {
        "id": conversation_id,
        "settings": settings.model_dump_json(),
        "since": changes.since.timestamp(),
    }
    transaction.execute(_CREATE, values)


def _bump(transaction: Transaction, conversation_id: str) -> int | None:
    mine = CONVERSATIONS.c.id == conversation_id
    raised = {"revision": CONVERSATIONS.c.revision + 1}
    if not transaction.execute(sa.update(CONVERSATIONS).where(mine).values(raised)).rowcount:
        return None
    return int(transaction.execute(sa.select(CONVERSATIONS.c.revision).where(mine)).scalar_one())


def _insert_turn(transaction: Transaction, turn: Turn, values: dict[str, Any]) -> None:
    mine = CONVERSATIONS.c.id == turn.conversation_id
    head = transaction.execute(
        sa.select(CONVERSATIONS.c.turn_count, CONVERSATIONS.c.title).where(mine)
    ).one()
    transaction.execute(
        sa.insert(TURNS).values(
            id=turn.id,
            conversation_id=turn.conversation_id,
            place=head.turn_count,
            **values,
        )
    )
    title = head.title or title_of(turn.message)
    new = {"turn_count": head.turn_count + 1, "leaf_id": turn.id, "title": title}
    _update_head(transaction, turn.conversation_id, new)


def _turn_values(
    turn: Turn, revision: int, owner: str | None, now: datetime | None
) -> dict[str, Any]:
    running = turn.status == "running"
    return {
        "revision": revision,
        "status": turn.status,
        "owner": owner if running else None,
        "heartbeat_at": now.timestamp() if running and now else None,
        "body": turn.model_dump_json(exclude={"number"}),
    }


def _update_head(transaction: Transaction, conversation_id: str, values: dict[str, Any]) -> None:
    if values:
        mine = CONVERSATIONS.c.id == conversation_id
        transaction.execute(sa.update(CONVERSATIONS).where(mine).values(values))
