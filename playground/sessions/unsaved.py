"""Changes that wait to be written, so that a chat goes on with a full disk."""

from __future__ import annotations

import threading
from datetime import datetime

from playground.sessions.changes import Changes
from playground.sessions.rows import SessionKey
from playground.sessions.turns import Turn, TurnSettings


class Unsaved:
    """All changes that wait to be written; thread-safe."""

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
