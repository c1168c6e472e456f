"""What a suite lacks is said before a call is paid for."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from playground.suites.askable import missing
from playground.suites.checks import filled_check
from playground.suites.questions import conversation_for, settings_for
from playground.suites.suite import Arm, Case, Contains, Message, Suite
from tests.any_suites import SUITES


def why(**given: Any) -> str | None:
    """What this suite lacks."""
    return missing(Suite(name="s", **given))


ASKED = Case(id="a", vars={"input": "x"})


def test_a_suite_with_all_its_variables_can_be_asked() -> None:
    case = Case(id="a", vars={"input": "x"}, ideal="y", checks=(Contains(value="{{ideal}}"),))
    assert why(cases=(case,)) is None
    said = Case(id="b", messages=(Message(role="user", content="Hi"),))
    assert why(cases=(said,)) is None


def test_a_missing_variable_is_named_with_who_asks_for_it() -> None:
    assert why(cases=(ASKED, Case(id="b")), prompt="{{input}}") == (
        "A prompt asks for “input”, which 1 case (“b”) does not have."
    )
    many = tuple(Case(id=f"c{number}") for number in range(9))
    assert why(cases=many) == (
        "A prompt asks for “input”, which 9 cases (“c0”, “c1”, “c2”, ...) do not have."
    )
    arms = (Arm(id="r"), Arm(id="x", system_prompt="{{tone}}"))
    assert "A prompt asks for “tone”" in str(why(cases=(ASKED,), arms=arms))
    said = Case(id="b", messages=(Message(role="user", content="{{q}}"),))
    assert "A message asks for “q”" in str(why(cases=(said,)))
    checks = (Contains(value="{{ideal}}"),)
    assert "A check asks for “ideal”" in str(why(cases=(ASKED,), checks=checks))


def test_a_case_that_asks_nothing_is_named() -> None:
    assert why(cases=(Case(id="a", vars={"input": " "}),)) == (
        "There is nothing to ask in 1 case (“a”): the message is empty."
    )


@given(SUITES)
def test_what_can_be_asked_is_filled_everywhere(suite: Suite) -> None:
    if missing(suite) is not None:
        return
    for case in suite.cases:
        for arm in suite.arms or (Arm(id="-"),):
            settings_for(suite, arm, case)
            assert conversation_for(suite, arm, case)[1].strip()
            for check in (*suite.checks, *case.checks):
                filled_check(check, case)


def test_a_large_suite_is_looked_through() -> None:
    cases = tuple(Case(id=str(number), vars={"input": "x"}) for number in range(20_000))
    arms = tuple(Arm(id=str(number), pin="openai:gpt-4o") for number in range(50))
    assert missing(Suite(name="s", cases=cases, arms=arms)) is None
