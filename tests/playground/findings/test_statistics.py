"""Our statistics equal scipy's and statsmodels', and raise few alarms among equals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from playground.compare.holm import adjusted
from playground.compare.paired import Difference
from playground.findings.statistics import (
    cost_ratios,
    effective,
    flip_chance,
    median_interval,
    pass_differences,
    points_interval,
    rate,
    resampled_sums,
    time_differences,
    wilson,
)

Floats = NDArray[np.float64]
SIGNS = st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=1, max_size=60)


def outcomes(
    shape: tuple[int, int, int], share: float, rng: np.random.Generator, repeats: int
) -> NDArray[np.int64]:
    """How many of the repeats pass, (runs, arms, cases); some cases are harder for all arms.

    On two thirds of the cases an arm always answers alike, as models at temperature 0 do.
    """
    runs, _, cases = shape
    hardness = rng.beta(share / 0.6, (1 - share) / 0.6, size=(runs, 1, cases))
    each = rng.binomial(repeats, np.broadcast_to(hardness, shape))
    alike = repeats * rng.binomial(1, np.broadcast_to(hardness, shape))
    return np.where(rng.random(shape) < 2 / 3, alike, each)


@given(st.integers(1, 2_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_is_that_of_scipy_and_statsmodels(counts: tuple[int, int]) -> None:
    passed, n = counts
    ours = wilson(passed / n, n)
    theirs = stats.binomtest(passed, n).proportion_ci(method="wilson")
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert ours == pytest.approx(proportion_confint(passed, n, method="wilson"), abs=1e-9)


def test_a_rate_without_repeats_has_wilsons_interval() -> None:
    found = rate(np.array([1, 0, 1, 1, 0]), np.ones(5, dtype=int))
    assert found is not None
    assert (found.passed, found.n, found.cases, found.value) == (3, 5, 5, 0.6)
    assert (found.low, found.high) == pytest.approx(wilson(0.6, 5), abs=1e-12)


def test_repeats_that_always_agree_are_no_further_evidence() -> None:
    passed, decided = np.array([3, 0, 3, 3, 0]), np.full(5, 3)
    assert effective(passed, decided) == pytest.approx(5)
    assert effective(np.full(5, 3), decided) == 5
    assert effective(np.zeros(5, dtype=int), decided) == 5
    assert effective(np.array([1, 2, 1, 2, 2]), decided) == 15
    assert effective(np.full(6, 1), np.full(6, 2)) == 12


def test_cells_that_nobody_decided_are_no_rate() -> None:
    assert rate(np.zeros(3, dtype=int), np.zeros(3, dtype=int)) is None
    found = rate(np.array([1, 0]), np.array([1, 0]))
    assert found is not None
    assert (found.n, found.cases) == (1, 1)


def test_the_interval_of_a_rate_with_repeats_holds_the_truth() -> None:
    rng = np.random.default_rng(1)
    hits = 0
    for passed in outcomes((600, 1, 60), 0.7, rng, 3)[:, 0]:
        found = rate(passed, np.full(60, 3))
        assert found is not None
        hits += found.low <= 0.7 <= found.high
    assert 0.92 <= hits / 600 <= 0.98


@given(SIGNS)
def test_without_repeats_the_test_is_mcnemars(signs: list[float]) -> None:
    wins, losses = signs.count(1.0), signs.count(-1.0)
    theirs = mcnemar([[0, wins], [losses, 0]], exact=True).pvalue
    assert flip_chance(np.array(signs)) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize(("wins", "losses"), [(30, 10), (400, 380), (6_000, 5_700)])
def test_it_is_exact_for_many_cases_too(wins: int, losses: int) -> None:
    signs = np.repeat([1.0, -1.0], [wins, losses])
    theirs = stats.binomtest(wins, wins + losses).pvalue
    assert flip_chance(signs) == pytest.approx(theirs, abs=1e-9)
    less = stats.binomtest(wins, wins + losses, alternative="less").pvalue
    more = stats.binomtest(wins, wins + losses, alternative="greater").pvalue
    assert flip_chance(signs, only_below=True) == pytest.approx(less, abs=1e-9)
    assert flip_chance(-signs, only_below=True) == pytest.approx(more, abs=1e-9)


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=12))
def test_with_repeats_it_is_scipys_permutation_test(thirds: list[int]) -> None:
    assume(len(thirds) > 1)
    differences = np.array(thirds) / 3
    theirs = stats.permutation_test(
        (np.array(thirds, dtype=float),),
        lambda x, axis: x.sum(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=np.inf,
    ).pvalue
    assert flip_chance(differences, 3) == pytest.approx(min(1.0, theirs), abs=1e-9)


@given(st.lists(st.integers(-6, 6), min_size=1, max_size=200), st.integers(1, 8))
def test_something_can_be_said_of_any_differences(sixths: list[int], arms: int) -> None:
    ours = np.array(sixths) / 6
    for found in pass_differences([(ours, 0 * ours)] * arms, 6):
        assert found is not None
        assert found.low <= found.value <= found.high
        assert found.more is None or found.more > 0
        assert (found.more is None) or found.word == "can't tell"


@given(SIGNS)
def test_no_side_is_favoured(signs: list[float]) -> None:
    ours = np.array(signs)
    assert flip_chance(ours) == flip_chance(-ours)
    one, other = pass_differences([(ours, 0 * ours), (0 * ours, ours)])
    assert one is not None
    assert other is not None
    assert one.value == -other.value
    assert {one.word, other.word} in ({"better", "worse"}, {"can't tell"}, {"no difference"})


def test_the_bootstrap_of_a_cost_ratio_is_scipys_with_the_same_resamples() -> None:
    rng = np.random.default_rng(2)
    first, second = rng.lognormal(-6, 0.5, 120), rng.lognormal(-5.8, 0.5, 120)
    (found,) = cost_ratios([(first, second)])
    theirs = stats.bootstrap(
        (first, second),
        lambda a, b, axis: a.sum(axis=axis) / b.sum(axis=axis),
        paired=True,
        n_resamples=10_000,
        method="percentile",
        rng=np.random.default_rng(20_261_126),
    ).confidence_interval
    assert found is not None
    assert found.value == pytest.approx(first.sum() / second.sum())
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-6)


def test_the_bootstrap_of_points_is_scipys_within_its_own_error() -> None:
    signs = np.repeat([1.0, -1.0, 0.0], [30, 18, 152])
    theirs = stats.bootstrap(
        (100 * np.append(signs, (1.0, -1.0)),),
        np.mean,
        n_resamples=50_000,
        method="percentile",
        rng=np.random.default_rng(3),
    ).confidence_interval
    assert points_interval(signs, 0.05) == pytest.approx((theirs.low, theirs.high), abs=0.25)


@given(st.lists(st.integers(-500, 500).map(float), min_size=1, max_size=80))
def test_the_interval_of_a_median_is_scipys(differences: list[float]) -> None:
    ordered = np.sort(differences)
    theirs = stats.quantile_test(ordered, p=0.5).confidence_interval(0.95)
    low, high = median_interval(ordered, 0.05)
    # scipy's is nan where ours has no end.
    assert low == (theirs.low if not math.isnan(theirs.low) else -math.inf)
    assert high == (theirs.high if not math.isnan(theirs.high) else math.inf)


def test_a_failure_takes_for_ever_and_two_are_equal() -> None:
    never, soon = np.full(12, np.inf), np.full(12, 300.0)
    found, both = time_differences([(soon, never), (never, never)])
    assert found is not None
    assert (found.value, found.word) == (-math.inf, "better")
    assert both is not None
    assert both.word == "no difference"


def test_what_is_not_known_is_left_out() -> None:
    first, second = np.array([1.0, np.nan, 0.0]), np.array([np.nan, 1.0, 1.0])
    (points,), (cost,) = pass_differences([(first, second)]), cost_ratios([(first, second)])
    (late,) = time_differences([(first, second)])
    for found in (points, cost, late):
        assert found is not None
        assert found.n == 1
    nothing = np.full(3, np.nan)
    assert pass_differences([(nothing, first)]) == [None]
    assert cost_ratios([(nothing, first)]) == [None]
    assert time_differences([(nothing, first)]) == [None]
    assert cost_ratios([(np.ones(3), np.zeros(3))]) == [None]


def test_few_cases_that_agree_are_no_certainty() -> None:
    (found,) = pass_differences([(np.ones(5), np.ones(5))])
    assert found is not None
    assert found.word == "can't tell"
    assert found.low < -10 < 10 < found.high
    (many,) = pass_differences([(np.ones(900), np.ones(900))])
    assert many is not None
    assert many.word == "no difference"


def test_what_is_missing_would_do() -> None:
    rng = np.random.default_rng(4)
    first = (rng.random(200) < 0.86).astype(float)
    second = (rng.random(200) < 0.80).astype(float)
    (found,) = pass_differences([(first, second)])
    assert found is not None
    assert found.word == "can't tell"
    assert found.more is not None
    again = (found.n + found.more) // found.n + 2
    (later,) = pass_differences([(np.tile(first, again), np.tile(second, again))])
    assert later is not None
    assert later.word == "better"


def test_more_arms_need_more_evidence() -> None:
    signs = np.repeat([1.0, 0.0], [7, 60])
    alone = pass_differences([(signs, 0 * signs)])[0]
    among = pass_differences([(signs, 0 * signs)] * 7)[0]
    assert alone is not None
    assert among is not None
    assert (alone.word, among.word) == ("better", "can't tell")
    assert (alone.low, alone.high) == (among.low, among.high)


def alarmed(found: list[Difference | None]) -> bool:
    """Whether a winner or a loser is called."""
    return any(each is not None and each.word in ("better", "worse") for each in found)


@pytest.mark.parametrize("repeats", [1, 3])
@pytest.mark.parametrize(("cases", "share"), [(40, 0.5), (100, 0.8), (200, 0.95), (200, 0.7)])
def test_a_thousand_runs_among_equals_raise_few_alarms(
    cases: int, share: float, repeats: int
) -> None:
    rng = np.random.default_rng(cases + repeats)
    runs = outcomes((1_000, 2, cases), share, rng, repeats) / repeats
    chances = [flip_chance(first - second, repeats) for first, second in runs]
    assert sum(chance <= 0.05 for chance in chances) <= 60


@pytest.mark.parametrize("repeats", [1, 3])
def test_a_thousand_runs_of_six_equal_arms_raise_few_alarms(repeats: int) -> None:
    rng = np.random.default_rng(repeats)
    runs = outcomes((1_000, 6, 100), 0.8, rng, repeats) / repeats
    families = [[flip_chance(run[0] - other, repeats) for other in run[1:]] for run in runs]
    assert sum(min(adjusted(chances)) <= 0.05 for chances in families) <= 60


@pytest.mark.slow
def test_runs_among_equals_raise_few_alarms_in_cost_and_time() -> None:
    rng = np.random.default_rng(5)
    long, noise = rng.normal(size=(300, 1, 60)), rng.normal(size=(300, 2, 60))
    costs, times = np.exp(-6 + 0.6 * long + 0.3 * noise), np.exp(6 + 0.2 * long + 0.4 * noise)
    assert sum(alarmed(cost_ratios([(a, b)])) for a, b in costs) <= 18
    assert sum(alarmed(time_differences([(a, b)])) for a, b in times) <= 18


def test_the_draws_are_always_the_same_and_fewer_for_very_many_cases() -> None:
    columns = np.random.default_rng(7).random((30, 2))
    assert (resampled_sums(columns) == resampled_sums(columns)).all()
    assert len(resampled_sums(np.ones((20_000, 1)))) == 2_000
