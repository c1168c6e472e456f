"""What a case asks of an arm: settings, history and message."""

from __future__ import annotations

import pytest

from playground.sessions.asking import messages_of
from playground.suites.questions import conversation_for, settings_for
from playground.suites.suite import Arm, Case, Message, Suite, SuiteError
from speko_client.models import Fault, WhatIf

SUITE = Suite(name="s", system_prompt="Be {{tone}}.", prompt="Q: {{input}}", language="de")
CASE = Case(id="c", vars={"input": "Hours?", "tone": "kind"})
ARM = Arm(id="router")


def said(*messages: tuple[str, str]) -> Case:
    """A case that is a conversation."""
    texts = tuple(Message(role=role, content=content) for role, content in messages)
    return CASE.model_copy(update={"messages": texts})


def sent(case: Case) -> list[tuple[str, str]]:
    """What would be sent."""
    history, message = conversation_for(SUITE, ARM, case)
    return [(each.role, str(each.content)) for each in messages_of(history, message)]


def test_the_prompt_is_asked_with_the_variables() -> None:
    assert sent(CASE) == [("user", "Q: Hours?")]
    own = Arm(id="a", prompt="{{input}}!")
    assert conversation_for(SUITE, own, CASE) == ((), "Hours?!")


def test_a_conversation_is_asked_as_it_is() -> None:
    case = said(("user", "Hi"), ("assistant", "Hello"), ("user", "{{input}}"))
    assert sent(case) == [("user", "Hi"), ("assistant", "Hello"), ("user", "Hours?")]


def test_no_message_is_lost_where_roles_do_not_alternate() -> None:
    case = said(
        ("assistant", "Welcome."),
        ("assistant", "What is it?"),
        ("user", "One"),
        ("user", "Two"),
        ("assistant", "Yes"),
        ("user", "Three"),
        ("system", "Be brief."),
        ("user", "Four"),
    )
    assert sent(case) == [
        ("assistant", "Welcome.\n\nWhat is it?"),
        ("user", "One\n\nTwo"),
        ("assistant", "Yes"),
        ("user", "Three\n\nFour"),
    ]


def test_settings_are_the_arms_else_the_suites() -> None:
    settings = settings_for(SUITE, ARM, CASE)
    assert settings.system_prompt == "Be kind."
    assert (settings.language, settings.vertical, settings.temperature) == ("de", "general", 0.0)
    assert (settings.max_tokens, settings.allowed, settings.drill) == (300, (), ())
    arm = Arm(
        id="a",
        pin="openai:gpt-4o",
        allowed=("xai",),
        optimize_for="cost",
        temperature=0.0,
        max_tokens=9,
        system_prompt="",
        what_if=WhatIf(name="w"),
        drill=(Fault(target="openai", kind="down"),),
    )
    suite = SUITE.model_copy(update={"temperature": 1.0})
    own = settings_for(suite, arm, CASE)
    assert (own.allowed, own.optimize_for, own.temperature) == (("openai:gpt-4o",), "cost", 0.0)
    assert (own.max_tokens, own.system_prompt) == (9, "")
    assert own.what_if == arm.what_if
    assert own.drill == arm.drill


def test_a_case_has_its_own_language_and_system_message() -> None:
    case = said(("system", "You sell {{input}}"), ("user", "Hi"))
    case = case.model_copy(update={"language": "es-MX", "vertical": "legal"})
    settings = settings_for(SUITE, ARM, case)
    assert (settings.language, settings.vertical) == ("es-MX", "legal")
    assert settings.system_prompt == "Be kind.\n\nYou sell Hours?"


def test_a_missing_variable_is_named_with_its_case() -> None:
    with pytest.raises(SuiteError, match=r"^prompt, case “x”: there is no variable “input”"):
        conversation_for(SUITE, ARM, Case(id="x"))
    with pytest.raises(SuiteError, match=r"^system_prompt of arm “b”, case “x”: "):
        settings_for(SUITE, Arm(id="b", system_prompt="{{q}}"), Case(id="x"))


def test_a_conversation_ends_with_the_user() -> None:
    with pytest.raises(ValueError, match="the last message must be the user's"):
        Case(id="x", messages=(Message(role="assistant", content="Yes"),))
