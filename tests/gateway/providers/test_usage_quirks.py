"""Token counts that cannot be true are not believed."""

from __future__ import annotations

from typing import Any

import pytest

from speko_gateway.provider import Finish
from speko_gateway.providers.vendors.live import DIALECTS
from tests.gateway.providers.wire_forms import ending, piece, read, usage

NONSENSE = [0, -3, 1.5, True, "many", "", "-1", 10**12, "9" * 5000, 1e300, [7], {"n": 7}, None]


def counted(dialect: str, *counts: tuple[Any, Any]) -> tuple[int | None, int | None]:
    """What is believed of these counts, which come one after the other behind some words."""
    endings = [ending(dialect, "stop", usage(dialect, *each)) for each in counts]
    last = read(dialect, [piece(dialect, "Hello there."), *endings])[-1]
    assert isinstance(last, Finish)
    return last.prompt_tokens, last.completion_tokens


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("count", NONSENSE)
def test_what_cannot_be_true_is_left_to_an_estimate(dialect: str, count: Any) -> None:
    assert counted(dialect, (count, 4)) == (None, 4)
    assert counted(dialect, (9, count)) == (9, None)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("count", NONSENSE)
def test_the_last_count_that_can_be_true_stands(dialect: str, count: Any) -> None:
    assert counted(dialect, (9, 2), (9, 4), (count, count)) == (9, 4)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("prompt", "completion"), [("9", "4"), (" 9 ", "4"), (9.0, 4.0)])
def test_counts_in_another_type_are_counts(dialect: str, prompt: Any, completion: Any) -> None:
    assert counted(dialect, (prompt, completion)) == (9, 4)


@pytest.mark.parametrize(
    "more",
    [
        {"x_groq": {"id": "req_1", "usage": {"prompt_tokens": 9, "completion_tokens": 4}}},
        {"usage": {"prompt_tokens": 9, "completion_tokens": 4}},
    ],
    ids=["Groq", "with the choice's chunk"],
)
def test_usage_in_places_of_their_own(more: dict[str, Any]) -> None:
    chunk = ending("openai", "stop")
    last = read("openai", [piece("openai", "Hi"), {**chunk, **more}])[-1]
    assert last == Finish(9, 4)


def test_usage_in_the_choice() -> None:
    counts = {"prompt_tokens": 9, "completion_tokens": 4}
    last = read("openai", [piece("openai", "Hi"), ending("openai", "stop", **{"usage": counts})])
    assert last[-1] == Finish(9, 4)


def test_a_prompt_from_the_cache_is_counted() -> None:
    counts = {"input_tokens": 0, "cache_read_input_tokens": 900, "output_tokens": 4}
    last = read("anthropic", [piece("anthropic", "Hi"), ending("anthropic", "end_turn", counts)])
    assert last[-1] == Finish(900, 4)
