"""Where sessions live: every turn is written at once, and an interrupted one is found again.

``Store.of`` gives the sessions of one owner, and there is no other way to any.

A broken disk never stops a conversation. What cannot be written is held in memory, shown from
there, and written with the next save that succeeds; the StoreError says what to do meanwhile.

A running turn belongs to the process that runs it, its runner, and has a heartbeat. Whoever loads a
conversation and finds a running turn whose heartbeat has stopped marks it as interrupted, for good.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection as Transaction

from playground.sessions import catching_up, marks, old_runs, rows
from playground.sessions.changes import Changes, SessionKey
from playground.sessions.collection import Collection, Shared
from playground.sessions.database import Database, StoreError
from playground.sessions.loaded import (
    Loaded,
    interrupted,
    merged,
)
from playground.sessions.rows import NotHereError
from playground.sessions.turns import Conversation, Turn, TurnSettings, new_id, utc_now
from playground.teams.owner import Owner

HEARTBEAT_LIMIT = timedelta(seconds=3)
"""How old a running turn's heartbeat may be before the turn counts as interrupted."""


class Store:
    """Sessions in a database; safe from several threads and processes.

    ``url`` is an SQLAlchemy URL; the database is opened on first use, and anew after a failure.
    """

    def __init__(self, url: str, *, now: Callable[[], datetime] = utc_now) -> None:
        self.database = Database(url)
        """For what is kept of all owners together: ``playground.sessions.spending``."""
        self._shared = Shared(self.database, now)

    def of(self, owner: Owner) -> OwnerStore:
        """What this owner has stored."""
        return OwnerStore(self._shared, owner)

    def open(self) -> None:
        """Open the database and bring it up to date, ahead of its first use. Raises StoreError."""
        with self._shared.database.read():
            pass

    def delete_unused(self, days: int) -> int:
        """Delete everyone's sessions without a new turn for so many days; returns how many.

        Runs of evaluations that are as old go too. Raises StoreError.
        """
        since = self._shared.now() - timedelta(days=days)
        with self._shared.writing, self.database.write() as transaction:
            old_runs.delete_runs(transaction, old_runs.unused_since(since))
        return self._delete(rows.unused_since(since))

    def empty_bins(self) -> int:
        """Delete what has been in anyone's bin for ``marks.BIN_DAYS``; returns how many sessions.

        Raises StoreError.
        """
        return self._delete(marks.overdue(self._shared.now()))

    def index_some(self, most: int = 50) -> int:
        """Index some sessions that an earlier version left without; returns how many are left.

        Raises StoreError.
        """
        with self._shared.writing, self._shared.database.write() as transaction:
            return catching_up.index_some(transaction, most)

    def _delete(self, which: sa.ColumnElement[bool]) -> int:
        shared = self._shared
        with shared.writing, shared.database.write() as transaction:
            deleted = rows.delete(transaction, which, shared.now())
        if deleted:
            shared.erase()
        return len(deleted)

    def close(self) -> None:
        """Let go of the database."""
        self._shared.database.close()


class OwnerStore(Collection):
    """The sessions of one owner; those of others are as if they were not there.

    What is not there cannot be read. A save under the id of a session that was deleted, or that is
    another owner's, raises NotHereError and changes nothing.
    """

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

    def load(self, conversation_id: str) -> Conversation | None:
        """A conversation with all its turns; None where this owner has none with this id.

        Raises StoreError where the database cannot be read and nothing of it is held in memory.
        """
        if not rows.ID.fullmatch(conversation_id):
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
