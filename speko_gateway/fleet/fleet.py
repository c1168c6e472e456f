"""A fleet: which providers it has, and which of their models can be called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from speko_client.models import KnownProvider
from speko_gateway.candidates import Candidate, Selection, is_model_id
from speko_gateway.provider import Provider
from speko_gateway.providers.vendors.live import LiveProvider
from speko_gateway.routing.ranking import PoolEntry
from speko_gateway.routing.scores import Snapshot

LOCAL = Candidate("local", "smollm2-135m-instruct")
_NOBODY: Mapping[Candidate, str] = {}


@dataclass(frozen=True, slots=True)
class Fleet:
    """Providers by vendor id, the vendors' names, and the candidates they make.

    ``demo``: vendors are simulated. A vendor without a name is called by its id. ``reserves``
    answer only where nobody else can. ``unlisted`` are vendors of which any model may be asked for:
    the catalogue has none of them, and nobody has named any. They offer what they list themselves.
    ``listed`` are the models, by vendor, that vendors of the catalogue list: each may be pinned.
    ``gone`` says why a candidate cannot be called though its vendor can.
    """

    demo: bool
    providers: Mapping[str, Provider]
    names: Mapping[str, str]
    candidates: Sequence[Candidate]
    reserves: frozenset[Candidate] = frozenset()
    unlisted: Mapping[str, LiveProvider] = field(default_factory=dict)
    listed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    gone: Mapping[Candidate, str] = field(default_factory=dict)

    def pool(self, allowed: Selection | None = None) -> list[PoolEntry]:
        """Every candidate with the reason why it cannot be called now, if there is one.

        A model that is on the allow-list by its own id is a candidate too, if its vendor lists it,
        or if that is an unlisted one (a server by its address).
        """
        pinned = self._pinned(allowed) if allowed and (self.unlisted or self.listed) else ()
        offered = self._listed() if self.unlisted else ()
        more = dict.fromkeys([*offered, *pinned])
        return [
            PoolEntry(each, self._unavailable(each), reserve=each in self.reserves)
            for each in dict.fromkeys((*self.candidates, *more))
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

    def problem(self, vendor: str) -> str | None:
        """Why an unlisted vendor cannot even be asked for its models, as a plain clause."""
        server = self.unlisted.get(vendor)
        return server.problem if server else None

    @property
    def addresses(self) -> Mapping[str, str]:
        """By vendor, the addresses that are not the vendors' own."""
        return {
            vendor: each.moved_to
            for vendor, each in self.providers.items()
            if isinstance(each, LiveProvider) and each.moved_to
        }

    def retires_on(self, candidate: Candidate) -> date | None:
        """The day to come from which its vendor refuses this candidate, where that is known."""
        provider = self.providers[candidate.provider]
        return provider.retires_on(candidate.model) if isinstance(provider, LiveProvider) else None

    def everybody(self) -> frozenset[Candidate]:
        """Its candidates, whether they can be called now or not."""
        return frozenset(self.candidates)

    async def close(self) -> None:
        """Close every provider."""
        for provider in self.providers.values():
            await provider.close()

    def _listed(self) -> list[Candidate]:
        return [
            Candidate(vendor, model)
            for vendor, provider in self.unlisted.items()
            for model in provider.listed
        ]

    def _pinned(self, allowed: Selection) -> list[Candidate]:
        pairs = (entry.partition(":") for entry in sorted(allowed.entries))
        return [
            Candidate(vendor, model)
            for vendor, _, model in pairs
            if (vendor in self.unlisted and is_model_id(model))
            or model in self.listed.get(vendor, ())
        ]

    def _unavailable(self, candidate: Candidate) -> str | None:
        reason = self.providers[candidate.provider].unavailable_reason(candidate.model)
        return reason or self.gone.get(candidate)

    def _wildcard_row(self, vendor: str, models: Sequence[KnownProvider]) -> KnownProvider:
        available = any(row.available for row in models)
        lacking = next((row.reason for row in models), None) or self.problem(vendor)
        return self._known_provider(
            vendor,
            id=vendor,
            benchmarked=any(row.benchmarked for row in models),
            available=available,
            reason=None if available else lacking or "has no models",
        )

    def _model_row(self, entry: PoolEntry, snapshot: Snapshot) -> KnownProvider:
        return self._known_provider(
            entry.candidate.provider,
            id=entry.candidate.id,
            model=entry.candidate.model,
            benchmarked=snapshot.knows(entry.candidate),
            available=entry.unavailable is None,
            reason=entry.unavailable,
            retires_on=self.retires_on(entry.candidate),
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
        retires_on: date | None = None,
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
            retires_on=retires_on.isoformat() if retires_on else None,
        )


def _gated(pool: Sequence[PoolEntry], unhealthy: Mapping[Candidate, str]) -> list[PoolEntry]:
    return [
        entry._replace(unavailable=entry.unavailable or unhealthy.get(entry.candidate))
        for entry in pool
    ]
