"""The sets that ship: whole, and their checks tell right answers from wrong ones.

``starter_answers/`` has, for each case, phrasings that a good model might use and mistakes that a
weaker one makes.
"""

from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from playground.sessions.turns import Answer
from playground.suites.checks import Answered, check_all, checks_for
from playground.suites.starters import LANGUAGES, Starter, load_starter, starters
from playground.suites.suite import AtMost, Case, Judged, Suite, SuiteError
from speko_client.models import Vertical

ANSWERS = Path(__file__).with_name("starter_answers")
OF_EACH_DIFFICULTY = {"easy": 5, "medium": 6, "hard": 4}
MOST_WORDS = 150

each_set = pytest.mark.parametrize("starter", starters(), ids=lambda starter: starter.path.stem)


def suite_of(starter: Starter) -> Suite:
    return load_starter(starter.vertical, starter.language)


def answers_of(starter: Starter) -> dict[str, Any]:
    text = (ANSWERS / starter.path.name).read_text("utf-8")
    answers: dict[str, Any] = yaml.safe_load(text)
    return answers


def test_there_is_a_set_for_every_vertical_and_language() -> None:
    assert {(each.vertical, each.language) for each in starters()} == {
        (vertical, language) for vertical in get_args(Vertical) for language in LANGUAGES
    }
    shipped = starters()[0].path.parent
    assert {each.path for each in starters()} == set(shipped.iterdir())


def test_a_set_that_does_not_exist_is_named() -> None:
    with pytest.raises(SuiteError, match="“legal-sv”; there is one for each of general"):
        load_starter("legal", "sv")


@each_set
def test_a_set_says_what_it_is(starter: Starter) -> None:
    suite = suite_of(starter)
    assert (suite.vertical, suite.language) == (starter.vertical, starter.language)
    assert suite.name == starter.name
    assert suite.description
    assert suite.arms == ()
    assert suite.temperature == 0
    assert suite.max_tokens is not None
    assert 60 <= suite.max_tokens <= 200


@each_set
def test_easy_and_hard_cases_are_spread_alike(starter: Starter) -> None:
    cases = suite_of(starter).cases
    assert len({case.id for case in cases}) == len(cases) == 15
    assert Counter(case.tags[0] for case in cases) == OF_EACH_DIFFICULTY
    assert all(len(case.tags) == 2 for case in cases)


@each_set
def test_every_prompt_is_short_and_asked_once(starter: Starter) -> None:
    prompts = [case.vars["input"] for case in suite_of(starter).cases]
    assert len(set(prompts)) == len(prompts)
    assert [prompt for prompt in prompts if len(prompt.split()) > MOST_WORDS] == []


@each_set
def test_every_case_is_decided_by_the_words_of_the_answer(starter: Starter) -> None:
    assert [case.id for case in suite_of(starter).cases if not any(map(decides, case.checks))] == []


def decides(check: object) -> bool:
    return not isinstance(check, AtMost | Judged) and not getattr(check, "negate", False)


def test_no_prompt_is_in_two_sets() -> None:
    prompts = [case.vars["input"] for each in starters() for case in suite_of(each).cases]
    assert len(set(prompts)) == len(prompts) == 16 * 15


@each_set
def test_right_answers_pass_and_wrong_ones_do_not(starter: Starter) -> None:
    suite, answers = suite_of(starter), answers_of(starter)
    assert set(answers) == {case.id for case in suite.cases}
    for case in suite.cases:
        known = answers[case.id]
        assert case.ideal
        assert known["right"]
        assert known["wrong"]
        right = [case.ideal, *known["right"]]
        assert [text for text in right if not passes(suite, case, text)] == [], case.id
        assert [text for text in known["wrong"] if passes(suite, case, text)] == [], case.id


@each_set
@pytest.mark.parametrize("silence", ["", "I don't know.", "```json\n{}\n```", "12345", "…"])
def test_no_case_is_passed_by_saying_nothing(starter: Starter, silence: str) -> None:
    suite = suite_of(starter)
    assert [case.id for case in suite.cases if passes(suite, case, silence)] == []


def passes(suite: Suite, case: Case, text: str) -> bool:
    """Whether every check passes; each of them can be decided."""
    answered = Answered(case=case, answer=Answer(text=text), language=suite.language)
    results = check_all(checks_for(suite, case), answered)
    assert all(result.passed is not None for result in results)
    return all(result.passed for result in results)


@each_set
def test_no_case_is_passed_by_repeating_the_question(starter: Starter) -> None:
    suite = suite_of(starter)
    echoed = [case.id for case in suite.cases if passes(suite, case, case.vars["input"])]
    assert echoed == []
