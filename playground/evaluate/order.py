"""In which order a run asks its cells: case by case, the arms of each in random order. Pure.

Every case is asked once before any is repeated, so a run that ends early has as many cases as it
can. The order of the arms comes from the run's seed, the repeat and the case alone: a run that goes
on asks what is left in the order that it would have had.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Final

from playground.evaluate.cells import CellKey
from playground.evaluate.suite import Arm, Case, Suite

MOST_CELLS: Final = 1_000_000
"""A run has at most so many cells."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A cell that is to be made. ``tries`` were made already, from the time ``since`` on."""

    case: Case
    arm: Arm
    repeat: int
    tries: int = 0
    since: float | None = None

    @property
    def key(self) -> CellKey:
        """Which cell it will be."""
        return CellKey(self.case.id, self.arm.id, self.repeat)


def total_of(suite: Suite) -> int:
    """How many cells a run of it has."""
    return len(suite.cases) * len(suite.arms) * suite.repeats


def in_order(suite: Suite, seed: int, done: Set[CellKey] = frozenset()) -> Iterator[Planned]:
    """The cells that are left to be made, one after the other."""
    for repeat in range(suite.repeats):
        for place, case in enumerate(suite.cases):
            arms = list(suite.arms)
            random.Random(f"{seed}:{repeat}:{place}").shuffle(arms)  # noqa: S311 (no secret)
            for arm in arms:
                if CellKey(case.id, arm.id, repeat) not in done:
                    yield Planned(case, arm, repeat)
