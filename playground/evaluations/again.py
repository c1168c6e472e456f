"""One cell made again, by itself."""

from __future__ import annotations

import asyncio

from playground.evaluations.cell_asking import Ask, with_checks
from playground.evaluations.cells import Cell, CellKey
from playground.evaluations.judges import JudgeAtWork
from playground.evaluations.judging import baseline_of
from playground.evaluations.order import Planned
from playground.evaluations.runs import RunStore
from playground.sessions.turns import Answer, TurnError, TurnSettings
from playground.suites.suite import Suite, SuiteError


def planned_in(suite: Suite, key: CellKey) -> Planned:
    """The cell as it would be planned. Raises SuiteError where the suite has no such cell."""
    case = next((each for each in suite.cases if each.id == key.case_id), None)
    arm = next((each for each in suite.arms if each.id == key.arm_id), None)
    if case is None or arm is None or not 0 <= key.repeat < suite.repeats:
        raise SuiteError("This run has no such cell.")
    return Planned(0, case, arm, key.repeat)


async def made_again(ask: Ask, suite: Suite, planned: Planned, runs: RunStore, run_id: str) -> Cell:
    """The cell, asked, checked, judged, and put in the earlier one's place. Raises StoreError."""
    cell = await with_checks(suite, planned, await ask(planned))
    if suite.judge is not None:

        async def call(
            _: CellKey, message: str, settings: TurnSettings
        ) -> tuple[Answer, TurnError | None]:
            return await ask.beside(message, settings)

        judge = JudgeAtWork(suite, suite.judge, call)
        cell = await judge.each(planned, cell)
        baseline = baseline_of(suite)
        if suite.judge.pairwise and baseline is not None and baseline != planned.arm.id:
            against = planned.key._replace(arm_id=baseline)
            found = await asyncio.to_thread(runs.cell, run_id, against)
            cell = await judge.against(planned, cell, found)
    await asyncio.to_thread(runs.replace, run_id, cell)
    return cell
