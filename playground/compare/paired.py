"""Two seats that answered the same messages, and the router beside everyone. Pure.

Differences are paired by message, so that an easy message does not count for whoever got it. An
answer that failed took for ever: its time is infinite, and two failures are equal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Word = Literal["better", "worse", "no difference", "can't tell"]

RESAMPLES: Final = 2_000
COST_MARGIN: Final = 1.05
"""A ratio of costs between 1/1.05 and 1.05 is no difference that matters."""
TIME_MARGIN_MS: Final = 50.0
FEWEST: Final = 8
"""Below so many messages nothing is said: an interval from fewer is not to be trusted."""

_SEED: Final = 20_261_126
_TAIL: Final = 2.5
_MOST_MORE: Final = 10_000

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """An estimate with its 95 % interval over ``n`` messages, and what it allows one to say.

    A ratio for cost, milliseconds for time; below 1 or 0 the first seat is better. ``more`` is
    about how many more messages would settle it, None where it is settled or hopeless.
    """

    value: float
    low: float
    high: float
    n: int
    word: Word
    more: int | None = None


def cost_ratio(first: Sequence[float | None], second: Sequence[float | None]) -> Difference | None:
    """The ratio of what both cost in US$, over the messages where both are known.

    None where no message has both, or where the second seat cost nothing.
    """
    known = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    if not known:
        return None
    costs = np.array(known, dtype=float)
    if costs[:, 1].sum() <= 0:
        return None
    sums = costs[_drawn(len(costs))].sum(axis=1)
    ratios = sums[:, 0] / np.maximum(sums[:, 1], 1e-300)
    value = float(costs[:, 0].sum() / costs[:, 1].sum())
    low, high = np.percentile(ratios, [_TAIL, 100 - _TAIL])
    return _said(value, float(low), float(high), len(known), 1.0, (1 / COST_MARGIN, COST_MARGIN))


def time_difference(
    first: Sequence[float | None], second: Sequence[float | None]
) -> Difference | None:
    """The median of the paired differences in milliseconds; None is a failed answer."""
    if not first:
        return None
    differences = np.array([_later(a, b) for a, b in zip(first, second, strict=True)])
    medians = np.sort(differences[_drawn(len(differences))], axis=1)
    middle = _median(medians)
    low, high = _percentiles(middle)
    value = float(_median(np.sort(differences)[None])[0])
    return _said(value, low, high, len(differences), 0.0, (-TIME_MARGIN_MS, TIME_MARGIN_MS))


def sign_chance(wins: int, losses: int) -> float:
    """How likely so uneven a count is between equals: the exact two-sided sign test, ties aside."""
    total = wins + losses
    tail = sum(math.comb(total, k) for k in range(min(wins, losses) + 1))
    return min(1.0, 2 * tail / (1 << total))


def cross_fitted(figures: _Floats) -> _Floats:
    """The best single column for each row, chosen on the other half of the rows.

    ``figures`` is (messages, providers), less is better, infinite where one failed. The best of
    six picked on the very figures it is judged by looks better than it is.
    """
    halves = np.arange(len(figures)) % 2
    shuffled = np.random.default_rng(_SEED).permutation(halves)
    chosen = np.empty(len(figures))
    for half in (0, 1):
        rows, others = shuffled == half, shuffled != half
        best = int(np.argmin(_score(figures[others]))) if others.any() else 0
        chosen[rows] = figures[rows, best]
    return chosen


def oracle(figures: _Floats) -> _Floats:
    """The best column of each row: a bound that no router can reach."""
    best: _Floats = figures.min(axis=1)
    return best


def random_mix(figures: _Floats) -> _Floats:
    """For each row, what a provider drawn at random gave."""
    columns = np.random.default_rng(_SEED).integers(figures.shape[1], size=len(figures))
    return figures[np.arange(len(figures)), columns]


def _score(figures: _Floats) -> _Floats:
    # Failures first: a median would not see a few of them.
    failed = np.isinf(figures).mean(axis=0)
    finite = np.where(np.isinf(figures), np.nan, figures)
    means = np.array([np.nanmean(each) if not np.isnan(each).all() else 0.0 for each in finite.T])
    score: _Floats = failed * 1e12 + means
    return score


def _drawn(count: int) -> NDArray[np.int64]:
    return np.random.default_rng(_SEED).integers(count, size=(RESAMPLES, count))


def _later(first: float | None, second: float | None) -> float:
    if first is None and second is None:
        return 0.0
    if first is None:
        return math.inf
    return -math.inf if second is None else first - second


def _median(rows: _Floats) -> _Floats:
    """Of sorted rows; halfway between the two infinities is 0, so that neither side is favoured."""
    count = rows.shape[1]
    with np.errstate(invalid="ignore"):
        middle: _Floats = (rows[:, (count - 1) // 2] + rows[:, count // 2]) / 2
    return np.nan_to_num(middle, nan=0.0, posinf=np.inf, neginf=-np.inf)


def _percentiles(values: _Floats) -> tuple[float, float]:
    ordered = np.sort(values)
    low = int(len(ordered) * _TAIL / 100)
    return float(ordered[low]), float(ordered[-1 - low])


def _said(
    value: float, low: float, high: float, n: int, equal: float, margin: tuple[float, float]
) -> Difference:
    if n < FEWEST:
        return Difference(value, low, high, n, "can't tell", FEWEST - n)
    if margin[0] < low and high < margin[1]:
        return Difference(value, low, high, n, "no difference")
    if high < equal:
        return Difference(value, low, high, n, "better")
    if low > equal:
        return Difference(value, low, high, n, "worse")
    half = (high - low) / 2
    wanted = max(abs(value - equal), (margin[1] - margin[0]) / 2 - abs(value - equal))
    more = n * (half / wanted) ** 2 - n if wanted > 0 and math.isfinite(half) else math.inf
    return Difference(value, low, high, n, "can't tell", _whole(more))


def _whole(more: float) -> int | None:
    return max(math.ceil(more), 1) if more <= _MOST_MORE else None
