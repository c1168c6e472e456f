"""The votes on one pair, counted, and judged by the exact sign test. Pure.

As everywhere, they are judged as of the last look (``looks``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from playground.compare.looks import LEVEL, LOOK_LEVEL, last_look, until
from playground.compare.paired import Word, sign_chance
from playground.compare.ratings import Vote

SHARE_MARGIN: Final = 0.05
"""A share of wins between 45 and 55 % is no difference that matters."""


@dataclass(frozen=True, slots=True)
class PairVotes:
    """The first one's wins, losses and ties ("both bad" too) as of the last look.

    ``low`` and ``high`` are the 95 % interval of its share of the wins (0..1). ``given`` counts
    every vote on the pair, looked at or not; before the first look all of them are in.
    """

    wins: int
    losses: int
    ties: int
    given: int
    low: float
    high: float
    word: Word
    more: int | None = None

    @property
    def share(self) -> float | None:
        """Its share of the wins; None where all were ties."""
        decided = self.wins + self.losses
        return self.wins / decided if decided else None


def pair_votes(votes: Sequence[Vote], first: str, second: str) -> PairVotes | None:
    """The votes between these two, for ``first``; None where there is none."""
    between = [vote for vote in votes if {vote.left, vote.right} == {first, second}]
    if not between:
        return None
    look = last_look(len(between))
    seen = between[: look or None]
    winners = [{"left": vote.left, "right": vote.right}.get(vote.outcome) for vote in seen]
    wins, losses = winners.count(first), winners.count(second)
    word = _judged(wins, losses) if look else "can't tell"
    more = _more(wins, losses, len(seen), len(between)) if word == "can't tell" else None
    ties, interval = len(seen) - wins - losses, wilson(wins, wins + losses)
    return PairVotes(wins, losses, ties, len(between), *interval, word, more)


def wilson(wins: int, total: int, level: float = LEVEL) -> tuple[float, float]:
    """The interval of a share of wins at that level (Wilson, 1927); 0 to 1 for none."""
    if not total:
        return 0.0, 1.0
    reach = NormalDist().inv_cdf(1 - level / 2)
    share, extra = wins / total, reach * reach / total
    middle = (share + extra / 2) / (1 + extra)
    half = reach * math.sqrt(share * (1 - share) / total + extra / (4 * total)) / (1 + extra)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _judged(wins: int, losses: int) -> Word:
    low, high = wilson(wins, wins + losses, LOOK_LEVEL)
    if low > 0.5 - SHARE_MARGIN and high < 0.5 + SHARE_MARGIN:
        return "no difference"
    if sign_chance(wins, losses) > LOOK_LEVEL:
        return "can't tell"
    return "better" if wins > losses else "worse"


def _more(wins: int, losses: int, seen: int, given: int) -> int | None:
    """How many votes until the first look that is late enough; None beyond 10,000."""
    needed = 0.0
    if last_look(given):
        if not wins + losses:
            return None
        away = abs(wins / (wins + losses) - 0.5)
        reach = NormalDist().inv_cdf(1 - LOOK_LEVEL / 2) / 2 / max(away, SHARE_MARGIN - away)
        needed = reach * reach * seen / (wins + losses)
    return until(needed, given)
