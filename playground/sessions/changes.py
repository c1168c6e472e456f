"""What is to be written of one conversation, and what it will be then. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from playground.sessions.turns import Conversation, Turn, TurnError, TurnSettings, TurnStatus
from speko_client.models import Attempt


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
