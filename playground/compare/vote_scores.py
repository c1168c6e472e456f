"""Ratings as scores to route by: from votes to a snapshot. Pure.

A candidate's quality is the share of votes, in percent, that its rating lets expect against a seat
of mean strength: 1,000 points are 50, 400 points more are 91 (``MIDDLE``, ``POINTS``). So the order
and the distances are those of the ratings, within 0 to 100, and the interval is the rating's own.
"""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from playground.compare.looks import FIRST
from playground.compare.ratings import MIDDLE, POINTS, Interval, Vote
from playground.compare.standings import Standings
from playground.compare.votes import CastVote
from playground.intent import languages
from playground.look import words
from playground.scores.own_files import ScoresError
from speko_client.models import SnapshotFile

FEWEST: Final = 10
"""A candidate with fewer votes than this gets no figure."""
SCALE: Final = (
    "the share of votes, in percent, to be expected against a seat of mean strength, from one's "
    "own votes"
)


@dataclass(frozen=True, slots=True)
class Where:
    """The intent that the votes are about; None: several, and the figures hold in general."""

    language: str | None = None
    vertical: str | None = None


def where(votes: Sequence[CastVote], language: str | None, vertical: str | None) -> Where:
    """As chosen; where nothing was, what all votes have in common."""
    tags = {vote.intent.language for vote in votes}
    kinds = {vote.intent.vertical or "general" for vote in votes}
    return Where(
        language or (next(iter(tags)) if len(tags) == 1 else None),
        vertical or (next(iter(kinds)) if len(kinds) == 1 else None),
    )


def missing(found: Standings) -> str | None:
    """Why these votes are not enough, in a sentence; None where they are."""
    if len(found.votes) < FIRST:
        more = words.counted(FIRST - len(found.votes), "more vote")
        return f"Not enough to route by yet: {more} would do."
    if len(_candidates(found)) < 2:
        return (
            f"Not enough to route by yet: at least two pinned models need {FEWEST} votes each. The "
            "router, and seats with settings of their own, are no candidates."
        )
    return None


def as_scores(found: Standings, place: Where, today: datetime.date) -> SnapshotFile:
    """The snapshot. Raises ScoresError where the votes are not enough, or of no known intent."""
    if problem := missing(found):
        raise ScoresError(problem)
    rows = [
        {**_figures(rating), **_candidate(label), **_scope(place), "n": count}
        for label, rating, count in _candidates(found)
    ]
    given = {
        "id": "any",
        "label": f"My votes, {_named(place)}",
        "source": f"{words.counted(len(found.votes), 'vote')} of one's own in Compare",
        "date": today,
        "scale": SCALE,
        "origin": "votes",
        "notes": _notes(place),
        "rows": rows,
    }
    try:
        return SnapshotFile.model_validate(given)
    except ValidationError as error:
        raise ScoresError(
            "These votes name a model, a language or a vertical that the router does not know. "
            "Choose a language and a vertical above."
        ) from error


def quality(rating: float) -> float:
    """A rating in points as 0 to 100: the expected share of votes against the mean."""
    return 100 / (1 + math.exp(-(rating - MIDDLE) / POINTS))


def _candidates(found: Standings) -> list[tuple[str, Interval, int]]:
    """The pinned models with enough votes, each with its rating and how many those are."""
    votes = _counts(found.votes)
    rated = zip(found.rated.seats, found.rated.ratings, strict=True)
    return [
        (label, rating, votes[label])
        for label, rating in rated
        if _is_a_model(label) and votes[label] >= FEWEST
    ]


def _counts(votes: Sequence[Vote]) -> Counter[str]:
    return Counter(label for vote in votes for label in (vote.left, vote.right))


def _is_a_model(label: str) -> bool:
    """Whether a seat is one model, as anybody would call it: ``vendor:model`` and no more."""
    vendor, _, model = label.partition(":")
    return bool(vendor and model) and ";" not in label


def _candidate(label: str) -> dict[str, str]:
    provider, _, model = label.partition(":")
    return {"provider": provider, "model": model}


def _figures(rating: Interval) -> dict[str, Any]:
    values = (rating.value, rating.low, rating.high)
    names = ("quality", "quality_low", "quality_high")
    return {name: round(quality(value), 2) for name, value in zip(names, values, strict=True)}


def _scope(place: Where) -> dict[str, str]:
    return {"language": place.language or "en", "vertical": place.vertical or "general"}


def _named(place: Where) -> str:
    tag = place.language
    spoken = languages.name(tag) if tag else "all languages"
    known = place.vertical if place.vertical != "general" else None
    return f"{spoken}, {known}" if known else spoken


def _notes(place: Where) -> list[str]:
    if place.language is None:
        return ["Votes in several languages together; they stand in for each of them."]
    return []
