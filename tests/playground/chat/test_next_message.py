"""What the next message will take: by whom, at which price, and what is blank."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given

from playground.chat.next_message import (
    ASSUMED_OUT,
    next_message,
    next_message_html,
    waiting_html,
)
from playground.sessions.turns import Answer, Turn, TurnSettings
from speko_client.models import CompleteUsage, ProviderKind, ScoredCandidate
from tests.any_turns import sessions
from tests.turns import turn

FORM = TurnSettings()


def candidate(provider: str, model: str, kind: ProviderKind = "live") -> ScoredCandidate:
    return ScoredCandidate(provider_id=provider, model_id=model, score=0.5, kind=kind)


GPT = candidate("openai", "gpt-4o")
"""At list price 2.50 US$ for a million tokens in, and 10 for a million out."""


def answered(message: str, text: str, tokens_out: int | None = None) -> Turn:
    usage = CompleteUsage(prompt_tokens=1, completion_tokens=tokens_out) if tokens_out else None
    made = turn("t1")
    answer = Answer(text=text, usage=usage)
    return made.model_copy(update={"message": message, "answer": answer})


def line(by: ScoredCandidate | None, turns: Sequence[Turn] = (), form: TurnSettings = FORM) -> str:
    return next_message_html(next_message(turns, form, by))


def test_the_whole_session_and_the_system_prompt_go_along() -> None:
    turns = [answered("a" * 1_000, "b" * 2_000), answered("c" * 500, "d" * 400)]
    seen = next_message(turns, TurnSettings(system_prompt="e" * 100), GPT)
    assert seen.letters == 4_000
    assert seen.tokens_in == 1_000


def test_the_cost_is_at_list_price_and_an_estimate() -> None:
    turns = [answered("a" * 2_000, "b" * 2_000, tokens_out=100)]
    html = line(GPT, turns)
    assert "1,000</span> tokens in, 100 out" in html
    assert "≈ $0.0035</span> (estimated)" in html
    assert "OpenAI gpt-4o answers, as it would now, at its list price (genai-prices " in html
    assert "4 letters are a token" in html


@pytest.mark.parametrize(
    ("lengths", "cap", "out", "assumed"),
    [
        ([], None, ASSUMED_OUT, f"The answer has {ASSUMED_OUT} tokens"),
        ([], 16, 16, "as long as Max tokens lets it be"),
        ([100, 200], None, 150, "as long as the latest ones of this session"),
        ([100, 200], 1_000_000, 150, "as long as the latest ones of this session"),
        ([9_000, 10, 10, 10, 10, 10], None, 10, "as long as the latest ones"),
    ],
)
def test_how_long_the_answer_is_taken_to_be(
    lengths: list[int], cap: int | None, out: int, assumed: str
) -> None:
    turns = [answered("Hello", "Hi.", tokens_out=length) for length in lengths]
    seen = next_message(turns, TurnSettings(max_tokens=cap), GPT)
    assert seen.tokens_out == out
    assert assumed in seen.assumed_out


def test_an_answer_that_nobody_counted_is_counted_by_its_letters() -> None:
    assert next_message([answered("Hello", "x" * 400)], FORM, None).tokens_out == 100


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (candidate("local", "smollm", "local"), "free, on your own machine"),
        (candidate("ollama", "llama3"), "free, on your own machine"),
        (candidate("openai", "gpt-4o", "simulated"), "would cost <span"),
        (candidate("openai", "gpt-4o", "simulated"), "(simulated)"),
    ],
)
def test_what_costs_nothing_says_why(by: ScoredCandidate, said: str) -> None:
    assert said in line(by)


@pytest.mark.parametrize("by", [None, candidate("custom", "m"), candidate("openai", "gpt-none")])
def test_a_cost_that_is_not_known_is_blank_and_never_nothing(by: ScoredCandidate | None) -> None:
    html = line(by)
    assert "$" not in html
    assert "tokens in, 250 out</summary>" in html
    assert "no price" in html or "no list price of it is known" in html


def test_what_comes_from_outside_is_escaped() -> None:
    assert "<b>" not in line(candidate("<b>", "<b>"))
    assert "<b>" not in waiting_html("“<b>” is not a number.")


@given(sessions())
def test_any_session_has_an_estimate(turns: list[Turn]) -> None:
    seen = next_message(turns, FORM, GPT)
    assert seen.tokens_in >= 0
    assert seen.tokens_out >= 0
    assert next_message_html(seen).startswith("<details")
