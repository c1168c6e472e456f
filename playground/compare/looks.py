"""When a verdict is looked at: after 25, 50, 100 and 200 of something, and each doubling. Pure.

Whoever looks after every vote, or every message, finds a winner among equals sooner or later. Each
look is taken at a quarter of the level, so that the four together raise at most 5 % false alarms.
"""

from __future__ import annotations

import math
from typing import Final

FIRST: Final = 25
LEVEL: Final = 0.05
LOOK_LEVEL: Final = LEVEL / 4
"""The level of each look."""
_MOST_MORE: Final = 10_000


def last_look(count: int) -> int:
    """How many of them count for a verdict: 0 below 25, else 25, 50, 100, 200, 400 ..."""
    look = FIRST
    if count < look:
        return 0
    while look * 2 <= count:
        look *= 2
    return look


def until(needed: float, count: int) -> int | None:
    """How many more than ``count`` until the first look later than it with ``needed``.

    None beyond 10,000.
    """
    wanted = min(max(needed, count + 1), 2 * _MOST_MORE)
    more = _next_look(math.ceil(wanted)) - count
    return more if more <= _MOST_MORE else None


def _next_look(count: int) -> int:
    return FIRST if count <= FIRST else _next_look(-(-count // 2)) * 2
