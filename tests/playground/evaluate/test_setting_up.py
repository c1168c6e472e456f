"""A suite put together on the page: cases as a sheet, checks as rows, arms by choice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.evaluate import chosen_arms, sheet
from playground.evaluate.check_rows import KINDS, CheckRow, check_of, checks_of, row_of
from playground.evaluate.draft import (
    Draft,
    draft_of,
    empty_draft,
    is_untouched,
    kept_sound,
    with_cases,
    with_cases_of,
)
from playground.suites.suite import (
    Arm,
    Case,
    Contains,
    HasSchema,
    Judge,
    Message,
    Suite,
)
from speko_client.models import WhatIf

ROWS = {
    "contains": CheckRow("contains", "Paris"),
    "number, give or take": CheckRow("number, give or take", "42", "0.5"),
    "JSON of this schema": CheckRow("JSON of this schema", '{"type": "object"}'),
    "first token at most, ms": CheckRow("first token at most, ms", "900"),
    "whole answer at most, ms": CheckRow("whole answer at most, ms", "900"),
    "cost at most, $": CheckRow("cost at most, $", "0.01"),
    "tokens at most": CheckRow("tokens at most", "20"),
    "answered by one of": CheckRow("answered by one of", "openai, xai:grok"),
    "failovers at most": CheckRow("failovers at most", "1"),
    "answered as predicted": CheckRow("answered as predicted"),
    "left out": CheckRow("left out", "xai", "unhealthy"),
    "contains one of": CheckRow("contains one of", "a | b"),
    "contains none of, same case": CheckRow("contains none of, same case", "A | b"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_makes_a_check_and_the_check_the_row(kind: str) -> None:
    row = ROWS.get(kind, CheckRow(kind, "some words"))
    assert row_of(check_of(row)) == row


def test_a_row_that_makes_no_check_is_said_and_the_others_are_made() -> None:
    rows = [
        CheckRow("contains", "Paris"),
        CheckRow("tokens at most", "many"),
        CheckRow(),
        CheckRow("JSON of this schema", "[1]"),
        CheckRow("equals", " "),
    ]
    made, problems = checks_of(rows)
    assert made == (Contains(value="Paris"),)
    assert problems == (
        "Check 2 (tokens at most): the value must be a number, not “many”.",
        "Check 4 (JSON of this schema): the schema must be a JSON object.",
        "Check 5 (equals): needs a value.",
    )


CASES = (
    Case(id="a", vars={"input": "One"}, ideal="1", checks=(Contains(value="1"),)),
    Case(
        id="b",
        messages=(Message(role="user", content="Two"),),
        checks=(HasSchema(value={"type": "object"}), Contains(value="2")),
        tags=("t",),
    ),
)


def test_a_sheet_that_nobody_touched_makes_the_same_cases() -> None:
    first = sheet.lines(CASES, ["{{input}}"])
    typed = sheet.cases_of(dict(enumerate(first)), sheet.owners(first, CASES))
    assert typed.cases[0] == CASES[0]
    assert sorted(map(str, typed.cases[1].checks)) == sorted(map(str, CASES[1].checks))
    assert typed.cases[1].messages == CASES[1].messages
    assert not typed.problems
    assert first[1][sheet.MORE] == (
        "a conversation that ends with “Two”; is JSON that its schema accepts"
    )


@given(st.lists(st.dictionaries(st.sampled_from(["id", "input", "check"]), st.text(max_size=9))))
def test_whatever_is_typed_stays_and_is_a_case_or_a_sentence(lines: list[dict[str, str]]) -> None:
    rows = {place: {"id": "", **line} for place, line in enumerate(lines)}
    typed = sheet.cases_of(rows, {})
    assert len({case.id for case in typed.cases}) == len(typed.cases)
    full = [row for row in rows.values() if any(value.strip() for value in row.values())]
    assert len(typed.cases) + len(typed.problems) == len(full)
    assert bool(typed.lines) == bool(typed.problems)


def test_a_line_under_another_id_is_still_its_case() -> None:
    first = sheet.lines(CASES, ["{{input}}"])
    line = {**first[1], "id": "new", "check": "two", "ideal": "2!"}
    (case,), problems, lines = sheet.cases_of({1: line}, sheet.owners(first, CASES))
    assert case.messages == CASES[1].messages
    assert case.checks == (Contains(value="two"), HasSchema(value={"type": "object"}))
    assert (case.id, case.ideal, case.tags) == ("new", "2!", ("t",))
    assert not problems
    assert not lines


def test_a_line_that_makes_no_case_is_said_and_stays() -> None:
    first = sheet.lines(CASES, ["{{input}}"])
    rows = {**dict(enumerate(first)), 1: {**first[1], "check": "number: many"}}
    typed = sheet.cases_of(rows, sheet.owners(first, CASES))
    assert "row 2" in typed.problems[0]
    assert typed.lines[1]["check"] == "number: many"
    assert {case.id for case in typed.cases} == {"a", "b"}
    again = sheet.cases_of(dict(enumerate(typed.lines)), sheet.owners(typed.lines, typed.cases))
    assert again.problems == typed.problems


def test_the_prompt_decides_the_columns() -> None:
    prompts = ["Weather in {{ city }} on {{day}}, {{city}}?"]
    first = sheet.lines(CASES, prompts)
    assert sheet.columns(first, prompts)[:4] == ["id", "city", "day", "input"]
    assert sheet.columns([], ["{{input}}"])[:2] == ["id", "input"]


def test_arms_come_and_go_and_keep_their_settings() -> None:
    arms = chosen_arms.with_presets((), ["cost", "balanced"])
    arms = chosen_arms.with_pins(arms, ["openai:gpt-4o"])
    assert [arm.label for arm in arms] == ["Router, Balanced", "Router, Cost", "OpenAI gpt-4o"]
    warmer = tuple(arm.model_copy(update={"temperature": 1.0}) for arm in arms)
    left = chosen_arms.with_pins(chosen_arms.with_presets(warmer, ["cost"]), ["xai:grok"])
    assert [(arm.label, arm.temperature) for arm in left] == [
        ("Router, Cost", 1.0),
        ("xAI grok", None),
    ]
    assert chosen_arms.presets(left) == ["cost"]
    assert chosen_arms.pins(left) == ["xai:grok"]


def test_what_ifs_are_arms_and_other_arms_of_a_file_stay() -> None:
    saved = {"w": WhatIf(name="Cheaper"), "v": WhatIf(name="Faster")}
    of_file = Arm(id="mine", allowed=("openai",))
    arms = chosen_arms.with_what_ifs((of_file,), {"w": saved["w"]}, saved)
    assert chosen_arms.what_ifs(arms, saved) == ["w"]
    assert chosen_arms.others(arms, saved) == [of_file]
    assert chosen_arms.with_what_ifs(arms, {}, saved) == (of_file,)


def test_a_draft_says_what_keeps_it_from_running() -> None:
    draft = empty_draft()
    assert is_untouched(draft)
    assert draft.to_run()[1] == (
        "There is no case yet: type one, upload some, or choose a starter set.",
    )
    suite = Suite(
        name="s",
        prompt="{{city}}",
        cases=CASES[:1],
        arms=(chosen_arms.pinned("openai:gone"),),
        judge=Judge(pin="openai:gone"),
    )
    problems = draft_of(suite).to_run(frozenset({"xai:grok"}))[1]
    assert problems == (
        "A prompt asks for “city”, which 1 case (“a”) does not have.",
        "The judge is also an arm, and nobody judges their own answers.",
        "OpenAI gone cannot be asked now: it is not callable here.",
    )


def test_a_draft_outlives_the_way_through_the_store() -> None:
    rows = (CheckRow("tokens at most", "ma"), CheckRow("contains", "x"))
    suite = Suite(name="s", cases=CASES, temperature=None, max_tokens=None)
    draft = draft_of(suite).model_copy(update={"rows": rows})
    again = Draft.model_validate_json(draft.model_dump_json())
    assert again.suite == suite
    assert checks_of(again.rows) == checks_of(rows)


def test_a_baseline_that_is_no_arm_any_more_does_not_cost_the_draft() -> None:
    suite = Suite(name="s", arms=(Arm(id="a"),), baseline="a")
    left = draft_of(suite)
    left = left.model_copy(update={"suite": suite.model_copy(update={"arms": ()})})
    again = Draft.model_validate_json(kept_sound(left).model_dump_json())
    assert again.suite.baseline is None
    assert kept_sound(draft_of(suite)).suite.baseline == "a"


def test_of_two_arms_with_one_id_the_first_stays() -> None:
    mine = Arm(id="xai:grok", pin="xai:other")
    arms = chosen_arms.with_pins((mine,), ["xai:other", "xai:grok"])
    assert arms == (mine,)


def test_other_cases_keep_the_arms_that_were_chosen() -> None:
    draft = empty_draft()
    taken = with_cases_of(draft, Suite(name="t", cases=CASES, checks=(Contains(value="x"),)))
    assert taken.suite.arms == draft.suite.arms
    assert taken.rows == (CheckRow("contains", "x"),)


def test_cases_that_come_beside_others_get_ids_of_their_own() -> None:
    draft = with_cases(draft_of(Suite(name="s", cases=CASES)), CASES[:1])
    assert [case.id for case in draft.suite.cases] == ["a", "b", "a 2"]
