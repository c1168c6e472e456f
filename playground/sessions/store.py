"""Where sessions live: every turn is written at once, and an interrupted one is found again.

A broken disk never stops a conversation. What cannot be written is held in memory, shown from
there, and written with the next save that succeeds; the StoreError says what to do meanwhile.

A running turn belongs to the process that runs it and has a heartbeat. Whoever loads a conversation
and finds a running turn whose heartbeat has stopped marks it as interrupted, for good.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection as Transaction
from sqlalchemy import Row, select

from playground.sessions import rows
from playground.sessions.database import Database, StoreError
from playground.sessions.rows import CONVERSATIONS, Unsaved
from playground.sessions.turns import Conversation, Turn, TurnSettings

HEARTBEAT_LIMIT = timedelta(seconds=3)
"""How old a running turn's heartbeat may be before the turn counts as interrupted."""

_CACHED = 64


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """A conversation in a list. ``updated_at`` is UTC, the last time one of its turns changed."""

    id: str
    title: str
    updated_at: datetime
    turn_count: int


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A conversation as of one revision, with the running turns' owners and heartbeats.

    ``opening`` says which opening of the database it was read in (``Database.openings``).
    """

    opening: int
    revision: int
    conversation: Conversation
    running: dict[str, tuple[str | None, float]] = field(default_factory=dict)


def utc_now() -> datetime:
    """The current time, in UTC."""
    return datetime.now(UTC)


class Store:
    """Sessions in a database; safe from several threads and processes.

    ``url`` is an SQLAlchemy URL; the database is opened on first use, and anew after a failure.
    """

    def __init__(self, url: str, *, now: Callable[[], datetime] = utc_now) -> None:
        self.database = Database(url)
        """For what else is kept in the store: ``playground.routing.saved_what_ifs``."""
        self._now = now
        self._owner = secrets.token_hex(8)
        self._unsaved = Unsaved()
        self._writing = threading.Lock()
        self._cache: OrderedDict[str, _Loaded] = OrderedDict()
        self._caching = threading.Lock()

    def new_conversation_id(self) -> str:
        """An id nobody can guess, short enough for a URL (96 random bits)."""
        return secrets.token_urlsafe(12)

    def save_turn(self, turn: Turn) -> None:
        """Write a new or changed turn; a new one becomes the leaf of its conversation.

        Raises StoreError; the turn is then held in memory and written with a later save.
        """
        self._unsaved.add(turn.conversation_id, self._now(), turn)
        self._write_unsaved(turn.conversation_id)

    def checkpoint(self, turn: Turn) -> None:
        """Write the text so far of a running turn, and its heartbeat. Raises StoreError.

        A turn that has ended in the store is left as it is.
        """
        if self._unsaved.of(turn.conversation_id) is not None:
            self.save_turn(turn)
            return
        with self._writing, self.database.write() as transaction:
            rows.checkpoint(transaction, turn, self._owner, self._now())

    def save_settings(self, conversation_id: str, settings: TurnSettings) -> None:
        """Write the form as it was left. Raises StoreError, and holds it as ``save_turn`` does."""
        self._unsaved.add(conversation_id, self._now(), settings=settings)
        self._write_unsaved(conversation_id)

    def save_title(self, conversation_id: str, title: str) -> None:
        """Give it a title of its own. Raises StoreError, and holds it as ``save_turn`` does."""
        self._unsaved.add(conversation_id, self._now(), title=title)
        self._write_unsaved(conversation_id)

    def load(self, conversation_id: str) -> Conversation | None:
        """A conversation with all its turns; None where there is none.

        Raises StoreError where the database cannot be read and nothing of it is held in memory.
        """
        unsaved = self._unsaved.of(conversation_id)
        try:
            stored = self._load_stored(conversation_id)
        except StoreError:
            if unsaved is None:
                raise
            stored = self._last_seen(conversation_id)
        if unsaved is None:
            return stored
        return unsaved.onto(stored) if stored else unsaved.alone(conversation_id)

    def has_shown_end(self, turn: Turn) -> bool:
        """Whether a ``load`` since this turn ended has returned it as ended."""
        known = self._last_seen(turn.conversation_id)
        seen = reversed(known.turns) if known else iter(())
        return any(other.id == turn.id and other.status != "running" for other in seen)

    def recent(self, limit: int) -> list[ConversationSummary]:
        """The conversations that have turns, the last used first. Raises StoreError."""
        with self.database.read() as transaction:
            return [
                ConversationSummary(
                    str(row.id), str(row.title), rows.moment(row.updated_at), row.turn_count
                )
                for row in transaction.execute(rows.recent(limit))
            ]

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def _write_unsaved(self, conversation_id: str) -> None:
        self._write_changes(conversation_id)
        for other in self._unsaved.conversations():
            try:
                self._write_changes(other)
            except StoreError:
                # It stays in memory, and its own save reported the error; this one went well.
                return

    def _write_changes(self, conversation_id: str) -> None:
        with self._writing:
            changes = self._unsaved.of(conversation_id)
            if changes is None:
                return
            with self.database.write() as transaction:
                rows.write(transaction, conversation_id, changes, self._owner, self._now())
            self._unsaved.written(conversation_id, changes)

    def _load_stored(self, conversation_id: str) -> Conversation | None:
        with self.database.read() as transaction:
            loaded = self._read(transaction, conversation_id)
        if loaded is None:
            return None
        ended = self._ended_unseen(loaded)
        if ended:
            return self._interrupt(loaded.conversation, ended)
        return loaded.conversation

    def _read(self, transaction: Transaction, conversation_id: str) -> _Loaded | None:
        head = transaction.execute(
            select(CONVERSATIONS).where(CONVERSATIONS.c.id == conversation_id)
        ).one_or_none()
        if head is None:
            return None
        opening = self.database.openings
        known = self._cached(conversation_id)
        if known is not None and known.opening != opening:
            known = None
        if known is not None and known.revision == head.revision:
            return known
        changed = transaction.execute(
            rows.changed(conversation_id, known.revision if known else -1)
        ).all()
        try:
            return self._remember(_merged(opening, head, known, changed))
        except ValidationError as error:
            raise StoreError(
                "This session is stored in a form that this version cannot read. Use the version "
                "of the playground that wrote it, or start a new session."
            ) from error

    def _cached(self, conversation_id: str) -> _Loaded | None:
        with self._caching:
            if conversation_id in self._cache:
                self._cache.move_to_end(conversation_id)
            return self._cache.get(conversation_id)

    def _last_seen(self, conversation_id: str) -> Conversation | None:
        known = self._cached(conversation_id)
        return known.conversation if known else None

    def _remember(self, loaded: _Loaded) -> _Loaded:
        with self._caching:
            self._cache[loaded.conversation.id] = loaded
            if len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        return loaded

    def _ended_unseen(self, loaded: _Loaded) -> dict[str, float]:
        limit = (self._now() - HEARTBEAT_LIMIT).timestamp()
        return {
            turn_id: heartbeat
            for turn_id, (owner, heartbeat) in loaded.running.items()
            if owner != self._owner and heartbeat < limit
        }

    def _interrupt(
        self, conversation: Conversation, ended: dict[str, float]
    ) -> Conversation | None:
        turns = {
            turn.id: turn.model_copy(
                update={"status": "interrupted", "finished_at": rows.moment(ended[turn.id])}
            )
            for turn in conversation.turns
            if turn.id in ended
        }
        try:
            with self._writing, self.database.write() as transaction:
                rows.interrupt(transaction, conversation.id, turns, ended)
            return self._reload(conversation.id)
        except StoreError:
            # It is shown as interrupted all the same; the next load writes it.
            shown = tuple(turns.get(turn.id, turn) for turn in conversation.turns)
            return conversation.model_copy(update={"turns": shown})

    def _reload(self, conversation_id: str) -> Conversation | None:
        with self.database.read() as transaction:
            loaded = self._read(transaction, conversation_id)
        return loaded.conversation if loaded else None


def _merged(
    opening: int, head: Row[Any], known: _Loaded | None, changed: Sequence[Row[Any]]
) -> _Loaded:
    turns = {turn.id: turn for turn in known.conversation.turns} if known else {}
    running = dict(known.running) if known else {}
    for row in changed:
        turn = Turn.model_validate_json(row.body)
        parent = turns.get(turn.parent_id or "")
        turns[row.id] = turn.numbered(parent.number + 1 if parent else 1)
        running.pop(row.id, None)
        if row.status == "running":
            running[row.id] = (row.owner, rows.moment(row.heartbeat_at).timestamp())
    conversation = Conversation(
        id=head.id,
        title=head.title,
        leaf_id=head.leaf_id,
        settings=TurnSettings.model_validate_json(head.settings),
        turns=tuple(turns.values()),
        created_at=rows.moment(head.created_at),
        updated_at=rows.moment(head.updated_at),
    )
    return _Loaded(opening, head.revision, conversation, running)
