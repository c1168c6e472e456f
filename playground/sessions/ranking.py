"""A ranking in its order, whichever form the server sent it in. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from playground.look.palette import label
from playground.look.words import candidate
from speko_client.models import FilteredOut, RoutingPreview, ScoredCandidate


def candidates(ranking: RoutingPreview) -> list[ScoredCandidate]:
    """The pool, best first, also where the server sends the winner in the plain fields only."""
    first = ranking.winner
    if first is None and ranking.provider_id and ranking.model_id:
        first = ScoredCandidate(
            provider_id=ranking.provider_id,
            model_id=ranking.model_id,
            score=ranking.score or 0.0,
        )
    return [first, *ranking.runners_up] if first else []


def names(ranking: RoutingPreview) -> list[str]:
    """The pool as ``provider/model``, best first."""
    return [candidate(each.provider_id, each.model_id) for each in candidates(ranking)]


def reasons(out: Iterable[FilteredOut]) -> list[tuple[str, str]]:
    """Why a candidate was filtered out, and its name for reading."""
    return [(each.reason, label(each.provider_id, each.model_id)) for each in out]
