"""Whether an answer is right, its time, its cost and its way through the router aside. Pure.

An answer that came late may still be right. What the router takes for quality must not count what
it knows as time and cost already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from playground.evaluations.cells import Cell, CellKey
from playground.suites.checks import checks_for
from playground.suites.suite import Case, Judged, Suite

_NOT_OF_THE_ANSWER: Final = frozenset(
    ("ttft", "total", "cost", "tokens", "provider_in", "failovers", "predicted_served", "excluded")
)


def other_checks(suite: Suite) -> tuple[str, ...]:
    """The types of the suite's checks that say nothing of whether an answer is right."""
    kinds = {check.type for case in suite.cases for check in checks_for(suite, case)}
    return tuple(sorted(kinds & _NOT_OF_THE_ANSWER))


def right(suite: Suite, cells: Iterable[Cell]) -> Mapping[CellKey, bool | None]:
    """Whether each cell passed its checks of the answer; as ``Cell.passed``, without the others.

    A judge's results stand behind all others, as ``JudgeAtWork`` puts them.
    """
    of_the_answer = {case.id: _which(suite, case) for case in suite.cases}
    return {
        cell.key: _passed(cell, of_the_answer[cell.case_id])
        for cell in cells
        if cell.case_id in of_the_answer
    }


def _which(suite: Suite, case: Case) -> tuple[bool, ...]:
    checks = sorted(checks_for(suite, case), key=lambda check: isinstance(check, Judged))
    return tuple(check.type not in _NOT_OF_THE_ANSWER for check in checks)


def _passed(cell: Cell, of_the_answer: tuple[bool, ...]) -> bool | None:
    if cell.error is not None:
        return False
    # A judge that was not there leaves fewer results, and those in front are the same.
    found = [
        result.passed
        for result, counts in zip(cell.checks, of_the_answer, strict=False)
        if counts and result.passed is not None
    ]
    return all(found) if found else None
