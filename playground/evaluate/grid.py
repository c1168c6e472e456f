"""The grid of a run: rows are cases, columns arms, each square one case at one arm. Pure.

It is made of summaries alone, so that thousands of cells open at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from playground.evaluations.cells import CellSummary
from playground.suites.suite import Arm, Case, Suite

Filter = Literal["all", "failed", "differs", "failed over", "not as predicted"]

ROWS_PER_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Square:
    """One case at one arm, over its repeats so far; without cells, it is still to come.

    ``passed`` of ``decided`` cells passed every check; those without a check are in neither.
    """

    cells: tuple[CellSummary, ...] = ()

    @property
    def decided(self) -> int:
        """How many cells have something to pass."""
        return sum(cell.passed is not None for cell in self.cells)

    @property
    def passed(self) -> int:
        """How many of them passed."""
        return sum(cell.passed is True for cell in self.cells)

    @property
    def failed(self) -> bool:
        """Whether one did not pass, or got no answer."""
        return any(cell.passed is False for cell in self.cells)

    @property
    def errors(self) -> int:
        """How many got no answer."""
        return sum(cell.error is not None for cell in self.cells)

    @property
    def failovers(self) -> int:
        """The most that one of its cells failed over."""
        return max((cell.failovers for cell in self.cells), default=0)

    @property
    def served(self) -> tuple[str, str] | None:
        """Who answered most of them: provider and model."""
        by = Counter((c.provider, c.model or "") for c in self.cells if c.provider)
        if not by:
            return None
        (provider, model), _ = by.most_common(1)[0]
        return provider or "", model

    @property
    def surprised(self) -> bool:
        """Whether somebody else answered than the router had named."""
        return any(was_surprised(cell) for cell in self.cells)

    @property
    def simulated(self) -> bool:
        """Whether a simulated provider answered one of them."""
        return any(cell.simulated for cell in self.cells)

    @property
    def share(self) -> float | None:
        """The share that passed, 0..1; None where nothing was decided."""
        return self.passed / self.decided if self.decided else None


@dataclass(frozen=True, slots=True)
class GridRow:
    """A case with its squares, one for each arm; ``number`` is its place in the suite, from 1."""

    number: int
    case: Case
    squares: tuple[Square, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """All rows of a run, in the suite's order."""

    arms: tuple[Arm, ...]
    rows: tuple[GridRow, ...]

    def simulated_arms(self) -> frozenset[str]:
        """The arms that a simulated provider has answered, by their ids."""
        return frozenset(
            arm.id
            for place, arm in enumerate(self.arms)
            if any(row.squares[place].simulated for row in self.rows)
        )


def grid(suite: Suite, cells: Sequence[CellSummary]) -> Grid:
    """The grid of a suite with what is done of it."""
    by_place: dict[tuple[str, str], list[CellSummary]] = {}
    for cell in cells:
        by_place.setdefault((cell.case_id, cell.arm_id), []).append(cell)
    rows = tuple(
        GridRow(
            number,
            case,
            tuple(Square(tuple(by_place.get((case.id, arm.id), ()))) for arm in suite.arms),
        )
        for number, case in enumerate(suite.cases, 1)
    )
    return Grid(suite.arms, rows)


def was_surprised(cell: CellSummary) -> bool:
    """Whether somebody else answered than was predicted."""
    if cell.predicted is None or cell.provider is None:
        return False
    return cell.predicted != f"{cell.provider}:{cell.model}"


def differs(row: GridRow) -> bool:
    """Whether the case went better at one arm than at another."""
    return len({square.share for square in row.squares if square.share is not None}) > 1


FILTERS: Final[Mapping[Filter, Callable[[GridRow], bool]]] = {
    "all": lambda row: True,
    "failed": lambda row: any(square.failed for square in row.squares),
    "differs": differs,
    "failed over": lambda row: any(square.failovers for square in row.squares),
    "not as predicted": lambda row: any(square.surprised for square in row.squares),
}


def filtered(rows: Sequence[GridRow], by: Filter) -> list[GridRow]:
    """The rows that the filter leaves."""
    return [row for row in rows if FILTERS[by](row)]


def pages_of(rows: int) -> int:
    """How many pages so many rows make, at least one."""
    return max(-(-rows // ROWS_PER_PAGE), 1)


def asked_in(case: Case) -> str:
    """What the case asks, in short: its last message, its input, or all its variables."""
    if case.messages:
        return case.messages[-1].content
    if "input" in case.vars:
        return case.vars["input"]
    return ", ".join(f"{name}: {value}" for name, value in case.vars.items()) or case.id
