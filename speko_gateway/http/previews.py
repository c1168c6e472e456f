"""The routing preview's body: a ranking as ``GET /v1/routing/preview`` returns it."""

from __future__ import annotations

from typing import Any

from speko_client.models import AxisScores, FilteredOut, RoutingPreview, ScoredCandidate
from speko_gateway.fleet.fleet import Fleet
from speko_gateway.http.answers import wire
from speko_gateway.routing.ranking import Filtered, Ranked, Ranking
from speko_gateway.routing.scores import Snapshot
from speko_gateway.routing.weight_lines import weight_lines


def preview_body(
    ranking: Ranking, fleet: Fleet, snapshot: Snapshot, *, with_lines: bool = False
) -> dict[str, Any]:
    """The router's decision, nothing run. With no candidate left the first three fields are null.

    ``with_lines``: and who would win by other weights.
    """
    scored = [_scored(each, fleet) for each in ranking.ordered]
    winner = scored[0] if scored else None
    preview = RoutingPreview(
        provider_id=winner.provider_id if winner else None,
        model_id=winner.model_id if winner else None,
        score=winner.score if winner else None,
        runners_up=scored[1:],
        scores_run_id=ranking.scores_run_id,
        winner=winner,
        filtered_out=[_filtered_out(each) for each in ranking.filtered_out],
        notes=list(ranking.notes),
        weights=ranking.weights._asdict(),
        snapshot=snapshot.info,
        weight_lines=weight_lines(ranking) if with_lines else None,
    )
    absent: dict[str, Any] = dict.fromkeys(("providerId", "modelId", "score"))
    return {**absent, **wire(preview)}


def _scored(ranked: Ranked, fleet: Fleet) -> ScoredCandidate:
    return ScoredCandidate(
        provider_id=ranked.candidate.provider,
        model_id=ranked.candidate.model,
        score=ranked.score,
        axes=_axes(ranked),
        kind=fleet.providers[ranked.candidate.provider].kind,
    )


def _axes(ranked: Ranked) -> AxisScores | None:
    if ranked.row is None or ranked.axes is None:
        return None
    return AxisScores(
        quality=ranked.row.quality,
        ttft_ms=ranked.row.ttft_ms,
        cost=ranked.row.cost,
        accuracy=ranked.axes.accuracy,
        latency=ranked.axes.latency,
        cost_score=ranked.axes.cost,
    )


def _filtered_out(filtered: Filtered) -> FilteredOut:
    return FilteredOut(
        provider_id=filtered.candidate.provider,
        model_id=filtered.candidate.model,
        reason=filtered.reason,
        code=filtered.code,
    )
