"""In which order a run asks its cells: case by case, the arms of each in random order. Pure.

Every case is asked once before any is repeated, so a run that ends early has as many cases as it
can. The order of the arms comes from the run's seed, the repeat and the case alone: a run that goes
on asks what is left in the order that it would have had.
"""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from typing import Final

from playground.evaluations.cells import CellKey
from playground.suites.suite import Arm, Case, Suite

MOST_CELLS: Final = 1_000_000
"""A run has at most so many cells."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A cell that is to be made, at its ``place`` in the run's order.

    ``tries`` were made already, the first of them at ``since``, in the caller's seconds.
    """

    place: int
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
    places = itertools.count()
    for repeat in range(suite.repeats):
        for row, case in enumerate(suite.cases):
            arms = list(suite.arms)
            random.Random(f"{seed}:{repeat}:{row}").shuffle(arms)  # noqa: S311 (no secret)
            for arm in arms:
                place = next(places)
                if CellKey(case.id, arm.id, repeat) not in done:
                    yield Planned(place, case, arm, repeat)


class Queue:
    """What is to be started next: the first cell in order whose vendor takes a call now.

    Of all the cells that are left, a few are held at a time, however many there are: ``ahead``
    times four. A vendor that is slow holds up others only once all of those are its own.
    """

    def __init__(self, suite: Suite, seed: int, done: Set[CellKey], ahead: int) -> None:
        self._left = in_order(suite, seed, done)
        self._ahead = max(ahead, 16)
        self._by_arm: dict[str, deque[Planned]] = {arm.id: deque() for arm in suite.arms}
        self._count = 0

    @property
    def has_more(self) -> bool:
        """Whether any are left."""
        self._fill()
        return self._count > 0

    def next(
        self, wait_for: Callable[[Planned], float | None]
    ) -> tuple[Planned | None, float | None]:
        """Take one that may start; or None, and how many seconds until one may, if that is known.

        ``wait_for`` says how long a cell must wait: 0 not at all, None until another has ended.
        """
        self._fill()
        best: Planned | None = None
        soonest: float | None = None
        for queue in self._by_arm.values():
            if not queue or (best is not None and queue[0].place > best.place):
                continue
            wait = wait_for(queue[0])
            if wait == 0:
                best = queue[0]
            elif wait is not None:
                soonest = wait if soonest is None else min(soonest, wait)
        if best is None:
            return None, soonest
        self._count -= 1
        return self._by_arm[best.arm.id].popleft(), None

    def put_back(self, planned: Planned) -> None:
        """It is to be started again, before all others of its arm."""
        self._by_arm[planned.arm.id].appendleft(planned)
        self._count += 1

    def _fill(self) -> None:
        if self._count < 2 * self._ahead:
            for planned in itertools.islice(self._left, 2 * self._ahead):
                self._by_arm[planned.arm.id].append(planned)
                self._count += 1
