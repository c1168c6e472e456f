"""Taking turns: long work goes on in short stints, one of all of them per round of the event loop.

Whatever needs the processor for longer (a big event, a flood of small ones, a sweep) gives way
after each stint and waits for its turn, first come, first served. So a round of the loop lasts one
stint longer, however many are at work, and everything else is served in between.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Final
from weakref import WeakKeyDictionary

STINT_SECONDS: Final = 0.001
"""Enough for a usual answer that arrives all at once: to interrupt it costs a write each time."""


class Stint:
    """One task's work since it last waited for something."""

    __slots__ = ("_end",)

    def __init__(self) -> None:
        self._end = time.perf_counter() + STINT_SECONDS

    async def breathe(self) -> None:
        """Go on at once, or where the stint is over, with the next turn."""
        if time.perf_counter() > self._end:
            await turn()
            self._end = time.perf_counter() + STINT_SECONDS


async def turn() -> None:
    """Wait until it is this task's turn."""
    loop = asyncio.get_running_loop()
    waiting = _WAITING.setdefault(loop, deque())
    mine = loop.create_future()
    waiting.append(mine)
    if len(waiting) == 1:
        loop.call_soon(_next, loop, waiting)
    await mine


def _next(loop: asyncio.AbstractEventLoop, waiting: deque[asyncio.Future[None]]) -> None:
    """Give the turn to the first that still waits; the others come in later rounds."""
    given = False
    while waiting and not given:
        first = waiting.popleft()
        if not first.done():
            first.set_result(None)
            given = True
    if waiting:
        loop.call_soon(_next, loop, waiting)


_WAITING: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, deque[asyncio.Future[None]]]] = (
    WeakKeyDictionary()
)
