"""Several comparisons at once, and how few of them may be wrong: Holm's procedure (1979). Pure."""

from __future__ import annotations

from collections.abc import Sequence


def adjusted(chances: Sequence[float]) -> list[float]:
    """Each chance times how many comparisons are left, in order, never falling, at most 1.

    What is at most a level stands with that family-wise error.
    """
    order = sorted(range(len(chances)), key=chances.__getitem__)
    found, least = [1.0] * len(chances), 0.0
    for place, index in enumerate(order):
        least = max(least, min(1.0, chances[index] * (len(chances) - place)))
        found[index] = least
    return found


def holm(chances: Sequence[float], level: float) -> list[bool]:
    """Which of several differences stand, with a family-wise error of ``level``."""
    return [chance <= level for chance in adjusted(chances)]
