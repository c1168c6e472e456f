"""What the page says of the router beside everyone: the four verdicts, figures, picture, table."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.compare.against import Against, Rival, against
from playground.compare.against_figure import drawn, figure
from playground.compare.against_html import rivals_html, summary_html
from playground.compare.against_words import (
    HEADINGS,
    HOW,
    caption,
    cost_detail,
    frame,
    said,
    summary,
    time_detail,
    votes_detail,
)
from playground.compare.pair_votes import PairVotes
from playground.compare.paired import Difference, Word
from playground.compare.ratings import Vote
from playground.look.safe_text import csv_bytes
from playground.sessions.turns import TurnSettings
from speko_client.models import Fault
from tests.playground.compare.seated import FOUR, asked, each_of

FIGURES = st.lists(st.none() | st.floats(0, 5_000), min_size=1, max_size=10)


def difference(word: Word, more: int | None = None, value: float = -1.0) -> Difference:
    """One with this verdict."""
    return Difference(value, value - 1, value + 1, 9, word, more)


def found(*rivals: Rival) -> Against:
    """Nine messages, beside these."""
    return Against(9, 0, 18, 0, 0, rivals)


@pytest.mark.parametrize(
    ("word", "more", "words"),
    [
        ("better", None, "better"),
        ("worse", None, "worse"),
        ("no difference", None, "no difference beyond the margin"),
        ("can't tell", 40, "can't tell yet, about 40 more would do"),
        ("can't tell", 1200, "can't tell yet, about 1,200 more would do"),
        ("can't tell", None, "can't tell yet"),
    ],
)
def test_the_verdicts_are_four(word: Word, more: int | None, words: str) -> None:
    assert said(difference(word, more)) == words


def test_a_difference_in_time_has_its_interval_and_its_number() -> None:
    ahead = Difference(-120.0, -180.0, -60.0, 12, "better")
    assert time_detail(ahead) == "120 ms sooner (60 ms to 180 ms), n\u00a0=\u00a012"
    both = Difference(20.0, -60.0, 1_400.0, 12, "can't tell")
    assert time_detail(both) == "20 ms later (60 ms sooner to 1.4 s later), n\u00a0=\u00a012"
    endless = Difference(-math.inf, -math.inf, -90.0, 12, "better")
    assert time_detail(endless) == "∞ ms sooner (90 ms to ∞ ms), n\u00a0=\u00a012"
    assert (
        time_detail(Difference(0.0, 0.0, 0.0, 9, "no difference"))
        == "0 ms (0 ms to 0 ms), n\u00a0=\u00a09"
    )


def test_a_ratio_of_costs_has_its_interval_and_its_number() -> None:
    assert cost_detail(Difference(0.5, 0.41, 1.2, 8, "can't tell")) == (
        "0.50 times theirs (0.41 to 1.20), n\u00a0=\u00a08"
    )


def test_votes_have_their_share_and_say_which_were_looked_at() -> None:
    votes = PairVotes(18, 7, 3, 28, 0.52, 0.86, "can't tell", 22)
    assert votes_detail(votes) == "18 to 7, 3 ties (72%, 52% to 86%)"
    later = PairVotes(18, 7, 0, 41, 0.52, 0.86, "can't tell", 9)
    assert votes_detail(later) == "18 to 7 (72%, 52% to 86%), the first 25 of 41 votes"
    assert votes_detail(PairVotes(0, 0, 1, 1, 0.0, 1.0, "can't tell", 24)) == (
        "0 to 0, 1 tie (0% to 100%)"
    )


def test_each_measure_is_summed_up_in_a_sentence() -> None:
    words: list[Word] = ["better", "better", "worse", "can't tell"]
    rivals = [Rival("one", "provider", time=difference(word)) for word in words]
    assert summary(found(*rivals, Rival("mix", "control", time=difference("worse")))) == [
        "Time to first token, beside 4 pinned seats: "
        "better than 2, worse than 1, can't tell yet beside 1.",
        "Estimated cost: no price known.",
        "Votes: no vote yet.",
    ]


def test_the_caption_says_what_is_counted_and_what_is_simulated() -> None:
    drill = TurnSettings(drill=(Fault(target="openai"),))
    turns = [asked("a", 1, settings=drill), asked("b", 1, 300.0, answer={"simulated": True})]
    assert caption(against(FOUR, FOUR.seats[0], turns, ())) == (
        "1 message to the router, 2 answers in all; the router failed at 1; 1 simulated; "
        "1 under a drill."
    )


def test_a_name_from_outside_stays_text() -> None:
    html = rivals_html(found(Rival("<img src=x>", "provider", "openai", asked=3, failed=2)))
    assert "<img" not in html
    assert "failed at 2 of 3" in html


def test_how_it_is_counted_names_the_margins() -> None:
    assert "50 ms is no difference" in HOW
    assert "Within 5% is" in HOW


def test_who_has_no_price_has_a_row_but_no_mark() -> None:
    turns = [*each_of("a", [300.0] * 9, 1.0), *each_of("b", [200.0] * 9)]
    told = against(FOUR, FOUR.seats[0], turns, ())
    assert not drawn(told)
    assert "no price known" in rivals_html(told)


@settings(max_examples=30, deadline=None)
@given(FIGURES, FIGURES, FIGURES, st.sampled_from([None, 0.0, 1e-9, 0.01]))
def test_any_outcomes_are_said_and_drawn(
    ours: list[float | None], first: list[float | None], second: list[float | None], cost: float
) -> None:
    turns = [*each_of("a", ours, cost), *each_of("b", first, 0.01), *each_of("c", second, cost)]
    votes = [Vote("router", "openai:gpt-4o", "tie")]
    told = against(FOUR, FOUR.seats[0], turns, votes)
    assert all(line.endswith(".") for line in (*summary(told), caption(told)))
    assert summary_html(told).count("<li>") == 3
    assert rivals_html(told).count('scope="row"') == len(told.rivals)
    rows = frame(told)
    assert len(rows) == len(told.rivals)
    assert set(HEADINGS) <= set(rows.columns)
    assert csv_bytes(rows)
    for theme in ("light", "dark"):
        picture = figure(told, "dark" if theme == "dark" else "light")
        assert len(json.loads(picture.to_json())["data"]) == len(drawn(told))
