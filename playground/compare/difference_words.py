"""A difference between two in words: sooner or later, by how much, from where to where. Pure."""

from __future__ import annotations

import math

from playground.compare.paired import Difference
from playground.look import words


def sooner(found: Difference) -> str:
    """``120 ms sooner (60 ms to 180 ms)``; with the direction at each end where they differ."""
    if found.low < 0 < found.high:
        interval = f"{_moved(found.low)} to {_moved(found.high)}"
    else:
        interval = " to ".join(_size(end) for end in sorted((found.low, found.high), key=abs))
    return f"{_moved(found.value)} ({interval})"


def _moved(milliseconds: float) -> str:
    way = "" if milliseconds == 0 else " sooner" if milliseconds < 0 else " later"
    return f"{_size(milliseconds)}{way}"


def _size(milliseconds: float) -> str:
    return "∞ ms" if math.isinf(milliseconds) else words.milliseconds(abs(milliseconds))
