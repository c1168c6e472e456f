"""A pairwise judge's verdicts: counted, with their interval, and how often the judge turned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from playground.evaluations.cells import CellSummary, Verdict
from playground.findings.judged import judgement_words, judgements
from playground.findings.measured import measured
from playground.suites.suite import Arm
from tests.playground.evaluations.cells import cell, column, suite

ROUTED, CHEAP = Arm(id="routed", name="Routed"), Arm(id="cheap")


def judged_cells(
    verdicts: Sequence[Verdict], arm: str = "cheap", repeat: int = 0
) -> list[CellSummary]:
    """A cell with each of these verdicts."""
    return [
        cell(f"c{place}", arm, repeat=repeat)._replace(verdict=each)
        for place, each in enumerate(verdicts)
    ]


def test_verdicts_are_counted_and_one_that_flipped_is_a_tie() -> None:
    wins: list[Verdict] = ["win"] * 3
    verdicts: list[Verdict] = [*wins, "tie", "flipped", "loss", "undecided"]
    cells = [*column("routed", [True] * 7), *judged_cells(verdicts)]
    (found,) = judgements(measured(suite(7, ROUTED, CHEAP), cells))
    assert (found.wins, found.ties, found.losses, found.flipped, found.undecided) == (3, 2, 1, 1, 1)
    assert found.decided == 6
    assert found.flip_rate == pytest.approx(1 / 6)
    assert found.points is not None
    assert found.points.value == pytest.approx(100 * 2 / 6)
    assert (found.points.n, found.points.word) == (6, "can't tell")
    said = judgement_words(found, "Routed")
    assert said.startswith("cheap, judged against Routed: 3 wins, 2 ties, 1 loss; +33 points (")
    assert "the judge turned with the sides swapped in 1 of 6 (17%), counted as ties" in said
    assert said.endswith("1 undecided.")


def test_many_wins_are_better_and_repeats_are_no_further_cases() -> None:
    wins: list[Verdict] = ["win"] * 20
    ties: list[Verdict] = ["tie"] * 20
    cells = [*judged_cells(wins), *judged_cells(ties, repeat=1)]
    (found,) = judgements(measured(suite(20, ROUTED, CHEAP), cells))
    assert found.points is not None
    assert (found.points.n, found.points.value, found.points.word) == (20, 50.0, "better")


def test_simulated_answers_are_not_judged_in_points() -> None:
    wins: list[Verdict] = ["win"] * 20
    cells = [*column("routed", [True] * 20, simulated=True), *judged_cells(wins)]
    (found,) = judgements(measured(suite(20, ROUTED, CHEAP), cells))
    assert found.points is None
    assert "simulated, so nothing is said of quality" in judgement_words(found, "Routed")


def test_without_a_judge_there_is_nothing() -> None:
    assert judgements(measured(suite(3, CHEAP), column("cheap", [True] * 3))) == []
    undecided: list[Verdict] = ["undecided"]
    (found,) = judgements(measured(suite(1, CHEAP), judged_cells(undecided)))
    assert (found.points, found.flip_rate, found.decided) == (None, None, 0)


def test_a_judge_that_draws_lots_finds_few_winners() -> None:
    rng = np.random.default_rng(1)
    words: list[Verdict] = ["win", "tie", "loss"]
    arms = [Arm(id=f"a{n}") for n in range(3)]
    alarms = 0
    for _ in range(60):
        cells = [
            each
            for arm in arms
            for each in judged_cells([words[n] for n in rng.integers(3, size=40)], arm.id)
        ]
        found = judgements(measured(suite(40, ROUTED, *arms), cells))
        alarms += any(one.points and one.points.word in ("better", "worse") for one in found)
    assert alarms <= 6
