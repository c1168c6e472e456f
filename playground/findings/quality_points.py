"""What the picture of quality against cost has marks for. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

Kind = Literal["router", "candidate", "control", "bound", "now"]


class Point(NamedTuple):
    """A mark: ``cost`` is US$ per 1,000 answers, ``rate`` the share that passed, with an interval.

    ``provider`` gives a candidate its look; ``now`` is the routed arm by the weights that are set.
    """

    name: str
    kind: Kind
    cost: float
    rate: float
    low: float
    high: float
    provider: str = ""


def frontier(points: Sequence[Point]) -> list[Point]:
    """Those that nobody beats in quality without costing more, from the cheapest on.

    A bound, which nobody can have, is none of them.
    """
    best: list[Point] = []
    had = (each for each in points if each.kind != "bound")
    for point in sorted(had, key=lambda each: (each.cost, -each.rate)):
        if not best or point.rate > best[-1].rate:
            best.append(point)
    return best
