"""A ranking in its order, whichever form the server sent it in. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from playground.look.palette import label
from playground.look.words import candidate
from speko_client.models import FilteredOut, RoutingPreview, ScoredCandidate


def candidates(preview: RoutingPreview) -> list[ScoredCandidate]:
    """The pool, best first, also where the server sends the winner in the plain fields only."""
    first = preview.winner
    if first is None and preview.provider_id and preview.model_id:
        first = ScoredCandidate(
            provider_id=preview.provider_id,
            model_id=preview.model_id,
            score=preview.score or 0.0,
        )
    return [first, *preview.runners_up] if first else []


def names(preview: RoutingPreview) -> list[str]:
    """The pool as ``provider/model``, best first."""
    return [candidate(each.provider_id, each.model_id) for each in candidates(preview)]


def reasons(out: Iterable[FilteredOut]) -> list[tuple[str, str]]:
    """Why a candidate was filtered out, and its name for reading."""
    return [(each.reason, label(each.provider_id, each.model_id)) for each in out]
