"""A promptfoo configuration as a suite: what has a counterpart is carried, the rest is listed."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from playground.suites.promptfoo import carried, read_promptfoo
from playground.suites.promptfoo_asserts import checks_of
from playground.suites.questions import conversation_for, settings_for
from playground.suites.suite import (
    Arm,
    AtMost,
    Check,
    Contains,
    ContainsAny,
    Equals,
    HasSchema,
    Judged,
    Matches,
    SuiteError,
)
from playground.suites.suite_files import read_suite, write_suite

CONFIG = b"""
description: Shop bot
prompts:
  - "Answer briefly: {{question}}"
  - label: chat
    raw: '[{"role": "system", "content": "Be {{tone}}."},
      {"role": "user", "content": "{{question}}"}]'
  - file://prompt.txt
  - "{{ question | upper }}"
providers:
  - openai:gpt-4o-mini
  - id: anthropic:messages:claude-3-5-haiku
    label: haiku
    config: {temperature: 0.2, max_tokens: 100, apiKey: hidden, top_p: 1}
  - python:provider.py
defaultTest:
  vars: {tone: kind}
  assert:
    - {type: latency, threshold: 3000}
    - {type: javascript, value: output.length < 5}
  options: {transform: output.trim()}
tests:
  - description: capital
    vars: {question: [Capital of France?, Capital of Spain?]}
    assert:
      - {type: icontains-any, value: [Paris, Madrid]}
      - {type: python, value: file://check.py}
      - type: assert-set
        assert: [{type: regex, value: '\\w+'}]
      - {type: is-json, value: {properties: {a: {const: 5}}}}
  - file://tests.csv
  - vars: {question: file://q.txt}
  - vars: {tone: 5, question: null}
    threshold: 0.5
scenarios:
  - config: [{vars: {tone: rude}}, {vars: {tone: shy}}]
    tests: [{vars: {question: Hi}, assert: [{type: equals, value: Hi}]}]
evaluateOptions: {repeat: 3, maxConcurrency: 5}
env: {A: b}
"""


def test_what_has_a_counterpart_is_carried() -> None:
    suite = read_promptfoo(CONFIG).suite
    assert (suite.name, suite.repeats, suite.temperature) == ("Shop bot", 3, None)
    assert suite.checks == (AtMost(type="total", most=3000),)
    assert [(arm.id, arm.pin, arm.temperature, arm.max_tokens) for arm in suite.arms] == [
        ("openai:gpt-4o-mini, prompt 1", "openai:gpt-4o-mini", None, None),
        ("haiku, prompt 1", "anthropic:claude-3-5-haiku", 0.2, 100),
        ("openai:gpt-4o-mini, chat", "openai:gpt-4o-mini", None, None),
        ("haiku, chat", "anthropic:claude-3-5-haiku", 0.2, 100),
    ]
    assert [(case.id, case.vars["question"], case.vars["tone"]) for case in suite.cases] == [
        ("capital", "Capital of France?", "kind"),
        ("2", "Capital of Spain?", "kind"),
        ("3", "", "5"),
        ("4", "Hi", "rude"),
        ("5", "Hi", "shy"),
    ]
    assert suite.cases[1].checks == (
        ContainsAny(value=("Paris", "Madrid")),
        Matches(value=r"\w+"),
        HasSchema(value={"properties": {"a": {"const": 5}}}),
    )


def test_each_prompt_is_asked_as_it_was_written() -> None:
    suite = read_promptfoo(CONFIG).suite
    text, _, chat, _ = suite.arms
    case = suite.cases[0]
    assert conversation_for(suite, text, case)[1] == "Answer briefly: Capital of France?"
    assert conversation_for(suite, chat, case)[1] == "Capital of France?"
    assert settings_for(suite, text, case).system_prompt == ""
    assert settings_for(suite, chat, case).system_prompt == "Be kind."


def test_what_is_not_carried_is_listed_with_its_place() -> None:
    assert [str(each) for each in read_promptfoo(CONFIG).left_out] == [
        "prompts.2: “file://prompt.txt” is a file, and is not read",
        "prompts.3: “{{ question | upper }}” is computed by Nunjucks; only {{name}} is filled here",
        "providers.1: config.apiKey is not carried over",
        "providers.1: config.top_p is not carried over",
        "providers.2: “python:provider.py” is code, and is never run",
        "env: it is not carried over",
        "defaultTest.options.transform: is code or depends on it, and is not carried over: answers "
        "are checked as they are",
        "defaultTest.assert.1: javascript is code, and is never run",
        "tests.0.assert.1: python is code, and is never run",
        "tests.1: “file://tests.csv” is a file, and is not read",
        "tests.2.vars: “file://q.txt” is a file, and is not read",
        "tests.3.threshold: it is not carried over",
        "evaluateOptions.maxConcurrency: it is not carried over",
    ]


def test_what_was_carried_is_a_suite_file() -> None:
    suite = read_promptfoo(CONFIG).suite
    assert read_suite(write_suite(suite)) == suite


def test_one_prompt_may_be_a_conversation() -> None:
    found = carried(
        {
            "prompts": [
                '[{"role":"user","content":"a"},{"role":"assistant","content":"b"},'
                '{"role":"user","content":"{{q}}"}]'
            ],
            "tests": [{"vars": {"q": "c"}}],
        }
    )
    (case,) = found.suite.cases
    history, message = conversation_for(found.suite, Arm(id="router"), case)
    assert ([turn.answer.text for turn in history], message) == (["b"], "c")


ASSERTIONS: list[tuple[dict[str, Any], tuple[Check, ...]]] = [
    ({"type": "equals", "value": "x"}, (Equals(value="x"),)),
    ({"type": "not-equals", "value": "x"}, (Equals(value="x", negate=True),)),
    ({"type": "contains", "value": "x"}, (Contains(value="x", ignore_case=False),)),
    ({"type": "not-icontains", "value": 5}, (Contains(value="5", negate=True),)),
    (
        {"type": "contains-any", "value": "a, b"},
        (ContainsAny(value=("a", "b"), ignore_case=False),),
    ),
    ({"type": "icontains-all", "value": ["a", "b"]}, (Contains(value="a"), Contains(value="b"))),
    ({"type": "starts-with", "value": "a."}, (Matches(value=r"\Aa\."),)),
    ({"type": "not-regex", "value": "^a"}, (Matches(value="^a", negate=True),)),
    ({"type": "is-json"}, (HasSchema(value={}),)),
    ({"type": "is-json", "value": "{type: object}"}, (HasSchema(value={"type": "object"}),)),
    ({"type": "cost", "threshold": 0.01}, (AtMost(type="cost", most=0.01),)),
    (
        {"type": "factuality", "value": "Paris"},
        (Judged(ideal="Paris", criteria="Which answer agrees better with the facts?"),),
    ),
]


def test_a_rubric_needs_a_judge_and_says_so() -> None:
    rubric = {"type": "llm-rubric", "value": "Is it {{tone}}?"}
    found = carried({"prompts": ["x"], "tests": [{"vars": {"tone": "kind"}, "assert": [rubric]}]})
    assert found.suite.cases[0].checks == (Judged(criteria="Is it {{tone}}?"),)
    assert [str(each) for each in found.left_out] == [
        "providers: a judge is not taken from here; name one, because a check needs it"
    ]


@pytest.mark.parametrize(("assertion", "checks"), ASSERTIONS, ids=lambda each: str(each)[:40])
def test_an_assertion_becomes_checks(assertion: dict[str, Any], checks: tuple[Check, ...]) -> None:
    assert checks_of(assertion) == checks


@pytest.mark.parametrize(
    ("assertion", "why"),
    [
        ({"type": "javascript", "value": "true"}, "javascript is code, and is never run"),
        ({"type": "not-python", "value": "True"}, "python is code, and is never run"),
        ({"type": "equals", "value": "file://a.js"}, "is a file, and is not read"),
        ({"type": "contains", "value": "javascript: x"}, "is code, and is never run"),
        ({"type": "similar", "value": "x"}, "similar has no counterpart here"),
        ({"type": "not-is-json"}, "not-is-json has no counterpart here"),
        ({"type": "contains", "value": "x", "weight": 2}, "weight is not carried over"),
        ({"type": "contains", "value": ["x"]}, "a list or an object as a text"),
        ({"type": "contains", "value": ""}, "contains: it is empty"),
        ({"type": "regex", "value": "("}, "regex: this is no regular expression"),
        ({"type": "latency"}, "latency: it must be a number"),
        ({"type": "is-json", "value": {"type": "objekt"}}, "is-json: this is no JSON schema"),
        ({"value": "x"}, "it has no type"),
        ("file://asserts.yaml", "is a file, and is not read"),
    ],
)
def test_an_assertion_without_a_counterpart_says_why(assertion: Any, why: str) -> None:
    with pytest.raises(SuiteError) as refused:
        checks_of(assertion)
    assert why in str(refused.value)


def test_hostile_products_are_bounded() -> None:
    many = [{"vars": {"a": str(number)}} for number in range(3_000)]
    found = carried({"scenarios": [{"config": many, "tests": many}], "prompts": ["{{a}}"]})
    assert len(found.suite.cases) == 20_000
    lists = {"a": ["x"] * 1_000, "b": ["x"] * 1_000}
    found = carried({"tests": [{"vars": lists}]})
    assert "1,000,000 cases" in str(found.left_out[0])
    found = carried({"prompts": ["x"] * 1_000, "providers": ["openai:x"] * 1_000})
    assert len(found.suite.arms) == 50


@given(st.binary(max_size=100))
def test_any_bytes_are_a_suite_or_refused(content: bytes) -> None:
    with suppress(SuiteError):
        read_promptfoo(content)


_TOP = "prompts providers targets tests defaultTest scenarios description evaluateOptions"
_INNER = "vars assert type value config id raw options label role content repeat"
_NAMES = st.sampled_from(f"{_TOP} {_INNER}".split())
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(
        ["equals", "contains", "file://x", "{{a}}", "{% x %}", "openai:x", "user", ""]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(_TOP.split()), _VALUES))
def test_any_configuration_is_a_suite_or_refused(value: dict[str, Any]) -> None:
    with suppress(SuiteError):
        found = carried(value)
        assert read_suite(write_suite(found.suite)) == found.suite
    with suppress(SuiteError):
        read_promptfoo(yaml.safe_dump(value).encode())
