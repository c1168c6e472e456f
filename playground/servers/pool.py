"""Who can be in the pool: those a server lists, those an allow-list leaves, those it ranked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from http import HTTPStatus

from playground.look.palette import label
from playground.look.words import candidate
from speko_client import Speko
from speko_client.errors import SpekoApiError
from speko_client.model_ids import model_name
from speko_client.models import FilteredOut, KnownProvider, RoutingPreview, ScoredCandidate


def listed(client: Speko) -> tuple[KnownProvider, ...] | None:
    """Who is on the server's list; None where it has no list. Raises SpekoApiError."""
    try:
        return tuple(client.known_providers().llm)
    except SpekoApiError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        return None


def models(known: Iterable[KnownProvider]) -> list[KnownProvider]:
    """The rows that name one model each, wildcards left out."""
    return [row for row in known if row.model is not None]


def remaining(known: Iterable[KnownProvider], allowed: Sequence[str]) -> list[KnownProvider]:
    """The available models an allow-list lets through; an empty list lets everyone through."""
    return [
        row
        for row in models(known)
        if row.available is not False
        and (not allowed or covers(allowed, row.vendor, row.model or ""))
    ]


def not_called(known: Sequence[KnownProvider], allowed: Iterable[str]) -> list[tuple[str, str]]:
    """The entries of an allow-list that reach nobody, and why; none where there is no list."""
    rows = by_id(known)
    out = []
    for entry in allowed if rows else ():
        row = rows.get(entry)
        if row is None:
            out.append((entry, "it is no longer offered"))
        elif row.available is False:
            out.append((option_label(row), row.reason or "it is not available"))
    return out


def covers(entries: Collection[str], vendor: str, model: str) -> bool:
    """Whether one of the entries (``vendor`` or ``vendor:model``) names this model."""
    return vendor in entries or f"{vendor}:{model}" in entries


def option_label(row: KnownProvider) -> str:
    """How a row reads in a list: ``OpenAI · any model``, ``OpenAI · gpt-4o``."""
    return f"{row.vendor_name} · {model_name(row.model) if row.model else 'any model'}"


def by_id(known: Iterable[KnownProvider]) -> dict[str, KnownProvider]:
    """Rows by the id that goes into an allow-list, in the server's order."""
    return {row.id: row for row in known}


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
