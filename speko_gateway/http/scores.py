"""``GET /v1/scores/{id}``: one snapshot, with what is known of each candidate of this request."""

from __future__ import annotations

from collections.abc import Iterator

from speko_client.models import Figure, ScoresRow, ScoresRows
from speko_gateway.candidates import Candidate
from speko_gateway.gateway import Gateway
from speko_gateway.routing.scores import Row, Snapshot


def scores_rows(here: Gateway) -> ScoresRows:
    """The snapshot that ranks this request, and its rows of those that can be called."""
    callable_now = [each.candidate for each in here.fleet.pool() if each.unavailable is None]
    return ScoresRows(
        snapshot=here.on_shelf.described(here.snapshot),
        candidates=[each.id for each in callable_now],
        rows=[row for each in callable_now for row in _rows(each, here.snapshot)],
    )


def _rows(candidate: Candidate, snapshot: Snapshot) -> Iterator[ScoresRow]:
    for row in snapshot.index.get(candidate, {}).values():
        yield ScoresRow(
            provider=candidate.provider,
            model=candidate.model,
            language=row.language,
            vertical=row.vertical,
            region=row.region,
            status=row.status,
            figures=list(_figures(row, snapshot)),
        )


def _figures(row: Row, snapshot: Snapshot) -> Iterator[Figure]:
    source, date = row.source or snapshot.file.source, snapshot.info.date
    yield Figure(axis="accuracy", value=row.quality, source=source, date=date)
    yield Figure(axis="latency", value=row.ttft_ms, source=source, date=date)
    yield Figure(axis="cost", value=row.cost, source=source, date=date)
