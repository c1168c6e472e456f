"""The cards of a session, in their order on the page. A new card is its module and its line here.

A card's module has its frame, its words (title, caption, why it is empty, headings) and its figure;
``card`` puts them together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from playground.analytics import cost, failures, flow, latency, providers, timeline, tokens
from playground.analytics.card import Card
from playground.sessions.turns import Turn

CardOf = Callable[[Sequence[Turn]], Card]

TWO_A_ROW: Final[tuple[CardOf, ...]] = (
    providers.card,
    failures.card,
    latency.card,
    tokens.card,
)
ONE_A_ROW: Final[tuple[CardOf, ...]] = (
    flow.card,
    timeline.card,
    cost.card,
)
"""These stand below the others, as wide as the page."""
