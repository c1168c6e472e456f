"""What votes say, as frames and sentences: the ratings, and each pair with its verdict. Pure.

"Can't tell" is the default word; a verdict is as of the last look (``looks``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import pandas as pd

from playground.compare.labels import label_name, vendor_of
from playground.compare.looks import FIRST, last_look
from playground.compare.ratings import Ratings, Vote, rate, win_matrix
from playground.compare.verdicts import Verdict, verdicts
from playground.compare.votes import CastVote, Rated
from playground.look import words

MOST: Final = 16
"""So many seats are rated at most, those with the most votes."""


@dataclass(frozen=True)
class Standings:
    """What ``votes`` say; ``left_out`` are seats that too few votes are about."""

    votes: tuple[Vote, ...]
    rated: Ratings
    verdicts: tuple[Verdict, ...]
    left_out: int


def standings(votes: Sequence[Vote]) -> Standings | None:
    """Of these votes, the oldest first; None where there is none on two different seats."""
    between = [vote for vote in votes if vote.left != vote.right]
    counts = Counter(label for vote in between for label in (vote.left, vote.right))
    most = {label for label, _ in counts.most_common(MOST)}
    kept = tuple(vote for vote in between if {vote.left, vote.right} <= most)
    return _standings(kept, len(counts) - len(most)) if kept else None


@lru_cache(maxsize=32)
def _standings(votes: tuple[Vote, ...], left_out: int) -> Standings:
    return Standings(votes, rate(votes), tuple(verdicts(votes)), left_out)


def chosen(
    votes: Iterable[CastVote], rated: Rated, language: str | None, vertical: str | None
) -> list[CastVote]:
    """The votes of this kind, in this language and vertical; None: in any."""
    return [
        each
        for each in votes
        if each.rated == rated
        and language in (None, each.intent.language)
        and vertical in (None, each.intent.vertical)
    ]


def ratings_frame(found: Standings) -> pd.DataFrame:
    """A row a seat, the best first: its rating with its interval, and how its votes went."""
    rows = [
        {
            "seat": seat,
            "provider": vendor_of(seat),
            "name": label_name(seat),
            "rating": round(rating.value),
            "low": round(rating.low),
            "high": round(rating.high),
            "interval": f"{rating.low:.0f} to {rating.high:.0f}",
            **_counts(found.votes, seat),
        }
        for seat, rating in zip(found.rated.seats, found.rated.ratings, strict=True)
    ]
    return pd.DataFrame(rows).sort_values("rating", ascending=False, ignore_index=True)


def pairs_frame(found: Standings) -> pd.DataFrame:
    """A row a pair: how often they met, the first one's share of wins, and what can be said."""
    met = win_matrix(found.votes)
    rows = []
    for each in found.verdicts:
        share, count = met.get((each.first, each.second), (None, 0))
        rows.append(
            {
                "first": label_name(each.first),
                "second": label_name(each.second),
                "votes": count,
                "share": None if share is None else 100 * share,
                "verdict": verdict_words(each),
            }
        )
    return pd.DataFrame(rows).sort_values("votes", ascending=False, ignore_index=True)


def matrix_frame(found: Standings) -> pd.DataFrame:
    """Who won against whom: each row's share of wins, a tie being half, by column."""
    order = ratings_frame(found)["seat"]
    met = win_matrix(found.votes)
    rows = [
        {"Who": label_name(seat)} | {label_name(other): _met(met, seat, other) for other in order}
        for seat in order
    ]
    return pd.DataFrame(rows)


def verdict_words(verdict: Verdict) -> str:
    """What can be said of a pair, in a sentence."""
    first, second = label_name(verdict.first), label_name(verdict.second)
    if verdict.word == "better":
        return f"{first} is better"
    if verdict.word == "worse":
        return f"{second} is better"
    if verdict.word == "no difference":
        return "No difference that matters"
    if verdict.more is None:
        return "Can't tell"
    return f"Can't tell yet; about {words.counted(_rough(verdict.more), 'more vote')} would do"


def headline(found: Standings) -> str:
    """Whether anything can be said, in a few words."""
    sure, every = len(_settled(found)), len(found.verdicts)
    if not sure:
        return "Can't tell yet who is better"
    return f"{sure} of {words.counted(every, 'pair')} {'is' if sure == 1 else 'are'} settled"


def settled_words(found: Standings) -> str:
    """What is settled, and when votes are looked at next."""
    count = len(found.votes)
    look = last_look(count)
    if not look:
        missing = words.counted(FIRST - count, "more vote")
        return f"A verdict needs {FIRST} votes: {missing} would do."
    said = [f"{_against(each)}." for each in _settled(found)]
    return " ".join([*said, f"As of {look} votes; the next look is at {2 * look}."])


def _settled(found: Standings) -> list[Verdict]:
    return [each for each in found.verdicts if each.word in ("better", "worse")]


def side_words(rated: Ratings) -> str:
    """Whether standing on the left helped, in a sentence."""
    side = rated.side
    said = f"{side.value:+.0f} points ({side.low:+.0f} to {side.high:+.0f})"
    if side.low > 0:
        return f"The left side was preferred: {said}."
    if side.high < 0:
        return f"The right side was preferred: {said}."
    return f"No effect of the side is seen: left {said}."


def _against(verdict: Verdict) -> str:
    names = [label_name(verdict.first), label_name(verdict.second)]
    better, worse = names if verdict.word == "better" else reversed(names)
    return f"{better} is better than {worse}"


def _rough(count: int) -> int:
    """To two digits: it is an estimate."""
    return count if count < 100 else round(count, 2 - len(str(count)))


def _counts(votes: Iterable[Vote], seat: str) -> dict[str, int]:
    counts = Counter(_outcome(vote, seat) for vote in votes if seat in (vote.left, vote.right))
    names = ("won", "lost", "tied", "both_bad")
    return {"votes": counts.total()} | {name: counts[name] for name in names}


def _outcome(vote: Vote, seat: str) -> str:
    if vote.outcome in ("tie", "both_bad"):
        return "tied" if vote.outcome == "tie" else "both_bad"
    winner = vote.left if vote.outcome == "left" else vote.right
    return "won" if winner == seat else "lost"


def _met(met: dict[tuple[str, str], tuple[float, int]], seat: str, other: str) -> str:
    if (seat, other) not in met:
        return "" if seat == other else "–"
    share, count = met[seat, other]
    return f"{words.percent(share)} of {count}"
