"""What figures allow one to say: better, worse, no difference beyond the margin, can't tell. Pure.

They are as of the last look (``looks``). A difference that is certain and lies within the margin is
none that matters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Literal

from playground.compare.holm import holm
from playground.compare.looks import FIRST, LOOK_LEVEL, last_look
from playground.compare.ratings import Ratings, Vote, pairs, rate

Word = Literal["better", "worse", "no difference", "can't tell"]

MARGIN: Final = math.log(0.55 / 0.45)
"""In strength: a difference below 55 to 45 in wins is none that matters."""
_MOST_MORE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """On one pair: what can be said of ``first`` beside ``second``.

    ``more`` is about how many more votes on this pair and its like would settle it; None where it
    is settled, or where no number up to 10,000 would do.
    """

    first: str
    second: str
    word: Word
    more: int | None


def verdicts(votes: Sequence[Vote]) -> list[Verdict]:
    """One for each pair of seats, as of the last look, by Holm's procedure over the pairs.

    Before the first look nothing can be said, and what is missing to it is in ``more``.
    """
    look = last_look(len(votes))
    seats = sorted({name for vote in votes for name in (vote.left, vote.right)})
    if not look:
        missing = FIRST - len(votes)
        return [Verdict(*pair, "can't tell", missing) for pair in pairs(seats)]
    rated = rate(votes[:look])
    unseen = [
        Verdict(*pair, "can't tell", None) for pair in pairs(seats) if not _known(rated, pair)
    ]
    return [*_judged(rated), *unseen]


def _known(rated: Ratings, pair: tuple[str, str]) -> bool:
    return set(pair) <= set(rated.seats)


def _judged(rated: Ratings) -> list[Verdict]:
    level = LOOK_LEVEL
    found = [(pair, *rated.difference(*pair)) for pair in pairs(rated.seats)]
    chances = [_chance(difference, error) for _, difference, error in found]
    differs = holm(chances, level)
    return [
        _verdict(pair, difference, error, rated.votes, level, differs=sure)
        for (pair, difference, error), sure in zip(found, differs, strict=True)
    ]


def _chance(difference: float, error: float) -> float:
    return 2 * NormalDist().cdf(-abs(difference) / error) if error > 0 else 1.0


def _verdict(
    pair: tuple[str, str],
    difference: float,
    error: float,
    votes: int,
    level: float,
    *,
    differs: bool,
) -> Verdict:
    reach = NormalDist().inv_cdf(1 - level / 2)
    if abs(difference) + reach * error < MARGIN:
        return Verdict(*pair, "no difference", None)
    if differs:
        return Verdict(*pair, "better" if difference > 0 else "worse", None)
    return Verdict(*pair, "can't tell", _more(difference, error, votes, reach))


def _more(difference: float, error: float, votes: int, reach: float) -> int | None:
    """Errors shrink with the root of the votes; whichever end comes first."""
    away = max(abs(difference), abs(MARGIN - abs(difference)) if abs(difference) < MARGIN else 0.0)
    if away == 0:
        return None
    needed = votes * (reach * error / away) ** 2
    more = math.ceil(needed - votes)
    return max(more, 1) if more <= _MOST_MORE else None
