"""What may be said of a run: each arm's figures, and the baseline beside the others. Pure.

The best single arm is chosen on one half of the cases and judged on the other. All differences of
one measure share one level of 5 % (Holm for pass rates, Bonferroni for cost and time). Of simulated
answers nothing is said about quality.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from playground.compare.paired import Difference
from playground.evaluations import judging
from playground.findings.measured import ArmMeasured, Floats, Measured
from playground.findings.statistics import (
    Rate,
    best_columns,
    cost_ratios,
    pass_differences,
    rate,
    time_differences,
)
from playground.suites.suite import Arm

BEST_SINGLE: Final = "the best single"


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """One arm's figures over all its cells; a figure that nobody knows is None.

    ``ttft_p50_ms`` is milliseconds over the ``timed`` cells that have one, ``usd_per_1000`` US$ per
    1,000 cells, estimated by list prices over the ``priced`` ones.
    """

    arm: Arm
    cells: int
    rate: Rate | None
    ttft_p50_ms: float | None
    timed: int
    total_p50_ms: float | None
    usd_per_1000: float | None
    priced: int
    failed_over: int
    errors: int
    simulated: int


@dataclass(frozen=True, slots=True)
class Beside:
    """The baseline beside one other: pass rate in points, ratio of costs, time to first token.

    ``simulated``: answers of one of them are, and so ``points`` is None.
    """

    name: str
    kind: Literal["arm", "best single"]
    arm_id: str | None
    simulated: bool
    points: Difference | None
    cost: Difference | None
    time: Difference | None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """All of it; ``beside`` has the best single first. ``over``: the run is not going on."""

    baseline: Arm | None
    arms: tuple[ArmFigures, ...]
    beside: tuple[Beside, ...]
    over: bool = True


@dataclass(frozen=True, slots=True)
class _Side:
    share: Floats
    cost: Floats
    time: Floats
    simulated: bool


def verdicts(found: Measured, *, over: bool = True) -> Verdicts:
    """What these cells allow; while the run goes on (not ``over``), figures without verdicts.

    Whoever looks at every moment of a run sees a winner among equals sooner or later.
    """
    arms = tuple(map(figures_of, found.arms))
    baseline = baseline_of(found)
    if baseline is None:
        return Verdicts(None, arms, (), over)
    others = [each for each in found.arms if each is not baseline]
    sides = [(each.arm.label, each.arm.id, _side(each)) for each in others]
    singles = [each for each in found.arms if each.arm.pin and not each.arm.drill]
    rivals: list[tuple[str, str | None, _Side]] = list(sides)
    if not baseline.arm.pin and len(singles) > 1 and (best := _best_single(singles)):
        rivals.insert(0, (BEST_SINGLE, None, best))
    beside = _beside(_side(baseline), rivals, _repeats(found))
    return Verdicts(baseline.arm, arms, tuple(beside if over else map(_unjudged, beside)), over)


def baseline_of(found: Measured) -> ArmMeasured | None:
    """Whom the others are compared with: the suite's baseline, else the first that was asked."""
    named = judging.baseline_of(found.suite)
    return (found.arm(named) if named else None) or (found.arms[0] if found.arms else None)


def figures_of(found: ArmMeasured) -> ArmFigures:
    """One arm's figures."""
    cells, outcomes = found.summaries, found.outcomes
    ttft = [each.ttft_ms for each in cells if each.ttft_ms is not None]
    total = [each.total_ms for each in cells if each.total_ms is not None]
    costs = [each.cost_usd for each in cells if each.cost_usd is not None]
    return ArmFigures(
        arm=found.arm,
        cells=found.cells,
        rate=rate(outcomes.passed, outcomes.decided),
        ttft_p50_ms=float(np.median(ttft)) if ttft else None,
        timed=len(ttft),
        total_p50_ms=float(np.median(total)) if total else None,
        usd_per_1000=1_000 * float(np.mean(costs)) if costs else None,
        priced=len(costs),
        failed_over=found.failed_over,
        errors=found.errors,
        simulated=found.simulated,
    )


def _best_single(singles: Sequence[ArmMeasured]) -> _Side | None:
    sides = [_side(each) for each in singles]
    shares = np.column_stack([side.share for side in sides])
    if np.isnan(shares).all():
        return None
    costs = np.column_stack([side.cost for side in sides])
    chosen = best_columns(shares, costs)
    rows = np.arange(len(chosen))
    return _Side(
        share=shares[rows, chosen],
        cost=costs[rows, chosen],
        time=np.column_stack([side.time for side in sides])[rows, chosen],
        simulated=any(side.simulated for side in sides),
    )


def _side(found: ArmMeasured) -> _Side:
    outcomes = found.outcomes
    return _Side(outcomes.share, outcomes.cost_usd, outcomes.ttft_ms, found.simulated > 0)


def _beside(
    ours: _Side, rivals: Sequence[tuple[str, str | None, _Side]], repeats: int
) -> list[Beside]:
    sides = [side for _, _, side in rivals]
    real = [side for side in sides if not (ours.simulated or side.simulated)]
    points = iter(pass_differences([(ours.share, side.share) for side in real], repeats))
    costs = cost_ratios([(ours.cost, side.cost) for side in sides])
    times = time_differences([(ours.time, side.time) for side in sides])
    return [
        Beside(
            name=name,
            kind="arm" if arm_id else "best single",
            arm_id=arm_id,
            simulated=ours.simulated or side.simulated,
            points=None if ours.simulated or side.simulated else next(points),
            cost=cost,
            time=time,
        )
        for (name, arm_id, side), cost, time in zip(rivals, costs, times, strict=True)
    ]


def _repeats(found: Measured) -> int:
    return max((int(each.outcomes.decided.max(initial=1)) for each in found.arms), default=1)


def _unjudged(beside: Beside) -> Beside:
    return replace(
        beside,
        points=_without_word(beside.points),
        cost=_without_word(beside.cost),
        time=_without_word(beside.time),
    )


def _without_word(found: Difference | None) -> Difference | None:
    return found and replace(found, word="can't tell", more=None)
