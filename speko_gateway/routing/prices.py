"""What candidates cost: a price list of one's own, then the vendors' list prices.

List prices are read in a thread, before the first request that is ranked by them: the table takes a
quarter of a second, each vendor's part of it up to 20 ms, and the event loop serves others
meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from speko_client.list_prices import OWN_MACHINE, list_price, price_source
from speko_client.models import (
    INPUT_TOKENS_PER_MINUTE,
    OUTPUT_TOKENS_PER_MINUTE,
    TOKENS_PER_MINUTE,
    Figure,
    blended,
)
from speko_client.own_prices import OwnPrice, OwnPricesError, own_source, read_own_prices
from speko_gateway.candidates import Candidate
from speko_gateway.errors import SetupError

MOST_KEPT: Final = 4_096
"""Callers name models, so there is no end to different candidates."""


class KnownPrices:
    """The prices of live candidates. ``own`` go first; ``source`` says where they are from."""

    def __init__(self, own: Mapping[str, OwnPrice] | None = None, source: str = "") -> None:
        self._own = own or {}
        self._source = source
        self._read: set[str] = set()
        self._listed = lru_cache(maxsize=MOST_KEPT)(_listed)

    async def ready(self, candidates: Iterable[Candidate]) -> None:
        """Read the list prices of these candidates' vendors, unless they have been."""
        news = [each for each in candidates if each.provider not in self._read]
        if not news:
            return
        await asyncio.to_thread(lambda: [self._listed(each) for each in news])
        if len(self._read) > MOST_KEPT:
            self._read.clear()
        self._read.update(each.provider for each in news)

    def cost(self, candidate: Candidate) -> Figure | None:
        """The candidate's price, blended US$ per million tokens; None where nobody knows it."""
        own = self._own.get(candidate.id)
        if own is None:
            return self._listed(candidate)
        value = blended(own.input_usd_per_million, own.output_usd_per_million)
        return Figure(axis="cost", value=value, source=self._source)


def read_prices(path: Path | None) -> KnownPrices:
    """The prices, with this list of one's own. SetupError names the file, the field and the fault.

    None: list prices alone.
    """
    if path is None:
        return KnownPrices()
    try:
        return KnownPrices(read_own_prices(path), own_source(path))
    except OwnPricesError as error:
        raise SetupError(str(error)) from error


def _listed(candidate: Candidate) -> Figure | None:
    provider, model = candidate
    if provider in OWN_MACHINE:
        return Figure(axis="cost", value=0.0, source="runs on a machine of one's own, free")
    minute = list_price(provider, model, INPUT_TOKENS_PER_MINUTE, OUTPUT_TOKENS_PER_MINUTE)
    if minute is None:
        return None
    return Figure(
        axis="cost",
        value=minute / TOKENS_PER_MINUTE * 1_000_000,
        source=f"list price, {price_source()}",
    )
