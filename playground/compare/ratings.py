"""Ratings from votes on pairs of answers. Pure.

Davidson's model (1970), a Bradley-Terry model with ties, and a term for the side an answer stood
on. A seat ``i`` has a strength; left ``i`` against right ``j`` wins, ties or loses in proportion to

    exp(strength_i + side/2),  exp(tie + (strength_i + strength_j)/2),  exp(strength_j - side/2)

A weak normal prior keeps the strengths finite where a seat has won all its votes. The fit is the
most probable point, by Newton's method; intervals come from the inverse Hessian there, or from a
bootstrap over prompts where prompts repeat. "Both bad" counts as a tie here, since it prefers
neither; how often it was said is a rate of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Outcome = Literal["left", "right", "tie", "both_bad"]

POINTS: Final = 400 / math.log(10)
"""Points of a rating for one unit of strength: 400 points are odds of ten to one, as in chess."""
MIDDLE: Final = 1000.0
"""The rating of a seat that is as strong as the mean of all."""
BOOTSTRAPS: Final = 400

_PRIOR_SD: Final = 1.2
_SIDE_SD: Final = 1.0
_TIE_SD: Final = 5.0
_Z95: Final = 1.959964
_SEED: Final = 20_261_126
_MOST_STEPS: Final = 60
_LONGEST_STEP: Final = 2.0

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Vote:
    """One judgement. ``prompt`` names what was asked: votes on one prompt are not independent."""

    left: str
    right: str
    outcome: Outcome
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Ratings:
    """What the votes say. ``ratings`` are in points around ``MIDDLE``, ``side`` in points too.

    ``ties`` and ``both_bad`` are shares of all votes (0..1). ``covariance`` is that of the
    strengths (natural log units), in the order of ``seats``. ``clustered``: intervals are from the
    bootstrap over prompts.
    """

    seats: tuple[str, ...]
    ratings: tuple[Interval, ...]
    side: Interval
    votes: int
    ties: float
    both_bad: float
    clustered: bool
    strengths: _Floats = field(repr=False)
    covariance: _Floats = field(repr=False)

    def difference(self, first: str, second: str) -> tuple[float, float]:
        """By how much ``first`` is stronger than ``second``, and the standard error."""
        a, b = self.seats.index(first), self.seats.index(second)
        spread = self.covariance
        variance = spread[a, a] + spread[b, b] - 2 * spread[a, b]
        return float(self.strengths[a] - self.strengths[b]), math.sqrt(max(float(variance), 0.0))


def rate(votes: Sequence[Vote], *, prior_sd: float = _PRIOR_SD, side: bool = True) -> Ratings:
    """The ratings of every seat in ``votes``; needs at least one vote.

    ``prior_sd`` is that of a strength; without ``side``, the side is taken to make no difference.
    """
    table = _Table(votes)
    prior = _prior(len(table.seats), prior_sd, side=side)
    fitted, hessian = _fit(table.features, table.counts(votes)[None], prior)
    covariance = np.linalg.inv(hessian[0])
    clusters = {vote.prompt for vote in votes}
    clustered = 1 < len(clusters) < len(votes)
    if clustered:
        covariance = _bootstrapped(votes, table, prior)
    return _ratings(table.seats, votes, fitted[0], covariance, clustered=clustered)


def win_matrix(votes: Sequence[Vote]) -> dict[tuple[str, str], tuple[float, int]]:
    """For each ordered pair that met: the first one's share of wins (a tie is half), and votes."""
    won: dict[tuple[str, str], float] = {}
    met: dict[tuple[str, str], int] = {}
    for vote in votes:
        share = {"left": 1.0, "right": 0.0}.get(vote.outcome, 0.5)
        for pair, part in (
            ((vote.left, vote.right), share),
            ((vote.right, vote.left), 1 - share),
        ):
            won[pair] = won.get(pair, 0.0) + part
            met[pair] = met.get(pair, 0) + 1
    return {pair: (won[pair] / count, count) for pair, count in met.items()}


def pairs(seats: Sequence[str]) -> list[tuple[str, str]]:
    """Every unordered pair of seats."""
    return list(combinations(seats, 2))


class _Table:
    """The votes as counts: for each ordered pair that met, how often left, neither, right."""

    def __init__(self, votes: Sequence[Vote]) -> None:
        self.seats = tuple(sorted({name for vote in votes for name in (vote.left, vote.right)}))
        met = sorted({(vote.left, vote.right) for vote in votes})
        self._rows = {pair: row for row, pair in enumerate(met)}
        count = len(self.seats)
        self.features = np.zeros((len(met), 3, count + 2))
        for row, (left, right) in enumerate(met):
            i, j = self.seats.index(left), self.seats.index(right)
            self.features[row, 0, [i, count]] = 1, 0.5
            self.features[row, 1, [i, j, count + 1]] = 0.5, 0.5, 1
            self.features[row, 2, [j, count]] = 1, -0.5

    def counts(self, votes: Sequence[Vote]) -> _Floats:
        """Shaped (pairs that met, 3)."""
        counts = np.zeros((len(self._rows), 3))
        for vote in votes:
            place = {"left": 0, "right": 2}.get(vote.outcome, 1)
            counts[self._rows[vote.left, vote.right], place] += 1
        return counts


def _prior(seats: int, sd: float, *, side: bool) -> _Floats:
    """The precision of each parameter: the strengths, the side, the tie."""
    side_sd = _SIDE_SD if side else 1e-6
    return np.array([sd**-2] * seats + [side_sd**-2, _TIE_SD**-2])


def _fit(features: _Floats, counts: _Floats, prior: _Floats) -> tuple[_Floats, _Floats]:
    """The most probable parameters for each of many counts, and the Hessians there.

    ``counts`` is shaped (samples, pairs, 3), ``features`` (pairs, 3, parameters).
    """
    fitted = np.zeros((len(counts), len(prior)))
    total = counts.sum(axis=2)
    for _ in range(_MOST_STEPS):
        slope, hessian = _slope(features, counts, total, prior, fitted)
        step = np.linalg.solve(hessian, slope[..., None])[..., 0]
        longest = np.abs(step).max(axis=1, keepdims=True)
        fitted += step * np.minimum(1.0, _LONGEST_STEP / np.maximum(longest, 1e-300))
        if longest.max() < 1e-10:
            break
    return fitted, _slope(features, counts, total, prior, fitted)[1]


def _slope(
    features: _Floats, counts: _Floats, total: _Floats, prior: _Floats, at: _Floats
) -> tuple[_Floats, _Floats]:
    scores = np.einsum("pcd,sd->spc", features, at)
    scores -= scores.max(axis=2, keepdims=True)
    chance = np.exp(scores)
    chance /= chance.sum(axis=2, keepdims=True)
    expected = total[..., None] * chance
    slope = np.einsum("spc,pcd->sd", counts - expected, features) - prior * at
    mean = np.einsum("spc,pcd->spd", chance, features)
    hessian = np.einsum("spc,pcd,pce->sde", expected, features, features, optimize=True)
    hessian -= np.einsum("sp,spd,spe->sde", total, mean, mean, optimize=True)
    return slope, hessian + np.diag(prior)


def _bootstrapped(votes: Sequence[Vote], table: _Table, prior: _Floats) -> _Floats:
    """The parameters' covariance over samples of prompts, drawn with replacement."""
    by_prompt: dict[str, list[Vote]] = {}
    for vote in votes:
        by_prompt.setdefault(vote.prompt, []).append(vote)
    each = np.stack([table.counts(some) for some in by_prompt.values()])
    drawn = np.random.default_rng(_SEED).multinomial(
        len(each), [1 / len(each)] * len(each), size=BOOTSTRAPS
    )
    counts = np.einsum("sc,cpo->spo", drawn, each, optimize=True)
    fitted = _fit(table.features, counts, prior)[0]
    shrink = len(each) / (len(each) - 1)
    return np.atleast_2d(np.cov(fitted, rowvar=False)) * shrink


def _ratings(
    seats: tuple[str, ...],
    votes: Sequence[Vote],
    fitted: _Floats,
    covariance: _Floats,
    *,
    clustered: bool,
) -> Ratings:
    count = len(seats)
    centred = np.eye(count) - 1 / count
    strengths = centred @ fitted[:count]
    spread = centred @ covariance[:count, :count] @ centred.T
    outcomes = [vote.outcome for vote in votes]
    return Ratings(
        seats=seats,
        ratings=tuple(
            _interval(float(value), float(variance), MIDDLE)
            for value, variance in zip(strengths, np.diag(spread), strict=True)
        ),
        side=_interval(float(fitted[count]), float(covariance[count, count])),
        votes=len(votes),
        ties=outcomes.count("tie") / len(votes),
        both_bad=outcomes.count("both_bad") / len(votes),
        clustered=clustered,
        strengths=strengths,
        covariance=spread,
    )


def _interval(value: float, variance: float, middle: float = 0.0) -> Interval:
    half = _Z95 * math.sqrt(max(variance, 0.0))
    return Interval(*(middle + POINTS * each for each in (value, value - half, value + half)))
