"""Ratings recover what is known, agree with independent fits, and find no winner among equals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import evalica
import numpy as np
import pytest

from playground.compare.ratings import MIDDLE, POINTS, Outcome, Vote, rate, win_matrix
from playground.compare.verdicts import verdicts

OUTCOMES: tuple[Outcome, ...] = ("left", "tie", "right")


def drawn(
    strengths: Sequence[float], count: int, rng: np.random.Generator, *, side: float, tie: float
) -> Iterator[Vote]:
    """Votes between random pairs of seats of these strengths, by the model itself."""
    for number in range(count):
        i, j = rng.choice(len(strengths), 2, replace=False)
        left, right = strengths[i], strengths[j]
        odds = np.exp([left + side / 2, tie + (left + right) / 2, right - side / 2])
        outcome = OUTCOMES[rng.choice(3, p=odds / odds.sum())]
        yield Vote(f"seat {i}", f"seat {j}", outcome, f"prompt {number}")


def won_by(winner: str, number: int) -> Vote:
    """A vote on a and b, which change sides each time."""
    left, right = ("a", "b") if number % 2 else ("b", "a")
    return Vote(left, right, "left" if winner == left else "right", str(number))


@pytest.mark.parametrize("count", [30, 120, 500])
def test_the_truth_lies_in_the_intervals_19_times_in_20(count: int) -> None:
    rng = np.random.default_rng(count)
    covered: list[bool] = []
    while len(covered) < 2_400:
        truth = rng.normal(0, 1, 6)
        votes = list(drawn(list(truth), count, rng, side=0.3, tie=-0.5))
        rated = rate(votes)
        for name, rating in zip(rated.seats, rated.ratings, strict=True):
            if len(rated.seats) == len(truth):
                true = MIDDLE + POINTS * (truth[int(name[-1])] - truth.mean())
                covered.append(rating.low <= true <= rating.high)
    assert 0.93 <= np.mean(covered) <= 0.97


def test_the_side_is_found() -> None:
    rng = np.random.default_rng(5)
    votes = list(drawn([0.5, 0.0, -0.5], 2_000, rng, side=0.6, tie=-0.5))
    side = rate(votes).side
    assert side.low <= POINTS * 0.6 <= side.high
    assert side.low > 0


def test_without_prior_and_side_the_fit_is_evalicas() -> None:
    rng = np.random.default_rng(7)
    votes = list(drawn([1.0, 0.3, 0.0, -0.8], 400, rng, side=0.0, tie=-0.3))
    ours = rate(votes, prior_sd=1e4, side=False)
    winners = {"left": evalica.Winner.X, "right": evalica.Winner.Y, "tie": evalica.Winner.Draw}
    theirs = evalica.newman(
        [vote.left for vote in votes],
        [vote.right for vote in votes],
        [winners[vote.outcome] for vote in votes],
        tolerance=1e-12,
        limit=10_000,
    ).scores
    logs = np.log([theirs[name] for name in ours.seats])
    assert ours.strengths == pytest.approx(logs - logs.mean(), abs=1e-4)


def test_who_has_won_every_vote_has_a_finite_rating() -> None:
    rated = rate([Vote("a", "b", "left", str(n)) for n in range(5)])
    assert rated.ratings[0].value > rated.ratings[1].value
    assert all(np.isfinite([each.low, each.high]).all() for each in rated.ratings)


def test_repeated_prompts_widen_the_intervals() -> None:
    rng = np.random.default_rng(3)
    once = list(drawn([0.6, 0.0], 40, rng, side=0.0, tie=-1.0))
    fivefold = [vote for vote in once for _ in range(5)]
    apart = [Vote(v.left, v.right, v.outcome, str(n)) for n, v in enumerate(fivefold)]
    honest, blind = rate(fivefold), rate(apart)
    assert (honest.clustered, blind.clustered) == (True, False)
    widths = [each.ratings[0].high - each.ratings[0].low for each in (honest, blind)]
    assert widths[0] > 1.8 * widths[1]


def test_ties_and_both_bad_have_rates_of_their_own() -> None:
    outcomes: list[Outcome] = ["tie", "both_bad", "left", "right"]
    rated = rate([Vote("a", "b", outcome, outcome) for outcome in outcomes])
    assert (rated.ties, rated.both_bad, rated.votes) == (0.25, 0.25, 4)


def test_the_win_matrix_counts_a_tie_as_half() -> None:
    votes = [Vote("a", "b", "left"), Vote("b", "a", "tie"), Vote("a", "b", "both_bad")]
    assert win_matrix(votes) == {("a", "b"): (2 / 3, 3), ("b", "a"): (1 / 3, 3)}


@pytest.mark.parametrize("seats", [2, 4])
def test_a_model_against_itself_is_found_better_at_most_six_times_in_a_hundred(seats: int) -> None:
    rng = np.random.default_rng(seats)
    alarms = 0
    for _ in range(1_000):
        votes = list(drawn([0.0] * seats, 200, rng, side=0.1, tie=-0.7))
        found = (verdicts(votes[:look]) for look in (25, 50, 100, 200))
        alarms += any(each.word in ("better", "worse") for look in found for each in look)
    assert alarms <= 60


def test_a_clear_winner_is_called_better() -> None:
    votes = [won_by("a" if n % 10 else "b", n) for n in range(50)]
    (verdict,) = verdicts(votes)
    assert (verdict.word, verdict.more) == ("better", None)


def test_few_votes_say_how_many_more_are_needed() -> None:
    (verdict,) = verdicts([Vote("a", "b", "left", str(n)) for n in range(20)])
    assert (verdict.word, verdict.more) == ("can't tell", 5)


def test_an_even_race_asks_for_more_votes() -> None:
    votes = [won_by("ab"[n // 2 % 2], n) for n in range(50)]
    (verdict,) = verdicts(votes)
    assert verdict.word == "can't tell"
    assert verdict.more is not None
    assert verdict.more > 100


def test_many_even_votes_are_no_difference() -> None:
    votes = [won_by("ab"[n // 2 % 2], n) for n in range(3_200)]
    assert verdicts(votes)[0].word == "no difference"


def test_a_certain_difference_within_the_margin_is_none_that_matters() -> None:
    votes = [won_by("a" if n * 52 % 100 < 52 else "b", n) for n in range(12_800)]
    difference, error = rate(votes).difference("a", "b")
    assert difference > 3 * error
    assert verdicts(votes)[0].word == "no difference"
