"""Who wins as one weight goes from 0 to 1, pure and exact.

The other two weights share what is left in the proportion they have now. Every score is then a
straight line over that one weight, and the winners are the upper edge of all lines: from each
winner one goes to where the next line crosses it first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, get_args

from speko_client.models import Axis, Stretch, WeightLine
from speko_gateway.candidates import Candidate
from speko_gateway.routing.ranking import Axes, Ranking
from speko_gateway.routing.scores import Weights


class _Line(NamedTuple):
    """A candidate's score: ``at_zero`` where the weight is 0, ``at_one`` where it is 1."""

    candidate: Candidate
    at_zero: float
    at_one: float

    @property
    def slope(self) -> float:
        return self.at_one - self.at_zero

    def crosses(self, other: _Line) -> float:
        """The weight at which a steeper other line has caught up."""
        return (self.at_zero - other.at_zero) / (other.slope - self.slope)


def weight_lines(ranking: Ranking) -> list[WeightLine]:
    """A line per axis, over those that have figures; without stretches where nobody has."""
    scored = [(each.candidate, each.axes) for each in ranking.ordered if each.axes is not None]
    return [_along(axis, ranking.weights, scored) for axis in get_args(Axis)]


def _along(axis: Axis, weights: Weights, scored: Sequence[tuple[Candidate, Axes]]) -> WeightLine:
    place = Weights._fields.index(axis)
    rest = _rest(place, weights)
    lines = [
        _Line(candidate, sum(a * b for a, b in zip(axes, rest, strict=True)), axes[place])
        for candidate, axes in scored
    ]
    return WeightLine(axis=axis, weight=weights[place], stretches=list(_upper_edge(lines)))


def _rest(place: int, weights: Weights) -> list[float]:
    """The weights where this one is 0; evenly shared where the others have none at all."""
    others = [0.0 if number == place else weight for number, weight in enumerate(weights)]
    total = sum(others)
    if total == 0:
        return [0.0 if number == place else 0.5 for number in range(len(weights))]
    return [weight / total for weight in others]


def _upper_edge(lines: Sequence[_Line]) -> Iterator[Stretch]:
    if not lines:
        return
    # Of those level at 0 the steepest leads at once; of those level all along, the first by name.
    winner = min(lines, key=lambda line: (-line.at_zero, -line.slope, line.candidate))
    start = 0.0
    while True:
        steeper = [line for line in lines if line.slope > winner.slope]
        crossings = [(winner.crosses(line), -line.slope, line.candidate) for line in steeper]
        end, _, follower = min(crossings, default=(1.0, 0.0, winner.candidate))
        end = max(start, end)
        if end >= 1.0:
            yield _stretch(start, 1.0, winner)
            return
        if end > start:
            yield _stretch(start, end, winner)
        start = end
        winner = next(line for line in steeper if line.candidate == follower)


def _stretch(start: float, end: float, line: _Line) -> Stretch:
    return Stretch(
        from_weight=start,
        to_weight=end,
        provider_id=line.candidate.provider,
        model_id=line.candidate.model,
    )
