"""A suite put together on the page: cases as a sheet, checks as rows, arms by choice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.evaluate import chosen_arms, sheet
from playground.evaluate.check_rows import KINDS, CheckRow, check_of, checks_of, row_of
from playground.evaluate.draft import Draft, draft_of, empty_draft, is_untouched, with_cases_of
from playground.evaluate.suite import (
    Arm,
    AtMost,
    Case,
    Contains,
    Judge,
    Message,
    Suite,
)
from playground.evaluate.turn_case import case_of
from playground.sessions.turns import Answer, Conversation, Turn, TurnSettings
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
        checks=(AtMost(type="cost", most=1), Contains(value="2")),
        tags=("t",),
    ),
)


def test_a_sheet_that_nobody_touched_makes_the_same_cases() -> None:
    names = sheet.columns(CASES, ["input"])
    lines = dict(enumerate(sheet.lines(CASES, names)))
    assert sheet.cases_of(lines, CASES, names) == (CASES, ())
    assert lines[1][sheet.MORE] == "a conversation that ends with “Two”; a cost of at most $1.00"


@given(st.lists(st.dictionaries(st.sampled_from(["id", "input", "ideal"]), st.text(max_size=9))))
def test_whatever_is_typed_makes_cases_with_ids_of_their_own(lines: list[dict[str, str]]) -> None:
    cases, problems = sheet.cases_of(dict(enumerate(lines)), (), ["input"])
    assert len({case.id for case in cases}) == len(cases)
    assert not problems
    typed = [line for line in lines if any(value.strip() for value in line.values())]
    assert len(cases) == len(typed)


def test_what_is_typed_changes_only_what_has_a_column() -> None:
    names = ["input"]
    lines = dict(enumerate(sheet.lines(CASES, names)))
    del lines[0]
    lines[1] = {**lines[1], sheet.CONTAINS: "two", sheet.IDEAL: "2!"}
    lines[2] = {"id": "b", "input": "Three", sheet.CONTAINS: "3"}
    (changed, new), _ = sheet.cases_of(lines, CASES, names)
    assert changed.messages == CASES[1].messages
    assert changed.checks == (Contains(value="two"), AtMost(type="cost", most=1))
    assert (changed.ideal, changed.tags) == ("2!", ("t",))
    assert new.id == "b-2"
    assert new.vars == {"input": "Three"}


def test_the_prompt_decides_the_columns() -> None:
    wanted = sheet.variables_in("Weather in {{ city }} on {{day}}, {{city}}?")
    assert wanted == ["city", "day"]
    assert sheet.columns(CASES, wanted) == ["city", "day", "input"]
    assert sheet.columns((), ()) == ["input"]


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
        "Case “a” has nothing for {{city}} in the prompt.",
        "The judge is also an arm, and nobody judges their own answers.",
        "OpenAI gone cannot be asked now: it is not callable here.",
    )


def test_a_draft_outlives_the_way_through_the_store() -> None:
    rows = (CheckRow("tokens at most", "ma"), CheckRow("contains", "x"))
    draft = draft_of(Suite(name="s", cases=CASES)).model_copy(update={"rows": rows})
    again = Draft.model_validate_json(draft.model_dump_json(exclude_none=True))
    assert again.suite.cases == CASES
    assert checks_of(again.rows) == checks_of(rows)


def test_other_cases_keep_the_arms_that_were_chosen() -> None:
    draft = empty_draft()
    taken = with_cases_of(draft, Suite(name="t", cases=CASES, checks=(Contains(value="x"),)))
    assert taken.suite.arms == draft.suite.arms
    assert taken.rows == (CheckRow("contains", "x"),)


def test_a_turn_is_a_case_with_the_conversation_before_it() -> None:
    now = datetime(2026, 11, 26, tzinfo=UTC)
    settings = TurnSettings(language="es", vertical="legal", system_prompt="Be brief.")

    def turn(turn_id: str, parent: str | None, message: str, answer: str) -> Turn:
        return Turn(
            id=turn_id,
            conversation_id="c",
            parent_id=parent,
            message=message,
            settings=settings,
            connection="x",
            status="done",
            answer=Answer(text=answer),
            created_at=now,
        )

    turns = (turn("t1", None, "Hola", "¿Qué tal?"), turn("t2", "t1", "¿Y tú?", "Bien."))
    conversation = Conversation(id="c", turns=turns, created_at=now, updated_at=now)
    case = case_of(conversation, "t2", ["turn-2-t2"])
    assert case is not None
    assert case.id == "turn-2-t2-2"
    assert [(m.role, m.content) for m in case.messages] == [
        ("system", "Be brief."),
        ("user", "Hola"),
        ("assistant", "¿Qué tal?"),
        ("user", "¿Y tú?"),
    ]
    assert (case.language, case.vertical, case.ideal) == ("es", "legal", None)
    assert case_of(conversation, "gone", []) is None
