"""What a suite lacks is said before a call is paid for."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given

from playground.evaluate.askable import require_askable
from playground.evaluate.checks import filled_check
from playground.evaluate.questions import conversation_for, settings_for
from playground.evaluate.suite import Arm, Case, Contains, Message, Suite, SuiteError
from tests.any_suites import SUITES


def why(**given: Any) -> str:
    """The sentence that this suite is refused with; empty where it can be asked."""
    try:
        require_askable(Suite(name="s", **given))
    except SuiteError as error:
        return str(error)
    return ""


ASKED = Case(id="a", vars={"input": "x"})


def test_a_suite_with_all_its_variables_can_be_asked() -> None:
    case = Case(id="a", vars={"input": "x"}, ideal="y", checks=(Contains(value="{{ideal}}"),))
    assert why(cases=(case,)) == ""
    said = Case(id="b", messages=(Message(role="user", content="Hi"),))
    assert why(cases=(said,)) == ""


def test_a_missing_variable_is_named_with_who_asks_for_it() -> None:
    assert why(cases=(ASKED, Case(id="b")), prompt="{{input}}") == (
        "cases: a prompt asks for the variable “input”, which 1 case (“b”) does not have"
    )
    many = tuple(Case(id=f"c{number}") for number in range(9))
    assert "9 cases (“c0”, “c1”, “c2”, ...) do not have" in why(cases=many)
    arms = (Arm(id="r"), Arm(id="x", system_prompt="{{tone}}"))
    assert "a prompt asks for the variable “tone”" in why(cases=(ASKED,), arms=arms)
    said = Case(id="b", messages=(Message(role="user", content="{{q}}"),))
    assert "a message asks for the variable “q”" in why(cases=(said,))
    checks = (Contains(value="{{ideal}}"),)
    assert "a check asks for the variable “ideal”" in why(cases=(ASKED,), checks=checks)


def test_a_case_that_asks_nothing_is_named() -> None:
    assert why(cases=(Case(id="a", vars={"input": " "}),)) == (
        "cases: there is nothing to ask: the message is empty, in 1 case (“a”)"
    )


@given(SUITES)
def test_what_can_be_asked_is_filled_everywhere(suite: Suite) -> None:
    with suppress(SuiteError):
        require_askable(suite)
        for case in suite.cases:
            for arm in suite.arms or (Arm(id="-"),):
                try:
                    settings_for(suite, arm, case)
                    assert conversation_for(suite, arm, case)[1].strip()
                    for check in (*suite.checks, *case.checks):
                        filled_check(check, case)
                except SuiteError as error:
                    pytest.fail(str(error))


def test_a_large_suite_is_looked_through_at_once() -> None:
    cases = tuple(Case(id=str(number), vars={"input": "x"}) for number in range(20_000))
    arms = tuple(Arm(id=str(number), pin="openai:gpt-4o") for number in range(50))
    began = time.thread_time()
    require_askable(Suite(name="s", cases=cases, arms=arms))
    assert time.thread_time() - began < 2
