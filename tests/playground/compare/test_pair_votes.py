"""Votes on one pair: counted, looked at seldom, and judged by an exact test."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from playground.compare.pair_votes import PairVotes, pair_votes, wilson
from playground.compare.ratings import Outcome, Vote

OUTCOMES: tuple[Outcome, ...] = ("left", "right", "tie", "both_bad")


def votes(wins: int, losses: int, ties: int = 0) -> list[Vote]:
    """Votes on a and b, for a, on either side; drawn at random in their order."""
    won = [Vote("a", "b", "left"), Vote("b", "a", "right")]
    lost = [Vote("a", "b", "right"), Vote("b", "a", "left")]
    drawn = [won[place % 2] for place in range(wins)]
    drawn += [lost[place % 2] for place in range(losses)] + [Vote("a", "b", "tie")] * ties
    return [drawn[place] for place in np.random.default_rng(7).permutation(len(drawn))]


def judged(*counts: int) -> PairVotes:
    """What so many wins, losses and ties say."""
    found = pair_votes(votes(*counts), "a", "b")
    assert found is not None
    return found


@pytest.mark.parametrize(("wins", "total"), [(0, 5), (5, 5), (7, 10), (48, 100), (3, 400)])
def test_the_interval_of_the_share_is_scipys(wins: int, total: int) -> None:
    theirs = stats.binomtest(wins, total).proportion_ci(method="wilson")
    assert wilson(wins, total) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_votes_on_others_do_not_count() -> None:
    assert pair_votes([Vote("a", "c", "left")], "a", "b") is None


def test_a_win_counts_on_either_side() -> None:
    found = judged(3, 1, 2)
    assert (found.wins, found.losses, found.ties, found.given) == (3, 1, 2, 6)
    assert found.share == 0.75


def test_nothing_is_said_before_the_first_look() -> None:
    found = judged(20, 0)
    assert (found.word, found.more) == ("can't tell", 5)


def test_a_clear_winner_is_found_at_the_first_look() -> None:
    assert (judged(22, 3).word, judged(22, 3).more) == ("better", None)
    assert judged(3, 22).word == "worse"


def test_later_votes_wait_for_the_next_look() -> None:
    found = pair_votes([*votes(13, 12), *[Vote("a", "b", "left")] * 20], "a", "b")
    assert found is not None
    assert (found.wins, found.given, found.word) == (13, 45, "can't tell")


def test_many_that_are_equal_make_no_difference() -> None:
    assert judged(3200, 3200).word == "no difference"


def test_what_is_missing_leads_to_a_look() -> None:
    found = judged(32, 18)
    assert found.word == "can't tell"
    assert found.more == 50


def test_ties_alone_settle_nothing() -> None:
    found = judged(0, 0, 30)
    assert (found.word, found.more, found.share) == ("can't tell", None, None)
    assert (found.low, found.high) == (0.0, 1.0)


@given(st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=120))
def test_every_vote_is_a_win_a_loss_or_a_tie(outcomes: list[Outcome]) -> None:
    found = pair_votes([Vote("a", "b", outcome) for outcome in outcomes], "a", "b")
    mirrored = pair_votes([Vote("b", "a", outcome) for outcome in outcomes], "b", "a")
    assert found is not None
    assert found == mirrored
    assert found.wins + found.losses + found.ties <= found.given == len(outcomes)
    if found.share is not None:
        assert found.low - 1e-9 <= found.share <= found.high + 1e-9
    assert found.more is None or found.more > 0


def test_looking_after_each_vote_finds_few_winners_among_equals() -> None:
    rng = np.random.default_rng(8)
    alarms = 0
    for _ in range(1_000):
        outcomes = rng.choice(["left", "right"], 200)
        every = [Vote("a", "b", outcome) for outcome in outcomes]
        looks = (pair_votes(every[:count], "a", "b") for count in (25, 50, 100, 200))
        alarms += any(look is not None and look.word in ("better", "worse") for look in looks)
    assert alarms <= 60
