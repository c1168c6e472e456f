"""The fleets: which providers they have, and which of their models can be called.

Both are prepared once; the live one is made anew with a request's own connections.
``X-Speko-Fleet`` chooses per request; without it the gateway's own choice counts. ``auto`` is the
live fleet where a live vendor is connected for this request, else the demo fleet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from speko_client.models import FleetChoice, KnownProvider
from speko_gateway.candidates import Candidate, Selection, is_model_id
from speko_gateway.fleet.vendors import FleetRequest, Vendors
from speko_gateway.provider import Provider
from speko_gateway.providers.stand_ins.simulated import SimulatedProvider, Stage
from speko_gateway.providers.vendors.catalogue import VENDORS
from speko_gateway.providers.vendors.live import LiveProvider
from speko_gateway.routing.ranking import PoolEntry
from speko_gateway.routing.scores import Snapshot

LOCAL = Candidate("local", "smollm2-135m-instruct")
_LOCAL_NAME = "Local model"
# Its quality comes from our own exam, the vendors' from a published index: ranked among them it
# would seem their equal. And who brings a key wants the models behind it.
_RESERVES = frozenset({LOCAL})
_SIMULATED = "simulated"
_NOBODY: Mapping[Candidate, str] = {}


@dataclass(frozen=True, slots=True)
class Fleet:
    """Providers by vendor id, the vendors' names, and the candidates they make.

    ``demo``: vendors are simulated. A vendor without a name is called by its id. ``reserves``
    answer only where nobody else can. ``unlisted`` are vendors of which any model may be asked for:
    the catalogue has none of them, and nobody has named any. They offer what they list themselves.
    """

    demo: bool
    providers: Mapping[str, Provider]
    names: Mapping[str, str]
    candidates: Sequence[Candidate]
    reserves: frozenset[Candidate] = frozenset()
    unlisted: Mapping[str, LiveProvider] = field(default_factory=dict)

    def pool(self, allowed: Selection | None = None) -> list[PoolEntry]:
        """Every candidate with the reason why it cannot be called now, if there is one.

        Of an unlisted vendor (a server by its address), a model that is on the allow-list by its
        own id is a candidate too.
        """
        pinned = self._pinned(allowed) if allowed else ()
        more = dict.fromkeys([*self._listed(), *pinned]) if self.unlisted else ()
        return [
            PoolEntry(each, self._unavailable(each), reserve=each in self.reserves)
            for each in (*self.candidates, *more)
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
            if vendor in self.unlisted and is_model_id(model)
        ]

    def _unavailable(self, candidate: Candidate) -> str | None:
        return self.providers[candidate.provider].unavailable_reason(candidate.model)

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


class Lineup(NamedTuple):
    """Who can answer a request, the scores they are ranked by, and the live vendors it may ask."""

    fleet: Fleet
    snapshot: Snapshot
    vendors: Vendors

    @property
    def connections(self) -> Mapping[str, str]:
        """By vendor, the name its health is kept under; a simulated vendor has its own."""
        if self.fleet.demo:
            return dict.fromkeys(self.fleet.providers.keys() - {LOCAL.provider}, _SIMULATED)
        return self.vendors.names


@dataclass(frozen=True, slots=True)
class Fleets:
    """The fleets one gateway process has; ``choice`` is which of them counts where none is asked.

    The first two are of the environment's vendors alone. ``casts`` are the demo fleets that play
    the models of one snapshot, by its id; by any other snapshot, ``demo`` is ranked.
    """

    choice: FleetChoice
    demo: Lineup
    live: Lineup
    casts: Mapping[str, Lineup] = field(default_factory=dict)

    def lineup(self, asked: FleetRequest, scores: Snapshot | None = None) -> Lineup:
        """Who can answer a request that asks for this, ranked by ``scores``, or by the fleet's own.

        Raises GatewayError, 400.
        """
        vendors = self.live.vendors.of(asked)
        choice = asked.fleet or self.choice
        if choice == "demo" or (choice == "auto" and not vendors.connected):
            return self._cast(scores)._replace(vendors=vendors)
        if not vendors.brought and (scores is None or scores is self.live.snapshot):
            return self.live._replace(vendors=vendors)
        local = self.live.fleet.providers[LOCAL.provider]
        return live_lineup(vendors, scores or self.live.snapshot, local)

    def everybody(self) -> frozenset[Candidate]:
        """The candidates of all."""
        fleets = (self.demo, self.live, *self.casts.values())
        return frozenset().union(*(each.fleet.everybody() for each in fleets))

    def _cast(self, scores: Snapshot | None) -> Lineup:
        if scores is None:
            return self.demo
        return self.casts.get(scores.id) or self.demo._replace(snapshot=scores)

    async def keep_lists(self) -> None:
        """Keep the lists of the environment's unlisted servers fresh, until cancelled."""
        lists = self.live.vendors.memory.lists
        await asyncio.gather(*map(lists.keep, self.live.fleet.unlisted.values()))

    async def ask_lists(self) -> None:
        """Ask them once."""
        lists = self.live.vendors.memory.lists
        await asyncio.gather(*map(lists.ask, self.live.fleet.unlisted.values()))

    async def close(self) -> None:
        """Close every provider and every connection."""
        await self.live.fleet.close()
        await self.live.vendors.close()


def demo_lineup(stage: Stage, local: Provider, vendors: Vendors) -> Lineup:
    """The demo fleet: every vendor of the snapshot, simulated, and no live one."""
    candidates = _vendors_candidates(stage.snapshot)
    simulated = dict.fromkeys(each.provider for each in candidates)
    fleet = Fleet(
        demo=True,
        providers={
            **{vendor: SimulatedProvider(vendor, stage) for vendor in simulated},
            LOCAL.provider: local,
        },
        names=_with_local_name(
            {vendor: VENDORS[vendor].name for vendor in simulated if vendor in VENDORS}
        ),
        candidates=(*candidates, LOCAL),
        reserves=_RESERVES,
    )
    return Lineup(fleet, stage.snapshot, vendors)


def live_lineup(vendors: Vendors, snapshot: Snapshot, local: Provider) -> Lineup:
    """The connected vendors, and the snapshot's other vendors, which say what they lack.

    Of a snapshot that ships, only models that the catalogue or somebody names are candidates: it
    may have figures of models that a vendor no longer serves.
    """
    scored = [each for each in _vendors_candidates(snapshot) if _may_be_asked(each, snapshot)]
    named = dict.fromkeys([*vendors.connected, *sorted({each.provider for each in scored})])
    live = {vendor: found for vendor in named if (found := vendors.provider(vendor)) is not None}
    offered = [
        Candidate(vendor, model)
        for vendor, provider in vendors.connected.items()
        for model in provider.models
    ]
    known = [
        each for each in scored if each.provider in live and live[each.provider].offers(each.model)
    ]
    fleet = Fleet(
        demo=False,
        providers={**live, LOCAL.provider: local},
        names=_with_local_name({vendor: provider.vendor.name for vendor, provider in live.items()}),
        candidates=(*dict.fromkeys([*offered, *known]), LOCAL),
        reserves=_RESERVES,
        unlisted={
            vendor: provider
            for vendor, provider in live.items()
            if provider.named is None and not provider.models
        },
    )
    return Lineup(fleet, snapshot, vendors)


def _may_be_asked(candidate: Candidate, snapshot: Snapshot) -> bool:
    if snapshot.file.origin != "shipped":
        return True
    vendor = VENDORS.get(candidate.provider)
    return vendor is not None and candidate.model in vendor.models


def _with_local_name(vendors: Mapping[str, str]) -> dict[str, str]:
    return {**vendors, LOCAL.provider: _LOCAL_NAME}


def _vendors_candidates(snapshot: Snapshot) -> list[Candidate]:
    return [each for each in snapshot.candidates() if each.provider != LOCAL.provider]
