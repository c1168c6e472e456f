"""The fleet: which providers this gateway has, and which of their models can be called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from speko_client.models import KnownProvider
from speko_gateway.candidates import Candidate
from speko_gateway.providers.base import Provider
from speko_gateway.providers.registry import vendor_name
from speko_gateway.routing import PoolEntry
from speko_gateway.scores import Snapshot


@dataclass(frozen=True, slots=True)
class Fleet:
    """Providers by vendor id, and the candidates they make. ``demo``: vendors are simulated."""

    demo: bool
    providers: Mapping[str, Provider]
    candidates: Sequence[Candidate]

    def pool(self) -> list[PoolEntry]:
        """Every candidate with the reason why it cannot be called now, if there is one."""
        return [PoolEntry(each, self._unavailable(each)) for each in self.candidates]

    def known(self, snapshot: Snapshot) -> list[KnownProvider]:
        """The provider list: a wildcard row per vendor, then one row per model of it."""
        pool = self.pool()
        return [
            row
            for vendor, provider in self.providers.items()
            for row in _vendor_rows(
                vendor,
                provider,
                [each for each in pool if each.candidate.provider == vendor],
                snapshot,
            )
        ]

    async def close(self) -> None:
        """Close every provider."""
        for provider in self.providers.values():
            await provider.close()

    def _unavailable(self, candidate: Candidate) -> str | None:
        return self.providers[candidate.provider].unavailable_reason(candidate.model)


def _vendor_rows(
    vendor: str, provider: Provider, entries: Sequence[PoolEntry], snapshot: Snapshot
) -> list[KnownProvider]:
    models = [_model_row(entry, provider, snapshot) for entry in entries]
    available = any(row.available for row in models)
    wildcard = KnownProvider(
        id=vendor,
        vendor=vendor,
        vendor_name=vendor_name(vendor),
        benchmarked=any(row.benchmarked for row in models),
        kind=provider.kind,
        simulated=provider.kind == "simulated",
        words=provider.words,
        available=available,
        reason=None if available else next((row.reason for row in models), "has no models"),
    )
    return [wildcard, *models]


def _model_row(entry: PoolEntry, provider: Provider, snapshot: Snapshot) -> KnownProvider:
    candidate = entry.candidate
    return KnownProvider(
        id=candidate.id,
        vendor=candidate.provider,
        vendor_name=vendor_name(candidate.provider),
        model=candidate.model,
        benchmarked=snapshot.knows(candidate),
        kind=provider.kind,
        simulated=provider.kind == "simulated",
        words=provider.words,
        available=entry.unavailable is None,
        reason=entry.unavailable,
    )
