"""What the pages say about a turn."""

from __future__ import annotations

import pytest

from playground import wording
from playground.turns import Answer
from speko_client.models import Attempt, CompleteUsage, Timing

FAILED = Attempt(
    provider="openai",
    model="gpt-4o",
    outcome="failed",
    code="TIMEOUT",
    message="timed out after 5.0 s",
    duration_ms=5000,
)
ANSWERED = Attempt(provider="google", model="gemini-2.0-flash", outcome="answered", duration_ms=300)


def test_attempts_are_told_as_one_sentence() -> None:
    assert wording.attempts_sentence([FAILED, ANSWERED]) == (
        "openai/gpt-4o timed out after 5.0 s, then google/gemini-2.0-flash answered"
    )


def test_an_attempt_without_a_message_names_its_code() -> None:
    bare = FAILED.model_copy(update={"message": None})
    assert wording.attempt_clause(bare) == "openai/gpt-4o failed (TIMEOUT)"


def test_a_cancelled_attempt_says_when() -> None:
    cancelled = ANSWERED.model_copy(update={"outcome": "cancelled", "duration_ms": 1500})
    assert wording.attempt_clause(cancelled) == (
        "google/gemini-2.0-flash was cancelled after 1.5 s"
    )


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "Failed over once"), (2, "Failed over twice"), (3, "Failed over 3 times")],
)
def test_failovers_are_counted_in_words(count: int, said: str) -> None:
    assert wording.failover_label(count) == said


def test_a_first_choice_that_answered_has_no_story() -> None:
    assert wording.failover_story(Answer(attempts=(ANSWERED,), failover_count=0)) is None


def test_a_server_that_tells_a_count_only_gets_no_invented_names() -> None:
    story = wording.failover_story(Answer(provider="openai", model="gpt-4o", failover_count=2))
    assert story is not None
    assert "twice" in story
    assert "openai" not in story


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(simulated=True, kind="simulated", words="scripted"), "simulated, scripted"),
        (
            Answer(simulated=True, kind="simulated", words="SmolLM2-135M-Instruct"),
            "simulated, words by SmolLM2-135M-Instruct",
        ),
        (Answer(kind="local"), "local model"),
        (Answer(kind="live"), None),
        (Answer(), None),
    ],
)
def test_whose_words_these_are(answer: Answer, said: str | None) -> None:
    assert wording.source(answer) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.5, "≈ $0.50"),
        (0.0123, "≈ $0.0123"),
        (0.000045, "≈ $0.000045"),
        (0.0000001, "< $0.000001"),
        (0.0, "≈ $0.000000"),
    ],
)
def test_costs_keep_the_digits_that_matter(value: float, said: str) -> None:
    assert wording.dollars(value) == said


def test_unknown_counts_and_times_are_left_out() -> None:
    assert wording.tokens(Answer()) is None
    assert wording.latency(Answer()) is None


def test_known_counts_and_times_are_said() -> None:
    answer = Answer(
        usage=CompleteUsage(prompt_tokens=1200, completion_tokens=34, estimated=True),
        timing=Timing(ttft_ms=290, total_ms=1440),
    )
    assert wording.tokens(answer) == "≈ 1,200 in · 34 out tokens"
    assert wording.latency(answer) == "290 ms to first token · 1.4 s total"
