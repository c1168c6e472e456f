"""What estimates are made from: earlier answers in the store, and whom the router names now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from playground.evaluations.cell_asking import is_pinned
from playground.evaluations.estimate import Measured
from playground.servers import pool
from playground.servers.connection import Connection
from playground.sessions.asking import ranking_now
from playground.sessions.store import OwnerStore
from playground.sessions.tables import CELLS, CONVERSATIONS, RUNS, TURN_FACTS
from playground.suites.questions import settings_for
from playground.suites.suite import Suite, SuiteError
from speko_client import Speko
from speko_client.errors import SpekoApiError

LATEST: Final = 2_000
"""So many of the latest answers are looked at."""


def measured_in(store: OwnerStore) -> dict[str, Measured]:
    """This owner's earlier answers by ``vendor:model``, of runs and sessions. Raises StoreError."""
    of_runs = (
        sa.select(CELLS.c.provider, CELLS.c.model, CELLS.c.tokens, CELLS.c.total_ms)
        .join(RUNS, RUNS.c.id == CELLS.c.run_id)
        .where((RUNS.c.owner == store.owner) & CELLS.c.error.is_(None))
        .order_by(RUNS.c.started_at.desc())
        .limit(LATEST)
    )
    of_sessions = (
        sa.select(TURN_FACTS.c.provider, TURN_FACTS.c.model, TURN_FACTS.c.tokens_out, sa.null())
        .join(CONVERSATIONS, CONVERSATIONS.c.number == TURN_FACTS.c.session)
        .where((CONVERSATIONS.c.owner == store.owner) & (TURN_FACTS.c.status == "done"))
        .order_by(TURN_FACTS.c.created_at.desc())
        .limit(LATEST)
    )
    with store.database.read() as transaction:
        rows = [*transaction.execute(of_runs), *transaction.execute(of_sessions)]
    return _by_model(rows)


def winners_now(
    client_for: Callable[[Connection], Speko], connection: Connection, suite: Suite
) -> dict[str, str]:
    """Whom the router names for each routed arm's first case, as ``vendor:model`` by arm id.

    ``client_for`` makes a client, which is closed here. An arm for which nobody is named, or no
    preview comes, is left out.
    """
    winners: dict[str, str] = {}
    for arm in suite.arms if suite.cases else ():
        if is_pinned(arm):
            continue
        asked = replace(connection, scores=arm.scores) if arm.scores else connection
        try:
            settings = settings_for(suite, arm, suite.cases[0])
            with client_for(asked) as client:
                ranking = ranking_now(client, asked, settings)
        except (SpekoApiError, SuiteError):
            continue
        if first := next(iter(pool.candidates(ranking)), None):
            winners[arm.id] = f"{first.provider_id}:{first.model_id}"
    return winners


def _by_model(rows: Sequence[sa.Row[Any]]) -> dict[str, Measured]:
    found: Mapping[str, list[tuple[int | None, float | None]]] = defaultdict(list)
    for row in rows:
        provider, model, tokens, total_ms = tuple(row)
        if provider and model:
            found[f"{provider}:{model}"].append((tokens, total_ms))
    return {name: _measured(some) for name, some in found.items()}


def _measured(some: Sequence[tuple[int | None, float | None]]) -> Measured:
    tokens = sorted(count for count, _ in some if count is not None)
    seconds = sorted(ms / 1000 for _, ms in some if ms is not None)
    return Measured(
        len(some),
        (_at(tokens, 0.1), _at(tokens, 0.9)) if tokens else None,
        (_at(seconds, 0.1), _at(seconds, 0.9)) if seconds else None,
    )


def _at(ordered: Sequence[Any], share: float) -> Any:
    return ordered[round(share * (len(ordered) - 1))]
