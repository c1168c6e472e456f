"""Runs of evaluations that are deleted, as sessions are; all else is done in ``evaluate``."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection as Transaction

from playground.sessions.tables import CELLS, RUNS


def delete_runs(transaction: Transaction, which: sa.ColumnElement[bool]) -> int:
    """Delete these runs with their cells; returns how many runs."""
    ids = sa.select(RUNS.c.id).where(which)
    transaction.execute(sa.delete(CELLS).where(CELLS.c.run_id.in_(ids)))
    return transaction.execute(sa.delete(RUNS).where(which)).rowcount


def unused_since(moment: datetime) -> sa.ColumnElement[bool]:
    """Everyone's runs that have made no cell since then."""
    at = moment.timestamp()
    return (RUNS.c.started_at < at) & (sa.func.coalesce(RUNS.c.heartbeat_at, 0.0) < at)
