"""An event loop whose time passes only while nobody in it has anything to do.

Limits of seconds are tested without waiting for them, and none runs out because the machine is
slow: time stands still until all that could be done is done, then leaps to the next alarm. Both
ends of a connection have to live in the loop; who answers from elsewhere has ``GRACE`` for each
leap.
"""

from __future__ import annotations

import asyncio
import selectors

GRACE = 0.01
"""Real seconds in which nothing may happen before time leaps."""


class _LeapingSelector(selectors.DefaultSelector):
    """Waits a moment where it is asked to wait long, and notes the rest as time that has passed."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(GRACE)
        if not ready:
            self.passed += timeout
        return ready


class LeapingLoop(asyncio.SelectorEventLoop):
    """The loop; its time begins at 0."""

    def __init__(self) -> None:
        self._leaping = _LeapingSelector()
        super().__init__(self._leaping)

    def time(self) -> float:
        """Seconds."""
        return self._leaping.passed
