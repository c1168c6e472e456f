"""An estimate names its price table; what has no list price has no estimate."""

from __future__ import annotations

import pytest

from playground.sessions.totals import estimate
from speko_client.list_prices import price_source
from speko_client.models import CompleteUsage

USAGE = CompleteUsage(prompt_tokens=1_000_000, completion_tokens=1_000_000)
FLEET = [
    ("openai", "gpt-4o"),
    ("openai", "gpt-4o-mini"),
    ("openai", "gpt-4.1-mini"),
    ("anthropic", "claude-3-5-sonnet"),
    ("anthropic", "claude-3-5-haiku"),
    ("google", "gemini-2.0-flash"),
    ("google", "gemini-1.5-flash"),
    ("xai", "grok-2"),
]


@pytest.mark.parametrize(("provider", "model"), FLEET)
def test_every_published_model_has_a_price(provider: str, model: str) -> None:
    estimated = estimate(provider, model, USAGE)
    assert estimated is not None
    assert estimated[0] > 0
    assert estimated[1] == price_source()


def test_a_million_tokens_cost_what_the_vendor_publishes() -> None:
    estimated = estimate("openai", "gpt-4o", USAGE)
    assert estimated is not None
    assert estimated[0] == pytest.approx(2.50 + 10.00)


def test_the_price_table_is_named_with_its_version() -> None:
    name, version = price_source().split()
    assert name == "genai-prices"
    assert version[0].isdigit()


@pytest.mark.parametrize(
    ("provider", "model", "usage"),
    [
        ("openai", "no-such-model", USAGE),
        ("nobody-known", "gpt-4o", USAGE),
        ("custom-openai", "gpt-4o", USAGE),
        ("my-anthropic-proxy", "claude-3-5-haiku-latest", USAGE),
        ("local", "smollm2-135m-instruct", USAGE),
        ("ollama", "llama3.2", USAGE),
        ("openai", "gpt-4o", None),
        ("openai", None, USAGE),
        (None, "gpt-4o", USAGE),
    ],
)
def test_the_unknown_is_none_and_not_zero(
    provider: str | None, model: str | None, usage: CompleteUsage | None
) -> None:
    assert estimate(provider, model, usage) is None
