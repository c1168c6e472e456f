"""How many calls may be in the engine at once, with no more tokens than its context holds.

All calls share one context. If it were full, every call in it would fail, so each one first
reserves the most it may need. Those who wait are served in the order they came, so a large
call is not starved by small ones; waiting can be cancelled.
"""

from __future__ import annotations

import asyncio
from collections import deque


class Admission:
    """Room for ``calls`` calls and ``tokens`` tokens; for one event loop."""

    def __init__(self, calls: int, tokens: int) -> None:
        self._capacity = tokens
        self._calls = calls
        self._tokens = tokens
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def enter(self, tokens: int) -> int:
        """Wait for room and take it; returns what was taken, to be given to ``leave``.

        A call that wants more than there is gets all of it, and so is alone.
        """
        wanted = min(tokens, self._capacity)
        if not self._waiting and self._fits(wanted):
            self._take(wanted)
            return wanted
        admitted = asyncio.get_running_loop().create_future()
        entry = (wanted, admitted)
        self._waiting.append(entry)
        try:
            await admitted
        except asyncio.CancelledError:
            self._withdraw(entry)
            raise
        return wanted

    def leave(self, tokens: int) -> None:
        """Give back what ``enter`` returned."""
        self._calls += 1
        self._tokens += tokens
        self._admit()

    def _withdraw(self, entry: tuple[int, asyncio.Future[None]]) -> None:
        wanted, admitted = entry
        if not admitted.cancelled():  # admitted just before it was cancelled
            self.leave(wanted)
            return
        if entry in self._waiting:
            self._waiting.remove(entry)
        self._admit()

    def _admit(self) -> None:
        while self._waiting:
            wanted, admitted = self._waiting[0]
            if not admitted.cancelled():  # else it left, and its task has not run since
                if not self._fits(wanted):
                    return
                self._take(wanted)
                admitted.set_result(None)
            self._waiting.popleft()

    def _fits(self, tokens: int) -> bool:
        return self._calls > 0 and self._tokens >= tokens

    def _take(self, tokens: int) -> None:
        self._calls -= 1
        self._tokens -= tokens
