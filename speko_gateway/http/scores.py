"""``GET /v1/scores/{id}``: one snapshot, with what is known of each candidate of this request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from speko_client.models import Region, Scope, ScoresRow, ScoresRows
from speko_gateway.candidates import Candidate
from speko_gateway.gateway import Gateway
from speko_gateway.routing.figures import Figures
from speko_gateway.routing.scores import Snapshot
from speko_gateway.turns import Stint

_EVERYWHERE = Scope("en", "general", "global")
"""The broadest scope: what stands there holds wherever nothing closer is known."""


async def scores_rows(here: Gateway) -> ScoresRows:
    """The snapshot that ranks this request, and what is known of those that can be called.

    It takes turns with everything else: thirty languages of a hundred models are 100 ms of work.
    """
    callable_now = [each.candidate for each in here.fleet.pool() if each.unavailable is None]
    rows: list[ScoresRow] = []
    stint = Stint()
    for each in callable_now:
        await stint.breathe()
        rows += _rows(each, here.snapshot)
    return ScoresRows(
        snapshot=here.on_shelf.described(here.snapshot),
        candidates=[each.id for each in callable_now],
        rows=rows,
    )


def _rows(candidate: Candidate, snapshot: Snapshot) -> Iterator[ScoresRow]:
    """A row for each scope of the snapshot, and for each region where a time was measured."""
    own = snapshot.rows(candidate)
    broad = [_EVERYWHERE._replace(region=region) for region in get_args(Region)]
    for scope in dict.fromkeys([*own, *broad]):
        known = own.get(scope, ())
        figures = _counting(known[0].figures if known else Figures(), candidate, scope, snapshot)
        if known or figures.latency or (figures.known and scope == _EVERYWHERE):
            yield ScoresRow(
                provider=candidate.provider,
                model=candidate.model,
                language=scope.language,
                vertical=scope.vertical,
                region=scope.region,
                status=known[0].row.status if known else "production",
                figures=[each for each in figures if each is not None],
            )


def _counting(own: Figures, candidate: Candidate, scope: Scope, snapshot: Snapshot) -> Figures:
    """The figures that count where no effort is sent: a measured time before the row's own."""
    live = snapshot.live
    return own._replace(
        latency=live.latency(candidate, scope.region) or own.latency,
        cost=own.cost or live.cost(candidate),
    )
