"""Replay chooses as the router does, and scores what was measured; controls, tuning, bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from playground.evaluations.cells import CellSummary
from playground.findings.controls import best, cheapest, oracle, random_mix, ways
from playground.findings.measured import measured
from playground.findings.pinned import Intent
from playground.findings.replay import Replay, Weights, replay
from playground.findings.tuning import Objective, grid, half_of, reachable, tuned
from playground.servers.pool import candidates
from playground.suites.suite import Arm, Case
from speko_client.models import (
    Fault,
    RoutingPreview,
    ScoredCandidate,
)
from tests.playground.evaluations.cells import cell, column, suite
from tests.playground.previews import preview, scored

ENGLISH: Intent = ("en", "general")
SMALL, LARGE = Arm(id="small", pin="acme:small"), Arm(id="large", pin="bolt:large")
QUALITY, SPEED, PRICE = Weights(1, 0, 0), Weights(0, 1, 0), Weights(0, 0, 1)
BOTH = preview(
    scored("bolt", "large", axes=(1.0, 0.0, 0.0)), scored("acme", "small", axes=(0.0, 1.0, 1.0))
)


def of(
    cells: Sequence[CellSummary],
    cases: int,
    *arms: Arm,
    previews: Mapping[Intent, RoutingPreview] | None = None,
) -> Replay:
    """The replay of these cells by one intent's ranking."""
    found = measured(suite(cases, *(arms or (SMALL, LARGE))), cells)
    return replay(found, {ENGLISH: BOTH} if previews is None else previews)


def some(cases: int) -> list[CellSummary]:
    """The small one is cheap, soon, and right on every second case; the large one mostly right."""
    seldom = [place % 2 == 0 for place in range(cases)]
    mostly = [place % 10 != 0 for place in range(cases)]
    return [
        *column("small", seldom, cost=0.001, ttft=200),
        *column("large", mostly, by="bolt:large", cost=0.004, ttft=600),
    ]


def by_id(name: str, axes: tuple[float, float, float]) -> ScoredCandidate:
    """A candidate (``vendor:model``) with these normalised values."""
    vendor, _, model = name.partition(":")
    return scored(vendor, model, axes=axes)


def test_other_weights_choose_and_score_another_candidate() -> None:
    found = of(some(20), 20)
    good, cheap = found.at(QUALITY), found.at(PRICE)
    assert good.rate is not None
    assert cheap.rate is not None
    assert (good.rate.passed, good.usd_per_1000, good.ttft_p50_ms) == (18, 4.0, 600)
    assert (cheap.rate.passed, cheap.usd_per_1000, cheap.ttft_p50_ms) == (10, 1.0, 200)
    assert (good.shares, cheap.shares) == ({"bolt:large": 1.0}, {"acme:small": 1.0})
    assert found.candidates == ("acme:small", "bolt:large")
    assert not found.simulated


def test_cases_whose_first_choice_has_no_cell_are_counted() -> None:
    cells = [each for each in some(20) if each.arm_id == "small" or each.case_id < "c15"]
    got = of(cells, 20).at(QUALITY)
    assert got.missing == 20 - got.cases == sum(f"c{n}" >= "c15" for n in range(20))
    assert of(cells, 20).at(PRICE).missing == 0


def test_a_first_choice_that_nobody_asked_is_missing_everywhere() -> None:
    third = preview(scored("ace", "new", axes=(1.0, 1.0, 1.0)), *candidates(BOTH))
    got = of(some(20), 20, previews={ENGLISH: third}).at(QUALITY)
    assert (got.cases, got.missing, got.rate, got.usd_per_1000, got.ttft_p50_ms) == (
        0, 20, None, None, None,
    )  # fmt: skip
    assert got.shares == {}


def test_each_intent_is_ranked_by_itself() -> None:
    cases = [Case(id="c0"), Case(id="c1", language="de"), Case(id="c2", vertical="legal")]
    found = measured(suite(cases, SMALL, LARGE), some(3))
    german = preview(scored("acme", "small", axes=(1.0, 0.0, 0.0)), scored("bolt", "large"))
    both = replay(found, {ENGLISH: BOTH, ("de", "general"): german})
    got = both.at(QUALITY)
    assert got.shares == {"bolt:large": 0.5, "acme:small": 0.5}
    assert (got.missing, both.unranked) == (1, 1)


def test_without_anything_measured_or_ranked_there_is_nothing() -> None:
    nothing = of([], 3)
    assert nothing.at(QUALITY).missing == 3
    assert nothing.candidates == ()
    assert ways(nothing) == []
    assert of(some(3), 3, previews={}).at(QUALITY).missing == 3
    assert of([], 3, previews={}).at(QUALITY).missing == 3


def test_of_those_level_who_is_known_on_the_heaviest_axis_comes_first() -> None:
    unknown = scored("acme", "small", axes=(0.5, 0.5, 0.5))
    assert unknown.axes is not None
    guessed = unknown.model_copy(
        update={"axes": unknown.axes.model_copy(update={"assumed": ["accuracy"]})}
    )
    level = preview(guessed, scored("bolt", "large", axes=(0.5, 0.5, 0.5)))
    found = of(some(4), 4, previews={ENGLISH: level})
    assert found.at(QUALITY).shares == {"bolt:large": 1.0}
    by_name = preview(unknown, scored("bolt", "large", axes=(0.5, 0.5, 0.5)))
    assert of(some(4), 4, previews={ENGLISH: by_name}).at(QUALITY).shares == {"acme:small": 1.0}


def test_without_figures_the_first_of_those_behind_is_taken() -> None:
    behind = preview(scored("acme", "small", figures=None), scored("bolt", "large", figures=None))
    assert of(some(4), 4, previews={ENGLISH: behind}).at(QUALITY).shares == {"acme:small": 1.0}


def test_arms_that_do_not_count_are_named() -> None:
    again = Arm(id="again", pin="acme:small")
    prompted = Arm(id="prompted", pin="bolt:large", system_prompt="Be brief.")
    drilled = Arm(id="drilled", pin="bolt:large", drill=(Fault(target="acme"),))
    cells = [
        *column("prompted", [True] * 4, by="bolt:large"),
        *some(4),
        *column("again", [True] * 4),
        *column("drilled", [True] * 4, by="bolt:large"),
    ]
    found = of(cells, 4, prompted, SMALL, again, drilled, LARGE)
    assert {(each.name, each.reason) for each in found.left_out} == {
        ("again", "small asked acme:small already"),
        ("drilled", "it was under a drill"),
        ("prompted", "large asked bolt:large already"),
    }
    got = found.at(QUALITY)
    assert got.rate is not None
    assert got.rate.passed == 3


def test_an_arm_pinned_to_a_vendor_counts_for_the_model_that_answered() -> None:
    vendor = Arm(id="vendor", pin="bolt")
    cells = [
        *column("vendor", [True] * 3, by="bolt:large"),
        cell("c3", "vendor", by="bolt:other", failovers=1),
        cell("c3", "vendor", repeat=1, error="It broke off."),
    ]
    assert of(cells, 4, vendor).candidates == ("bolt:large",)


# Controls


def test_the_controls_are_made_of_the_candidates() -> None:
    found = of(some(40), 40)
    known = {way.name: way for way in ways(found)}
    assert [way.kind for way in known.values()] == [
        "candidate", "candidate", "control", "control", "control", "bound",
    ]  # fmt: skip
    small = known["acme small"].got
    assert cheapest(found) == small
    mixed, most, bound = random_mix(found), best(found), oracle(found)
    assert mixed.rate is not None
    assert most.rate is not None
    assert bound.rate is not None
    assert mixed.rate.value == pytest.approx((20 + 36) / 80)
    assert mixed.usd_per_1000 == pytest.approx(2.5)
    assert most.rate.passed == 36
    assert bound.rate.passed == 40 - sum(n % 2 and n % 10 == 0 for n in range(40))
    assert bound.usd_per_1000 == pytest.approx(2.5)


@st.composite
def outcomes(draw: st.DrawFn) -> Replay:
    """Some cells of three candidates, with gaps."""
    pins = ("acme:small", "bolt:large", "cord:new")
    arms = [Arm(id=pin.partition(":")[0], pin=pin) for pin in pins]
    cells = [
        cell(f"c{case}", arm.id, draw(st.booleans()), by=arm.pin,
             cost=draw(st.none() | st.sampled_from([0.001, 0.002, 0.003])))
        for arm in arms
        for case in range(6)
        if draw(st.integers(0, 5))
    ]  # fmt: skip
    axes = st.tuples(*[st.sampled_from([0.0, 0.25, 0.5, 1.0])] * 3)
    ranked = [by_id(pin, draw(axes)) for pin in pins]
    return replay(measured(suite(6, *arms), cells), {ENGLISH: preview(*ranked)})


@given(outcomes(), st.sampled_from(grid()))
def test_no_way_to_choose_passes_more_than_the_oracle(found: Replay, weights: Weights) -> None:
    known = found.known
    rows = np.arange(len(known))
    columns = found.columns(found.chosen(weights))
    chosen = columns >= 0
    passed = found.measured.passed
    assert (passed[rows, columns][chosen] <= passed.max(axis=1)[chosen]).all()
    bound = oracle(found)
    assert bound.missing == int((~known.any(axis=1)).sum())
    if bound.rate is not None:
        assert bound.rate.passed == passed.max(axis=1).sum()


# Tuning


def uneven(cases: int) -> Replay:
    """English is answered well by the small one too, and German by the large one alone."""
    german = [Case(id=f"g{n}", language="de") for n in range(cases)]
    english = [Case(id=f"e{n}") for n in range(cases)]
    cells = [
        cell(case.id, arm, arm == "large" or case.language is None or n % 5 == 0, by=by, cost=cost)
        for arm, by, cost in (("small", "acme:small", 0.001), ("large", "bolt:large", 0.004))
        for n, case in enumerate([*english, *german])
    ]
    near = preview(scored("bolt", "large", axes=(1.0, 0.0, 0.0)), scored("acme", "small",
                   axes=(0.9, 1.0, 1.0)))  # fmt: skip
    far = preview(scored("bolt", "large", axes=(1.0, 0.0, 0.0)), scored("acme", "small",
                  axes=(0.0, 1.0, 1.0)))  # fmt: skip
    found = measured(suite([*english, *german], SMALL, LARGE), cells)
    return replay(found, {ENGLISH: near, ("de", "general"): far})


def half(cases: int) -> NDArray[np.bool_]:
    """Each second case."""
    every = np.zeros(2 * cases, dtype=bool)
    every[::2] = True
    return every


def test_weights_are_tuned_on_one_half_and_reported_on_the_other() -> None:
    found = uneven(30)
    best_quality = tuned(found, half(30), Objective("quality", at=3.0), QUALITY)
    assert best_quality is not None
    for got in (best_quality.on_tuned, best_quality.on_others):
        assert got.rate is not None
        assert got.cases == 30
        assert got.rate.value == 1.0
        assert got.usd_per_1000 == pytest.approx(2.5)
    assert best_quality.cost is not None
    assert best_quality.cost.value == pytest.approx(2.5 / 4)
    assert best_quality.points is not None
    assert best_quality.points.value == 0
    least_cost = tuned(found, half(30), Objective("cost", at=0.5), QUALITY)
    assert least_cost is not None
    assert least_cost.on_others.usd_per_1000 == pytest.approx(1.0)
    assert tuned(found, half(30), Objective("quality", at=0.5), QUALITY) is None
    assert tuned(found, half(30), Objective("cost"), QUALITY) is not None


def test_weights_are_not_tuned_on_what_has_no_price_or_no_cell() -> None:
    free = [each._replace(cost_usd=None) for each in some(20)]
    assert tuned(of(free, 20), half(10), Objective(), QUALITY) is None
    one = [each for each in some(20) if int(each.case_id[1:]) % 2 == 0]
    got = tuned(of(one, 20), half(10), Objective(), QUALITY)
    assert got is not None
    assert (got.on_others.cases, got.points, got.cost) == (0, None, None)


def test_what_weights_can_get_is_a_front() -> None:
    front = [(got.usd_per_1000, got.rate.value) for _, got in reachable(uneven(10)) if got.rate]
    assert front == [(1.0, 0.6), (2.5, 1.0)]


def test_the_halves_are_the_same_in_any_order_and_even_within_each_intent() -> None:
    cases = [Case(id=f"c{n}", language="de" if n % 3 else None) for n in range(31)]
    one = measured(suite(cases, SMALL), [])
    other = measured(suite(cases[::-1], SMALL), [])
    picked = {case.id for case, taken in zip(cases, half_of(one), strict=True) if taken}
    assert picked == {
        case.id for case, taken in zip(cases[::-1], half_of(other), strict=True) if taken
    }
    german = sum(case.language is not None for case in cases)
    assert sum(case.id in picked for case in cases if case.language) in (
        german // 2,
        -(-german // 2),
    )
    assert len(picked) in (15, 16)


def test_of_simulated_answers_tuning_claims_no_quality() -> None:
    cells = [each._replace(simulated=True) for each in some(40)]
    found = of(cells, 40)
    assert found.simulated
    got = tuned(found, np.arange(40) % 2 == 0, Objective(), PRICE)
    assert got is not None
    assert got.points is None
