"""What a run has spent, what is on its way, and whether one more call fits under its cap. Pure.

A call's cost is known when it has ended. Until then it counts with what its arm's calls have cost
on average, or, before the first, with what was estimated. So a run spends at most its cap and what
was on its way when that was reached. What has no known price counts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from playground.evaluations.cells import Cell, CellKey


class Ledger:
    """US$ throughout; ``cap`` None is no cap, ``expected`` an estimate per cell by arm id."""

    def __init__(
        self, cap: float | None, spent: float = 0.0, expected: Mapping[str, float] | None = None
    ) -> None:
        self.cap = cap
        self.spent = spent
        self._expected = dict(expected or {})
        self._reserved: dict[CellKey, float] = {}
        self._in_all = 0.0
        self._measured: dict[str, tuple[float, int]] = {}

    @property
    def reserved(self) -> float:
        """What the calls on their way may still cost."""
        return self._in_all if self._reserved else 0.0

    def expects(self, arm_id: str) -> float:
        """What one more cell of this arm will cost, as far as known."""
        total, count = self._measured.get(arm_id, (0.0, 0))
        if count:
            return total / count
        return self._expected.get(arm_id, max(self._expected.values(), default=0.0))

    def fits(self, arm_id: str) -> bool:
        """Whether one more cell fits under the cap; none does once the cap is spent."""
        if self.cap is None:
            return True
        expected = self.expects(arm_id)
        if expected == 0.0:
            return self.spent <= self.cap
        return self.spent + self.reserved + expected <= self.cap

    def reserve(self, key: CellKey) -> None:
        """A cell is started."""
        self._take(key, self.expects(key.arm_id))

    def spend(self, key: CellKey, usd: float | None) -> None:
        """One of the cell's calls has ended, and cost so much."""
        self.spent += usd or 0.0
        if key in self._reserved:
            self._take(key, max(0.0, self._reserved[key] - (usd or 0.0)))

    def release(self, key: CellKey) -> None:
        """Nothing of the cell is on its way any more."""
        self._in_all -= self._reserved.pop(key, 0.0)

    def measure(self, cell: Cell) -> None:
        """A cell is done: what it cost tells what the next of its arm will."""
        if cell.error is None:
            cost = (cell.answer.cost_usd or 0.0) + (cell.judge_cost_usd or 0.0)
            total, count = self._measured.get(cell.arm_id, (0.0, 0))
            self._measured[cell.arm_id] = (total + cost, count + 1)

    def _take(self, key: CellKey, usd: float) -> None:
        self._in_all += usd - self._reserved.get(key, 0.0)
        self._reserved[key] = usd
