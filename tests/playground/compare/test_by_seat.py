"""The seats of a comparison as a table, and what Analytics says it counts."""

from __future__ import annotations

from playground.compare.by_seat import FORMATS, HEADINGS, caption, frame, seats_asked, who
from playground.look.safe_text import csv_bytes
from tests.playground.compare.seated import FOUR, asked, each_of
from tests.turns import turn

TURNS = [*each_of("b", [400.0, 600.0]), *each_of("a", [300.0, None]), asked("z", 1, 100.0)]


def test_the_pages_seats_come_first_and_who_is_gone_last() -> None:
    assert seats_asked(FOUR, TURNS) == ["a", "b", "z"]
    assert [who(FOUR, seat) for seat in "abz"] == ["A Router", "B OpenAI gpt-4o", "Z (removed)"]


def test_a_seat_has_its_medians_and_their_range() -> None:
    rows = frame(FOUR, TURNS)
    assert rows["seat"].tolist() == ["A", "B", "Z"]
    assert rows["ttft_ms"].tolist() == [300, 500, 100]
    assert rows["ttft_ms_low"].tolist() == [300, 400, 100]
    assert rows["ttft_ms_high"].tolist() == [300, 600, 100]
    assert rows["asked"].tolist() == [2, 2, 1]
    assert rows["answered"].tolist() == [1, 2, 1]
    assert rows["name"].fillna("").tolist() == ["router", "openai:gpt-4o", ""]
    assert set(HEADINGS) <= set(rows.columns)
    assert set(FORMATS) <= set(HEADINGS.values())
    assert csv_bytes(frame(FOUR, TURNS))


def test_nobody_asked_is_an_empty_table() -> None:
    assert frame(FOUR, []).empty


def test_what_is_counted_is_said() -> None:
    simulated = asked("c", 3, 100.0, answer={"simulated": True})
    told = caption(FOUR, [turn("chat"), *TURNS, simulated])
    assert told.startswith(
        "A comparison: 6 turns of 4 seats over 3 messages, 1 turn of the chat before it, "
        "1 simulated."
    )
