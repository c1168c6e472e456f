"""Seats: who is asked, by which settings, and after which turns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.compare.seats import (
    MOST,
    Comparison,
    Seat,
    as_token,
    differs,
    from_tokens,
    messages,
    parent_of,
    read,
    shared_history,
    with_runs,
)
from playground.sessions.turns import Run, Turn, TurnSettings
from speko_client.models import WhatIf
from tests.turns import conversation, turn

PAGE = TurnSettings(language="es", optimize_for="cost", allowed=("google", "openai"))


def test_a_pinned_seat_is_sent_to_nobody_else() -> None:
    settings = Seat(id="a", pin="openai:gpt-4o").settings(PAGE)
    assert settings.allowed == ("openai:gpt-4o",)
    assert settings.language == "es"


def test_a_pin_wins_over_a_what_if() -> None:
    seat = Seat(id="a", pin="openai", what_if=WhatIf(name="Cheap"))
    assert seat.settings(PAGE).what_if is None


def test_a_preset_replaces_the_pages() -> None:
    assert Seat(id="a", optimize_for="latency").settings(PAGE).optimize_for == "latency"
    assert Seat(id="a").settings(PAGE) == PAGE


def test_an_unlinked_seat_has_settings_of_its_own_and_says_which_differ() -> None:
    seat = Seat(id="a", own=PAGE.model_copy(update={"temperature": 0.2}))
    assert seat.settings(PAGE).temperature == 0.2
    assert differs(seat, PAGE) == {"temperature": 0.2}
    assert differs(Seat(id="a"), PAGE) == {}


def test_seats_are_added_moved_and_removed() -> None:
    four = Comparison().added(*(Seat(id="a", pin=pin) for pin in ("w", "x", "y", "z")))
    assert "".join(seat.id for seat in four.seats) == "abcd"
    assert "".join(seat.id for seat in four.moved("d", -2).seats) == "adbc"
    fewer = four.removed("b")
    assert fewer.added(Seat(id="a")).seats[-1].id == "b"


def test_there_is_room_for_six_seats() -> None:
    assert len(Comparison().added(*[Seat(id="a")] * 9).seats) == MOST
    with pytest.raises(ValueError, match="at most 6"):
        Comparison(seats=tuple(Seat(id=letter) for letter in "abcdefg"))


@pytest.mark.parametrize("stored", [None, "", "{", '{"seats": [{"id": "a", "pin": "no pin"}]}'])
def test_what_cannot_be_read_is_no_comparison(stored: str | None) -> None:
    assert read(stored) is None


def test_a_comparison_comes_back_as_it_was_stored() -> None:
    before = Comparison(threads="winner", winner="t1").added(Seat(id="a", own=PAGE))
    assert read(before.model_dump_json()) == before


@pytest.mark.parametrize(
    "seat",
    [
        Seat(id="a"),
        Seat(id="a", optimize_for="cost"),
        Seat(id="a", pin="openai:ft:gpt-4o:org::id"),
        Seat(id="a", pin="google", own=PAGE.model_copy(update={"temperature": 0.2})),
    ],
)
def test_a_seat_comes_back_from_the_url(seat: Seat) -> None:
    assert from_tokens([as_token(seat)], PAGE).seats == (seat,)


def test_a_what_if_comes_back_from_the_url_by_its_id() -> None:
    saved = {"w1": WhatIf(name="Groq for free")}
    seat = Seat(id="a", what_if=saved["w1"], what_if_id="w1", own=PAGE)
    assert "what_if=w1" in as_token(seat)
    assert "Groq" not in as_token(seat)
    assert from_tokens([as_token(seat)], PAGE, saved).seats == (seat,)
    assert from_tokens([as_token(seat), "router"], PAGE).seats == (Seat(id="a"),)


def test_a_url_carries_no_text_of_a_persons() -> None:
    own = TurnSettings(system_prompt="My secret", reply="My secret")
    assert "secret" not in as_token(Seat(id="a", own=own))


@given(st.lists(st.text(max_size=30), max_size=9))
def test_any_url_is_some_seats(tokens: list[str]) -> None:
    assert len(from_tokens(tokens, PAGE).seats) <= MOST


def _asked(message: str, seat: str, parent: str | None = None) -> Turn:
    return turn(f"{message}-{seat}", parent, seat=seat, message_id=message)


TWO = Comparison().added(Seat(id="a"), Seat(id="a", pin="openai"))
FIRST = [_asked("m1", "a"), _asked("m1", "b")]


def test_each_seat_goes_on_with_its_own_thread() -> None:
    assert [parent_of(TWO, seat, FIRST) for seat in TWO.seats] == ["m1-a", "m1-b"]


def test_all_go_on_from_the_winner() -> None:
    won = TWO.model_copy(update={"threads": "winner", "winner": "m1-b"})
    assert [parent_of(won, seat, FIRST) for seat in won.seats] == ["m1-b", "m1-b"]


def test_where_nobody_has_won_each_goes_on_by_itself() -> None:
    undecided = TWO.model_copy(update={"threads": "winner", "winner": "gone"})
    assert parent_of(undecided, undecided.seats[0], FIRST) == "m1-a"


def test_a_seat_that_came_later_follows_what_the_chat_had_said() -> None:
    chat = [turn("t1"), *FIRST]
    assert parent_of(TWO, Seat(id="c"), chat) == "t1"
    assert parent_of(TWO, Seat(id="c"), FIRST) is None


def test_a_shared_history_has_everybodys_answers_by_letter() -> None:
    (shared,) = shared_history(FIRST)
    assert shared.answer.text == "Answer A:\nAnswer to m1-a.\n\nAnswer B:\nAnswer to m1-b."


def test_turns_are_grouped_by_message_in_order() -> None:
    second = [_asked("m2", "a", "m1-a"), _asked("m2", "b", "m1-b")]
    assert messages([*FIRST, *second]) == [FIRST, second]


def test_what_runs_is_shown_as_new_as_it_is() -> None:
    grown, begun = turn("m1-b", text="So far"), turn("m1-c")
    whole = with_runs(conversation(*FIRST), [Run(grown), Run(begun)])
    assert whole.turns == (FIRST[0], grown, begun)
