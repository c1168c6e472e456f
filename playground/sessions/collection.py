"""All sessions of one owner: listed, put there whole, and marked or deleted many at once."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from playground.sessions import marks, rows, whole
from playground.sessions.changes import SessionKey, Unsaved
from playground.sessions.database import Database
from playground.sessions.loaded import ConversationSummary, LoadedCache, summary
from playground.sessions.rows import NotHereError
from playground.sessions.tables import CONVERSATIONS
from playground.sessions.turns import Conversation
from playground.teams.owner import Owner


@dataclass(frozen=True)
class Shared:
    """What the sessions of all owners share in one process; ``runner`` names the process."""

    database: Database
    now: Callable[[], datetime]
    runner: str = field(default_factory=lambda: secrets.token_hex(8))
    unsaved: Unsaved = field(default_factory=Unsaved)
    cache: LoadedCache = field(default_factory=LoadedCache)
    writing: threading.Lock = field(default_factory=threading.Lock)

    def erase(self) -> None:
        """Leave nothing of what was deleted. Raises StoreError."""
        self.database.erase_words()
        with self.writing:
            self.database.erase()


class Collection:
    """What can be done with sessions without opening one; see ``OwnerStore``."""

    def __init__(self, shared: Shared, owner: Owner) -> None:
        self.owner = owner
        self.database = shared.database
        """For what else an owner keeps in the store: ``playground.routing.saved_what_ifs``."""
        self._shared = shared
        self._unsaved = shared.unsaved
        self._cache = shared.cache

    def recent(self, limit: int) -> list[ConversationSummary]:
        """The conversations that have turns, the last used first. Raises StoreError."""
        with self.database.read() as transaction:
            return [*map(summary, transaction.execute(rows.recent(self.owner, limit)))]

    def put(self, conversations: Iterable[Conversation]) -> None:
        """Write whole conversations as they are, each in a transaction of its own.

        Raises TakenError where an id is taken, UnfitError where its turns do not fit each other,
        and StoreError; of that conversation nothing is written then, and none after it.
        """
        for conversation in conversations:
            with self._shared.writing, self.database.write() as transaction:
                whole.put(transaction, self.owner, conversation, self._shared.now())

    def origins(self, some: Iterable[str]) -> set[str]:
        """Which of these origins this owner has sessions of, in the bin too. Raises StoreError."""
        queries = whole.origins(self.owner, [*dict.fromkeys(some)])
        with self.database.read() as transaction:
            return {origin for each in queries for origin in transaction.execute(each).scalars()}

    def pin(self, ids: Sequence[str], *, on: bool = True) -> int:
        """Keep these sessions on top of the list, or no longer; returns how many there are.

        Raises StoreError, as all that changes many at once; nothing is changed then.
        """
        return self._mark(ids, "pinned_at", on=on)

    def archive(self, ids: Sequence[str], *, on: bool = True) -> int:
        """Put these sessions aside, or back; returns how many there are. Raises StoreError."""
        return self._mark(ids, "archived_at", on=on)

    def bin(self, ids: Sequence[str] | None = None) -> list[str]:
        """Put these sessions into the bin, or all; returns those that were not in it before.

        There they are deleted for good after ``marks.BIN_DAYS``. Raises StoreError.
        """
        at, found = self._shared.now().timestamp(), list[str]()
        with self._shared.writing, self.database.write() as transaction:
            for some in self._these(ids):
                found += marks.not_in_bin(transaction, some)
            for some in self._these(found):
                marks.mark(transaction, some, binned_at=at)
        return found

    def restore(self, ids: Sequence[str]) -> int:
        """Take these sessions out of the bin; returns how many there are. Raises StoreError."""
        return self._mark(ids, "binned_at", on=False)

    def tag(self, ids: Sequence[str], add: Iterable[str] = (), remove: Iterable[str] = ()) -> int:
        """Add tags to these sessions and remove others; returns how many changed.

        Raises StoreError.
        """
        gone, new = {*marks.as_tags(remove)}, marks.as_tags(add)

        def change(before: tuple[str, ...]) -> list[str]:
            return [*(tag for tag in before if tag not in gone), *new]

        with self._shared.writing, self.database.write() as transaction:
            return sum(marks.retag(transaction, some, change) for some in self._these(ids))

    def empty_bin(self) -> int:
        """Delete all in this owner's bin, for good; returns how many. Raises StoreError."""
        binned = rows.owned(self.owner) & CONVERSATIONS.c.binned_at.is_not(None)
        return self._delete([binned], ())

    def delete(self, *ids: str) -> int:
        """Delete conversations with all their turns, for good; returns how many there were.

        Raises StoreError.
        """
        return self._delete(self._these(ids), ids)

    def _session(self, conversation_id: str) -> SessionKey:
        if not rows.ID.fullmatch(conversation_id):
            raise NotHereError
        return SessionKey(self.owner, conversation_id)

    def _these(self, ids: Sequence[str] | None) -> list[sa.ColumnElement[bool]]:
        return [rows.owned(self.owner)] if ids is None else marks.some_of(self.owner, ids)

    def _mark(self, ids: Sequence[str], column: str, *, on: bool) -> int:
        at = {column: self._shared.now().timestamp() if on else None}
        with self._shared.writing, self.database.write() as transaction:
            return sum(marks.mark(transaction, some, **at) for some in self._these(ids))

    def _delete(self, which: Sequence[sa.ColumnElement[bool]], ids: Sequence[str]) -> int:
        """``ids`` are held in memory no longer either."""
        shared, deleted = self._shared, list[str]()
        with shared.writing:
            with self.database.write() as transaction:
                for some in which:
                    deleted += rows.delete(transaction, some, shared.now())
            waiting = [each for each in self._unsaved.sessions() if each.owner == self.owner]
            gone = {each for each in waiting if each.conversation_id in ids}
            for session in {*gone, *map(self._session, deleted)}:
                self._unsaved.forget(session)
                self._cache.forget(session)
        shared.erase()
        return len(deleted)
