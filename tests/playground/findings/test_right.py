"""Whether an answer is right, without what its time, cost and routing say."""

from __future__ import annotations

import pytest

from playground.findings.right import other_checks, right
from playground.suites.check_result import CheckResult
from playground.suites.suite import AtMost, Case, Check, Contains, Judged, PredictedServed, Suite
from tests.playground.findings.made_cells import cell, failed

LATE, ROUTED, RIGHT, JUDGED = (
    AtMost(type="ttft", most=1),
    PredictedServed(),
    Contains(value="4"),
    Judged(),
)


def suite(of_all: tuple[Check, ...], of_the_case: tuple[Check, ...]) -> Suite:
    """One case, c0, with checks of the suite and of its own."""
    return Suite(name="Sums", checks=of_all, cases=(Case(id="c0", checks=of_the_case),))


@pytest.mark.parametrize(
    ("of_all", "of_the_case", "results", "whether"),
    [
        ((LATE,), (RIGHT,), (False, True), True),
        ((LATE,), (RIGHT,), (True, False), False),
        ((JUDGED, LATE), (ROUTED, RIGHT), (False, False, True, True), True),
        ((JUDGED, LATE), (ROUTED, RIGHT), (False, False, True, False), False),
        ((JUDGED, LATE), (ROUTED, RIGHT), (False, False, True), True),
        ((LATE,), (ROUTED,), (False, False), None),
        ((LATE,), (RIGHT,), (False, None), None),
        ((), (), (), None),
    ],
)
def test_only_checks_of_the_answer_count(
    of_all: tuple[Check, ...],
    of_the_case: tuple[Check, ...],
    results: tuple[bool | None, ...],
    whether: bool | None,
) -> None:
    checks = tuple(CheckResult(name="checked", passed=each) for each in results)
    made = cell(checks=checks)
    assert right(suite(of_all, of_the_case), [made]) == {made.key: whether}


def test_a_cell_without_an_answer_is_not_right_and_strangers_are_left_out() -> None:
    some = [failed(), cell("c9")]
    assert right(suite((), (RIGHT,)), some) == {some[0].key: False}


def test_checks_of_time_cost_and_routing_are_listed() -> None:
    assert other_checks(suite((LATE,), (RIGHT, ROUTED, JUDGED))) == ("predicted_served", "ttft")
    assert other_checks(suite((), (RIGHT,))) == ()
