"""Gives freed memory back to the system: glibc's allocator keeps it, up to the highest peak ever.

Large pieces (bodies, events) come from the system and go back to it one by one. What is left of a
busy time in smaller ones goes back at the first quiet moment after it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_LARGE_BYTES: Final = 128 * 1024


class Memory:
    """This process's memory. Does nothing where the C library is not glibc."""

    def __init__(self) -> None:
        try:
            library = ctypes.CDLL(None)
            self._trim: Callable[[int], object] | None = library.malloc_trim
            # Without these two glibc raises both with the largest piece that was ever freed.
            library.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
            library.mallopt(_TRIM_THRESHOLD, _LARGE_BYTES)
        except (AttributeError, OSError, TypeError):
            self._trim = None
        self._busy = False

    def look(self, *, busy: bool) -> None:
        """Call this now and then: gives back what is free, once, when a busy time is over."""
        if self._busy and not busy and self._trim is not None:
            self._trim(0)
        self._busy = busy
