"""An estimate names its price table; what has no list price has no estimate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.sessions.totals import estimate
from speko_client.list_prices import price_source
from speko_client.models import CompleteUsage
from speko_client.own_prices import own_price_list

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


@pytest.fixture
def own_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A price list of one's own, named in the environment."""
    file = tmp_path / "prices.json"
    monkeypatch.setenv("SPEKO_PRICES", str(file))
    own_price_list.cache_clear()
    yield file
    own_price_list.cache_clear()


def test_a_price_of_ones_own_goes_before_the_list_price(own_list: Path) -> None:
    own_list.write_text(
        '{"openai:gpt-4o": {"inputUsdPerMillion": 1, "outputUsdPerMillion": 2},'
        ' "custom-mine:one": {"inputUsdPerMillion": 10, "outputUsdPerMillion": 0}}'
    )
    usage = CompleteUsage(prompt_tokens=1_000_000, completion_tokens=500_000)
    assert estimate("openai", "gpt-4o", usage) == (2.0, "own price list, prices.json")
    assert estimate("custom-mine", "one", usage) == (10.0, "own price list, prices.json")
    other = estimate("openai", "gpt-4o-mini", usage)
    assert other is not None
    assert other[1].startswith("genai-prices")


def test_a_list_that_cannot_be_read_leaves_the_list_prices(own_list: Path) -> None:
    own_list.write_text("{")
    usage = CompleteUsage(prompt_tokens=1_000, completion_tokens=1_000)
    found = estimate("openai", "gpt-4o", usage)
    assert found is not None
    assert found[1].startswith("genai-prices")
