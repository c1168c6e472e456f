"""A cell of a run in words, for files and for reading. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from playground.evaluations.cells import Cell, Run
from playground.sessions import turn_words
from playground.suites.check_result import CheckResult
from playground.suites.questions import prompt_of
from playground.suites.suite import Arm, Case, SuiteError

Outcome = Literal["passed", "failed", "no answer", "undecided", "not checked"]


class Named:
    """The cases and arms of a run by their ids; unknown ones have nothing but their id."""

    def __init__(self, run: Run) -> None:
        self.suite = run.suite
        self._cases: Mapping[str, Case] = {case.id: case for case in run.suite.cases}
        self._arms: Mapping[str, Arm] = {arm.id: arm for arm in run.suite.arms}

    def case(self, case_id: str) -> Case:
        """The case."""
        return self._cases.get(case_id) or Case(id=case_id)

    def arm(self, arm_id: str) -> Arm:
        """The arm."""
        return self._arms.get(arm_id) or Arm(id=arm_id)

    def asked(self, case_id: str, arm_id: str) -> str:
        """The message that was sent; why there is none, where a variable was missing."""
        try:
            return prompt_of(self.suite, self.arm(arm_id), self.case(case_id))
        except SuiteError as error:
            return f"({error})"


def outcome(cell: Cell) -> Outcome:
    """What became of a cell, in a word or two."""
    if cell.error is not None:
        return "no answer"
    if cell.passed is None:
        return "undecided" if cell.checks else "not checked"
    return "passed" if cell.passed else "failed"


def failed_checks(cell: Cell) -> list[str]:
    """Each check that failed, and why: ``contains “42”: It says “41”.``."""
    return [said(check) for check in cell.checks if check.passed is False]


def said(check: CheckResult) -> str:
    """A check's name with its detail."""
    return f"{check.name}: {check.detail}" if check.detail else check.name


def labels(cell: Cell, arm: Arm) -> list[str]:
    """What must be said beside a cell's figures: whose words these are, and drills."""
    drilled = bool(arm.drill) or any(each.drill for each in cell.answer.attempts)
    source = turn_words.source(cell.answer)
    return [each for each in (source, "drill" if drilled else None) if each]
