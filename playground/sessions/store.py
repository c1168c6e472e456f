"""Where sessions live: every turn is written at once, and an interrupted one is found again.

``Store.of`` gives the sessions of one owner, and there is no other way to any.

A broken disk never stops a conversation. What cannot be written is held in memory, shown from
there, and written with the next save that succeeds; the StoreError says what to do meanwhile.

A running turn belongs to the process that runs it, its runner, and has a heartbeat. Whoever loads a
conversation and finds a running turn whose heartbeat has stopped marks it as interrupted, for good.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pydantic import ValidationError
from sqlalchemy import Connection as Transaction

from playground.sessions import rows
from playground.sessions.database import Database, StoreError
from playground.sessions.loaded import (
    ConversationSummary,
    Loaded,
    LoadedCache,
    interrupted,
    merged,
    summary,
)
from playground.sessions.rows import Changes, NotHereError, SessionKey
from playground.sessions.turns import Conversation, Turn, TurnSettings, new_id, utc_now
from playground.teams.owner import Owner

HEARTBEAT_LIMIT = timedelta(seconds=3)
"""How old a running turn's heartbeat may be before the turn counts as interrupted."""

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What an id looks like; a URL may name anything."""


class Unsaved:
    """All changes that wait to be written, so that a chat goes on with a full disk; thread-safe."""

    def __init__(self) -> None:
        self._changes: dict[SessionKey, Changes] = {}
        self._lock = threading.Lock()

    def add(
        self,
        session: SessionKey,
        now: datetime,
        *turns: Turn,
        settings: TurnSettings | None = None,
        title: str | None = None,
        comparison: str | None = None,
    ) -> None:
        """Add new or changed turns, the form as it was left, a title, or the seats."""
        with self._lock:
            before = self._changes.get(session, Changes(now))
            self._changes[session] = Changes(
                before.since,
                {**before.turns, **{turn.id: turn for turn in turns}},
                settings or before.settings,
                before.title if title is None else title,
                before.comparison if comparison is None else comparison,
            )

    def of(self, session: SessionKey) -> Changes | None:
        """What waits for one conversation."""
        with self._lock:
            return self._changes.get(session)

    def sessions(self) -> list[SessionKey]:
        """The conversations with changes, the oldest first."""
        with self._lock:
            return list(self._changes)

    def written(self, session: SessionKey, changes: Changes) -> None:
        """Forget what was written, unless more came meanwhile (then it is written once more)."""
        with self._lock:
            if self._changes.get(session) is changes:
                del self._changes[session]

    def forget(self, session: SessionKey) -> None:
        """Forget what waits for one conversation."""
        with self._lock:
            self._changes.pop(session, None)


@dataclass(frozen=True)
class _Shared:
    """What the sessions of all owners share in one process; ``runner`` names the process."""

    database: Database
    now: Callable[[], datetime]
    runner: str = field(default_factory=lambda: secrets.token_hex(8))
    unsaved: Unsaved = field(default_factory=Unsaved)
    cache: LoadedCache = field(default_factory=LoadedCache)
    writing: threading.Lock = field(default_factory=threading.Lock)


class Store:
    """Sessions in a database; safe from several threads and processes.

    ``url`` is an SQLAlchemy URL; the database is opened on first use, and anew after a failure.
    """

    def __init__(self, url: str, *, now: Callable[[], datetime] = utc_now) -> None:
        self.database = Database(url)
        """For what is kept of all owners together: ``playground.sessions.spending``."""
        self._shared = _Shared(self.database, now)

    def of(self, owner: Owner) -> OwnerStore:
        """What this owner has stored."""
        return OwnerStore(self._shared, owner)

    def open(self) -> None:
        """Open the database and bring it up to date, ahead of its first use. Raises StoreError."""
        with self._shared.database.read():
            pass

    def delete_unused(self, days: int) -> int:
        """Delete everyone's sessions without a new turn for so many days; returns how many.

        Raises StoreError.
        """
        shared = self._shared
        before = shared.now() - timedelta(days=days)
        with shared.writing:
            with shared.database.write() as transaction:
                deleted = rows.delete(transaction, rows.unused_since(before), shared.now())
            shared.database.erase()
        return len(deleted)

    def close(self) -> None:
        """Let go of the database."""
        self._shared.database.close()


class OwnerStore:
    """The sessions of one owner; those of others are as if they were not there.

    What is not there cannot be read. A save under the id of a session that was deleted, or that is
    another owner's, raises NotHereError and changes nothing.
    """

    def __init__(self, shared: _Shared, owner: Owner) -> None:
        self.owner = owner
        self.database = shared.database
        """For what else an owner keeps in the store: ``playground.routing.saved_what_ifs``."""
        self._shared = shared
        self._unsaved = shared.unsaved
        self._cache = shared.cache

    def new_conversation_id(self) -> str:
        """An id of its own (see ``new_id``)."""
        return new_id()

    def save_turn(self, turn: Turn, first: Callable[[Transaction], None] | None = None) -> None:
        """Write a new or changed turn; a new one becomes the leaf of its conversation.

        Raises StoreError; the turn is then held in memory and written with a later save. With
        ``first``, which writes more in the same transaction, nothing is held.
        """
        session, now = self._session(turn.conversation_id), self._shared.now()
        if first is None:
            self._unsaved.add(session, now, turn)
            self._write_unsaved(session)
            return
        self._write_changes(session)
        with self._shared.writing, self.database.write() as transaction:
            first(transaction)
            alone = Changes(now, {turn.id: turn})
            rows.write(transaction, session, alone, self._shared.runner, now)

    def checkpoint(self, turn: Turn) -> None:
        """Write the text so far of a running turn, and its heartbeat. Raises StoreError.

        A turn that has ended in the store is left as it is.
        """
        session = self._session(turn.conversation_id)
        if self._unsaved.of(session) is not None:
            self.save_turn(turn)
            return
        with self._shared.writing, self.database.write() as transaction:
            rows.checkpoint(transaction, session, turn, self._shared.runner, self._shared.now())

    def save_settings(self, conversation_id: str, settings: TurnSettings) -> None:
        """Write the form as it was left. Raises StoreError, and holds it as ``save_turn`` does."""
        session = self._session(conversation_id)
        self._unsaved.add(session, self._shared.now(), settings=settings)
        self._write_unsaved(session)

    def save_title(self, conversation_id: str, title: str) -> None:
        """Give it a title of its own. Raises StoreError, and holds it as ``save_turn`` does."""
        session = self._session(conversation_id)
        self._unsaved.add(session, self._shared.now(), title=title)
        self._write_unsaved(session)

    def save_comparison(self, conversation_id: str, comparison: str) -> None:
        """Write its seats, as JSON. Raises StoreError, and holds it as ``save_turn`` does."""
        session = self._session(conversation_id)
        self._unsaved.add(session, self._shared.now(), comparison=comparison)
        self._write_unsaved(session)

    def show_branch(self, conversation_id: str, leaf_id: str) -> None:
        """Show the branch that ends in this turn from now on. Raises StoreError."""
        with self._shared.writing, self.database.write() as transaction:
            rows.show_branch(transaction, self._session(conversation_id), leaf_id)

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation with all its turns, for good. Raises StoreError."""
        self._delete(conversation_id)

    def delete_all(self) -> None:
        """Delete all conversations of this owner, for good. Raises StoreError."""
        self._delete(None)

    def load(self, conversation_id: str) -> Conversation | None:
        """A conversation with all its turns; None where this owner has none with this id.

        Raises StoreError where the database cannot be read and nothing of it is held in memory.
        """
        if not _ID.fullmatch(conversation_id):
            return None
        session = self._session(conversation_id)
        unsaved = self._unsaved.of(session)
        try:
            stored = self._load_stored(session)
        except StoreError:
            if unsaved is None:
                raise
            stored = self._last_seen(session)
        if unsaved is None:
            return stored
        return unsaved.onto(stored) if stored else unsaved.alone(conversation_id)

    def has_shown_end(self, turn: Turn) -> bool:
        """Whether a ``load`` since this turn ended has returned it as ended."""
        known = self._last_seen(self._session(turn.conversation_id))
        seen = reversed(known.turns if known else ())
        return any(other.id == turn.id and other.status != "running" for other in seen)

    def recent(self, limit: int) -> list[ConversationSummary]:
        """The conversations that have turns, the last used first. Raises StoreError."""
        with self.database.read() as transaction:
            return [*map(summary, transaction.execute(rows.recent(self.owner, limit)))]

    def _session(self, conversation_id: str) -> SessionKey:
        if not _ID.fullmatch(conversation_id):
            raise NotHereError
        return SessionKey(self.owner, conversation_id)

    def _delete(self, conversation_id: str | None) -> None:
        shared = self._shared
        with shared.writing:
            with self.database.write() as transaction:
                which = rows.owned(self.owner, conversation_id)
                deleted = rows.delete(transaction, which, shared.now())
            waiting = [each for each in self._unsaved.sessions() if each.owner == self.owner]
            for session in {*waiting, *map(self._session, deleted)}:
                if conversation_id in (None, session.conversation_id):
                    self._unsaved.forget(session)
                    self._cache.forget(session)
            self.database.erase()

    def _write_unsaved(self, session: SessionKey) -> None:
        self._write_changes(session)
        for other in self._unsaved.sessions():
            try:
                self._write_changes(other)
            except NotHereError:
                continue
            except StoreError:
                # It stays in memory, and its own save reported the error; this one went well.
                return

    def _write_changes(self, session: SessionKey) -> None:
        shared = self._shared
        with shared.writing:
            changes = self._unsaved.of(session)
            if changes is None:
                return
            try:
                with self.database.write() as transaction:
                    rows.write(transaction, session, changes, shared.runner, shared.now())
            except NotHereError:
                # It could never be written.
                self._unsaved.forget(session)
                raise
            self._unsaved.written(session, changes)

    def _load_stored(self, session: SessionKey) -> Conversation | None:
        with self.database.read() as transaction:
            loaded = self._read(transaction, session)
        if loaded is None:
            return None
        since = (self._shared.now() - HEARTBEAT_LIMIT).timestamp()
        if ended := loaded.abandoned(self._shared.runner, since):
            return self._interrupt(session, loaded.conversation, ended)
        return loaded.conversation

    def _read(self, transaction: Transaction, session: SessionKey) -> Loaded | None:
        if (head := rows.head(transaction, session)) is None:
            return None
        opening = self.database.openings
        known = self._cache.get(session)
        if known is not None and known.opening != opening:
            known = None
        if known is not None and known.revision == head.revision:
            return known
        changed = transaction.execute(
            rows.changed(session.conversation_id, known.revision if known else -1)
        ).all()
        try:
            return self._cache.keep(session, merged(opening, head, known, changed))
        except ValidationError as error:
            raise StoreError(
                "This session is stored in a form that this version cannot read. Use the version "
                "of the playground that wrote it, or start a new session."
            ) from error

    def _last_seen(self, session: SessionKey) -> Conversation | None:
        known = self._cache.get(session)
        return known.conversation if known else None

    def _interrupt(
        self, session: SessionKey, conversation: Conversation, ended: dict[str, float]
    ) -> Conversation | None:
        turns = interrupted(conversation, ended)
        try:
            with self._shared.writing, self.database.write() as transaction:
                rows.interrupt(transaction, session, turns, ended)
            return self._reload(session)
        except StoreError:
            # It is shown as interrupted all the same; the next load writes it.
            shown = tuple(turns.get(turn.id, turn) for turn in conversation.turns)
            return conversation.model_copy(update={"turns": shown})

    def _reload(self, session: SessionKey) -> Conversation | None:
        with self.database.read() as transaction:
            loaded = self._read(transaction, session)
        return loaded.conversation if loaded else None
