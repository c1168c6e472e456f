"""Who is drawn next, where many want their page at once: those who have nothing yet come first.

All pages of a process share one interpreter. When fifty answers end at once, fifty pages draw
themselves again, and the first words of others wait for all of that. What is only drawn again
stands back until few draw, and is drawn in the order of its coming.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

FEW: Final = 3
"""With so many who draw, what is only drawn again waits."""

LONGEST_SECONDS: Final = 2.0
"""Nobody stands back for longer; and who draws for longer waits for a slow server."""


class Line:
    """Those who draw, and those who stand back; each is a thread of its own."""

    def __init__(self, few: int = FEW, longest: float = LONGEST_SECONDS) -> None:
        self._few = few
        self._longest = longest
        self._lock = threading.Lock()
        self._drawing: dict[int, float] = {}
        self._waiting: deque[tuple[int, threading.Event]] = deque()

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """For as long as the block lasts, this thread draws its page."""
        me = threading.get_ident()
        with self._lock:
            self._drawing[me] = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._drawing.pop(me, None)
                self._call_in()

    def stand_back(self) -> None:
        """Wait until few draw, and those who came before are called in; then draw."""
        mine = threading.get_ident(), threading.Event()
        with self._lock:
            self._waiting.append(mine)
            self._call_in()
        if not mine[1].wait(self._longest):
            with self._lock:
                if mine in self._waiting:
                    self._waiting.remove(mine)

    def _call_in(self) -> None:
        now = time.monotonic()
        for each in [each for each, at in self._drawing.items() if now - at >= self._longest]:
            del self._drawing[each]
        while self._waiting and len(self._drawing) < self._few:
            first, called = self._waiting.popleft()
            self._drawing[first] = now
            called.set()


LINE: Final = Line()
"""The one of this process."""
