"""How many calls a vendor gets at once: more as long as it answers, fewer when it says 429. Pure.

The limit grows by one with each answer at first, and from the first 429 on by one with each round
of answers. A 429 halves it, once for all calls that were on their way together, and nothing is
started until the pause is over that the vendor asked for. That is TCP's rule (additive increase,
multiplicative decrease), by which many callers share a line fairly without knowing its width.

Times are seconds on any clock that only goes forward; callers pass them in.
"""

from __future__ import annotations

from typing import Final

FIRST_LIMIT: Final = 8.0
"""So many calls at once before a vendor has answered anything."""
FIRST_PAUSE: Final = 1.0
"""Seconds after a 429 that names no pause; twice as long each time that none was answered since."""
LONGEST_PAUSE: Final = 60.0
"""No pause of our own is longer, and none that a vendor asks for is believed beyond ``TRUSTED``."""
TRUSTED: Final = 3_600.0


class Pace:
    """One vendor's; ``most`` calls at once are never exceeded, nor is less than one allowed."""

    def __init__(self, most: int, first: float = FIRST_LIMIT) -> None:
        self.most = max(1, most)
        self.limit = min(float(self.most), max(1.0, first))
        self.in_flight = 0
        self.paused_until = 0.0
        self._full = 0
        self._doubling = True
        self._cut_at = float("-inf")
        self._unanswered = 0

    def wait(self, now: float) -> float | None:
        """Seconds until another call may start: 0 at once, None when one of these has ended."""
        if now < self.paused_until:
            return self.paused_until - now
        return 0.0 if self.in_flight < int(self.limit) else None

    def start(self) -> None:
        """A call starts, which ``wait`` has allowed."""
        self.in_flight += 1
        if self.in_flight >= int(self.limit):
            self._full = self.in_flight

    def end(self) -> None:
        """A call has ended, however it did."""
        self.in_flight -= 1

    def answered(self) -> None:
        """A call was answered. The limit grows if it was reached while that was on its way."""
        self._unanswered = 0
        if self._full > 0:
            self._full -= 1
            step = 1.0 if self._doubling else 1.0 / self.limit
            self.limit = min(float(self.most), self.limit + step)

    def slowed(self, started: float, now: float, retry_after: float | None = None) -> None:
        """A call that was ``started`` then got a 429, which may ask for a pause in seconds."""
        if started >= self._cut_at:
            self.limit = max(1.0, self.limit / 2)
            self._cut_at = now
            self._full = 0
            self._doubling = False
            self._unanswered += 1
        if retry_after is None:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._unanswered - 1, 16))
        else:
            pause = min(TRUSTED, max(0.0, retry_after))
        self.pause(now, pause)

    def pause(self, now: float, seconds: float) -> None:
        """Start nothing for so long."""
        self.paused_until = max(self.paused_until, now + seconds)
