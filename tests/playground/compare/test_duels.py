"""Duels: who is drawn, what gives an answer away, what counts, and one pace for both."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.compare.duels import (
    CHARACTERS_A_SECOND,
    Duel,
    asked_of_list,
    draw,
    duels,
    label_of,
    next_prompt,
    pair_chances,
    shown_until,
    undo_left,
)
from playground.compare.makers import names_its_maker
from playground.compare.seats import Comparison, Seat
from playground.compare.votes import hash_of
from playground.sessions.turns import Answer, Turn, TurnSettings
from speko_client.models import Fault, WhatIf
from tests.playground.compare.cast import cast
from tests.turns import NOON, turn

POOL = Comparison(blind=True).added(
    Seat(id="a"), Seat(id="a", pin="openai:gpt-4o"), Seat(id="a", pin="google")
)


def asked(seat: str, text: str = "It is blue.", message: str = "Why?", **given: Any) -> Turn:
    """One of the two answers to message ``m``; what is not the turn's own is its answer's."""
    own = {name: given.pop(name) for name in ("status", "message_id") if name in given}
    values: dict[str, Any] = {"text": text, "provider": "openai", "model": "gpt-4o"} | given
    return turn(
        f"t-{seat}-{hash_of(message)[:6]}",
        seat=seat,
        message=message,
        answer=Answer(**values),
        **({"message_id": "m"} | own),
    )


def duel(left: Turn | None = None, right: Turn | None = None) -> Duel:
    """A duel of the first two seats."""
    return Duel("m", left or asked("a"), right or asked("b"))


def test_who_was_asked_first_is_on_the_left() -> None:
    turns = [asked("b"), asked("a"), turn("alone"), asked("c", message_id="n")]
    (found,) = duels(turns)
    assert (found.id, found.left.seat, found.right.seat) == ("m", "b", "a")


def test_every_pair_is_as_likely_until_each_has_five_votes() -> None:
    labels = ["a", "b", "c"]
    assert set(pair_chances(labels, []).values()) == {1 / 3}
    votes = [cast(number, "a", "b") for number in range(5)]
    assert pair_chances(labels, votes) == {("a", "c"): 0.5, ("b", "c"): 0.5}


def test_then_the_widest_interval_is_the_likeliest() -> None:
    counts = {("a", "b"): 60, ("a", "c"): 30, ("b", "c"): 5}
    every = [pair for pair, count in counts.items() for _ in range(count)]
    votes = [
        cast(
            number, *pair[:: 1 if number % 2 else -1], outcome="left" if number % 4 < 2 else "right"
        )
        for number, pair in enumerate(every)
    ]
    chances = pair_chances(["a", "b", "c"], votes)
    assert sum(chances.values()) == pytest.approx(1)
    assert chances["b", "c"] > chances["a", "c"] > chances["a", "b"] > 0


def test_sides_are_drawn_too_and_the_chance_is_that_of_this_order() -> None:
    chance = Random(1)  # noqa: S311 (no secret)
    drawn = [draw(POOL.seats, [], chance) for _ in range(600)]
    assert all(each.chance == pytest.approx(1 / 6) for each in drawn)
    orders = [(each.left.id, each.right.id) for each in drawn]
    for pair in combinations("abc", 2):
        for order in (pair, pair[::-1]):
            assert 65 < orders.count(order) < 135


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (asked("a"), None),
        (asked("a", "", status="failed"), "failed"),
        (asked("a", " "), "failed"),
        (asked("a", status="interrupted"), "failed"),
        (asked("a", status="stopped"), "You stopped"),
        (asked("a", "I am ChatGPT."), "gives away"),
    ],
)
def test_what_cannot_be_judged_fairly_is_not_rated(left: Turn, said: str | None) -> None:
    for flag in (duel(left).flag, duel(asked("b"), left).flag):
        assert flag is None if said is None else said in (flag or "")


@pytest.mark.parametrize(
    ("provider", "model", "text", "message", "named"),
    [
        ("openai", "gpt-4o", "As OpenAI says ...", "Why?", True),
        ("openai", "gpt-4o", "Both OpenAI and Google.", "Is OpenAI a firm?", False),
        ("google", "gemini-3.8-flash", "My name is Gemini.", "Who are you?", True),
        ("mistral", "m", "Soy un modelo creado por Mistral AI.", "¿Quién eres?", True),
        ("deepseek", "v3", "I'm a model made by OpenAI.", "Who?", True),
        ("deepseek", "v3", "OpenAI was founded in 2015.", "A firm?", False),
        ("together", "x/llama-4", "Together, we can.", "Why?", False),
        ("local", "m", "Buy local food. I am glad.", "Why?", False),
        ("fireworks", "qwen-3", "Fireworks need care.", "Why?", True),
        (None, None, "Yes.", "Why?", False),
    ],
)
def test_an_answer_that_names_its_maker(
    provider: str | None, model: str | None, text: str, message: str, named: bool
) -> None:
    found = names_its_maker(asked("a", text, message, provider=provider, model=model))
    assert found is named


WRITTEN = {"simulated": True, "words": "scripted"}
SPOKEN = {"simulated": True, "words": "SmolLM"}
LOCAL = {"kind": "local", "model": "SmolLM"}


@pytest.mark.parametrize(
    ("left", "right", "rated"),
    [
        ({"kind": "live"}, {"kind": "live"}, "rated"),
        ({"kind": "live"}, LOCAL, "rated"),
        (SPOKEN, SPOKEN, "same words"),
        (SPOKEN, LOCAL, "same words"),
        (WRITTEN, WRITTEN, "scripted"),
        ({"simulated": True}, {"simulated": True}, "scripted"),
        (SPOKEN, {"kind": "live"}, "scripted"),
    ],
)
def test_only_real_vendors_are_rated(
    left: dict[str, Any], right: dict[str, Any], rated: str
) -> None:
    assert duel(asked("a", **left), asked("b", **right)).rated == rated


def test_answers_under_a_drill_are_not_rated() -> None:
    drilled = TurnSettings(drill=(Fault(target="openai", kind="slow"),))
    left = asked("a").model_copy(update={"settings": drilled})
    assert "under a drill" in (duel(left).flag or "")


def test_a_vote_has_labels_and_a_hash_and_no_text() -> None:
    vote = duel(asked("b"), asked("a")).vote(POOL.model_copy(update={"chance": 0.1}), "right", NOON)
    assert (vote.left, vote.right, vote.outcome) == ("openai:gpt-4o", "router", "right")
    assert (vote.id, vote.propensity, vote.intent.vertical) == ("m", 0.1, "general")
    assert "Why?" not in vote.model_dump_json()
    assert "blue" not in vote.model_dump_json()


def test_a_vote_on_a_seat_that_is_gone_is_refused() -> None:
    with pytest.raises(ValueError, match="are gone"):
        duel().vote(Comparison(), "tie", NOON)


def test_a_what_if_is_a_label_of_its_own() -> None:
    assert label_of(Seat(id="a", what_if=WhatIf(name="Cheap"))) == "router;what_if=Cheap"
    saved = Seat(id="a", what_if=WhatIf(name="Cheap"), what_if_id="w1")
    assert label_of(saved) == "router;what_if=Cheap"


def growing(seat: str, text: str) -> Turn:
    """An answer that is still arriving."""
    return asked(seat, text, status="running")


def test_nothing_is_shown_before_both_have_spoken() -> None:
    assert shown_until(0, 9, duel(growing("a", "x" * 500), growing("b", ""))) == 0
    assert shown_until(0, 9, duel(growing("a", ""), asked("b", "x" * 500))) == 0


@given(
    st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=30),
    st.floats(0, 100),
)
def test_both_are_shown_up_to_one_place_and_at_one_pace(
    pieces: list[tuple[int, int]], frame: float
) -> None:
    left, right, shown = "", "", 0.0
    for more_left, more_right in pieces:
        left, right = left + "x" * more_left, right + "y" * more_right
        after = shown_until(shown, frame / 1000, duel(growing("a", left), growing("b", right)))
        assert shown <= after <= min(len(left), len(right))
        assert after - shown <= CHARACTERS_A_SECOND * frame / 1000 + 1e-6
        shown = after
    both = duel(asked("a", left), asked("b", right))
    assert shown_until(shown, 1e6, both) == max(len(left), len(right))


def test_a_vote_can_be_taken_back_for_ten_seconds() -> None:
    vote = cast(0)
    assert undo_left(vote, vote.at) == 10
    assert undo_left(vote, vote.at + timedelta(seconds=11)) == 0


def test_a_list_goes_on_where_it_was_left() -> None:
    listed = POOL.model_copy(update={"prompts": ("Why?", "How?", "When?")})
    assert (next_prompt(listed, []), asked_of_list(listed, [])) == ("Why?", 0)
    turns = [asked("a"), asked("b")]
    assert (next_prompt(listed, turns), asked_of_list(listed, turns)) == ("How?", 1)
    every = [
        asked(seat, message=message, message_id=message)
        for message in listed.prompts
        for seat in "ab"
    ]
    assert (next_prompt(listed, every), asked_of_list(listed, every)) == (None, 3)
    assert next_prompt(POOL, turns) is None
