"""What is to be written of one conversation, what it will be then, and what waits to be written."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from playground.sessions.turns import Conversation, Turn, TurnError, TurnSettings, TurnStatus
from playground.teams.owner import Owner
from speko_client.models import Attempt


class SessionKey(NamedTuple):
    """A conversation, and whose it has to be."""

    owner: Owner
    conversation_id: str

    @property
    def itself(self) -> dict[str, Any]:
        """What a statement about it needs."""
        return {"of": self.owner, "session": self.conversation_id}


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


def title_of(message: str, limit: int = 60) -> str:
    """A conversation's title: its first message in one line, shortened at a word."""
    # Postgres takes no NUL in a text.
    line = " ".join(message.replace("\0", " ").split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1].rsplit(" ", 1)[0] if " " in line[: limit - 1] else line[: limit - 1]
    return f"{cut.rstrip(' ,.;:')}…"


def ended(
    turn: Turn,
    status: TurnStatus,
    error: TurnError | None,
    attempts: tuple[Attempt, ...],
    at: datetime,
) -> Turn:
    """The turn as it ended; ``attempts`` replace those known before, unless there are none."""
    answer = turn.answer.model_copy(update={"attempts": attempts}) if attempts else turn.answer
    update = {"status": status, "error": error, "answer": answer, "finished_at": at}
    return turn.model_copy(update=update)
