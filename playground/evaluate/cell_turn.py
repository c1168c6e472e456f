"""A cell as the turn that it was, so that receipts show it as they show any other. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from playground.evaluations.cells import Cell, Run
from playground.sessions.turns import Turn
from playground.suites.questions import (
    conversation_for,
    messages_of,
    prompt_of,
    settings_for,
)
from playground.suites.suite import Arm, Case, Message, Suite


def asked_of(suite: Suite, arm: Arm, case: Case) -> tuple[Message, ...]:
    """The messages that an arm is sent for a case, the system prompt first.

    Raises SuiteError for a variable that the case does not have.
    """
    messages = messages_of(*conversation_for(suite, arm, case))
    system = settings_for(suite, arm, case).system_prompt
    return (Message(role="system", content=system), *messages) if system.strip() else messages


def turn_of(run: Run, arm: Arm, case: Case, cell: Cell) -> Turn:
    """The cell's turn. Raises SuiteError for a variable that the case does not have."""
    return Turn(
        id=f"{arm.id}-{cell.repeat}",
        conversation_id=run.id,
        parent_id=None,
        message=prompt_of(run.suite, arm, case),
        settings=settings_for(run.suite, arm, case),
        connection=run.server,
        status="failed" if cell.error else "done",
        answer=cell.answer,
        error=cell.error,
        created_at=cell.started_at,
        finished_at=cell.ended_at,
        ranking=cell.ranking,
        number=cell.repeat + 1,
    )


def named(arms: Sequence[Arm], arm_id: str) -> Arm | None:
    """The arm of this id."""
    return next((arm for arm in arms if arm.id == arm_id), None)


def case_named(cases: Sequence[Case], case_id: str) -> Case | None:
    """The case of this id."""
    return next((case for case in cases if case.id == case_id), None)


def others_of(arms: Sequence[Arm], arm_id: str) -> Mapping[str, Arm]:
    """The other arms by their ids."""
    return {arm.id: arm for arm in arms if arm.id != arm_id}
