"""Runs and their cells in the store, as one owner has them.

A cell is written once, when it is done: the primary key makes a second one impossible, and only
``replace``, for "run again", takes the place of an earlier one. One process at a time makes a run's
cells, its runner: it has claimed the run and says with a heartbeat that it is alive. A run whose
heartbeat has stopped is read as ``interrupted``, and whoever claims it goes on where it ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection as Transaction
from sqlalchemy.exc import IntegrityError

from playground.evaluations import run_rows
from playground.evaluations.cells import Cell, CellKey, CellSummary, Run, RunHead, RunStatus
from playground.sessions.database import StoreError
from playground.sessions.old_runs import delete_runs
from playground.sessions.rows import ID
from playground.sessions.store import OwnerStore
from playground.sessions.tables import CELLS, RUNS
from playground.sessions.turns import new_id, utc_now
from playground.suites.suite import Suite

HEARTBEAT_LIMIT: Final = timedelta(seconds=5)
"""How old a heartbeat may be before its run counts as interrupted."""

MOST: Final = 1_000
"""An owner keeps at most this many runs."""

_AT_ONCE: Final = 500
"""So many cells are read at once where all of them are wanted."""
_GONE: Final = "This run is not here: it was deleted, or it is somebody else's."
_TAKEN: Final = "This run goes on in another process already. Watch it there, or stop it first."
_UNREADABLE: Final = (
    "This run is stored in a form that this version cannot read. Use the version of the playground "
    "that wrote it."
)


class RunGoneError(StoreError):
    """There is no such run for this owner. Whether another has one is not told."""

    def __init__(self, message: str = _GONE) -> None:
        super().__init__(message)


class RunTakenError(StoreError):
    """Another process makes the cells of this run."""

    def __init__(self) -> None:
        super().__init__(_TAKEN)


class CellTwiceError(StoreError):
    """One of the cells is there already; none of them was written."""

    def __init__(self) -> None:
        super().__init__("A cell of this run was made twice; the first one is kept.")


class RunStore:
    """The runs of one owner; those of others are as if they were not there.

    All methods raise StoreError where the store cannot be read or written, and RunGoneError where
    the run that they name is not there.
    """

    def __init__(self, store: OwnerStore) -> None:
        self.owner = store.owner
        self._database = store.database

    def create(
        self,
        suite: Suite,
        total: int,
        *,
        runner: str,
        seed: int = 0,
        server: str = "",
        max_cost_usd: float | None = None,
        now: datetime | None = None,
    ) -> Run:
        """A new run of ``total`` cells, claimed by ``runner``; an owner keeps ``MOST`` at most."""
        run = Run(
            id=new_id(),
            name=suite.name,
            suite=suite,
            started_at=now or utc_now(),
            total=total,
            seed=seed,
            server=server,
            max_cost_usd=max_cost_usd,
        )
        row = run_rows.values_of_run(run, self.owner, runner)
        count = sa.select(sa.func.count()).where(RUNS.c.owner == self.owner)
        with self._database.write() as transaction:
            if transaction.execute(count).scalar_one() >= MOST:
                raise StoreError(f"{MOST:,} runs are kept, the most there may be. Delete some.")
            transaction.execute(sa.insert(RUNS), row)
        return run

    def runs(self, limit: int = 200) -> list[RunHead]:
        """The owner's runs, the latest first."""
        columns = [RUNS.c[name] for name in run_rows.HEAD]
        found = sa.select(*columns).where(RUNS.c.owner == self.owner)
        latest = found.order_by(RUNS.c.started_at.desc(), RUNS.c.id).limit(limit)
        with self._database.read() as transaction:
            rows = transaction.execute(latest).all()
        return [run_rows.head_of(row, _silent_since()) for row in rows]

    def load(self, run_id: str) -> Run | None:
        """A run with its suite; None where there is none."""
        if not ID.fullmatch(run_id):
            return None
        with self._database.read() as transaction:
            row = transaction.execute(sa.select(RUNS).where(self._this(run_id))).one_or_none()
        try:
            return None if row is None else run_rows.run_of(row, _silent_since())
        except ValidationError as error:
            raise StoreError(_UNREADABLE) from error

    def summaries(self, run_id: str) -> list[CellSummary]:
        """All its cells without their words, in the order in which they are stored."""
        columns = [CELLS.c[name] for name in CellSummary._fields]
        found = sa.select(*columns).where(CELLS.c.run_id == run_id)
        with self._database.read() as transaction:
            self._require(transaction, run_id)
            return [*map(run_rows.summary_in, transaction.execute(found))]

    def keys(self, run_id: str) -> set[CellKey]:
        """The cells that are done."""
        found = sa.select(CELLS.c.case_id, CELLS.c.arm_id, CELLS.c.repeat)
        with self._database.read() as transaction:
            self._require(transaction, run_id)
            rows = transaction.execute(found.where(CELLS.c.run_id == run_id))
            return {CellKey(*row) for row in rows}

    def cell(self, run_id: str, key: CellKey) -> Cell | None:
        """One cell whole; None where it is not made yet."""
        found = sa.select(CELLS.c.body).where(_at(run_id, key))
        with self._database.read() as transaction:
            self._require(transaction, run_id)
            body = transaction.execute(found).scalar_one_or_none()
        return None if body is None else _cell(body)

    def cells(self, run_id: str) -> Iterator[Cell]:
        """All its cells whole, ordered by case, arm and repeat, some of them in memory at a time.

        No transaction is open in between: cells that are added meanwhile may be among them.
        """
        key = sa.tuple_(CELLS.c.case_id, CELLS.c.arm_id, CELLS.c.repeat)
        found = sa.select(CELLS.c.body).where(CELLS.c.run_id == run_id)
        some = found.order_by(CELLS.c.case_id, CELLS.c.arm_id, CELLS.c.repeat).limit(_AT_ONCE)
        after: CellKey | None = None
        while True:
            with self._database.read() as transaction:
                self._require(transaction, run_id)
                following = some if after is None else some.where(key > tuple(after))
                cells = [*map(_cell, transaction.execute(following).scalars())]
            yield from cells
            if len(cells) < _AT_ONCE:
                return
            after = cells[-1].key

    def rename(self, run_id: str, name: str) -> None:
        """Give it a name of its own."""
        self._change(self._this(run_id), name=run_rows.storable(name)[:200])

    def raise_cap(self, run_id: str, max_cost_usd: float) -> None:
        """Let it spend another most."""
        self._change(self._this(run_id), max_cost_usd=max_cost_usd)

    def delete(self, *run_ids: str) -> int:
        """Delete runs with all their cells, for good; returns how many there were."""
        with self._database.write() as transaction:
            own = (RUNS.c.owner == self.owner) & RUNS.c.id.in_(run_ids)
            deleted = delete_runs(transaction, own)
        if deleted:
            self._database.erase()
        return deleted

    def claim(self, run_id: str, runner: str, now: datetime | None = None) -> None:
        """Make ``runner`` the one that makes its cells. Raises RunTakenError where one is alive."""
        at = now or utc_now()
        since = (at - HEARTBEAT_LIMIT).timestamp()
        free = RUNS.c.runner.is_(None) | (RUNS.c.heartbeat_at <= since)
        new = {"runner": runner, "heartbeat_at": at.timestamp(), "status": "running", "note": ""}
        claim = sa.update(RUNS).where(self._this(run_id) & free).values(**new, ended_at=None)
        with self._database.write() as transaction:
            self._require(transaction, run_id)
            if not transaction.execute(claim).rowcount:
                raise RunTakenError

    def record(
        self, run_id: str, runner: str, cells: Sequence[Cell], now: datetime | None = None
    ) -> None:
        """Write cells that are done, all in one transaction, and count them; a heartbeat too.

        Raises RunTakenError where ``runner`` is the run's no longer, and CellTwiceError where one
        of the cells was written before; none of them is written then.
        """
        rows = [run_rows.values_of_cell(run_id, cell) for cell in cells]
        try:
            with self._database.write() as transaction:
                self._own(transaction, run_id, runner, run_rows.counted(cells), now)
                if rows:
                    transaction.execute(sa.insert(CELLS), rows)
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):
                raise CellTwiceError from error
            raise

    def replace(self, run_id: str, cell: Cell) -> None:
        """Put a cell in the place of the earlier one: it was run again. Its cost is spent too."""
        this = _at(run_id, cell.key)
        with self._database.write() as transaction:
            self._require(transaction, run_id)
            transaction.execute(sa.delete(CELLS).where(this))
            transaction.execute(sa.insert(CELLS), run_rows.values_of_cell(run_id, cell))
            run_rows.recount(transaction, run_id, run_rows.cost_of(cell))

    def beat(
        self, run_id: str, runner: str, status: RunStatus, now: datetime | None = None
    ) -> None:
        """Say that its runner is alive, and what it does. Raises RunTakenError."""
        with self._database.write() as transaction:
            self._own(transaction, run_id, runner, {"status": status}, now)

    def end(
        self,
        run_id: str,
        runner: str,
        status: RunStatus,
        note: str = "",
        now: datetime | None = None,
    ) -> None:
        """Its runner has ended, and why. Raises RunTakenError."""
        at = now or utc_now()
        new = {"status": status, "note": run_rows.storable(note), "ended_at": at.timestamp()}
        with self._database.write() as transaction:
            self._own(transaction, run_id, runner, {**new, "runner": None}, at)

    def _own(
        self,
        transaction: Transaction,
        run_id: str,
        runner: str,
        new: dict[str, Any],
        now: datetime | None,
    ) -> None:
        at = (now or utc_now()).timestamp()
        own = self._this(run_id) & (RUNS.c.runner == runner)
        if not transaction.execute(
            sa.update(RUNS).where(own).values(heartbeat_at=at, **new)
        ).rowcount:
            self._require(transaction, run_id)
            raise RunTakenError

    def _change(self, which: sa.ColumnElement[bool], **new: Any) -> None:
        with self._database.write() as transaction:
            if not transaction.execute(sa.update(RUNS).where(which).values(**new)).rowcount:
                raise RunGoneError

    def _this(self, run_id: str) -> sa.ColumnElement[bool]:
        return (RUNS.c.owner == self.owner) & (RUNS.c.id == run_id)

    def _require(self, transaction: Transaction, run_id: str) -> None:
        found = sa.select(RUNS.c.id).where(self._this(run_id))
        if not ID.fullmatch(run_id) or transaction.execute(found).first() is None:
            raise RunGoneError


def _silent_since() -> float:
    return (utc_now() - HEARTBEAT_LIMIT).timestamp()


def _at(run_id: str, key: CellKey) -> sa.ColumnElement[bool]:
    of_run = (CELLS.c.run_id == run_id) & (CELLS.c.case_id == key.case_id)
    return of_run & (CELLS.c.arm_id == key.arm_id) & (CELLS.c.repeat == key.repeat)


def _cell(body: str) -> Cell:
    try:
        return Cell.model_validate_json(body)
    except ValidationError as error:
        raise StoreError(_UNREADABLE) from error
