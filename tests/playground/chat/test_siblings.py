"""What one turn was asked otherwise than another, in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.chat.siblings import differences
from playground.sessions.turns import Answer, TurnSettings
from speko_client.models import Attempt, Fault
from tests.turns import turn

WAS = TurnSettings(temperature=0.7, system_prompt="Be brief.", allowed=("openai",))


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({"temperature": 0.2}, "temperature 0.2 instead of 0.7"),
        ({"temperature": None}, "temperature the default instead of 0.7"),
        ({"max_tokens": 50}, "max tokens 50 instead of the default"),
        ({"optimize_for": "cost"}, "optimised for cost instead of balanced"),
        ({"vertical": None}, "vertical none instead of general"),
        ({"language": "es-MX"}, "language es-MX instead of en"),
        (
            {"region": "europe-west3"},
            "region Europe (europe-west3) instead of Global",
        ),
        ({"system_prompt": ""}, "no system prompt"),
        ({"system_prompt": "Be long."}, "another system prompt"),
        ({"allowed": ()}, "everyone allowed"),
        ({"allowed": ("anthropic", "openai:gpt-4o")}, "only Anthropic, OpenAI gpt-4o"),
        ({"drill": (Fault(target="openai", kind="down"),)}, "under a drill"),
    ],
)
def test_a_setting_is_told_by_its_name(now: dict[str, object], told: str) -> None:
    before = turn("a", settings=WAS)
    after = turn("a2", message="Message a", settings=WAS.model_copy(update=now))
    assert differences(after, before) == [told]


def test_providers_come_first_and_models_where_the_provider_is_the_same() -> None:
    by = {
        name: turn(name, message="Hi", answer=Answer(text="Yes", provider=vendor, model=model))
        for name, vendor, model in (
            ("gpt", "openai", "gpt-4o"),
            ("mini", "openai", "gpt-4o-mini"),
            ("claude", "anthropic", "claude-3-5-haiku"),
        )
    }
    assert differences(by["claude"], by["gpt"]) == ["Anthropic instead of OpenAI"]
    assert differences(by["mini"], by["gpt"]) == ["OpenAI gpt-4o-mini instead of gpt-4o"]
    nobody = turn("none", message="Hi", status="failed", answer=Answer())
    assert differences(by["gpt"], nobody) == []


def test_an_edited_message_is_another_one() -> None:
    assert differences(turn("a"), turn("b")) == ["another message"]


@given(temperature=st.none() | st.floats(0, 2), prompt=st.text(max_size=5))
def test_the_same_settings_differ_in_nothing(temperature: float | None, prompt: str) -> None:
    settings = TurnSettings(temperature=temperature, system_prompt=prompt)
    attempts = (Attempt(provider="x", model="m", outcome="answered", duration_ms=1),)
    answer = Answer(text="Hm", provider="x", model="m", attempts=attempts)
    one = turn("a", message="Hi", settings=settings, answer=answer)
    assert differences(one, one.model_copy(update={"id": "b"})) == []
