"""The fleet: which providers this gateway has, and which of their models can be called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from speko_client.models import KnownProvider
from speko_gateway.candidates import Candidate, Selection, is_model_id
from speko_gateway.provider import Provider
from speko_gateway.routing.ranking import PoolEntry
from speko_gateway.routing.scores import Snapshot

_NOBODY: Mapping[Candidate, str] = {}


@dataclass(frozen=True, slots=True)
class Fleet:
    """Providers by vendor id, the vendors' names, and the candidates they make.

    ``demo``: vendors are simulated. A vendor without a name is called by its id. ``reserves``
    answer only where nobody else can.
    """

    demo: bool
    providers: Mapping[str, Provider]
    names: Mapping[str, str]
    candidates: Sequence[Candidate]
    reserves: frozenset[Candidate] = frozenset()

    def pool(self, allowed: Selection | None = None) -> list[PoolEntry]:
        """Every candidate with the reason why it cannot be called now, if there is one.

        Of a live vendor that offers no models here (a server by its address), one that is on the
        allow-list by its own id is a candidate too.
        """
        pinned = self._pinned(allowed) if allowed else ()
        return [
            PoolEntry(each, self._unavailable(each), reserve=each in self.reserves)
            for each in (*self.candidates, *pinned)
        ]

    def known(
        self, snapshot: Snapshot, unhealthy: Mapping[Candidate, str] = _NOBODY
    ) -> list[KnownProvider]:
        """The provider list: a wildcard row per vendor, then one row per model of it.

        ``unhealthy`` gives a reason for each candidate that is out of the pool for now.
        """
        models = [self._model_row(entry, snapshot) for entry in _gated(self.pool(), unhealthy)]
        rows: list[KnownProvider] = []
        for vendor in self.providers:
            own = [row for row in models if row.vendor == vendor]
            rows += [self._wildcard_row(vendor, own), *own]
        return rows

    def everybody(self) -> frozenset[Candidate]:
        """Its candidates, whether they can be called now or not."""
        return frozenset(self.candidates)

    async def close(self) -> None:
        """Close every provider."""
        for provider in self.providers.values():
            await provider.close()

    def _pinned(self, allowed: Selection) -> list[Candidate]:
        offering = {each.provider for each in self.candidates}
        pairs = (entry.partition(":") for entry in sorted(allowed.entries))
        return [
            Candidate(vendor, model)
            for vendor, _, model in pairs
            if vendor in self.providers and vendor not in offering and is_model_id(model)
        ]

    def _unavailable(self, candidate: Candidate) -> str | None:
        return self.providers[candidate.provider].unavailable_reason(candidate.model)

    def _wildcard_row(self, vendor: str, models: Sequence[KnownProvider]) -> KnownProvider:
        available = any(row.available for row in models)
        return self._known_provider(
            vendor,
            id=vendor,
            benchmarked=any(row.benchmarked for row in models),
            available=available,
            reason=None if available else next((row.reason for row in models), "has no models"),
        )

    def _model_row(self, entry: PoolEntry, snapshot: Snapshot) -> KnownProvider:
        return self._known_provider(
            entry.candidate.provider,
            id=entry.candidate.id,
            model=entry.candidate.model,
            benchmarked=snapshot.knows(entry.candidate),
            available=entry.unavailable is None,
            reason=entry.unavailable,
        )

    def _known_provider(
        self,
        vendor: str,
        *,
        id: str,
        benchmarked: bool,
        available: bool,
        reason: str | None,
        model: str | None = None,
    ) -> KnownProvider:
        provider = self.providers[vendor]
        return KnownProvider(
            id=id,
            vendor=vendor,
            vendor_name=self.names.get(vendor, vendor),
            model=model,
            benchmarked=benchmarked,
            kind=provider.kind,
            simulated=provider.kind == "simulated",
            words=provider.words,
            available=available,
            reason=reason,
        )


def _gated(pool: Sequence[PoolEntry], unhealthy: Mapping[Candidate, str]) -> list[PoolEntry]:
    return [
        entry._replace(unavailable=entry.unavailable or unhealthy.get(entry.candidate))
        for entry in pool
    ]
