"""Variables in a suite's texts: one pass, no code, and a missing one is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.suites.suite import SuiteError
from playground.suites.variables import LONGEST, filled, names_in


def test_names_are_replaced_wherever_they_stand() -> None:
    assert filled("{{a}} and {{ b }}, {{a}}", {"a": "1", "b": "2"}) == "1 and 2, 1"


def test_a_value_with_braces_is_not_filled_again() -> None:
    assert filled("{{a}}{{b}}", {"a": "{{b}}", "b": "{{a}}"}) == "{{b}}{{a}}"
    assert filled("{{a}}b}}", {"a": "{{", "b": "no"}) == "{{b}}"


def test_a_missing_name_is_named_with_its_place() -> None:
    with pytest.raises(SuiteError, match=r"^prompt: there is no variable “q”; the case has “a”$"):
        filled("{{q}}", {"a": "1"}, "prompt")
    with pytest.raises(SuiteError, match="the case has no variables"):
        filled("{{q}}", {})


def test_code_is_a_name_like_any_other() -> None:
    with pytest.raises(SuiteError, match="no variable “7 \\* 7”"):
        filled("{{ 7 * 7 }}", {})


def test_a_text_that_would_be_too_long_is_refused() -> None:
    with pytest.raises(SuiteError, match="more than 2,000,000 characters"):
        filled("{{a}}" * 100, {"a": "x" * (LONGEST // 50)})


@given(st.text(alphabet="{}ab "), st.dictionaries(st.sampled_from(["a", "b"]), st.text("{}ab")))
def test_any_template_is_filled_or_refused(template: str, variables: dict[str, str]) -> None:
    try:
        text = filled(template, variables)
    except SuiteError:
        assert not names_in(template) <= set(variables)
    else:
        assert names_in(template) <= set(variables)
        assert text == template or names_in(template)


@given(st.text("{}a"), st.text("{}a"))
def test_values_come_back_as_they_are(before: str, value: str) -> None:
    assert filled("x{{v}}y", {"v": value}) == f"x{value}y"
    assert filled("{{v}}", {"v": before + value}) == before + value
