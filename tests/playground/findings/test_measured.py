"""A run's cells as arrays by case: shares, means and medians over repeats."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.findings.measured import measured
from playground.suites.suite import Arm
from tests.playground.evaluations.cells import cell, suite

FIGURES = st.none() | st.floats(0, 9_999)


def test_repeats_of_a_case_are_one_entry() -> None:
    cells = [
        cell("c0", "a", True, ttft=100, cost=0.001),
        cell("c0", "a", False, repeat=1, ttft=400, cost=0.003),
        cell("c0", "a", None, repeat=2, ttft=200, cost=None),
        cell("c2", "a", error="It broke off."),
    ]
    found = measured(suite(3, Arm(id="a"), Arm(id="unasked")), cells)
    (arm,) = found.arms
    assert found.arm("a") is arm
    assert found.arm("unasked") is None
    assert list(arm.outcomes.passed) == [1, 0, 0]
    assert list(arm.outcomes.decided) == [2, 0, 1]
    assert arm.outcomes.share == pytest.approx([0.5, math.nan, 0.0], nan_ok=True)
    assert arm.outcomes.cost_usd == pytest.approx([0.002, math.nan, math.nan], nan_ok=True)
    assert arm.outcomes.ttft_ms == pytest.approx([200, math.nan, math.inf], nan_ok=True)
    assert arm.outcomes.total_ms == pytest.approx([400, math.nan, math.inf], nan_ok=True)
    assert (arm.cells, arm.errors) == (4, 1)


def test_cells_are_counted_by_what_became_of_them() -> None:
    cells = [
        cell("c0", "a", failovers=2),
        cell("c1", "a", simulated=True),
        cell("c9", "a"),
        cell("c0", "b"),
    ]
    (arm,) = measured(suite(2, Arm(id="a")), cells).arms
    assert (arm.cells, arm.failed_over, arm.simulated) == (2, 1, 1)


@given(st.lists(st.tuples(st.integers(0, 4), FIGURES, FIGURES), max_size=40))
def test_means_and_medians_are_those_of_the_standard_library(
    drawn: list[tuple[int, float | None, float | None]],
) -> None:
    cells = [
        cell(f"c{case}", "a", repeat=place, ttft=ttft, cost=cost)
        for place, (case, ttft, cost) in enumerate(drawn)
    ]
    arms = measured(suite(5, Arm(id="a")), cells).arms
    assert bool(arms) == bool(cells)
    for case, cost, ttft in (
        zip(range(5), arms[0].outcomes.cost_usd, arms[0].outcomes.ttft_ms, strict=True)
        if arms
        else ()
    ):
        costs = [c for place, _, c in drawn if place == case and c is not None]
        times = [t for place, t, _ in drawn if place == case and t is not None]
        assert cost == pytest.approx(statistics.mean(costs) if costs else math.nan, nan_ok=True)
        assert ttft == pytest.approx(statistics.median(times) if times else math.nan, nan_ok=True)


def test_some_of_the_cases_can_be_taken() -> None:
    cells = [cell(f"c{place}", "a", place != 1) for place in range(3)]
    (arm,) = measured(suite(3, Arm(id="a")), cells).arms
    assert list(arm.outcomes.of(np.array([True, True, False])).passed) == [1, 0]
    assert list(arm.outcomes.of(np.array([2])).passed) == [1]
