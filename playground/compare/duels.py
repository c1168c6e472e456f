"""Two answers to one message, judged without knowing whose they are. Pure.

A duel is a message that two seats were asked; the turn that was asked first stands on the left.
Both texts are shown up to the same place, and at one pace: neither the first word nor the speed
says who it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from playground.compare.makers import names_its_maker
from playground.compare.ratings import Outcome, pairs, rate
from playground.compare.seats import WHAT_IF, Comparison, Seat, as_token, messages
from playground.compare.votes import UNDO_SECONDS, Asked, CastVote, Rated, hash_of
from playground.sessions.turns import Turn

CHARACTERS_A_SECOND: Final = 320.0
VOTES_A_PAIR: Final = 5
"""Until each pair has so many, pairs are drawn uniformly."""

_SCRIPTED: Final = (None, "scripted")


@dataclass(frozen=True, slots=True)
class Duel:
    """Both answers to the message ``id``."""

    id: str
    left: Turn
    right: Turn

    @property
    def live(self) -> bool:
        """Whether one of them is still arriving."""
        return "running" in (self.left.status, self.right.status)

    @property
    def length(self) -> int:
        """Characters of the longer one, so far."""
        return max(len(turn.answer.text) for turn in (self.left, self.right))

    @property
    def flag(self) -> str | None:
        """Why this is not to be voted on, in a sentence; None where it is."""
        both = (self.left, self.right)
        if any(turn.status == "stopped" for turn in both):
            return "You stopped these answers, so they are not rated."
        if any(turn.drilled for turn in both):
            return "These were asked under a drill, so they are not rated."
        if any(turn.status != "done" or not turn.answer.text.strip() for turn in both):
            return "One of the two failed, so this is not rated."
        if any(map(names_its_maker, both)):
            return "An answer gives away who made it, so this is not rated."
        return None

    @property
    def rated(self) -> Rated:
        """What a vote on it counts for."""
        said = {_words(turn) for turn in (self.left, self.right)}
        if not any(turn.answer.simulated for turn in (self.left, self.right)):
            return "rated"
        return "same words" if len(said) == 1 and not said & {*_SCRIPTED} else "scripted"

    def vote(
        self,
        comparison: Comparison,
        outcome: Outcome,
        now: datetime,
    ) -> CastVote:
        """The vote on it. Raises ValueError where one of its seats is gone."""
        left, right = comparison.seat(self.left.seat), comparison.seat(self.right.seat)
        if left is None or right is None:
            raise ValueError("The seats of these answers are gone.")
        asked = self.left.settings
        return CastVote(
            id=self.id,
            at=now,
            conversation_id=self.left.conversation_id,
            turns=(self.left.id, self.right.id),
            left=label_of(left),
            right=label_of(right),
            outcome=outcome,
            rated=self.rated,
            propensity=comparison.chance,
            intent=Asked(
                language=asked.language,
                vertical=asked.vertical,
                optimize_for=asked.optimize_for,
            ),
            prompt_hash=hash_of(self.left.message),
        )


@dataclass(frozen=True, slots=True)
class Drawn:
    """Who is asked next, and how likely just that was (0..1)."""

    left: Seat
    right: Seat
    chance: float


def duels(turns: Sequence[Turn]) -> list[Duel]:
    """The session's duels, the oldest first."""
    groups = [group for group in messages(turns) if len(group) == 2 and group[0].message_id]
    return [Duel(left.message_id or "", left, right) for left, right in groups]


def label_of(seat: Seat) -> str:
    """What votes call a seat: ``openai:gpt-4o``, ``router;optimize_for=cost``."""
    # By name: an id would say nothing to others, nor to oneself once the what-if is deleted.
    what_if = f";{WHAT_IF}={seat.what_if.name}" if seat.what_if else ""
    return f"{as_token(seat.model_copy(update={'what_if_id': None}))}{what_if}"


def draw(seats: Sequence[Seat], votes: Sequence[CastVote], chance: Random) -> Drawn:
    """Two of these seats, at least two, and their sides."""
    by_label = {label_of(seat): seat for seat in seats}
    chances = pair_chances(list(by_label), votes)
    pair = chance.choices(list(chances), weights=list(chances.values()))[0]
    left, right = chance.sample(pair, 2)
    return Drawn(by_label[left], by_label[right], chances[pair] / 2)


def pair_chances(labels: Sequence[str], votes: Sequence[CastVote]) -> dict[tuple[str, str], float]:
    """How likely each pair is to be drawn.

    All pairs that have fewer than five votes are equally likely; once there is none, a pair's
    chance grows with the variance of the difference between the two.
    """
    every = pairs(sorted(labels))
    met = Counter(tuple(sorted((vote.left, vote.right))) for vote in votes)
    few = [pair for pair in every if met[pair] < VOTES_A_PAIR]
    if few:
        return dict.fromkeys(few, 1 / len(few))
    rated = rate([vote.vote for vote in votes if {vote.left, vote.right} <= {*labels}])
    width = {pair: rated.difference(*pair)[1] ** 2 for pair in every}
    return {pair: each / sum(width.values()) for pair, each in width.items()}


def shown_until(shown: float, seconds: float, duel: Duel) -> float:
    """How many characters of both are shown, ``seconds`` after ``shown`` of them were.

    Never more than whoever is slower has said: where one stands still, both do.
    """
    growing = [turn for turn in (duel.left, duel.right) if turn.status == "running"]
    lengths = [len(turn.answer.text) for turn in growing]
    most = min(lengths) if lengths else duel.length
    return min(shown + seconds * CHARACTERS_A_SECOND, max(most, shown))


def undo_left(vote: CastVote, now: datetime) -> float:
    """Seconds in which the vote can still be taken back; nobody is named before they are over."""
    return max(0.0, UNDO_SECONDS - (now - vote.at).total_seconds())


def next_prompt(comparison: Comparison, turns: Sequence[Turn]) -> str | None:
    """The first of the list that was not asked yet; None at its end, or without a list."""
    asked = {duel.left.message for duel in duels(turns)}
    return next((prompt for prompt in comparison.prompts if prompt not in asked), None)


def asked_of_list(comparison: Comparison, turns: Sequence[Turn]) -> int:
    """How many prompts of the list were asked."""
    asked = {duel.left.message for duel in duels(turns)}
    return sum(prompt in asked for prompt in comparison.prompts)


def _words(turn: Turn) -> str | None:
    answer = turn.answer
    return answer.words if answer.simulated else answer.words or answer.model
