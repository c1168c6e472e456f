"""A run on its way, as any thread may look at it and steer it; ``running`` does the work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from playground.evaluations.cells import Run, RunStatus

Steering = Literal["go", "pause", "cancel", "interrupt"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. ``done`` cells are in the store, ``in_flight`` calls are on their way.

    ``spent_usd`` is known so far, for all of the run. ``seconds_left`` is an estimate, None before
    there is any. ``problem`` says what holds it up, or why it ended early.
    """

    status: RunStatus
    total: int
    done: int
    in_flight: int = 0
    passed: int = 0
    failed: int = 0
    spent_usd: float = 0.0
    max_cost_usd: float | None = None
    seconds_left: float | None = None
    problem: str = ""


class LiveRun:
    """One run in this process. ``version`` grows with each change; ``over`` is its very end."""

    def __init__(self, run: Run, wake: Callable[[], None] = lambda: None) -> None:
        self.run = run
        self.progress = Progress(
            "running",
            run.total,
            run.done,
            spent_usd=run.spent_usd,
            max_cost_usd=run.max_cost_usd,
        )
        self.version = 0
        self.over = False
        self.steering: Steering = "go"
        self.wake = wake
        """Tells the loop to look at ``steering``; set by whoever runs it."""
        self._changed = threading.Condition()

    def pause(self) -> None:
        """Start nothing more; what is in flight ends."""
        self._steer("pause", unless=("cancel", "interrupt"))

    def go_on(self) -> None:
        """Go on after a pause."""
        self._steer("go", unless=("cancel", "interrupt"))

    def cancel(self) -> None:
        """End it now; calls in flight are cancelled, and what is done is kept."""
        self._steer("cancel", unless=("interrupt",))

    def interrupt(self) -> None:
        """As ``cancel``, because the process ends."""
        self._steer("interrupt")

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is over, at most so many seconds; returns whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: self.over, timeout)

    def wait_change(self, version: int, timeout: float | None = None) -> int:
        """Wait for a later version than this, or the end; returns the latest version."""
        with self._changed:
            self._changed.wait_for(lambda: self.version > version or self.over, timeout)
            return self.version

    def become(self, **changes: Any) -> None:
        """How far it is now. For whoever runs it."""
        with self._changed:
            self.progress = replace(self.progress, **changes)
            self.version += 1
            self._changed.notify_all()

    def finish(self) -> None:
        """Nothing will change any more. For whoever runs it."""
        with self._changed:
            self.over = True
            self.version += 1
            self._changed.notify_all()

    def _steer(self, to: Steering, unless: tuple[Steering, ...] = ()) -> None:
        if self.steering not in unless and not self.over:
            self.steering = to
            self.wake()


class Speed:
    """How long the rest of a run will take, by what this process has made so far.

    ``clock`` gives seconds. What passes while the run is paused does not count.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._at = clock()
        self._active = 0.0
        self._was_paused = False
        self._at_first: int | None = None

    def left(self, cells: int, done: int, paused: bool) -> float | None:
        """Seconds for so many cells more, where ``done`` are made; None while that is not known."""
        now = self._clock()
        self._active += 0.0 if self._was_paused else now - self._at
        self._at, self._was_paused = now, paused
        if self._at_first is None:
            self._at_first = done
        made = done - self._at_first
        return cells * self._active / made if made else None
