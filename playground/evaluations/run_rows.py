"""Runs and cells as rows of the store's tables, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection as Transaction

from playground.evaluations.cells import Cell, CellSummary, Run, RunHead, RunStatus, summary_of
from playground.sessions.bounds import MOST_REASONING, MOST_TEXT, MOST_WHOLE
from playground.sessions.rows import moment
from playground.sessions.tables import CELLS, RUNS
from playground.suites.suite import Suite
from playground.teams.owner import Owner

HEAD: Final = (*RunHead._fields, "heartbeat_at")
"""The columns that a list of runs needs."""

_LIVE: Final = ("running", "paused")
_CUT: Final = (
    f"This answer was too long to be stored whole. These are its first {MOST_TEXT:,} characters."
)


def storable(text: str) -> str:
    """The text without NUL, which Postgres cannot hold, and without halves of surrogate pairs."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()


def values_of_run(run: Run, owner: Owner, runner: str) -> dict[str, Any]:
    """A new run's row, with its first heartbeat."""
    at = run.started_at.timestamp()
    return {
        "id": run.id,
        "owner": owner,
        "name": storable(run.name),
        "suite_name": storable(run.suite.name),
        "suite": run.suite.model_dump_json(),
        "cases": len(run.suite.cases),
        "arms": len(run.suite.arms),
        "status": run.status,
        "started_at": at,
        "total": run.total,
        "done": 0,
        "passed": 0,
        "failed": 0,
        "spent_usd": 0.0,
        "max_cost_usd": run.max_cost_usd,
        "seed": run.seed,
        "server": storable(run.server),
        "note": run.note,
        "runner": runner,
        "heartbeat_at": at,
    }


def head_of(row: sa.Row[Any], silent_since: float) -> RunHead:
    """A run of a list, from a row of the columns ``HEAD``."""
    values = row._asdict()
    times = {"started_at": moment(row.started_at), **_ended(row, silent_since)}
    return RunHead(**{name: values[name] for name in RunHead._fields} | times)


def run_of(row: sa.Row[Any], silent_since: float) -> Run:
    """A whole run. Raises pydantic's ValidationError where its suite cannot be read."""
    return Run(
        id=row.id,
        name=row.name,
        suite=Suite.model_validate_json(row.suite),
        started_at=moment(row.started_at),
        total=row.total,
        done=row.done,
        spent_usd=row.spent_usd,
        max_cost_usd=row.max_cost_usd,
        seed=row.seed,
        server=row.server,
        note=row.note,
        **_ended(row, silent_since),
    )


def summary_in(row: Sequence[Any]) -> CellSummary:
    """A cell's summary, from a row of its columns."""
    case_id, arm_id, repeat, passed, provider, model, predicted, failovers, simulated, *rest = row
    whether = None if passed is None else bool(passed)
    of_whom = (provider, model, predicted, failovers, bool(simulated))
    return CellSummary(case_id, arm_id, repeat, whether, *of_whom, *rest)


def values_of_cell(run_id: str, cell: Cell) -> dict[str, Any]:
    """A cell's row; one that is larger than any answer a person would read is cut, and says so."""
    body = cell.model_dump_json(exclude_defaults=True)
    if len(body) > MOST_WHOLE:
        body = _cut(cell).model_dump_json(exclude_defaults=True)
    values = summary_of(cell)._asdict()
    flags = {
        "passed": None if cell.passed is None else int(cell.passed),
        "simulated": int(cell.answer.simulated),
    }
    return {"run_id": run_id, **values, **flags, "body": body}


def cost_of(cell: Cell) -> float:
    """What is known of its cost in US$, the judge's too."""
    return (cell.answer.cost_usd or 0.0) + (cell.judge_cost_usd or 0.0)


def counted(cells: Sequence[Cell]) -> dict[str, Any]:
    """The run's counts with these cells more."""
    verdicts = [cell.passed for cell in cells]
    return {
        "done": RUNS.c.done + len(cells),
        "passed": RUNS.c.passed + verdicts.count(True),
        "failed": RUNS.c.failed + verdicts.count(False),
        "spent_usd": RUNS.c.spent_usd + sum(map(cost_of, cells)),
    }


def recount(transaction: Transaction, run_id: str, spent_usd: float) -> None:
    """Count the run's cells anew, and add what was spent."""
    passed = sa.func.coalesce(sa.func.sum(CELLS.c.passed), 0)
    found = sa.select(sa.func.count(), passed, sa.func.count(CELLS.c.passed))
    done, well, decided = transaction.execute(found.where(CELLS.c.run_id == run_id)).one()
    new = {"done": done, "passed": well, "failed": decided - well}
    spent = RUNS.c.spent_usd + spent_usd
    transaction.execute(sa.update(RUNS).where(RUNS.c.id == run_id).values(**new, spent_usd=spent))


def _ended(row: sa.Row[Any], silent_since: float) -> dict[str, Any]:
    """Its status, and when it ended: with its last heartbeat where that has stopped."""
    status: RunStatus = row.status
    if status in _LIVE and (row.heartbeat_at or 0.0) <= silent_since:
        return {"status": "interrupted", "ended_at": moment(row.heartbeat_at)}
    return {"status": status, "ended_at": row.ended_at and moment(row.ended_at)}


def _cut(cell: Cell) -> Cell:
    answer = cell.answer
    kept = {
        "text": answer.text[:MOST_TEXT],
        "reasoning": answer.reasoning[:MOST_REASONING],
        "notes": (),
        "attempts": (),
        "cut": _CUT,
    }
    return cell.model_copy(update={"answer": answer.model_copy(update=kept), "ranking": None})
