"""The grid of a run: what a square says, what filters leave, and its HTML."""

from __future__ import annotations

import re
from typing import Any

import pytest

from playground.evaluate.grid import (
    FILTERS,
    Filter,
    Square,
    asked_in,
    filtered,
    grid,
    pages_of,
    was_surprised,
)
from playground.evaluate.grid_html import grid_html, spoken
from playground.evaluations.cells import CellSummary
from playground.suites.suite import Arm, Case, Message, Suite

ARMS = (Arm(id="router"), Arm(id="one", name="OpenAI one", pin="openai:one"))


def cell(case: str, arm: str, repeat: int = 0, **changes: Any) -> CellSummary:
    """A cell that OpenAI answered well."""
    plain = CellSummary(
        case_id=case,
        arm_id=arm,
        repeat=repeat,
        passed=True,
        provider="openai",
        model="one",
        predicted="openai:one",
        failovers=0,
        simulated=False,
        ttft_ms=100.0,
        total_ms=200.0,
        cost_usd=0.001,
        tokens=10,
        error=None,
    )
    return plain._replace(**changes)


def suite(*cases: str) -> Suite:
    """A suite of these cases, each asking for its own id, and two arms."""
    return Suite(
        name="s",
        cases=tuple(Case(id=each, vars={"input": f"Ask {each}"}) for each in cases),
        arms=ARMS,
    )


def test_a_square_counts_what_was_decided_over_its_repeats() -> None:
    square = Square(
        (
            cell("a", "one"),
            cell("a", "one", 1, passed=False),
            cell("a", "one", 2, passed=None),
        )
    )
    assert (square.passed, square.decided, square.failed) == (1, 2, True)
    assert square.share == 0.5
    assert square.served == ("openai", "one")
    assert Square().share is None


def test_who_answered_most_of_them_is_who_is_marked() -> None:
    others = [cell("a", "one", n, provider="xai", model="grok") for n in range(2)]
    assert Square((cell("a", "one", 2), *others)).served == ("xai", "grok")


@pytest.mark.parametrize(
    ("predicted", "provider", "surprised"),
    [("openai:one", "openai", False), ("xai:grok", "openai", True), (None, "openai", False)],
)
def test_a_surprise_is_another_than_the_predicted(
    predicted: str | None, provider: str, surprised: bool
) -> None:
    assert was_surprised(cell("a", "one", predicted=predicted, provider=provider)) is surprised


@pytest.mark.parametrize(
    ("by", "left"),
    [
        ("all", ["good", "bad", "over", "other", "to come"]),
        ("failed", ["bad"]),
        ("differs", ["bad"]),
        ("failed over", ["over"]),
        ("not as predicted", ["other"]),
    ],
)
def test_filters_leave_the_rows_they_name(by: Filter, left: list[str]) -> None:
    cells = [
        cell("good", "router"),
        cell("good", "one"),
        cell("bad", "router"),
        cell("bad", "one", passed=False),
        cell("over", "router", failovers=1),
        cell("other", "router", predicted="xai:grok"),
    ]
    found = grid(suite("good", "bad", "over", "other", "to come"), cells)
    assert [row.case.id for row in filtered(found.rows, by)] == left


def test_every_filter_is_one_that_the_page_offers() -> None:
    assert set(FILTERS) == {"all", "failed", "differs", "failed over", "not as predicted"}


def test_squares_are_buttons_whose_names_tell_them_apart() -> None:
    cells = [
        cell("a", "router", failovers=1, simulated=True),
        cell("a", "one", passed=False),
        cell("b", "router", error="TIMEOUT", passed=False, provider=None, model=None),
    ]
    found = grid(suite("a", "b"), cells)
    html = grid_html(found, found.rows, found.simulated_arms())
    names = re.findall(r'aria-label="(Case [^"]+)"', html)
    assert names == [
        "Case 1, router: 1 of 1 passed, by OpenAI one, failed over once, simulated",
        "Case 1, OpenAI one: 0 of 1 passed, by OpenAI one",
        "Case 2, router: 0 of 1 passed, 1 error",
    ]
    assert html.count("eval-over") > 1
    assert html.count('href="real"') == 1  # the one arm that is simulated


def test_nothing_from_outside_is_markup() -> None:
    case = Case(id='"><b>', vars={"input": "<script>alert(1)</script>"})
    one = Suite(name="s", cases=(case,), arms=(Arm(id='"<i>', name="<u>"),))
    found = grid(one, [cell('"><b>', '"<i>', provider="<s>", model="<s>")])
    html = grid_html(found, found.rows, ())
    for hostile in ("<script>alert", '"><b>', "<u>", "<s>", '"<i>'):
        assert hostile not in html


def test_a_square_without_checks_says_so() -> None:
    assert spoken(Square((cell("a", "one", passed=None),))) == "no checks, by OpenAI one"


def test_a_case_is_shown_by_what_it_asks() -> None:
    talk = (Message(role="user", content="One"), Message(role="user", content="Two"))
    assert asked_in(Case(id="x", messages=talk)) == "Two"
    assert asked_in(Case(id="x", vars={"input": "Three"})) == "Three"
    assert asked_in(Case(id="x", vars={"city": "Rome"})) == "city: Rome"
    assert asked_in(Case(id="x")) == "x"


@pytest.mark.parametrize(("rows", "pages"), [(0, 1), (1, 1), (100, 1), (101, 2), (1_000, 10)])
def test_a_hundred_rows_are_a_page(rows: int, pages: int) -> None:
    assert pages_of(rows) == pages
