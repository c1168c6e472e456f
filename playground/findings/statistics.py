"""Rates with their intervals, paired differences, and what they allow one to say. Pure.

Repeats of one case are alike, so cases are what is counted and what is resampled. A difference in
pass rate is judged by an exact test: under equals, each case's difference may as well have the
other sign. With one repeat this is McNemar's test. Several comparisons share one level, by Holm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from playground.compare.holm import adjusted
from playground.compare.looks import LEVEL
from playground.compare.paired import (
    COST_MARGIN,
    TIME_MARGIN_MS,
    Difference,
    Word,
    cross_fitted_columns,
    medians,
    missing,
    word_for,
)
from playground.findings.measured import Floats, Ints

RESAMPLES: Final = 10_000
PASS_MARGIN: Final = 2.0
"""Points of the pass rate: a difference that surely lies within is none that matters."""

_SEED: Final = 20_261_126
_MOST_DRAWN: Final = 40_000_000
_FEWEST_RESAMPLES: Final = 2_000
_PIECE: Final = 4_000_000
_FINEST: Final = 20
_TIE: Final = 1e-9
"""Less than any difference between two pass rates, and than any chance that matters."""
_MOST_MORE: Final = 10_000

Pair = tuple[Floats, Floats]
"""Two arms' figures, an entry per case each, NaN where not known."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``passed`` of ``n`` cells, over so many ``cases``; the rate's 95 % interval, 0 to 1."""

    passed: int
    n: int
    cases: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The rate, 0 to 1."""
        return self.passed / self.n


def rate(passed: Ints, decided: Ints) -> Rate | None:
    """The rate of all cells, with Wilson's interval at their effective number.

    ``passed`` of the ``decided`` cells of each case passed. The effective number is what as many
    independent cells would vary by: all of them with one repeat, the cases where repeats always
    agree. None where no cell was decided.
    """
    some = decided > 0
    passed, decided = passed[some], decided[some]
    n = int(decided.sum())
    if n == 0:
        return None
    low, high = wilson(passed.sum() / n, effective(passed, decided))
    return Rate(int(passed.sum()), n, len(decided), low, high)


def effective(passed: Ints, decided: Ints) -> float:
    """How many independent cells tell as much: n over the design effect (Kish, 1965).

    From what is left where repeats always agree, up to n. Where nothing or everything passed,
    they are taken to agree.
    """
    n, share = int(decided.sum()), float(passed.sum() / decided.sum())
    fewest = n**2 / float((decided**2).sum())
    cases = len(decided)
    if share in (0.0, 1.0) or n == cases:
        return fewest
    variance = float(((passed - share * decided) ** 2).sum()) / n**2 * cases / max(1, cases - 1)
    return max(fewest, min(n, share * (1 - share) / variance)) if variance > 0 else float(n)


def wilson(share: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's score interval (1927) of a share of ``n``, which need not be whole."""
    z = NormalDist().inv_cdf(1 - level / 2)
    middle = share + z**2 / (2 * n)
    reach = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    whole = 1 + z**2 / n
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)


def flip_chance(differences: Floats, finest: int = 1, *, only_below: bool = False) -> float:
    """How likely a mean so far from 0 is, if each difference may as well have the other sign.

    Exact, over all signs. ``differences`` are -1 to 1 and a multiple of 1/``finest``; above 20
    they are rounded to twentieths. With ``finest`` 1 it is McNemar's exact test.

    Args:
        differences: One per case.
        finest: The repeats.
        only_below: One-sided: how likely a mean as low or lower is.
    """
    grid = min(finest, _FINEST)
    steps = np.rint(differences * grid).astype(np.int64)
    observed, reach = int(steps.sum()), int(np.abs(steps).sum())
    if reach == 0:
        return 1.0
    size = 2 * reach + 1
    angles = 2 * math.pi * np.arange(size // 2 + 1) / size
    spectrum = np.ones_like(angles)
    for step, count in zip(*np.unique(np.abs(steps), return_counts=True), strict=True):
        spectrum *= np.cos(step * angles) ** count
    chances = np.fft.irfft(spectrum, size)
    if only_below and observed > 0:
        return 1.0 - _tail(chances, observed + 1, reach)
    tail = _tail(chances, abs(observed), reach)
    return tail if only_below else min(1.0, 2 * tail)


def _tail(chances: Floats, first: int, reach: int) -> float:
    return float(np.clip(chances[first : reach + 1].sum(), 0.0, 1.0))


def resampled_sums(columns: Floats) -> Floats:
    """The sums of each column over resampled rows: (resamples, columns), always the same draws.

    10,000 resamples up to 4,000 rows, fewer beyond, 2,000 at least.
    """
    found = [drawn @ columns for drawn in _draws(len(columns))]
    return np.vstack(found)


def _draws(rows: int) -> Iterator[Floats]:
    """How often each resample has each row, in pieces of bounded memory."""
    rng = np.random.default_rng(_SEED)
    left = max(_FEWEST_RESAMPLES, min(RESAMPLES, _MOST_DRAWN // rows))
    while left > 0:
        piece = min(left, max(1, _PIECE // rows))
        drawn = rng.integers(rows, size=(piece, rows))
        drawn += np.arange(piece)[:, None] * rows
        yield np.bincount(drawn.ravel(), minlength=piece * rows).reshape(piece, rows).astype(float)
        left -= piece


def pass_differences(pairs: Sequence[Pair], finest: int = 1) -> list[Difference | None]:
    """The first arm's pass rate less the second's, in points of 100; above 0 the first is better.

    Each case counts the same. The interval is the bootstrap's over the cases and one more for each
    side, as Bonett and Price (2012) have it: a few cases that all agree are no certainty. None
    where no case was decided for both.
    """
    found = [first - second for first, second in pairs]
    known = [each[~np.isnan(each)] for each in found]
    chances = adjusted([flip_chance(each, finest) for each in known])
    return [
        _in_points(each, chance, LEVEL / len(pairs)) if len(each) else None
        for each, chance in zip(known, chances, strict=True)
    ]


def _in_points(differences: Floats, chance: float, level: float) -> Difference:
    value, n = 100 * float(differences.mean()), len(differences)
    low, high = points_interval(differences, LEVEL)
    half = (high - low) / 2 * _reach(level) / _reach(LEVEL)
    word: Word = "can't tell"
    if max(abs(value) + half, abs(low), abs(high)) < PASS_MARGIN:
        word = "no difference"
    elif chance <= LEVEL and not low <= 0 <= high:
        word = "better" if value > 0 else "worse"
    more = _more_cases(value, half, n, chance) if word == "can't tell" else None
    return Difference(value, low, high, n, word, more)


def points_interval(differences: Floats, level: float) -> tuple[float, float]:
    """The interval of the mean difference in points, with one more case for each side."""
    cases = np.append(differences, (1.0, -1.0))
    values, counts = np.unique(cases, return_counts=True)
    rng = np.random.default_rng(_SEED)
    drawn = rng.multinomial(len(cases), counts / len(cases), size=RESAMPLES)
    means = 100 * (drawn @ values) / len(cases)
    return _interval(means, level)


def cost_ratios(pairs: Sequence[Pair]) -> list[Difference | None]:
    """What the first arm's cells cost over the second's; below 1 the first is better.

    The ratio of the sums in US$ over the cases where both are known; the interval is the
    bootstrap's. None where no case has both, or the second cost nothing.
    """
    both = [~np.isnan(first) & ~np.isnan(second) for first, second in pairs]
    columns = [
        np.where(known, side, 0.0) for pair, known in zip(pairs, both, strict=True) for side in pair
    ]
    priced = np.any(both, axis=0) if pairs else np.zeros(0, dtype=bool)
    if not priced.any():
        return [None] * len(pairs)
    costs = np.column_stack(columns)[priced]
    ours, theirs = costs.sum(axis=0)[::2], costs.sum(axis=0)[1::2]
    sums = resampled_sums(costs)
    return [
        _as_ratio(
            float(ours[place] / theirs[place]),
            sums[:, 2 * place : 2 * place + 2],
            int(known.sum()),
            LEVEL / len(pairs),
        )
        if theirs[place] > 0
        else None
        for place, known in enumerate(both)
    ]


def _as_ratio(value: float, sums: Floats, n: int, level: float) -> Difference:
    kept = sums[sums[:, 1] > 0]
    ratios = kept[:, 0] / kept[:, 1]
    judged = _interval(ratios, level)
    return _with_word(value, _interval(ratios, LEVEL), judged, n, (1 / COST_MARGIN, COST_MARGIN))


def time_differences(pairs: Sequence[Pair]) -> list[Difference | None]:
    """The median of the first arm's times less the second's, in ms; below 0 the first is better.

    An answer that failed took for ever, and two failures are equal. The interval is the exact one
    of a median, whose ends are two of the differences. None where no case has both.
    """
    return [_in_time(*pair, LEVEL / len(pairs)) for pair in pairs]


def _in_time(first: Floats, second: Floats, level: float) -> Difference | None:
    known = ~np.isnan(first) & ~np.isnan(second)
    if not known.any():
        return None
    with np.errstate(invalid="ignore"):
        apart = first[known] - second[known]
    ordered = np.sort(np.nan_to_num(apart, posinf=np.inf, neginf=-np.inf))
    value, margin = float(medians(ordered[None])[0]), (-TIME_MARGIN_MS, TIME_MARGIN_MS)
    judged = median_interval(ordered, level)
    return _with_word(value, median_interval(ordered, LEVEL), judged, len(ordered), margin)


def median_interval(ordered: Floats, level: float) -> tuple[float, float]:
    """The exact interval of the median: the sign test inverted. Infinite where n is too small."""
    n = len(ordered)
    places = np.arange(1, n // 2 + 1)
    logs = np.concatenate(([0.0], np.cumsum(np.log((n - places + 1) / places))))
    below = np.cumsum(np.exp(logs - n * math.log(2)))
    place = int(np.searchsorted(below, level / 2, side="right"))
    if place == 0:
        return -math.inf, math.inf
    return float(ordered[place - 1]), float(ordered[n - place])


def best_columns(shares: Floats, costs: Floats) -> Ints:
    """For each case the arm that passes most on the other half of the cases, as a column.

    Both are (cases, arms), NaN where not known. Of arms that pass as often, the cheaper is taken.
    """
    worse = np.where(np.isnan(shares).all(axis=0), np.inf, 1 - shares)
    known = [each[~np.isnan(each)] for each in costs.T]
    means = [each.mean() if len(each) else np.inf for each in known]
    return cross_fitted_columns(worse + _TIE * np.argsort(np.argsort(means, kind="stable")))


def _with_word(
    value: float,
    shown: tuple[float, float],
    judged: tuple[float, float],
    n: int,
    margin: tuple[float, float],
) -> Difference:
    """With its 95 % interval, and the verdict by that of its share of the level."""
    low, high = judged
    word, more = word_for(low, high, margin), None
    if word == "can't tell":
        more = _within_reach(missing(value, (high - low) / 2, n, margin))
    return Difference(value, *shown, n, word, more)


def _more_cases(value: float, half: float, n: int, chance: float) -> int | None:
    """Until the test or the margin settles it, if the difference stays as it is.

    What a test sees grows, and intervals shrink, with the root of the cases.
    """
    needed = [math.inf]
    if (seen := _reach(max(chance, _TIE))) > _TIE:
        needed.append(n * (_reach(LEVEL) / seen) ** 2)
    if abs(value) < PASS_MARGIN:
        needed.append(n * (half / (PASS_MARGIN - abs(value))) ** 2)
    fewest = min(needed)
    return _within_reach(max(math.ceil(fewest) - n, 1)) if math.isfinite(fewest) else None


def _within_reach(more: int | None) -> int | None:
    return more if more is not None and more <= _MOST_MORE else None


def _reach(level: float) -> float:
    return NormalDist().inv_cdf(1 - level / 2)


def _interval(figures: Floats, level: float) -> tuple[float, float]:
    low, high = np.quantile(figures, (level / 2, 1 - level / 2))
    return float(low), float(high)
