"""What the store accepted and has not written yet, so that a chat goes on with a full disk."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from playground.sessions.turns import Conversation, Turn, TurnSettings


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes to one conversation; its last new turn becomes the leaf."""

    since: datetime
    turns: Mapping[str, Turn] = field(default_factory=dict)
    settings: TurnSettings | None = None
    title: str | None = None

    def with_turn(self, turn: Turn) -> Changes:
        """These changes and this turn."""
        return replace(self, turns={**self.turns, turn.id: turn})

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

    def add_turn(self, turn: Turn, now: datetime) -> None:
        """Add a new or changed turn."""
        with self._lock:
            changes = self._changes.get(turn.conversation_id, Changes(now))
            self._changes[turn.conversation_id] = changes.with_turn(turn)

    def set_settings(self, conversation_id: str, settings: TurnSettings, now: datetime) -> None:
        """Add the form as it was left."""
        with self._lock:
            changes = self._changes.get(conversation_id, Changes(now))
            self._changes[conversation_id] = replace(changes, settings=settings)

    def set_title(self, conversation_id: str, title: str, now: datetime) -> None:
        """Add a title."""
        with self._lock:
            changes = self._changes.get(conversation_id, Changes(now))
            self._changes[conversation_id] = replace(changes, title=title)

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
