"""The judge at work: its calls, one verdict on an answer, and two on a pair with sides swapped."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from playground.evaluations import judging
from playground.evaluations.cells import Cell, CellKey, Verdict
from playground.evaluations.order import Planned
from playground.sessions.turns import Answer, TurnError, TurnSettings
from playground.suites.check_result import CheckResult
from playground.suites.checks import checks_for, filled_check
from playground.suites.questions import prompt_of
from playground.suites.suite import Judge, Judged, Suite, SuiteError

Call = Callable[[CellKey, str, TurnSettings], Awaitable[tuple[Answer, TurnError | None]]]
"""Asks the judge's model for a cell, at its vendor's pace."""

_ITSELF = "The judge's own model gave this answer, and no model judges itself."


class Pairing(NamedTuple):
    """A pairwise verdict, and what both calls cost where that is known (US$)."""

    verdict: Verdict
    cost_usd: float | None


class JudgeAtWork:
    """Judges a suite's answers; ``call`` asks its model."""

    def __init__(self, suite: Suite, judge: Judge, call: Call) -> None:
        self._suite = suite
        self._judge = judge
        self._settings = judging.settings_of(judge)
        self._call = call

    async def each(self, planned: Planned, cell: Cell) -> Cell:
        """The cell with the results of those of its checks that need a judge."""
        if cell.error is not None:
            return cell
        for check in checks_for(self._suite, planned.case):
            if isinstance(check, Judged):
                result, cost = await self._passed(check, planned, cell)
                cell = _with_cost(cell, cost).model_copy(update={"checks": (*cell.checks, result)})
        return cell

    async def against(self, planned: Planned, cell: Cell, baseline: Cell | None) -> Cell:
        """The cell with the verdict on its answer against the baseline's to the same case."""
        if baseline is None or cell.error is not None or baseline.error is not None:
            return undecided(cell)
        if self._judge.pin in (cell.served, baseline.served):
            return undecided(cell)
        verdict, cost = await self._paired(planned, cell.answer.text, baseline.answer.text)
        return _with_cost(cell, cost).model_copy(update={"verdict": verdict})

    async def _passed(
        self, check: Judged, planned: Planned, cell: Cell
    ) -> tuple[CheckResult, float | None]:
        name = "judged right" if (check.ideal or planned.case.ideal) else "judged"
        if cell.served == self._judge.pin:
            return CheckResult(name=name, passed=None, detail=_ITSELF), None
        try:
            filled = filled_check(check, planned.case)
            question = prompt_of(self._suite, planned.arm, planned.case)
        except SuiteError as error:
            return CheckResult(name=name, passed=None, detail=str(error)), None
        mark = secrets.token_hex(4)
        ideal = filled.ideal if filled.ideal is not None else planned.case.ideal
        asked = judging.question_about_one(question, cell.answer.text, ideal, filled.criteria, mark)
        answer, failed = await self._call(planned.key, asked, self._settings)
        passed = None if failed else judging.passed_in(answer.text, mark)
        return CheckResult(name=name, passed=passed, detail=_said(answer, failed)), answer.cost_usd

    async def _paired(self, planned: Planned, own: str, baselines: str) -> Pairing:
        question = prompt_of(self._suite, planned.arm, planned.case)
        found: list[judging.Better | None] = []
        costs: list[float | None] = []
        for first, second in ((own, baselines), (baselines, own)):
            mark = secrets.token_hex(4)
            asked = judging.question_about_two(question, first, second, self._judge.criteria, mark)
            answer, failed = await self._call(planned.key, asked, self._settings)
            found.append(None if failed else judging.better_in(answer.text, mark))
            costs.append(answer.cost_usd)
        known = [cost for cost in costs if cost is not None]
        return Pairing(judging.verdict_of(*found), sum(known) if known else None)


def undecided(cell: Cell) -> Cell:
    """The cell, where nobody could compare it."""
    return cell.model_copy(update={"verdict": "undecided"})


def _with_cost(cell: Cell, cost: float | None) -> Cell:
    if cost is None:
        return cell
    return cell.model_copy(update={"judge_cost_usd": (cell.judge_cost_usd or 0.0) + cost})


def _said(answer: Answer, error: TurnError | None) -> str:
    if error is not None:
        return f"The judge could not be asked: {error.message}"
    said = answer.text.strip()
    if not said:
        return "The judge said nothing."
    return said if len(said) <= 2_000 else f"{said[:2_000]} …"
