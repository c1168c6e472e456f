"""Many intents ranked at once. Each cell has the winner that a request would get now.

What does not depend on the preset (the rows, the filters, the normalising) is done once per
language and vertical.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from speko_client.models import Placed, RoutingIntent, Sweep, SweepCell, SweepRequest
from speko_gateway.candidates import Selection
from speko_gateway.routing.gating import GatedShortlist, gated_shortlist
from speko_gateway.routing.health import HealthGate
from speko_gateway.routing.ranking import PoolEntry, Ranked, weights_for
from speko_gateway.routing.scores import Snapshot


def sweep(
    request: SweepRequest,
    allowed: Selection | None,
    snapshot: Snapshot,
    pool: Sequence[PoolEntry],
    health: HealthGate,
) -> Sweep:
    """The winners, by language, then vertical, then preset, in the order asked."""
    cells: list[SweepCell] = []
    for intent in _intents(request):
        found = gated_shortlist(intent, allowed, snapshot, pool, health)
        cells += _cells(intent, found, request, snapshot)
    return Sweep(scores_run_id=snapshot.id, cells=cells)


def _intents(request: SweepRequest) -> Iterator[RoutingIntent]:
    for language in request.languages:
        for vertical in request.verticals:
            yield RoutingIntent(language=language, vertical=vertical, region=request.region)


def _cells(
    intent: RoutingIntent, found: GatedShortlist, request: SweepRequest, snapshot: Snapshot
) -> Iterator[SweepCell]:
    for preset in request.optimize_for:
        ordered = found.ranking(weights_for(preset, snapshot)).ordered
        winner, runner_up = ordered[0] if ordered else None, ordered[1] if ordered[1:] else None
        yield SweepCell(
            language=intent.language,
            vertical=intent.vertical or "general",
            optimize_for=preset,
            winner=_placed(winner),
            runner_up=_placed(runner_up),
            margin=winner.score - runner_up.score if winner and runner_up else None,
            stood_in=winner is not None and winner.candidate in found.shortlist.stood_in,
        )


def _placed(ranked: Ranked | None) -> Placed | None:
    if ranked is None:
        return None
    provider, model = ranked.candidate
    return Placed(provider_id=provider, model_id=model, score=ranked.score)
