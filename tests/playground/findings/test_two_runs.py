"""Two runs: matched by case and arm, named where they differ, and when it is a regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from playground.evaluations.cells import CellSummary
from playground.findings.measured import Measured, measured
from playground.findings.two_runs import compared, regression
from playground.suites.suite import Arm, Case, Contains, Suite
from tests.playground.evaluations.cells import cell, column, suite

ROUTED = Arm(id="routed", name="Routed")


def cells(names: str, *arms: str) -> list[CellSummary]:
    """A cell of each of these cases, by each arm."""
    return [cell(name, arm) for name in names for arm in arms]


def asked(
    rng: np.random.Generator, hardness: NDArray[np.float64], repeats: int
) -> list[CellSummary]:
    """The routed arm's cells, of cases that pass as often as this."""
    return [
        each
        for repeat in range(repeats)
        for each in column(
            "routed",
            (rng.random(len(hardness)) < hardness).tolist(),
            repeat=repeat,
            cost=None,
            ttft=None,
        )
    ]


def run(passed: Sequence[bool | None], arm: Arm = ROUTED, **changed: object) -> Measured:
    """A run of one arm over the cases c0, c1, ..."""
    found = suite(len(passed), arm).model_copy(update=changed)
    return measured(found, column(arm.id, passed))


def test_what_was_fixed_and_broken_is_named() -> None:
    (arm,) = compared(run([True, True, False, None]), run([True, False, True, True])).arms
    assert (arm.fixed, arm.broken, arm.cases) == (("c2",), ("c1",), 3)
    assert arm.before is not None
    assert arm.after is not None
    assert (arm.before.passed, arm.after.passed) == (2, 2)
    assert not arm.changed


def test_a_fall_beyond_chance_is_a_regression() -> None:
    before, after = [True] * 40, [False] * 5 + [True] * 35
    found = regression(run(before), run(after))
    assert found.is_one
    (arm,) = found.compared.arms
    assert arm.chance_worse == pytest.approx(
        stats.binomtest(0, 5, alternative="less").pvalue, abs=1e-9
    )
    assert found.message == (
        "Regression of Routed: 100% passed before, 88% now; 5 cases broken (c0, c1, c2, c3, c4), "
        "0 fixed of 40; p = 0.031."
    )


def test_a_fall_that_may_be_chance_and_a_rise_are_none() -> None:
    before = [True] * 40
    few = regression(run(before), run([False] * 4 + [True] * 36))
    assert not few.is_one
    assert few.message.startswith("No regression of Routed: 100% passed before, 90% now; 4 cases")
    assert not regression(run([False] * 40), run(before)).is_one


def test_more_arms_need_more_evidence() -> None:
    other = Arm(id="other")
    both = suite(40, ROUTED, other)
    ok = [True] * 40
    fallen = [False] * 5 + [True] * 35
    before = measured(both, [*column("routed", ok), *column("other", ok)])
    after = measured(both, [*column("routed", fallen), *column("other", ok)])
    assert not regression(before, after).is_one


def test_what_has_no_counterpart_is_listed() -> None:
    check = (Contains(value="4"),)
    before = Suite(
        name="Sums",
        cases=(Case(id="a"), Case(id="b"), Case(id="c", vars={"input": "2 + 2"}, tags=("x",))),
        arms=(ROUTED, Arm(id="old")),
    )
    after = before.model_copy(
        update={
            "cases": (Case(id="b", checks=check), before.cases[2].model_copy(update={"tags": ()}),
                      Case(id="d")),
            "arms": (ROUTED.model_copy(update={"temperature": 1.0}), Arm(id="new")),
            "prompt": "Say it: {{input}}",
        }
    )  # fmt: skip

    found = regression(
        measured(before, cells("abc", "routed", "old")),
        measured(after, cells("bcd", "routed", "new")),
    )
    both = found.compared
    assert (both.only_before, both.only_after, both.other_cases) == (("a",), ("d",), ("b",))
    assert (both.arms_only_before, both.arms_only_after) == (("old",), ("new",))
    assert both.settings == ("prompt",)
    (arm,) = both.arms
    assert arm.changed
    assert arm.cases == 1
    assert (
        "Not compared: 1 case only in the earlier run (a); 1 case only in the later run (d); "
        "1 case changed since (b); 2 arms in one of the two only (old, new)."
    ) in found.message


def test_a_suite_that_checks_otherwise_has_other_cases() -> None:
    found = compared(run([True, True]), run([True, True], checks=(Contains(value="4"),)))
    assert found.other_cases == ("c0", "c1")
    assert found.nothing_in_common


def test_nothing_in_common_is_said() -> None:
    found = regression(run([True]), run([True], Arm(id="other")))
    assert not found.is_one
    assert found.compared.nothing_in_common
    assert found.message.startswith("Nothing to compare")


def test_the_same_run_twice_is_no_regression_and_changes_nothing() -> None:
    once = run([True, False, None])
    (arm,) = compared(once, once).arms
    assert (arm.fixed, arm.broken, arm.regressed) == ((), (), False)
    assert arm.points is not None
    assert arm.points.value == 0


@pytest.mark.slow
@pytest.mark.parametrize("repeats", [1, 3])
def test_a_thousand_runs_that_changed_nothing_are_seldom_called_a_regression(repeats: int) -> None:
    rng = np.random.default_rng(repeats)
    same, alarms = suite(60, ROUTED), 0
    for _ in range(1_000):
        hardness = rng.beta(2, 1, 60)
        before, after = (measured(same, asked(rng, hardness, repeats)) for _ in range(2))
        alarms += regression(before, after).is_one
    assert alarms <= 60
