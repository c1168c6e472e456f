"""Both fleets, prepared once, and the live one with a request's own connections.

``X-Speko-Fleet`` chooses per request; without it the gateway's own choice counts. ``auto`` is the
live fleet where a live vendor is connected for this request, else the demo fleet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from speko_client.models import FleetChoice
from speko_gateway.candidates import Candidate
from speko_gateway.fleet.fleet import Fleet
from speko_gateway.fleet.request_connections import FleetRequest
from speko_gateway.fleet.vendors import Vendors
from speko_gateway.provider import Provider
from speko_gateway.providers.stand_ins.simulated import SimulatedProvider, Stage
from speko_gateway.providers.vendors.catalogue import VENDORS
from speko_gateway.routing.scores import Snapshot

LOCAL = Candidate("local", "smollm2-135m-instruct")
_LOCAL_NAME = "Local model"
# Its quality comes from our own exam, the vendors' from a published index: ranked among them it
# would seem their equal. And who brings a key wants the models behind it.
_RESERVES = frozenset({LOCAL})
_SIMULATED = "simulated"


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

    The first two are of the environment's vendors alone.
    """

    choice: FleetChoice
    demo: Lineup
    live: Lineup

    def lineup(self, asked: FleetRequest) -> Lineup:
        """Who can answer a request that asks for this. Raises GatewayError, 400."""
        vendors = self.live.vendors.of(asked)
        choice = asked.fleet or self.choice
        if choice == "demo" or (choice == "auto" and not vendors.connected):
            return self.demo._replace(vendors=vendors)
        if not vendors.brought:
            return self.live._replace(vendors=vendors)
        local = self.live.fleet.providers[LOCAL.provider]
        return live_lineup(vendors, self.live.snapshot, local)

    def everybody(self) -> frozenset[Candidate]:
        """The candidates of both."""
        return self.demo.fleet.everybody() | self.live.fleet.everybody()

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
    """The connected vendors, and the snapshot's other vendors, which say what they lack."""
    scored = _vendors_candidates(snapshot)
    named = dict.fromkeys([*vendors.connected, *sorted({each.provider for each in scored})])
    live = {vendor: found for vendor in named if (found := vendors.provider(vendor)) is not None}
    offered = [
        Candidate(vendor, model)
        for vendor, provider in vendors.connected.items()
        for model in provider.models
    ]
    known = [each for each in scored if each.provider in live]
    fleet = Fleet(
        demo=False,
        providers={**live, LOCAL.provider: local},
        names=_with_local_name({vendor: provider.vendor.name for vendor, provider in live.items()}),
        candidates=(*dict.fromkeys([*offered, *known]), LOCAL),
        reserves=_RESERVES,
    )
    return Lineup(fleet, snapshot, vendors)


def _with_local_name(vendors: Mapping[str, str]) -> dict[str, str]:
    return {**vendors, LOCAL.provider: _LOCAL_NAME}


def _vendors_candidates(snapshot: Snapshot) -> list[Candidate]:
    return [each for each in snapshot.candidates() if each.provider != LOCAL.provider]
