"""Who can be in the pool: those a server lists, and those an allow-list leaves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from http import HTTPStatus

from speko_client import Speko
from speko_client.errors import SpekoApiError
from speko_client.models import KnownProvider


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


def covers(entries: Collection[str], vendor: str, model: str) -> bool:
    """Whether one of the entries (``vendor`` or ``vendor:model``) names this model."""
    return vendor in entries or f"{vendor}:{model}" in entries


def option_label(row: KnownProvider) -> str:
    """How a row reads in a list: ``OpenAI · any model``, ``OpenAI · gpt-4o``, with why not."""
    text = f"{row.vendor_name} · {row.model or 'any model'}"
    return text if row.available is not False else f"{text} (not available)"


def by_id(known: Iterable[KnownProvider]) -> dict[str, KnownProvider]:
    """Rows by the id that goes into an allow-list, in the server's order."""
    return {row.id: row for row in known}
