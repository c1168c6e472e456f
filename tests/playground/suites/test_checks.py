"""Each kind of check, passed, failed and undecided, with the words that say so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.sessions.turns import Answer
from playground.suites.check_words import clause
from playground.suites.checks import Answered, check_all, check_answer, checked, checks_for
from playground.suites.suite import (
    AtMost,
    Case,
    Check,
    Contains,
    ContainsAny,
    Equals,
    ExcludedBecause,
    FailoversAtMost,
    HasSchema,
    Judged,
    Matches,
    NumberWithin,
    PredictedServed,
    ProviderIn,
    Suite,
)
from speko_client.models import CompleteUsage, FilteredOut, RoutingPreview, Timing
from tests.any_suites import CHECKS

ANSWER = Answer(
    text=" We open at 9, caf\u00e9 at 10. ",
    provider="openai",
    model="gpt-4o",
    failover_count=1,
    timing=Timing(ttft_ms=310, total_ms=1400),
    usage=CompleteUsage(prompt_tokens=9, completion_tokens=25),
    cost_usd=0.002,
)
LEFT_OUT = FilteredOut(provider_id="xai", model_id="grok-2", reason="no key", code="unavailable")
RANKING = RoutingPreview(
    provider_id="google", model_id="gemini-2.0-flash", score=1.0, filtered_out=[LEFT_OUT]
)
CASE = Case(id="c", vars={"hour": "9", "pattern": r"\d+", "empty": ""})
ANSWERED = Answered(CASE, ANSWER, "en", "google:gemini-2.0-flash", RANKING)


def outcome(check: Check, text: str | None = None, **given: Any) -> tuple[bool | None, str, str]:
    """Whether it passed, its name and its detail."""
    answer = ANSWER if text is None else Answer(text=text)
    answered = Answered(CASE, answer.model_copy(update=given), "en", None, None)
    result = check_answer(check, answered)
    return result.passed, result.name, result.detail


PASSED: list[Check] = [
    Equals(value="We open at 9, cafe\u0301 at 10."),
    Equals(value="WE OPEN AT 9, CAFÉ AT 10.", ignore_case=True),
    Equals(value="No", negate=True),
    Contains(value="OPEN"),
    Contains(value="{{hour}}"),
    Contains(value="closed", negate=True),
    ContainsAny(value=("shut", "open")),
    ContainsAny(value=("shut", "closed"), negate=True),
    Matches(value=r"at \d+\.\s*$"),
    Matches(value="{{pattern}}"),
    Matches(value="^$", negate=True),
    NumberWithin(value=10),
    NumberWithin(value=10.4, tolerance=0.4),
    AtMost(type="ttft", most=310),
    AtMost(type="total", most=1400),
    AtMost(type="cost", most=0.002),
    AtMost(type="tokens", most=25),
    ProviderIn(value=("xai", "openai")),
    ProviderIn(value=("openai:gpt-4o",)),
    FailoversAtMost(most=1),
    ExcludedBecause(value="xai"),
    ExcludedBecause(value="xai:grok-2", code="unavailable"),
]
FAILED: list[tuple[Check, str]] = [
    (Equals(value="we open at 9, café at 10."), "It says “We open at 9, café at 10.”."),
    (Contains(value="OPEN", ignore_case=False), "It says “We open at 9, café at 10.”."),
    (Contains(value="open", negate=True), "It contains “open”."),
    (ContainsAny(value=("shut",)), "It says “We open at 9, café at 10.”."),
    (Matches(value="^We"), "It says “We open at 9, café at 10.”."),
    (HasSchema(value={}), "It is no JSON: Expecting value: line 1 column 2 (char 1)."),
    (NumberWithin(value=9, tolerance=0.5), "Its last number is 10."),
    (AtMost(type="ttft", most=309), "It was 310 ms."),
    (AtMost(type="cost", most=0.001), "It was $0.0020."),
    (AtMost(type="tokens", most=24), "It was 25 tokens."),
    (ProviderIn(value=("openai:gpt-4o-mini",)), "openai:gpt-4o answered."),
    (FailoversAtMost(most=0), "It failed over once."),
    (PredictedServed(), "google:gemini-2.0-flash was predicted, openai:gpt-4o answered."),
    (ExcludedBecause(value="openai"), "It was not left out."),
    (ExcludedBecause(value="xai", code="unhealthy"), "It was left out: no key (unavailable)."),
]
UNDECIDED: list[tuple[Check, str]] = [
    (Contains(value="{{empty}}"), "There is nothing to look for: the text is empty."),
    (Contains(value="{{none}}"), "there is no variable “none”"),
    (Matches(value="("), "This is no regular expression"),
    (Judged(), "It needs a judge."),
]


@pytest.mark.parametrize("check", PASSED, ids=clause)
def test_a_right_answer_passes(check: Check) -> None:
    assert check_answer(check, ANSWERED).passed is True


@pytest.mark.parametrize(("check", "detail"), FAILED, ids=lambda given: str(given)[:20])
def test_a_wrong_answer_fails_and_says_why(check: Check, detail: str) -> None:
    result = check_answer(check, ANSWERED)
    assert (result.passed, result.detail) == (False, detail)


@pytest.mark.parametrize(("check", "detail"), UNDECIDED, ids=lambda given: str(given)[:20])
def test_what_cannot_be_decided_says_why(check: Check, detail: str) -> None:
    result = check_answer(check, ANSWERED)
    assert result.passed is None
    assert detail in result.detail


def test_a_schema_without_end_is_undecided() -> None:
    passed, _, detail = outcome(HasSchema(value={"$ref": "#"}), "1")
    assert (passed, detail) == (None, "The schema refers to itself without end.")


@pytest.mark.parametrize(
    "check",
    [
        AtMost(type="ttft", most=1),
        AtMost(type="cost", most=1),
        AtMost(type="tokens", most=1),
        ProviderIn(value=("openai",)),
        FailoversAtMost(most=1),
        PredictedServed(),
        ExcludedBecause(value="xai"),
    ],
    ids=clause,
)
def test_what_the_server_does_not_say_is_undecided(check: Check) -> None:
    assert outcome(check, "Yes")[0] is None


def test_numbers_are_read_by_the_language() -> None:
    check = NumberWithin(value=1234)
    for language, passed in (("en", False), ("de", True)):
        answered = Answered(CASE, Answer(text="Es sind 1.234."), language)
        assert check_answer(check, answered).passed is passed


def test_a_check_is_named_by_what_it_wants() -> None:
    names = [clause(check) for check in PASSED]
    assert "contains “OPEN”" in names
    assert "ends with 10.4 ± 0.4" in names
    assert "the first token within 310 ms" in names
    assert "answered by xai or openai" in names


async def test_a_pattern_without_end_does_not_hold_up_the_loop() -> None:
    answered = Answered(CASE, Answer(text="a" * 5_000 + "b"))
    results = await checked([Contains(value="a"), Judged(), Matches(value="(a+)+$")], answered)
    assert [result.passed for result in results] == [True, None]
    assert "took more than" in results[1].detail


def test_the_suites_checks_come_before_the_cases_own() -> None:
    own, shared = Contains(value="b"), Contains(value="a")
    case = CASE.model_copy(update={"checks": (own,)})
    assert checks_for(Suite(name="s", checks=(shared,)), case) == (shared, own)


@settings(deadline=None)
@given(st.lists(CHECKS, max_size=4), st.text(max_size=40))
def test_any_check_of_any_answer_has_a_result(checks: list[Check], text: str) -> None:
    results = check_all(checks, Answered(CASE, Answer(text=text)))
    assert len(results) == sum(not isinstance(check, Judged) for check in checks)
    assert all(result.name for result in results)
    assert all(result.detail for result in results if result.passed is None)
