"""What may be said of a run, and what may not: figures, verdicts and their words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.compare.paired import Difference, Word
from playground.evaluations.cells import CellSummary
from playground.findings.measured import measured
from playground.findings.verdict_words import (
    arm_words,
    beside_words,
    cost_words,
    more_words,
    points_words,
    rate_words,
    sentences,
    simulated_words,
    time_words,
)
from playground.findings.verdicts import BEST_SINGLE, Beside, Verdicts, verdicts
from playground.suites.suite import Arm
from speko_client.models import Fault
from tests.playground.evaluations.cells import cell, column, suite

ROUTED = Arm(id="routed", name="Routed")
SMALL = Arm(id="small", pin="acme:small")
LARGE = Arm(id="large", pin="bolt:large")


def said_of(cells: Sequence[CellSummary], *arms: Arm, cases: int, over: bool = True) -> Verdicts:
    """The verdicts on these cells."""
    return verdicts(measured(suite(cases, *arms), cells), over=over)


def uneven(cases: int, *, simulated: bool = False) -> Iterator[CellSummary]:
    """The routed arm is as right as the large one, and costs as little as the small one."""
    often, seldom = [True] * cases, [place % 2 == 0 for place in range(cases)]
    yield from column("routed", often, cost=0.001, ttft=200, simulated=simulated)
    yield from column("small", seldom, cost=0.001, ttft=200)
    yield from column("large", often, by="bolt:large", cost=0.002, ttft=500)


def test_the_baseline_stands_beside_the_best_single_first() -> None:
    found = said_of(list(uneven(60)), ROUTED, SMALL, LARGE, cases=60)
    assert found.baseline == ROUTED
    assert [each.name for each in found.beside] == [BEST_SINGLE, "small", "large"]
    best, small, _ = found.beside
    assert best.points is not None
    assert best.cost is not None
    assert (best.points.value, best.cost.value, best.cost.word) == (0.0, 0.5, "better")
    assert small.points is not None
    assert (small.points.value, small.points.word) == (50.0, "better")


def test_it_is_said_in_a_sentence_with_intervals_and_cases() -> None:
    first, second, third = sentences(said_of(list(uneven(60)), ROUTED, SMALL, LARGE, cases=60))
    assert first.startswith("Routed against the best single, 60 cases: 0 points (-5 to +5), can't")
    assert "cost 50% less (50% to 50%)" in first
    assert first.endswith("first token 300 ms sooner (300 ms to 300 ms).")
    assert "+50 points (+35 to +61), better" in second
    assert "Routed against large" in third


def test_the_best_single_is_not_flattered_by_being_chosen() -> None:
    rng = np.random.default_rng(1)
    arms = [Arm(id=f"p{n}", pin=f"acme:m{n}") for n in range(8)]
    fitted, flattered = [], []
    for _ in range(40):
        cells = [
            each
            for arm in (ROUTED, *arms)
            for each in column(arm.id, (rng.random(60) < 0.7).tolist(), cost=None)
        ]
        best, *others = said_of(cells, ROUTED, *arms, cases=60).beside
        assert best.points is not None
        fitted.append(best.points.value)
        flattered.append(min(each.points.value for each in others if each.points))
    assert np.mean(flattered) < -8
    assert -3 < np.mean(fitted) < 3


def test_of_arms_that_pass_as_often_the_cheaper_is_the_best() -> None:
    cells = [
        *column("routed", [True] * 40, cost=0.001),
        *column("large", [True] * 40, cost=0.002),
        *column("small", [True] * 40, cost=0.0005),
    ]
    best, *_ = said_of(cells, ROUTED, LARGE, SMALL, cases=40).beside
    assert best.cost is not None
    assert best.cost.value == 2.0


def test_a_baseline_that_is_named_is_taken_and_one_that_is_pinned_has_no_best_single() -> None:
    cells = list(uneven(20))
    found = verdicts(measured(suite(20, ROUTED, SMALL, LARGE, baseline="small"), cells))
    assert found.baseline == SMALL
    assert [each.name for each in found.beside] == ["Routed", "large"]


def test_one_under_a_drill_is_not_the_best_single() -> None:
    drilled = LARGE.model_copy(update={"drill": (Fault(target="bolt"),)})
    found = said_of(list(uneven(20)), ROUTED, SMALL, drilled, cases=20)
    assert BEST_SINGLE not in [each.name for each in found.beside]


def test_of_simulated_answers_nothing_is_said_about_quality() -> None:
    found = said_of(list(uneven(60, simulated=True)), ROUTED, SMALL, LARGE, cases=60)
    assert [each.points for each in found.beside] == [None] * 3
    assert "simulated, so nothing is said of quality" in sentences(found)[0]
    routed, small, _ = found.arms
    assert "60 of 60 passed, which says nothing of quality" in arm_words(routed)
    assert "all simulated" in arm_words(routed)
    assert "simulated" not in arm_words(small)


def test_while_a_run_goes_on_there_is_no_verdict() -> None:
    found = said_of(list(uneven(60)), ROUTED, SMALL, LARGE, cases=60, over=False)
    for each in found.beside:
        assert each.points is not None
        assert (each.points.word, each.points.more) == ("can't tell", None)
    for line in sentences(found):
        assert line.endswith("The run is going on.")
        assert "better" not in line
        assert "can't tell" not in line


def test_nothing_was_asked() -> None:
    found = said_of([], ROUTED, cases=3)
    assert (found.baseline, found.arms, found.beside) == (None, (), ())
    assert sentences(found) == []


def test_without_checks_there_is_cost_and_time_alone() -> None:
    cells = [
        *column("routed", [None] * 9),
        *column("small", [None] * 9),
        *column("large", [None] * 9, cost=0.003),
    ]
    found = said_of(cells, ROUTED, SMALL, LARGE, cases=9)
    assert [each.points for each in found.beside] == [None, None]
    assert "points" not in sentences(found)[0]
    assert "nothing to pass" in arm_words(found.arms[0])


def test_an_arms_line_has_all_of_its_figures() -> None:
    cells = [
        cell("c0", "routed", failovers=1),
        cell("c1", "routed", False, ttft=500),
        cell("c2", "routed", error="It broke off."),
    ]
    (arm,) = said_of(cells, ROUTED, cases=3).arms
    assert arm_words(arm) == (
        "Routed: 1 of 3 passed (33%, 6% to 79%); first token 400 ms (p50 of 2); "
        "≈ $1.00 per 1,000 cells (estimated, list price); 1 of 3 failed over; 1 error."
    )


def beside(points: Difference | None) -> Beside:
    """Only a difference in points."""
    return Beside(
        BEST_SINGLE, "best single", None, simulated=False, points=points, cost=None, time=None
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Difference(3.1, -2.2, 8.4, 120, "can't tell", 387),
         "+3 points (-2 to +8), can't tell, about 390 more cases"),
        (Difference(3.1, -2.2, 8.4, 120, "can't tell"), "+3 points (-2 to +8), can't tell"),
        (Difference(-0.2, -1.1, 0.4, 9_000, "no difference"),
         "-0.2 points (-1.1 to +0.4), no difference beyond 2 points"),
        (Difference(-12.0, -20.0, -4.0, 60, "worse"), "-12 points (-20 to -4), worse"),
    ],
)  # fmt: skip
def test_points_in_words(found: Difference, said: str) -> None:
    assert points_words(beside(found)) == said


@pytest.mark.parametrize(
    ("figures", "word", "said"),
    [
        ((0.59, 0.54, 0.65), "better", "cost 41% less (35% to 46%)"),
        ((1.02, 0.95, 1.1), "can't tell",
         "cost 2% more (5% less to 10% more), can't tell"),
        ((1.0, 0.98, 1.03), "no difference",
         "cost the same (2% less to 3% more), no difference that matters"),
        ((0.94, 0.91, 0.97), "can't tell",
         "cost 6% less (3% to 9%), perhaps too little to matter"),
        ((2.41, 2.1, 2.8), "worse", "cost 2.4 times as much (2.1 to 2.8)"),
    ],
)  # fmt: skip
def test_costs_in_words(figures: tuple[float, float, float], word: Word, said: str) -> None:
    assert cost_words(Difference(*figures, 50, word)) == said


def test_times_in_words() -> None:
    found = Difference(-120, -180, -60, 50, "better")
    assert time_words(found) == "first token 120 ms sooner (60 ms to 180 ms)"
    assert time_words(None) == cost_words(None) == points_words(beside(None)) == ""
    assert beside_words("Routed", beside(None)).endswith("nothing that both were measured by.")


@given(st.integers(1, 10_000))
def test_how_many_more_is_rounded_up_to_two_digits(more: int) -> None:
    said = int(more_words(more).split()[1].replace(",", ""))
    assert more <= said <= more * 1.1 + 1
    assert len(str(said).rstrip("0")) <= 2
    assert more_words(None) == ""


def test_what_is_not_there_is_not_said() -> None:
    assert rate_words(None) == "nothing to pass"
    (arm,) = said_of([cell("c0", "routed", simulated=True), cell("c1", "routed")],
                     ROUTED, cases=2).arms  # fmt: skip
    assert simulated_words(arm) == "1 of 2 simulated"
    (real,) = said_of([cell("c0", "routed")], ROUTED, cases=2).arms
    assert simulated_words(real) == ""
