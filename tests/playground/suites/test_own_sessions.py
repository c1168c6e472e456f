"""A suite from one's own sessions: what was said before a turn, on its own branch."""

from __future__ import annotations

from typing import Any

import pytest

from playground.sessions.asking import messages_of
from playground.sessions.turns import Answer, Turn, TurnSettings
from playground.suites.own_sessions import suite_from_sessions, suite_from_turn
from playground.suites.questions import conversation_for, settings_for
from playground.suites.suite import Arm, Case, Suite, SuiteError
from tests.turns import conversation, turn

ARM = Arm(id="router")
ASKED = TurnSettings(language="de", vertical="legal", system_prompt="Be kind.", temperature=0.5)


def said(suite: Suite, case: Case) -> list[str]:
    """What would be sent for a case, the system prompt first."""
    history, message = conversation_for(suite, ARM, case)
    prompt = settings_for(suite, ARM, case).system_prompt
    return [prompt, *(str(each.content) for each in messages_of(history, message))]


def asked(turn_id: str, parent: str | None = None, **given: Any) -> Turn:
    """A turn with those settings."""
    return turn(turn_id, parent, **{"settings": ASKED, **given})


BRANCHED = conversation(
    asked("a", number=1),
    asked("b", "a", number=2),
    asked("c", "a", number=2, status="failed", answer=Answer()),
    asked("d", "c", number=3),
    title="Trip",
)


def test_each_turn_of_the_shown_branch_is_a_case() -> None:
    suite, found = suite_from_sessions([BRANCHED], "Mine")
    assert not found.left_out
    assert [case.id for case in suite.cases] == ["Trip, turn 1", "Trip, turn 2", "Trip, turn 3"]
    assert (suite.language, suite.vertical, suite.temperature) == ("de", "legal", 0.5)
    assert said(suite, suite.cases[2]) == ["Be kind.", "Message a", "Answer to a.", "Message d"]
    assert suite.cases[0].vars == {"input": "Message a"}


def test_a_turn_of_another_branch_has_what_was_before_it_there() -> None:
    suite, _ = suite_from_turn(BRANCHED, "b", "One", with_ideal=True)
    (case,) = suite.cases
    assert said(suite, case) == ["Be kind.", "Message a", "Answer to a.", "Message b"]
    assert case.ideal == "Answer to b."


def test_a_deleted_turn_is_no_case_and_in_no_history() -> None:
    turns = [asked("a", number=1), asked("b", "a", number=2, removed="b")]
    session = conversation(*turns, leaf_id="a")
    assert len(suite_from_sessions([session], "Mine")[0].cases) == 1
    assert suite_from_turn(session, "b", "One")[0].cases == ()


def test_only_the_last_turns_where_wanted() -> None:
    other = conversation(asked("x", number=1), id="c2", title="Other")
    suite, _ = suite_from_sessions([BRANCHED, other], "Mine", which="last")
    assert [case.id for case in suite.cases] == ["Trip, turn 3", "Other, turn 1"]


def test_sessions_of_one_title_have_cases_of_their_own() -> None:
    other = conversation(asked("x", number=1), id="c2", title="Trip")
    suite, found = suite_from_sessions([BRANCHED, other], "Mine", which="all")
    assert suite.cases[-1].id == "Trip, turn 1 (x)"
    assert not found.left_out


def test_a_simulated_or_broken_answer_is_no_ideal() -> None:
    session = conversation(
        asked("a", number=1, answer=Answer(text="Sim", simulated=True)),
        asked("b", "a", number=2, status="stopped", answer=Answer(text="Half")),
        asked("c", "b", number=3),
        title="T",
    )
    suite, found = suite_from_sessions([session], "Mine", with_ideal=True)
    assert [case.ideal for case in suite.cases] == [None, None, "Answer to c."]
    assert [str(each) for each in found.left_out] == [
        "T, turn 1: its answer is simulated, and so no ideal",
        "T, turn 2: it has no whole answer, and so no ideal",
    ]


def test_braces_that_were_said_are_said_again() -> None:
    settings = ASKED.model_copy(update={"system_prompt": "Fill {{name}}."})
    session = conversation(
        asked("a", number=1, settings=settings, message="What is {{x}}?"),
        asked("b", "a", number=2, settings=settings, message="And {{x}}?"),
    )
    suite, _ = suite_from_sessions([session], "Mine")
    assert said(suite, suite.cases[0]) == ["Fill {{name}}.", "What is {{x}}?"]
    assert said(suite, suite.cases[1])[-1] == "And {{x}}?"


def test_different_system_prompts_go_with_their_cases() -> None:
    other = ASKED.model_copy(update={"system_prompt": "Be rude.", "temperature": 1.0})
    session = conversation(asked("a", number=1), asked("b", "a", number=2, settings=other))
    suite, _ = suite_from_sessions([session], "Mine")
    assert [said(suite, case)[0] for case in suite.cases] == ["Be kind.", "Be rude."]
    assert suite.temperature is None


def test_a_comparison_is_one_case_a_message() -> None:
    session = conversation(
        asked("a1", number=1, seat="a", message_id="m1", message="One"),
        asked("b1", number=1, seat="b", message_id="m1", message="One"),
        asked("a2", "a1", number=2, seat="a", message_id="m2", message="Two", threads="shared"),
        asked("b2", "b1", number=2, seat="b", message_id="m2", message="Two", threads="shared"),
    )
    suite, _ = suite_from_sessions([session], "Mine")
    assert len(suite.cases) == 2
    both = "Answer A:\nAnswer to a1.\n\nAnswer B:\nAnswer to b1."
    assert said(suite, suite.cases[1]) == ["Be kind.", "One", both, "Two"]
    own, _ = suite_from_turn(session, "b2", "One")
    assert said(own, own.cases[0])[2] == both


def test_settings_that_fit_no_suite_are_refused_in_words() -> None:
    odd = ASKED.model_copy(update={"temperature": 9.0})
    with pytest.raises(SuiteError, match="temperature: it must be 2 at most"):
        suite_from_sessions([conversation(asked("a", settings=odd))], "Mine")


def test_no_sessions_make_an_empty_suite() -> None:
    assert suite_from_sessions([], "Mine")[0].cases == ()
