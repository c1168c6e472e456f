"""Says in the log where the event loop stood still: who else was waiting can then be explained.

A thread asks the loop for a sign of life every 50 ms, and looks at what its thread is doing when
none comes. A stop of 100 ms is always noticed, one of 50 ms half of the time. What is logged are
places in the code, never values.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Final

from speko_gateway.http.log_lines import Seldom

LONGEST_SECONDS: Final = 0.05
_PLACES: Final = 5
_DEPTH: Final = 100
_ROOT: Final = Path(__file__).parent.parent.parent

_log = logging.getLogger(__name__)


class Watchdog:
    """Watches the loop it is started in, from a thread of its own."""

    def __init__(self, longest: float = LONGEST_SECONDS, quiet_seconds: float = 10.0) -> None:
        self._longest = longest
        self._log = Seldom(_log, quiet_seconds)
        self._alive = threading.Event()
        self._over = threading.Event()

    def start(self) -> None:
        """Begin; call it in the loop's own thread."""
        loop, ident = asyncio.get_running_loop(), threading.get_ident()
        watch = threading.Thread(
            target=self._watch, args=(loop, ident), name="watchdog", daemon=True
        )
        watch.start()

    def stop(self) -> None:
        """End within a moment."""
        self._over.set()

    def _watch(self, loop: asyncio.AbstractEventLoop, ident: int) -> None:
        worked = _processor_time(ident)
        while not self._over.wait(self._longest):
            self._alive.clear()
            asked, before = time.monotonic(), worked()
            try:
                loop.call_soon_threadsafe(self._alive.set)
            except RuntimeError:  # the loop is closed
                return
            if self._alive.wait(self._longest):
                continue
            places = _places(sys._current_frames().get(ident))
            while not self._alive.wait(1.0):
                if self._over.is_set():
                    return
            self._tell(time.monotonic() - asked, worked() - before, places)

    def _tell(self, seconds: float, at_work: float, places: str) -> None:
        """A thread that hardly worked waited for the system: that is no fault of a place here."""
        level = logging.WARNING if at_work > seconds / 2 else logging.INFO
        self._log.say(
            level,
            "The event loop stood still for %.0f ms, at work for %.0f ms of them, at %s",
            seconds * 1000,
            at_work * 1000,
            places,
        )


def _places(frame: FrameType | None) -> str:
    """Where this is: the innermost place, and the innermost ones in our own code."""
    steps = list(islice(_outwards(frame), _DEPTH))
    ours = [step for step in steps if step.startswith("speko_")][:_PLACES]
    return " < ".join(dict.fromkeys([*steps[:1], *ours])) or "a place unknown"


def _outwards(frame: FrameType | None) -> Iterator[str]:
    for each, line in traceback.walk_stack(frame):
        path = Path(each.f_code.co_filename)
        name = path.relative_to(_ROOT).as_posix() if path.is_relative_to(_ROOT) else path.name
        yield f"{name}:{line} {each.f_code.co_name}"


def _processor_time(ident: int) -> Callable[[], float]:
    """The processor seconds of this thread so far; none where the system does not tell."""
    clock_of = getattr(time, "pthread_getcpuclockid", None)
    if clock_of is None:
        return lambda: 0.0
    clock = clock_of(ident)
    return lambda: time.clock_gettime(clock)
