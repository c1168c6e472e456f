"""Ratings as scores: whose, on which scale, with how many votes, and when there are not enough."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.compare import vote_scores
from playground.compare.standings import Standings, standings
from playground.compare.vote_scores import FEWEST, Where, as_scores, missing, quality, where
from playground.compare.votes import Asked, CastVote
from playground.scores.own_files import ScoresError
from tests.playground.compare.cast import cast

TODAY = date(2026, 11, 26)
GPT, GROK = "openai:gpt-6", "xai:grok-4"


def rated(votes: Sequence[CastVote]) -> Standings:
    """What these votes say."""
    found = standings([vote.vote for vote in votes])
    assert found is not None
    return found


def won(count: int, winner: str = GPT, loser: str = GROK, start: int = 0) -> list[CastVote]:
    """So many votes for the winner, on both sides in turn, and every fourth against it."""
    votes = []
    for number in range(start, start + count):
        left, right = (winner, loser) if number % 2 else (loser, winner)
        wins = (left == winner) == (number % 4 != 0)
        votes.append(cast(number, left, right, outcome="left" if wins else "right"))
    return votes


def test_the_mean_is_fifty_and_four_hundred_points_are_ten_to_one() -> None:
    assert quality(1000) == 50
    assert quality(1400) == pytest.approx(100 * 10 / 11)
    assert quality(600) == pytest.approx(100 / 11)


@given(st.floats(-5_000, 5_000), st.floats(-5_000, 5_000))
def test_the_order_of_ratings_is_the_order_of_figures(one: float, other: float) -> None:
    assert 0 <= quality(one) <= 100
    if one <= other:
        assert quality(one) <= quality(other)


def test_each_pinned_model_gets_its_figure_with_interval_and_votes() -> None:
    made = as_scores(rated(won(40)), Where("de", "legal"), TODAY)
    assert (made.origin, made.date, made.label) == ("votes", TODAY, "My votes, German, legal")
    assert "40 votes" in made.source
    rows = {row.model: row for row in made.rows}
    assert set(rows) == {"gpt-6", "grok-4"}
    best = rows["gpt-6"]
    assert (best.language, best.vertical, best.n) == ("de", "legal", 40)
    assert best.quality is not None
    assert best.quality_low is not None
    assert best.quality_high is not None
    assert 50 < best.quality < 100
    assert best.quality_low < best.quality < best.quality_high
    assert best.ttft_ms is None
    assert best.usd_per_minute is None


def test_too_few_votes_are_said_and_make_nothing() -> None:
    few = rated(won(20))
    assert missing(few) == "Not enough to route by yet: 5 more votes would do."
    with pytest.raises(ScoresError, match="Not enough"):
        as_scores(few, Where(), TODAY)


@pytest.mark.parametrize("seat", ["router", "openai", f"{GPT};temperature=0.2"])
def test_what_is_no_single_model_gets_no_figure(seat: str) -> None:
    votes = [*won(FEWEST, GROK, seat), *won(20, GROK, "google:gemini", start=100)]
    made = as_scores(rated(votes), Where(), TODAY)
    assert {row.provider for row in made.rows} == {"xai", "google"}
    alone = rated(won(40, GROK, seat))
    assert "at least two pinned models" in (missing(alone) or "")


def test_a_model_with_too_few_votes_of_its_own_gets_no_figure() -> None:
    votes = [*won(30), *won(FEWEST - 1, GPT, "google:gemini", start=100)]
    made = as_scores(rated(votes), Where(), TODAY)
    assert {row.provider for row in made.rows} == {"openai", "xai"}


def test_the_figures_hold_where_the_votes_were_cast() -> None:
    german = [cast(n, intent=Asked(language="de", vertical="legal")) for n in range(3)]
    english = [cast(n, intent=Asked()) for n in range(3)]
    assert where(german, None, None) == Where("de", "legal")
    assert where([*german, *english], None, None) == Where(None, None)
    assert where([*german, *english], "de", None) == Where("de", None)
    made = as_scores(rated(won(40)), Where(), TODAY)
    assert {(row.language, row.vertical) for row in made.rows} == {("en", "general")}
    assert "several languages" in made.notes[0]


def test_votes_of_an_intent_that_no_router_knows_are_a_sentence() -> None:
    with pytest.raises(ScoresError, match="does not know"):
        as_scores(rated(won(40)), Where("Klingon"), TODAY)


def test_the_scale_is_said() -> None:
    assert as_scores(rated(won(40)), Where(), TODAY).scale == vote_scores.SCALE
