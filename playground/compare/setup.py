"""Which seats a comparison begins with, and what is wrong with those that it has. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from playground.compare.seats import MOST, Comparison, Seat, from_tokens, read
from playground.servers import pool
from playground.sessions.turns import Conversation, TurnSettings
from speko_client.models import KnownProvider, RoutingPreview

BESIDE: Final = 3
"""So many pinned seats stand beside the router at first."""


def opened(
    conversation: Conversation, tokens: Sequence[str], form: TurnSettings, first: Comparison
) -> Comparison:
    """The comparison as it was stored; else as a URL names it, else the ``first``."""
    if (stored := read(conversation.comparison)) is not None:
        return stored
    named = from_tokens(tokens, form)
    return named if named.seats else first


def first_seats(known: Sequence[KnownProvider], ranking: RoutingPreview | None) -> Comparison:
    """The router, and beside it the best of those that it could choose, or fewer."""
    if ranking is not None:
        pins = [f"{each.provider_id}:{each.model_id}" for each in pool.candidates(ranking)]
    else:
        pins = [row.id for row in pool.remaining(known, ())]
    return Comparison().added(Seat(id="a"), *(Seat(id="a", pin=pin) for pin in pins[:BESIDE]))


def healthy(known: Sequence[KnownProvider]) -> list[str]:
    """The vendors that can be called, each once, as far as there are seats."""
    vendors = dict.fromkeys(row.vendor for row in pool.remaining(known, ()))
    return [*vendors][:MOST]
