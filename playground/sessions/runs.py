"""A running turn as the pages see it, and the open conversation with it. Pure."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime

from playground.sessions.turns import Answer, Conversation, Turn, TurnSettings


class Run:
    """A turn that runs in the background. Any thread may look; only the engine changes it.

    ``turn`` is the latest snapshot, ``version`` grows with each change. ``done`` is True once the
    turn has ended and was saved, or could not be: then ``save_error`` says why.
    """

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.version = 0
        self.done = False
        self.save_error: str | None = None
        self._changed = threading.Condition()

    @property
    def conversation_id(self) -> str:
        """The id of the conversation it belongs to."""
        return self.turn.conversation_id

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run is done, at most ``timeout`` seconds; returns whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: self.done, timeout)

    def wait_change(self, version: int, timeout: float | None = None) -> int:
        """Wait for a later version than this, or the end; returns the latest version."""
        with self._changed:
            self._changed.wait_for(lambda: self.version > version or self.done, timeout)
            return self.version

    def grow(self, answer: Answer) -> None:
        """The answer as far as it has come. For the engine."""
        self.become(self.turn.model_copy(update={"answer": answer}))

    def become(self, turn: Turn) -> None:
        """The turn's next snapshot. For the engine."""
        with self._changed:
            self.turn = turn
            self._change()

    def saved(self, problem: str | None) -> None:
        """How the latest save went. For the engine."""
        if problem != self.save_error:
            with self._changed:
                self.save_error = problem
                self._change()

    def finish(self) -> None:
        """Nothing will change any more. For the engine."""
        with self._changed:
            self.done = True
            self._change()

    def _change(self) -> None:
        self.version += 1
        self._changed.notify_all()


@dataclass(frozen=True)
class OpenSession:
    """What the page shows: ``turns`` that are over, and ``run`` where one is not.

    ``is_live`` says whether the run's answer was still arriving when this was looked at. It goes
    with ``turns``: a run that ends while the page draws must not be missing from both.
    ``elsewhere`` is a turn that another process is running, or was until it ended a moment ago.
    ``missing`` is true where a link named a conversation that is not in the store.
    """

    conversation: Conversation
    turns: tuple[Turn, ...]
    run: Run | None = None
    missing: bool = False
    elsewhere: Turn | None = None
    is_live: bool = False


def new_conversation(conversation_id: str, settings: TurnSettings) -> Conversation:
    """A conversation with no turns yet."""
    now = datetime.now(UTC)
    return Conversation(id=conversation_id, settings=settings, created_at=now, updated_at=now)


def open_session(
    conversation: Conversation, run: Run | None, *, missing: bool = False
) -> OpenSession:
    """The conversation as stored, with the run's newest state in it."""
    if run is None:
        path = conversation.path()
        if path and path[-1].status == "running":
            return OpenSession(conversation, path[:-1], None, missing, elsewhere=path[-1])
        return OpenSession(conversation, path, None, missing)
    is_live = not run.done
    latest = run.turn
    others = tuple(turn for turn in conversation.turns if turn.id != latest.id)
    merged = conversation.model_copy(update={"turns": (*others, latest), "leaf_id": latest.id})
    path = merged.path()
    turns = path[:-1] if is_live else path
    return OpenSession(merged, turns, run, missing, is_live=is_live)
