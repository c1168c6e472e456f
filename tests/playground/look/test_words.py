"""What the pages say about a turn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.look import words
from playground.sessions import turn_words
from playground.sessions.turns import Answer
from speko_client.models import CompleteUsage, Timing


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "Failed over once"), (2, "Failed over twice"), (3, "Failed over 3 times")],
)
def test_failovers_are_counted_in_words(count: int, said: str) -> None:
    assert words.failover_label(count) == said


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
    assert turn_words.source(answer) == said


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
    assert words.dollars(value) == said


def test_unknown_counts_and_times_are_left_out() -> None:
    assert turn_words.tokens(Answer()) is None
    assert turn_words.latency(Answer()) is None


def test_known_counts_and_times_are_said() -> None:
    answer = Answer(
        usage=CompleteUsage(prompt_tokens=1200, completion_tokens=34, estimated=True),
        timing=Timing(ttft_ms=290, total_ms=1440),
    )
    assert turn_words.tokens(answer) == "≈ 1,200 in · 34 out tokens"
    assert turn_words.latency(answer) == "290 ms to first token · 1.4 s total"


@pytest.mark.parametrize(
    ("share", "said"), [(0.125, "12.5%"), (0.12, "12%"), (1, "100%"), (0.0005, "0.1%"), (0, "0%")]
)
def test_a_percentage_is_rounded_to_a_tenth(share: float, said: str) -> None:
    assert words.percent(share) == said


def test_three_thirds_are_a_whole() -> None:
    assert words.percentages([1, 1, 1]) == ["33.4%", "33.3%", "33.3%"]
    assert words.percentages([7, 1]) == ["87.5%", "12.5%"]
    assert words.percentages([]) == []


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=12).filter(sum))
def test_percentages_add_up_and_are_right(parts: list[int]) -> None:
    shown = [float(each.rstrip("%")) for each in words.percentages(parts)]
    assert round(sum(shown), 6) == 100
    assert all(
        abs(each - 100 * part / sum(parts)) <= 0.1 for each, part in zip(shown, parts, strict=True)
    )
