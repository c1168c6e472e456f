"""Weights tuned on one half of the cases and reported on the other. Pure.

All weights in steps of a twentieth are tried. Weights that choose alike get alike, so only as many
are scored as there are different choices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final, Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from playground.compare.paired import Difference
from playground.findings.measured import Measured
from playground.findings.pinned import intents
from playground.findings.replay import Replay, Replayed, Weights
from playground.findings.statistics import cost_ratios, pass_differences

STEPS: Final = 20
_EVEN: Final = Weights(1 / 3, 1 / 3, 1 / 3)


@dataclass(frozen=True, slots=True)
class Objective:
    """What is wanted: the most quality at a cost, or the least cost at a quality.

    ``at`` is US$ per 1,000 cells at most for ``quality``, a pass rate of 0 to 1 at least for
    ``cost``; None for no bound.
    """

    best: Literal["quality", "cost"] = "quality"
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Tuned:
    """The weights found, what they got on the half they were tuned on, and on the other.

    ``points`` and ``cost`` are on the other half, beside the weights one has now; None where
    nothing is known there. ``points`` is None of simulated answers too.
    """

    weights: Weights
    on_tuned: Replayed
    on_others: Replayed
    now_on_others: Replayed
    points: Difference | None
    cost: Difference | None


@lru_cache(maxsize=1)
def grid() -> tuple[Weights, ...]:
    """Every mix of the three axes in twentieths."""
    return tuple(
        Weights(a / STEPS, b / STEPS, (STEPS - a - b) / STEPS)
        for a in range(STEPS + 1)
        for b in range(STEPS + 1 - a)
    )


def half_of(found: Measured) -> NDArray[np.bool_]:
    """Which cases are tuned on: each second one of every intent, by a checksum of its id.

    The same case is always in the same half as long as the cases are the same, in any order.
    """
    wanted = intents(found)
    order = sorted(
        range(len(wanted)), key=lambda place: (wanted[place], crc32(found.cases[place].encode()))
    )
    half = np.zeros(len(wanted), dtype=bool)
    for _, some in groupby(order, key=lambda place: wanted[place]):
        half[list(some)[::2]] = True
    return half


def tuned(
    found: Replay, half: NDArray[np.bool_], objective: Objective, now: Weights
) -> Tuned | None:
    """The weights that do best on this half; None where none keeps the bound.

    Of those that do equally well there the cheaper (or better) ones are taken, then the most even.
    """
    scored: dict[tuple[int, ...], Replayed] = {}
    kept: list[tuple[tuple[float, ...], Weights]] = []
    for weights in grid():
        chosen = found.chosen(weights)
        if chosen not in scored:
            scored[chosen] = found.of(found.columns(chosen), half)
        if (worth := _worth(scored[chosen], objective)) is not None:
            apart = sum((a - b) ** 2 for a, b in zip(weights, _EVEN, strict=True))
            kept.append(((*worth, apart), weights))
    if not kept:
        return None
    weights = min(kept)[1]
    points, cost = _beside(found, weights, now, ~half)
    return Tuned(
        weights=weights,
        on_tuned=scored[found.chosen(weights)],
        on_others=found.at(weights, ~half),
        now_on_others=found.at(now, ~half),
        points=points,
        cost=cost,
    )


def reachable(found: Replay) -> list[tuple[Weights, Replayed]]:
    """What weights can get, over all cases: one for each different choice, by cost.

    Those that another one beats in quality for no more cost are left out, and so are those without
    either.
    """
    scored: dict[tuple[int, ...], tuple[Weights, Replayed]] = {}
    for weights in grid():
        chosen = found.chosen(weights)
        if chosen not in scored:
            scored[chosen] = weights, found.of(found.columns(chosen))
    known = [
        (got.usd_per_1000, -got.rate.value, weights, got)
        for weights, got in scored.values()
        if got.rate is not None and got.usd_per_1000 is not None
    ]
    front: list[tuple[Weights, Replayed]] = []
    best = 0.0
    for _, worse, weights, got in sorted(known, key=lambda each: each[:2]):
        if not front or worse < best:
            front.append((weights, got))
            best = worse
    return front


def _worth(got: Replayed, objective: Objective) -> tuple[float, float] | None:
    """Less is better; None where the bound is not kept, or a figure is missing."""
    if got.rate is None or got.usd_per_1000 is None:
        return None
    quality, cost = got.rate.value, got.usd_per_1000
    if objective.best == "quality":
        kept = objective.at is None or cost <= objective.at
        return (-quality, cost) if kept else None
    kept = objective.at is None or quality >= objective.at
    return (cost, -quality) if kept else None


def _beside(
    found: Replay, weights: Weights, now: Weights, cases: NDArray[np.bool_]
) -> tuple[Difference | None, Difference | None]:
    ours, theirs = found.columns(found.chosen(weights)), found.columns(found.chosen(now))
    rows = np.flatnonzero(cases & (ours >= 0) & (theirs >= 0))
    if not len(rows):
        return None, None
    first, second = found.picked(rows, ours[rows]), found.picked(rows, theirs[rows])
    (cost,) = cost_ratios([(first.cost_usd, second.cost_usd)])
    if found.simulated:
        return None, cost
    finest = int(max(first.decided.max(initial=1), second.decided.max(initial=1)))
    (points,) = pass_differences([(first.share, second.share)], finest)
    return points, cost
