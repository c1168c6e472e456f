"""What a run measured, as arrays: for each arm a figure per case, its repeats together. Pure.

The case is what a statistic counts: repeats of one case are alike, and are no further evidence.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.evaluations.cells import CellSummary
from playground.suites.suite import Arm, Suite

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came of some cells, in arrays of one entry per case.

    ``passed`` of the ``decided`` cells passed. ``cost_usd`` is the mean US$ of a cell, NaN where
    none has a price. ``ttft_ms`` and ``total_ms`` are the median of the repeats, NaN where not
    known; a cell that got no answer took for ever.
    """

    passed: Ints
    decided: Ints
    cost_usd: Floats
    ttft_ms: Floats
    total_ms: Floats

    @property
    def share(self) -> Floats:
        """The share of each case's cells that passed, NaN where none was decided."""
        decided = np.where(self.decided, self.decided, 1)
        shares: Floats = np.where(self.decided, self.passed / decided, np.nan)
        return shares

    def of(self, cases: NDArray[np.bool_] | Ints) -> Outcomes:
        """The same of some cases only."""
        return Outcomes(
            self.passed[cases],
            self.decided[cases],
            self.cost_usd[cases],
            self.ttft_ms[cases],
            self.total_ms[cases],
        )


@dataclass(frozen=True, slots=True)
class ArmMeasured:
    """One arm's cells, and their outcomes by case.

    ``cells`` were asked; ``errors`` of them got no answer, ``failed_over`` got it from another than
    the first choice, ``simulated`` from no real model.
    """

    arm: Arm
    summaries: tuple[CellSummary, ...]
    outcomes: Outcomes

    @property
    def cells(self) -> int:
        """How many cells were asked."""
        return len(self.summaries)

    @property
    def errors(self) -> int:
        """How many got no answer."""
        return sum(each.error is not None for each in self.summaries)

    @property
    def failed_over(self) -> int:
        """How many were answered by another than who was asked first."""
        return sum(each.failovers > 0 for each in self.summaries)

    @property
    def simulated(self) -> int:
        """How many were answered by no real model."""
        return sum(each.simulated for each in self.summaries)


@dataclass(frozen=True, slots=True)
class Measured:
    """A run's cells by arm; the arrays' entries are the suite's cases, in its order."""

    suite: Suite
    arms: tuple[ArmMeasured, ...]

    @property
    def cases(self) -> tuple[str, ...]:
        """The ids of the cases."""
        return tuple(case.id for case in self.suite.cases)

    def arm(self, arm_id: str) -> ArmMeasured | None:
        """The arm of this id, None where none of its cells was asked."""
        return next((each for each in self.arms if each.arm.id == arm_id), None)


def measured(suite: Suite, summaries: Iterable[CellSummary]) -> Measured:
    """The cells of this suite's cases and arms; arms without a cell are left out."""
    places = {case.id: place for place, case in enumerate(suite.cases)}
    by_arm: dict[str, list[CellSummary]] = defaultdict(list)
    for each in summaries:
        if each.case_id in places:
            by_arm[each.arm_id].append(each)
    return Measured(
        suite,
        tuple(
            ArmMeasured(arm, tuple(by_arm[arm.id]), outcomes(by_arm[arm.id], places))
            for arm in suite.arms
            if arm.id in by_arm
        ),
    )


def outcomes(summaries: Sequence[CellSummary], places: dict[str, int]) -> Outcomes:
    """The outcomes of these cells; ``places`` has the entry of each case."""
    size = len(places)
    cases = np.array([places[each.case_id] for each in summaries], dtype=np.int64)
    passed = np.array([bool(each.passed) for each in summaries], dtype=bool)
    decided = np.array([each.passed is not None for each in summaries], dtype=bool)
    costs = np.array([_or_nan(each.cost_usd) for each in summaries], dtype=float)
    return Outcomes(
        passed=np.bincount(cases[passed], minlength=size),
        decided=np.bincount(cases[decided], minlength=size),
        cost_usd=_means(cases, costs, size),
        ttft_ms=_medians(cases, _times(summaries, [each.ttft_ms for each in summaries]), size),
        total_ms=_medians(cases, _times(summaries, [each.total_ms for each in summaries]), size),
    )


def _times(summaries: Sequence[CellSummary], known: Sequence[float | None]) -> Floats:
    return np.array(
        [
            math.inf if each.error is not None else _or_nan(time)
            for each, time in zip(summaries, known, strict=True)
        ],
        dtype=float,
    )


def _or_nan(figure: float | None) -> float:
    return math.nan if figure is None else figure


def _means(cases: Ints, figures: Floats, size: int) -> Floats:
    known = ~np.isnan(figures)
    counts = np.bincount(cases[known], minlength=size)
    sums = np.bincount(cases[known], weights=figures[known], minlength=size)
    means: Floats = np.where(counts, sums / np.where(counts, counts, 1), np.nan)
    return means


def _medians(cases: Ints, figures: Floats, size: int) -> Floats:
    known = ~np.isnan(figures)
    cases, figures = cases[known], figures[known]
    ordered = figures[np.lexsort((figures, cases))]
    counts = np.bincount(cases, minlength=size)
    some = np.flatnonzero(counts)
    starts = np.cumsum(counts)[some] - counts[some]
    below, above = starts + (counts[some] - 1) // 2, starts + counts[some] // 2
    medians = np.full(size, np.nan)
    medians[some] = (ordered[below] + ordered[above]) / 2
    return medians
