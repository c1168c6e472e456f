"""Two seats that answered the same messages, and the router beside everyone. Pure.

Differences are paired by message, so that an easy message does not count for whoever got it. An
answer that failed took for ever: its time is infinite, and two failures are equal.

A verdict is as of the last look (``looks``), by an interval at that look's level: "better" where
all of it lies beyond the margin, "no difference" where all of it lies within.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from playground.compare.looks import LEVEL, LOOK_LEVEL, last_look, until

Word = Literal["better", "worse", "no difference", "can't tell"]

RESAMPLES: Final = 2_000
COST_MARGIN: Final = 1.05
"""A ratio of costs between 1/1.05 and 1.05 is no difference that matters."""
TIME_MARGIN_MS: Final = 50.0

_SEED: Final = 20_261_126
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """An estimate with its 95 % interval over ``n`` messages, and what may be said of it.

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
    ours, theirs = (side[_drawn(len(costs))].sum(axis=1) for side in costs.T.copy())
    ratios = ours / np.maximum(theirs, 1e-300)
    value = float(costs[:, 0].sum() / costs[:, 1].sum())
    return _judged(value, np.sort(ratios), len(known), (1 / COST_MARGIN, COST_MARGIN))


def time_difference(
    first: Sequence[float | None], second: Sequence[float | None]
) -> Difference | None:
    """The median of the paired differences in milliseconds; None is a failed answer."""
    if not first:
        return None
    differences = np.array([_later(a, b) for a, b in zip(first, second, strict=True)])
    drawn = np.sort(medians(differences[_drawn(len(differences))]))
    value = float(medians(differences[None])[0])
    return _judged(value, drawn, len(differences), (-TIME_MARGIN_MS, TIME_MARGIN_MS))


def looked_at(rows: _Floats, judge: Callable[[_Floats], Difference | None]) -> Difference | None:
    """What ``judge`` says of all rows, a message each; its verdict is as of the last look."""
    found, look = judge(rows), last_look(len(rows))
    seen = (found if look == len(rows) else judge(rows[:look])) if look else None
    if found is None or seen is None:
        return found and replace(found, word="can't tell", more=until(0, len(rows)))
    needed = math.inf if seen.more is None else seen.n + seen.more
    more = until(needed, len(rows)) if seen.word == "can't tell" else None
    return replace(found, word=seen.word, more=more)


def sign_chance(wins: int, losses: int) -> float:
    """How likely so uneven a count is between equals: the exact two-sided sign test, ties aside."""
    total = wins + losses
    tail = sum(math.comb(total, k) for k in range(min(wins, losses) + 1))
    return min(1.0, 2 * tail / (1 << total))


def cross_fitted(figures: _Floats) -> _Floats:
    """The best single column for each row, chosen on the other half of the rows."""
    return figures[np.arange(len(figures)), cross_fitted_columns(figures)]


def cross_fitted_columns(figures: _Floats) -> NDArray[np.int64]:
    """Which column that is, for each row.

    ``figures`` is (messages, providers), less is better, infinite where one failed. The best of
    six picked on the very figures it is judged by looks better than it is.
    """
    halves = np.arange(len(figures)) % 2
    shuffled = np.random.default_rng(_SEED).permutation(halves)
    chosen = np.zeros(len(figures), dtype=np.int64)
    for half in (0, 1):
        rows, others = shuffled == half, shuffled != half
        chosen[rows] = int(np.argmin(_score(figures[others]))) if others.any() else 0
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


@lru_cache(maxsize=2)
def _drawn(count: int) -> NDArray[np.int64]:
    return np.random.default_rng(_SEED).integers(count, size=(RESAMPLES, count))


def _later(first: float | None, second: float | None) -> float:
    if first is None and second is None:
        return 0.0
    if first is None:
        return math.inf
    return -math.inf if second is None else first - second


def medians(rows: _Floats) -> _Floats:
    """Of each row; halfway between the two infinities is 0, so that neither side is favoured."""
    below, above = (rows.shape[1] - 1) // 2, rows.shape[1] // 2
    parted = np.partition(rows, (below, above), axis=1)
    with np.errstate(invalid="ignore"):
        middle: _Floats = (parted[:, below] + parted[:, above]) / 2
    return np.nan_to_num(middle, nan=0.0, posinf=np.inf, neginf=-np.inf)


def _interval(ordered: _Floats, level: float) -> tuple[float, float]:
    low = int(len(ordered) * level / 2)
    return float(ordered[low]), float(ordered[-1 - low])


def _judged(value: float, ordered: _Floats, n: int, margin: tuple[float, float]) -> Difference:
    """With its 95 % interval, and the verdict by that of a look."""
    low, high = _interval(ordered, LOOK_LEVEL)
    word, more = word_for(low, high, margin), None
    if word == "can't tell":
        more = missing(value, (high - low) / 2, n, margin)
    return Difference(value, *_interval(ordered, LEVEL), n, word, more)


def word_for(low: float, high: float, margin: tuple[float, float]) -> Word:
    """What an interval allows one to say, where less is better and within the margin is equal."""
    if margin[0] < low and high < margin[1]:
        return "no difference"
    if high < margin[0]:
        return "better"
    return "worse" if low > margin[1] else "can't tell"


def missing(value: float, half: float, n: int, margin: tuple[float, float]) -> int | None:
    """About how many more than ``n``; ``half`` is half the interval's length.

    Intervals shrink with the root of the messages, until an end of the margin is outside.
    """
    away = min(abs(value - end) for end in margin)
    if not (away > 0 and math.isfinite(half)):
        return None
    return max(math.ceil(n * (half / away) ** 2) - n, 1)
