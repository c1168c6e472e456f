"""What is said of a seat: its name, what it has set otherwise, what it goes on from."""

from __future__ import annotations

from typing import Any

import pytest

from playground.compare.seat_words import (
    asked_then,
    choice_label,
    full_name,
    goes_on,
    name,
    own_settings,
    predicted,
    state,
    went_on,
    winner_is_chosen,
)
from playground.compare.seats import Comparison, Seat, Threads
from playground.sessions.turns import Answer, TurnSettings
from speko_client.models import ScoredCandidate, Timing, WhatIf
from tests.turns import turn

SEATS = Comparison().added(Seat(id="a"), Seat(id="a", pin="openai:gpt-4o"))
ASKED = (
    turn("1a", seat="a", message_id="m1"),
    turn("1b", seat="b", message_id="m1"),
)
UP = ScoredCandidate(provider_id="openai", model_id="gpt-4o", score=0.9)


@pytest.mark.parametrize(
    ("seat", "said"),
    [
        (Seat(id="a"), "A Router"),
        (Seat(id="b", optimize_for="cost"), "B Router · cost"),
        (Seat(id="c", what_if=WhatIf(name="Cheap")), "C Router · Cheap"),
        (Seat(id="d", pin="openai:gpt-4o"), "D OpenAI gpt-4o"),
        (Seat(id="e", pin="openai"), "E OpenAI"),
    ],
)
def test_a_seat_has_a_letter_and_a_name(seat: Seat, said: str) -> None:
    assert full_name(seat) == said


def test_a_choice_says_more_than_a_name() -> None:
    assert choice_label(Seat(id="a"), {}) == "Router · by the page's intent"
    assert choice_label(Seat(id="a", what_if=WhatIf(name="X")), {}) == "Router · what-if “X”"
    assert choice_label(Seat(id="a", pin="gone"), {}) == "gone"


def test_only_who_is_not_plain_is_predicted() -> None:
    assert predicted(Seat(id="a"), UP) == "OpenAI gpt-4o"
    assert predicted(Seat(id="a", pin="openai"), UP) == "gpt-4o"
    assert predicted(Seat(id="a", pin="openai:gpt-4o"), UP) == ""
    assert predicted(Seat(id="a"), None) == ""


def test_what_differs_is_said_without_a_persons_text() -> None:
    page = TurnSettings(temperature=1.0)
    own = page.model_copy(
        update={"temperature": None, "optimize_for": "cost", "system_prompt": "Secret"}
    )
    said = own_settings(Seat(id="a", own=own), page)
    assert said == ["for cost", "temperature default", "another system prompt"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"status": "running", "answer": Answer()}, "waiting"),
        ({"status": "running", "answer": Answer(reasoning="Hm")}, "thinking"),
        ({"status": "running"}, "answering"),
        ({"status": "failed"}, "failed"),
        ({"status": "stopped"}, "stopped"),
        ({}, "answered"),
        ({"answer": Answer(text="x", timing=Timing(ttft_ms=1, total_ms=1500))}, "1.5 s"),
    ],
)
def test_an_answers_state_is_a_word(given: dict[str, Any], said: str) -> None:
    assert state(turn("1a", **given)) == said


@pytest.mark.parametrize(
    ("threads", "winner", "said"),
    [
        ("own", None, "Next: after its own answers"),
        ("shared", None, "Next: after everybody's answers"),
        ("winner", None, "Next: after the winner's answer"),
        ("winner", "1b", "Next: after B's answer"),
        ("winner", "1a", "Next: after this one"),
    ],
)
def test_each_column_says_what_comes_next(threads: Threads, winner: str | None, said: str) -> None:
    comparison = SEATS.model_copy(update={"threads": threads, "winner": winner})
    assert goes_on(comparison, SEATS.seats[0], ASKED) == said


def test_a_winner_is_one_of_the_last_answers() -> None:
    later = (*ASKED, turn("2a", "1b", seat="a", message_id="m2"))
    chosen = SEATS.model_copy(update={"winner": "1b"})
    assert winner_is_chosen(chosen, ASKED)
    assert not winner_is_chosen(chosen, later)
    assert not winner_is_chosen(chosen, ())
    assert went_on(later[-1], later) == "After B's answer"
    assert went_on(ASKED[0], later) == ""


@pytest.mark.parametrize(
    ("threads", "parent", "said"),
    [
        ("own", "1a", "Own thread"),
        ("winner", "1a", "After its own, the winner"),
        ("winner", "1b", "After B's answer"),
        ("shared", "1a", "After all answers"),
        (None, "1a", ""),
        ("own", None, ""),
    ],
)
def test_each_answer_says_what_it_was_asked_after(
    threads: str | None, parent: str | None, said: str
) -> None:
    later = turn("2a", parent, seat="a", message_id="m2", threads=threads)
    assert went_on(later, (*ASKED, later)) == said


def test_who_was_asked_is_read_from_the_turn() -> None:
    pinned = turn("1b", seat="b", settings=TurnSettings(allowed=("openai:gpt-4o",)))
    assert name(asked_then(pinned)) == "OpenAI gpt-4o"
    assert full_name(asked_then(ASKED[0])) == "A Router"
