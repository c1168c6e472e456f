"""A cell as the turn that it was, so that receipts show it as they show any other. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from playground.evaluate.cells import Cell, Run
from playground.evaluate.suite import Arm, Case, Message
from playground.sessions.turns import Turn, TurnSettings


def turn_of(
    run: Run, arm: Arm, cell: Cell, asked: Sequence[Message], settings: TurnSettings
) -> Turn:
    """The cell's turn; ``asked`` and ``settings`` are what it was sent with."""
    return Turn(
        id=f"{arm.id}-{cell.repeat}",
        conversation_id=run.id,
        parent_id=None,
        message=asked[-1].content if asked else "",
        settings=settings,
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
