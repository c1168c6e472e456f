"""The watchdog: a loop that stands still is told about, with the place, and not for ever again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from speko_gateway.http.watchdog import Watchdog
from tests.patience import PATIENCE


class Lines(logging.Handler):
    """Keeps what is logged, and wakes whoever waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[logging.LogRecord] = []
        self.arrived = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record)
        self._loop.call_soon_threadsafe(self.arrived.set)


@asynccontextmanager
async def watched(quiet_seconds: float = 0.0) -> AsyncGenerator[Lines]:
    """The lines of a watchdog over this very loop."""
    log, lines = logging.getLogger("speko_gateway.http.watchdog"), Lines()
    log.addHandler(lines)
    log.setLevel(logging.INFO)  # a machine that has no time for us makes it no warning
    watchdog = Watchdog(quiet_seconds=quiet_seconds)
    watchdog.start()
    try:
        yield lines
    finally:
        watchdog.stop()
        log.removeHandler(lines)
        log.setLevel(logging.NOTSET)


def works_for(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


async def test_it_says_where_the_loop_stood_still() -> None:
    async with watched() as lines, asyncio.timeout(PATIENCE):
        while not any("works_for" in line.getMessage() for line in lines.said):
            works_for(0.25)
            await lines.arrived.wait()
            lines.arrived.clear()
    line = next(line for line in lines.said if "works_for" in line.getMessage())
    assert "The event loop stood still for" in line.getMessage()
    assert "test_watchdog.py" in line.getMessage()


async def test_it_repeats_itself_only_now_and_then() -> None:
    async with watched(quiet_seconds=3600) as lines, asyncio.timeout(PATIENCE):
        works_for(0.25)
        await lines.arrived.wait()
        for _ in range(5):
            works_for(0.15)
            await asyncio.sleep(0.06)  # the watchdog's next look; nothing else tells of it
    assert len(lines.said) == 1
