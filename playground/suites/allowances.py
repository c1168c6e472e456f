"""How much a check may take: less for one that used up all it had several times before.

A run asks one check of thousands of answers. One that never ends would cost its whole limit each
time, so from the third time on it gets a small part of it: enough for any ordinary answer.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import Final

_TIMES: Final = 3
_PART: Final = 0.05
_MOST: Final = 1_000


class Allowances:
    """Which checks used up their limit, by their texts. Any thread may ask and tell."""

    def __init__(self) -> None:
        self._used_up: Counter[str] = Counter()
        self._lock = threading.Lock()

    def share(self, check: str) -> float:
        """The share of its limit that the check has, above 0 and up to 1."""
        return _PART if self._used_up[check] >= _TIMES else 1.0

    def used_up(self, check: str) -> None:
        """It took all that it had."""
        with self._lock:
            if len(self._used_up) >= _MOST:
                self._used_up.clear()
            self._used_up[check] += 1
