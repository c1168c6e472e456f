"""One turn on its way, as the pages see it: a snapshot that grows, and a version to wait for."""

from __future__ import annotations

import threading

from playground.sessions.turns import Answer, Turn


class Run:
    """A turn that runs in the background. Any thread may look; only the engine changes it.

    ``turn`` is the latest snapshot, ``version`` grows with each change. ``done`` is True once the
    turn has ended and was saved, or could not be: then ``save_error`` says why.
    """

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._version = 0
        self._done = False
        self._save_error: str | None = None
        self._changed = threading.Condition()

    @property
    def conversation_id(self) -> str:
        """The id of the conversation it belongs to."""
        return self._turn.conversation_id

    @property
    def turn(self) -> Turn:
        """The turn as far as it has come."""
        return self._turn

    @property
    def version(self) -> int:
        """How often the run has changed."""
        return self._version

    @property
    def done(self) -> bool:
        """Whether nothing will change any more."""
        return self._done

    @property
    def save_error(self) -> str | None:
        """Why the latest save failed; None where it did not."""
        return self._save_error

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run is done, at most ``timeout`` seconds; whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: self._done, timeout)

    def wait_change(self, version: int, timeout: float | None = None) -> int:
        """Wait for a later version than this, or the end; returns the version there is."""
        with self._changed:
            self._changed.wait_for(lambda: self._version > version or self._done, timeout)
            return self._version

    def grow(self, answer: Answer) -> None:
        """The answer as far as it has come. For the engine."""
        self.become(self._turn.model_copy(update={"answer": answer}))

    def become(self, turn: Turn) -> None:
        """The turn's next snapshot. For the engine."""
        with self._changed:
            self._turn = turn
            self._change()

    def saved(self, problem: str | None) -> None:
        """How the latest save went. For the engine."""
        if problem != self._save_error:
            with self._changed:
                self._save_error = problem
                self._change()

    def finish(self) -> None:
        """Nothing will change any more. For the engine."""
        with self._changed:
            self._done = True
            self._change()

    def _change(self) -> None:
        self._version += 1
        self._changed.notify_all()
