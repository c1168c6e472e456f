"""Who is drawn next, where many want their page at once.

All pages of a process share one interpreter, and fifty that draw at the same time are all late.
So few draw at once. Those who have nothing yet come before those who are only drawn again, each in
the order of coming; where many wait for the first words of an answer, nothing is drawn again before
they have them; and of many answers that arrive, each is drawn less often.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

FEW: Final = 3
"""So many draw at once."""

MANY: Final = 10
"""With more answers arriving than that, each is drawn less often."""

SLOW_SECONDS: Final = 0.5
"""Who draws for longer waits for a slow server, and holds nobody up."""

LONGEST_SECONDS: Final = 2.0
"""Nobody waits for longer."""


class _Waiting(NamedTuple):
    """A thread in the line; ``called`` is set once it may draw."""

    thread: int
    called: threading.Event


class Line:
    """Those who draw, those who wait for it, and those who follow an answer; each is a thread."""

    def __init__(
        self, few: int = FEW, slow: float = SLOW_SECONDS, longest: float = LONGEST_SECONDS
    ) -> None:
        self._few, self._slow, self._longest = few, slow, longest
        self._lock = threading.Lock()
        self._drawing: dict[int, float] = {}
        self._first: deque[_Waiting] = deque()
        self._again: deque[_Waiting] = deque()
        self._awaiting: dict[int, float] = {}
        self._following = 0

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Wait until few draw; then, for as long as the block lasts, this thread draws its page."""
        me = threading.get_ident()
        if me not in self._drawing:
            self._wait(self._first)
        with self._lock:
            self._drawing[me] = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._drawing.pop(me, None)
                self._call_in()

    def stand_back(self) -> None:
        """Before a page is only drawn again: wait until few draw, and few have nothing yet."""
        self._wait(self._again)

    def asked(self) -> None:
        """From now on this thread waits for the first words of an answer."""
        with self._lock:
            self._awaiting[threading.get_ident()] = time.monotonic()

    def has_words(self) -> None:
        """This thread has drawn them."""
        with self._lock:
            if self._awaiting.pop(threading.get_ident(), None) is not None:
                self._call_in()

    def is_crowded(self) -> bool:
        """Whether more than few wait for first words.

        Who has waited for the longest time counts no more: those words may never come.
        """
        with self._lock:
            return self._are_many_awaiting(time.monotonic())

    @contextmanager
    def following(self) -> Iterator[None]:
        """For as long as the block lasts, this thread draws an answer as it arrives."""
        self._follow(1)
        try:
            yield
        finally:
            self._follow(-1)

    def pause(self, frame: float) -> float:
        """Seconds until the next look at an answer that arrives: ``frame``, or more for many."""
        return frame * max(1.0, self._following / MANY)

    def _follow(self, more: int) -> None:
        with self._lock:
            self._following += more

    def _wait(self, line: deque[_Waiting]) -> None:
        mine = _Waiting(threading.get_ident(), threading.Event())
        with self._lock:
            line.append(mine)
        deadline = time.monotonic() + self._longest
        while not mine.called.is_set() and time.monotonic() < deadline:
            with self._lock:
                self._call_in()
            mine.called.wait(min(self._slow, self._longest))
        with self._lock:
            if mine in line:
                line.remove(mine)

    def _are_many_awaiting(self, now: float) -> bool:
        for each in [each for each, at in self._awaiting.items() if now - at >= self._longest]:
            del self._awaiting[each]
        return len(self._awaiting) > self._few

    def _call_in(self) -> None:
        now = time.monotonic()
        for each in [each for each, at in self._drawing.items() if now - at >= self._slow]:
            del self._drawing[each]
        may_again = None if self._are_many_awaiting(now) else self._again
        while (line := self._first or may_again) and len(self._drawing) < self._few:
            next_one = line.popleft()
            self._drawing[next_one.thread] = now
            next_one.called.set()


LINE: Final = Line()
"""The one of this process."""
