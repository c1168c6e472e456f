"""Paired differences agree with scipy, cover the truth, and count failures."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from playground.compare.paired import (
    RESAMPLES,
    Difference,
    cost_ratio,
    cross_fitted,
    looked_at,
    oracle,
    random_mix,
    sign_chance,
    time_difference,
)

SOME = st.none() | st.integers(1, 5_000).map(float)


@pytest.mark.parametrize(("wins", "losses"), [(0, 0), (5, 0), (7, 3), (30, 18), (400, 380)])
def test_the_sign_test_is_scipys(wins: int, losses: int) -> None:
    expected = stats.binomtest(wins, wins + losses).pvalue if wins + losses else 1.0
    assert sign_chance(wins, losses) == pytest.approx(expected, abs=1e-12)


def test_the_interval_of_the_median_is_scipys() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(500, 80, 60), rng.normal(540, 80, 60)
    found = time_difference(list(first), list(second))
    assert found is not None
    theirs = stats.bootstrap((first - second,), np.median, method="percentile", rng=2)
    assert found.value == pytest.approx(float(np.median(first - second)))
    assert found.low == pytest.approx(theirs.confidence_interval.low, abs=6)
    assert found.high == pytest.approx(theirs.confidence_interval.high, abs=6)


def test_a_cost_is_a_ratio_of_sums_over_what_is_known() -> None:
    found = cost_ratio([1.0, None, 1.0] * 10, [2.0, 5.0, 2.0] * 10)
    assert found is not None
    assert (found.value, found.n, found.word) == (0.5, 20, "better")


def test_costs_that_nobody_knows_are_no_ratio() -> None:
    assert cost_ratio([None, 1.0], [1.0, None]) is None
    assert cost_ratio([1.0], [0.0]) is None


def test_a_failure_takes_for_ever() -> None:
    found = time_difference([300.0] * 12, [None] * 12)
    assert found is not None
    assert (found.value, found.word) == (-math.inf, "better")
    both = time_difference([None] * 12, [None] * 12)
    assert both is not None
    assert both.word == "no difference"


@given(st.lists(st.tuples(SOME, SOME), min_size=1, max_size=9))
def test_no_side_is_favoured(pairs: list[tuple[float | None, float | None]]) -> None:
    first, second = [list(side) for side in zip(*pairs, strict=True)]
    one, other = time_difference(first, second), time_difference(second, first)
    assert one is not None
    assert other is not None
    assert one.value == -other.value
    assert (one.low, one.high) == (-other.high, -other.low)


def in_time(rows: NDArray[np.float64]) -> Difference | None:
    """The first column's times beside the second's."""
    return time_difference(list(rows[:, 0]), list(rows[:, 1]))


def in_cost(rows: NDArray[np.float64]) -> Difference | None:
    """The first column's costs beside the second's."""
    return cost_ratio(list(rows[:, 0]), list(rows[:, 1]))


def sooner(count: int) -> NDArray[np.float64]:
    """So many messages, the first one 400 ms sooner at each."""
    return np.tile([100.0, 500.0], (count, 1))


@pytest.mark.parametrize(
    ("count", "said"),
    [(24, ("can't tell", 1)), (25, ("better", None)), (49, ("better", None))],
)
def test_nothing_is_said_before_the_first_look(count: int, said: tuple[str, int | None]) -> None:
    found = looked_at(sooner(count), in_time)
    assert found is not None
    assert (found.word, found.more, found.n) == (*said, count)


def test_what_came_after_the_last_look_waits_for_the_next_one() -> None:
    later = np.tile([500.0, 100.0], (24, 1))
    found = looked_at(np.vstack([sooner(25), later]), in_time)
    assert found is not None
    assert (found.word, found.n) == ("better", 49)


def test_what_is_missing_leads_to_a_look() -> None:
    rng = np.random.default_rng(2)
    times = np.column_stack([rng.normal(500, 150, 30), rng.normal(580, 150, 30)])
    found = looked_at(times, in_time)
    assert found is not None
    assert found.word == "can't tell"
    assert found.more is not None
    assert 30 + found.more in {50, 100, 200, 400, 800, 1_600, 3_200}


def test_a_difference_that_may_lie_within_the_margin_is_not_called_better() -> None:
    rng = np.random.default_rng(3)
    first = rng.normal(500, 60, 100)
    found = time_difference(list(first), list(first + rng.normal(35, 20, 100)))
    assert found is not None
    assert -60 < found.low < found.high < 0
    assert found.word == "no difference"
    near = time_difference(list(first), list(first + rng.normal(51, 20, 100)))
    assert near is not None
    assert near.high < 0
    assert near.word == "can't tell"


def test_the_truth_lies_in_the_interval_of_the_ratio() -> None:
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(400):
        first, second = rng.lognormal(0, 0.5, 60), rng.lognormal(0.4, 0.5, 60)
        found = cost_ratio(list(first), list(second))
        assert found is not None
        hits += found.low <= math.exp(-0.4) <= found.high
    assert 0.91 <= hits / 400 <= 0.98


def alarms_of(
    judge: Callable[[NDArray[np.float64]], Difference | None], figures: NDArray[np.float64]
) -> int:
    """In how many of the runs a look finds a winner; figures are (runs, messages, 2)."""
    looks = (25, 50, 100, 200)
    return sum(
        any(
            found is not None and found.word in ("better", "worse")
            for found in (looked_at(run[:look], judge) for look in looks)
        )
        for run in figures
    )


@pytest.mark.slow
def test_looking_again_and_again_finds_few_winners_among_equals_in_time() -> None:
    figures = np.random.default_rng(4).lognormal(6, 0.4, (1_000, 200, 2))
    assert alarms_of(in_time, figures) <= 60


@pytest.mark.slow
def test_looking_again_and_again_finds_few_winners_among_equals_in_cost() -> None:
    figures = np.random.default_rng(4).lognormal(-6, 0.5, (1_000, 200, 2))
    assert alarms_of(in_cost, figures) <= 60


def test_the_best_single_is_not_flattered_by_being_chosen() -> None:
    rng = np.random.default_rng(5)
    figures = rng.normal(100, 30, (60, 6))
    picked = figures.mean(axis=0).min()
    assert cross_fitted(figures).mean() > picked
    assert oracle(figures).mean() < picked


def test_the_best_single_is_one_that_does_not_fail() -> None:
    figures = np.column_stack([np.full(40, 1.0), np.full(40, 5.0)])
    figures[::4, 0] = np.inf
    assert (cross_fitted(figures) == 5.0).all()


def test_a_random_mix_draws_from_everybody() -> None:
    figures = np.column_stack([np.zeros(200), np.ones(200)])
    assert 0.3 < random_mix(figures).mean() < 0.7


def test_a_certain_difference_within_the_margin_is_none_that_matters() -> None:
    found = time_difference([301.0] * 12, [300.0] * 12)
    assert found is not None
    assert (found.value, found.word) == (1.0, "no difference")


def test_both_intervals_are_numpys_over_the_same_samples() -> None:
    rng = np.random.default_rng(9)
    first, second = rng.lognormal(6, 0.3, 41), rng.lognormal(6, 0.3, 41)
    rows = np.random.default_rng(20_261_126).integers(41, size=(RESAMPLES, 41))
    medians = [np.median((first - second)[row]) for row in rows]
    ratios = [first[row].sum() / second[row].sum() for row in rows]
    time, cost = time_difference(list(first), list(second)), cost_ratio(list(first), list(second))
    assert time is not None
    assert cost is not None
    low = np.quantile(medians, 0.025, method="higher")
    high = np.quantile(medians, 0.975, method="lower")
    assert (time.low, time.high) == pytest.approx((low, high), abs=1e-6)
    low = np.quantile(ratios, 0.025, method="higher")
    high = np.quantile(ratios, 0.975, method="lower")
    assert (cost.low, cost.high) == pytest.approx((low, high), abs=1e-6)
