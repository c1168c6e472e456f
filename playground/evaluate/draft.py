"""A suite while it is put together: what was typed stays, even where it makes none yet. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict

from playground.evaluate.check_rows import CheckRow, checks_of, row_of
from playground.evaluate.chosen_arms import routed
from playground.suites.askable import missing
from playground.suites.suite import Arm, Case, Suite

NAME: Final = "My evaluation"


class Draft(BaseModel):
    """A suite, with its checks as rows, which may make none yet. ``notes`` are about its file.

    ``lines`` are those of the sheet where one makes no case yet; ``problems`` say why.
    """

    model_config = ConfigDict(frozen=True)

    suite: Suite
    rows: tuple[CheckRow, ...] = ()
    notes: tuple[str, ...] = ()
    lines: tuple[dict[str, str], ...] = ()
    problems: tuple[str, ...] = ()

    def to_run(self, callable_now: frozenset[str] = frozenset()) -> tuple[Suite, tuple[str, ...]]:
        """The suite that would be run, and what keeps it from running, in sentences.

        ``callable_now`` are the candidates that can be asked, as ``vendor:model``; empty where
        nobody knows.
        """
        checks, problems = checks_of(self.rows)
        suite = self.suite.model_copy(update={"checks": checks})
        return suite, (*self.problems, *problems, *_lacks(suite), *_gone(suite, callable_now))


def draft_of(suite: Suite, notes: tuple[str, ...] = ()) -> Draft:
    """A suite to go on with."""
    return Draft(suite=suite, rows=tuple(map(row_of, suite.checks)), notes=notes)


def empty_draft() -> Draft:
    """No case yet, and the router as it is by itself."""
    return draft_of(Suite(name=NAME, arms=(routed("balanced"),)))


def with_cases_of(draft: Draft, suite: Suite, notes: tuple[str, ...] = ()) -> Draft:
    """Another suite's cases, checks and prompt; its arms too, if it has some, else the draft's."""
    arms = suite.arms or draft.suite.arms
    judge = suite.judge or draft.suite.judge
    return draft_of(suite.model_copy(update={"arms": arms, "judge": judge}), notes)


def with_cases(draft: Draft, cases: Sequence[Case], notes: tuple[str, ...] = ()) -> Draft:
    """With these cases besides; one whose id is taken gets another."""
    taken = {case.id: case for case in draft.suite.cases}
    for case in cases:
        found, number = case.id, 2
        while found in taken:
            found, number = f"{case.id[:190]} {number}", number + 1
        taken[found] = case.model_copy(update={"id": found})
    suite = draft.suite.model_copy(update={"cases": tuple(taken.values())})
    return draft.model_copy(update={"suite": suite, "lines": (), "problems": (), "notes": notes})


def kept_sound(draft: Draft) -> Draft:
    """The draft without what would keep it from being read again: a baseline that is no arm."""
    suite = draft.suite
    if suite.baseline is None or suite.baseline in {arm.id for arm in suite.arms}:
        return draft
    return draft.model_copy(update={"suite": suite.model_copy(update={"baseline": None})})


def is_untouched(draft: Draft) -> bool:
    """Whether nothing has been put into it."""
    typed = draft.suite.cases or draft.rows or draft.lines
    return not typed and draft.suite.prompt == "{{input}}"


def _lacks(suite: Suite) -> list[str]:
    found = []
    if not suite.name.strip():
        found.append("The evaluation has no name.")
    if not suite.cases:
        found.append("There is no case yet: type one, upload some, or choose a starter set.")
    if not suite.arms:
        found.append("Nobody is asked yet: choose at least one arm.")
    if len({arm.id for arm in suite.arms}) < len(suite.arms):
        found.append("Two arms have the same id: change one of them.")
    if lacking := missing(suite):
        found.append(lacking)
    if suite.judge and any(arm.pin == suite.judge.pin for arm in suite.arms):
        found.append("The judge is also an arm, and nobody judges their own answers.")
    return found


def _gone(suite: Suite, callable_now: frozenset[str]) -> list[str]:
    if not callable_now:
        return []
    asked = [arm for arm in suite.arms if arm.pin and not _reaches(arm, callable_now)]
    return [f"{arm.label} cannot be asked now: it is not callable here." for arm in asked]


def _reaches(arm: Arm, callable_now: frozenset[str]) -> bool:
    pin = arm.pin or ""
    return pin in callable_now or any(each.partition(":")[0] == pin for each in callable_now)
