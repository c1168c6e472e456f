"""Which cells wait for the baseline's answer to the same case, to be judged against it. Pure."""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from playground.evaluations.cells import Cell, CellKey
from playground.evaluations.judging import baseline_of
from playground.evaluations.order import Planned
from playground.suites.suite import Suite


class Ready(NamedTuple):
    """A cell that waits for nothing more; ``baseline`` is what it is judged against, or its key."""

    planned: Planned
    cell: Cell
    baseline: Cell | CellKey | None = None


class Rows:
    """For a run of which ``done`` are in the store; only under a pairwise judge do cells wait."""

    def __init__(self, suite: Suite, done: Set[CellKey]) -> None:
        self._baseline = baseline_of(suite) if suite.judge and suite.judge.pairwise else None
        self._others = [arm.id for arm in suite.arms if arm.id != self._baseline]
        self._done = done
        self._waiting: dict[CellKey, list[Ready]] = {}
        self._known: dict[CellKey, tuple[Cell, int]] = {}

    def answered(self, planned: Planned, cell: Cell) -> list[Ready]:
        """The cells that this one's answer makes ready, itself among them unless it must wait."""
        if self._baseline is None:
            return [Ready(planned, cell)]
        against = CellKey(planned.case.id, self._baseline, planned.repeat)
        if planned.arm.id == self._baseline:
            freed = self._waiting.pop(against, [])
            self._keep(against, cell, self._left(against) - len(freed))
            return [Ready(planned, cell), *(each._replace(baseline=cell) for each in freed)]
        if against in self._known:
            known, left = self._known[against]
            self._keep(against, known, left - 1)
            return [Ready(planned, cell, known)]
        if against in self._done:
            return [Ready(planned, cell, against)]
        self._waiting.setdefault(against, []).append(Ready(planned, cell))
        return []

    def left_over(self) -> list[Ready]:
        """Those that still wait, for a run that ends before the baseline has answered."""
        return [each for some in self._waiting.values() for each in some]

    def _left(self, against: CellKey) -> int:
        keys = (against._replace(arm_id=arm_id) for arm_id in self._others)
        return sum(key not in self._done for key in keys)

    def _keep(self, against: CellKey, cell: Cell, left: int) -> None:
        self._known.pop(against, None)
        if left > 0:
            self._known[against] = (cell, left)
