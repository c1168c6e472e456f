"""The fleets of one process, and which of them answers a request, ranked by which scores.

Both are prepared once; the live one is made anew with a request's own connections, by another
snapshot, and when a vendor's own list of models has changed. ``X-Speko-Fleet`` chooses per request;
without it the gateway's own choice counts. ``auto`` is the live fleet where a live vendor is
connected for this request, else the demo fleet.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from speko_client.models import FleetChoice
from speko_gateway.candidates import Candidate
from speko_gateway.fleet.fleet import LOCAL, Fleet
from speko_gateway.fleet.vendors import FleetRequest, Vendors
from speko_gateway.provider import Provider
from speko_gateway.providers.stand_ins.simulated import SimulatedProvider, Stage
from speko_gateway.providers.vendors.catalogue import VENDORS
from speko_gateway.routing.aliases import same_model
from speko_gateway.routing.scores import Snapshot

_LOCAL_NAME = "Local model"
# Its quality comes from our own exam, the vendors' from a published index: ranked among them it
# would seem their equal. And who brings a key wants the models behind it.
_RESERVES = frozenset({LOCAL})
_SIMULATED = "simulated"
_COMMON = ("openai", "anthropic", "google", "xai")
_MOST_MADE: Final = 8
"""Live lineups that are kept, one for each snapshot that requests name."""
_DATED = re.compile(r"-(\d{4}-\d\d-\d\d|\d{8}|\d{3,4}|latest)")


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
    _made: OrderedDict[str, tuple[int, Snapshot, Lineup]] = field(default_factory=OrderedDict)

    def lineup(self, asked: FleetRequest, scores: Snapshot | None = None) -> Lineup:
        """Who can answer a request that asks for this, ranked by ``scores``, or by the fleet's own.

        Raises GatewayError, 400.
        """
        vendors = self.live.vendors.of(asked)
        choice = asked.fleet or self.choice
        if choice == "demo" or (choice == "auto" and not vendors.connected):
            return self._cast(scores)._replace(vendors=vendors)
        snapshot = scores or self.live.snapshot
        if vendors.brought:
            return live_lineup(vendors, snapshot, self._local)
        return self._own_live(snapshot)._replace(vendors=vendors)

    def has_news(self, since: int) -> bool:
        """Whether a vendor's list has changed since this revision; stale ones are asked for."""
        self.live.vendors.want_lists()
        return self.live.vendors.lists.revision != since

    def everybody(self) -> frozenset[Candidate]:
        """The candidates of all."""
        fleets = (self.demo, self.live, *self.casts.values())
        return frozenset().union(*(each.fleet.everybody() for each in fleets))

    async def keep_lists(self) -> None:
        """Keep the lists of vendors and of the environment's own servers fresh, until cancelled."""
        vendors = self.live.vendors
        vendors.want_lists()
        servers = map(vendors.memory.lists.keep, self.live.fleet.unlisted.values())
        await asyncio.gather(vendors.lists.keep(), *servers)

    async def ask_lists(self) -> None:
        """Ask those servers once."""
        lists = self.live.vendors.memory.lists
        await asyncio.gather(*map(lists.ask, self.live.fleet.unlisted.values()))

    async def close(self) -> None:
        """Close every provider and every connection."""
        await self.live.fleet.close()
        await self.live.vendors.close()

    @property
    def _local(self) -> Provider:
        return self.live.fleet.providers[LOCAL.provider]

    def _cast(self, scores: Snapshot | None) -> Lineup:
        if scores is None:
            return self.demo
        return self.casts.get(scores.id) or self.demo._replace(snapshot=scores)

    def _own_live(self, snapshot: Snapshot) -> Lineup:
        """The environment's own vendors, with what they list now; the same until that changes."""
        revision = self.live.vendors.lists.revision
        known, plain, made = self._made.get(snapshot.id, (None, None, None))
        if made is None or known != revision or plain is not snapshot:
            made = live_lineup(self.live.vendors, snapshot, self._local)
            self._made[snapshot.id] = revision, snapshot, made
        self._made.move_to_end(snapshot.id)
        if len(self._made) > _MOST_MADE:
            self._made.popitem(last=False)
        return made


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
    """The connected vendors, and some others, which say what they lack."""
    scored = _worth_naming(snapshot)
    named = dict.fromkeys([*vendors.connected, *sorted({each.provider for each in scored})])
    live = {vendor: found for vendor in named if (found := vendors.provider(vendor)) is not None}
    lists = {
        vendor: listed
        for vendor in vendors.connected
        if (listed := vendors.listed(vendor)) is not None
    }
    offered = [
        Candidate(vendor, model)
        for vendor, provider in vendors.connected.items()
        for model in provider.models
    ]
    known = [
        each for each in scored if each.provider in live and live[each.provider].offers(each.model)
    ]
    candidates = dict.fromkeys([*offered, *_rated(lists, snapshot, offered), *known])
    fleet = Fleet(
        demo=False,
        providers={**live, LOCAL.provider: local},
        names=_with_local_name({vendor: provider.vendor.name for vendor, provider in live.items()}),
        candidates=(*candidates, LOCAL),
        reserves=_RESERVES,
        unlisted={
            vendor: provider
            for vendor, provider in live.items()
            if provider.named is None and not provider.models
        },
        listed=lists,
        gone={
            each: f"{live[each.provider].vendor.name} lists it no more"
            for each in candidates
            if each.provider in lists
            and not live[each.provider].moved_to
            and not _is_listed(each, lists[each.provider])
        },
    )
    return Lineup(fleet, snapshot, vendors)


def _worth_naming(snapshot: Snapshot) -> list[Candidate]:
    """Whom the live fleet names though nobody has connected them: those of somebody's own snapshot.

    A snapshot that ships knows models that nobody serves any more. There, it is the catalogue's of
    the vendors that most people have a key of.
    """
    if snapshot.file.origin != "shipped":
        return _vendors_candidates(snapshot)
    return [Candidate(vendor, model) for vendor in _COMMON for model in VENDORS[vendor].models]


def _rated(
    lists: Mapping[str, frozenset[str]], snapshot: Snapshot, offered: Iterable[Candidate]
) -> Iterator[Candidate]:
    """Listed models that the snapshot has a quality for; of several names of one, the shortest."""
    seen = set(map(same_model, offered))
    for vendor, models in lists.items():
        for model in sorted(models, key=lambda each: (len(each), each)):
            candidate = Candidate(vendor, model)
            if _has_quality(candidate, snapshot) and same_model(candidate) not in seen:
                seen.add(same_model(candidate))
                yield candidate


def _has_quality(candidate: Candidate, snapshot: Snapshot) -> bool:
    rows = snapshot.rows(candidate).values()
    return any(each.row.quality is not None for known in rows for each in known)


def _is_listed(candidate: Candidate, listed: frozenset[str]) -> bool:
    """Whether its vendor lists it: so, with a date or version behind it, or by another name."""
    vendor, model = candidate
    if model in listed:
        return True
    names = (each for each in listed if each.startswith(f"{model}-"))
    if any(_DATED.fullmatch(each.removeprefix(model)) for each in names):
        return True
    same = same_model(candidate)
    return any(same_model(Candidate(vendor, each)) == same for each in listed)


def _with_local_name(vendors: Mapping[str, str]) -> dict[str, str]:
    return {**vendors, LOCAL.provider: _LOCAL_NAME}


def _vendors_candidates(snapshot: Snapshot) -> list[Candidate]:
    return [each for each in snapshot.candidates() if each.provider != LOCAL.provider]
