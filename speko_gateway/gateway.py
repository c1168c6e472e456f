"""The gateway without HTTP: how it is put together, and how it decides who answers."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from speko_client.models import (
    SCORES_HEADER,
    WHAT_IF_HEADER,
    CompleteRequest,
    PipelineConstraints,
    ReasoningEffort,
    RoutingIntent,
    ScoresList,
    Sweep,
    SweepRequest,
    WhatIf,
)
from speko_client.models import Fleet as FleetInfo
from speko_client.proxies import Proxies
from speko_gateway.candidates import Candidate, Selection, allow_list
from speko_gateway.config import Config, Limits
from speko_gateway.failover.attempts import Option
from speko_gateway.failover.relay import Relay
from speko_gateway.failover.staging import NOTHING_STAGED, DrillRules, Staging, staged, with_written
from speko_gateway.fleet.fleet import Fleet
from speko_gateway.fleet.lineups import Fleets, Lineup, demo_lineup, live_lineup
from speko_gateway.fleet.vendors import FleetRequest, Vendors, fleet_request_in
from speko_gateway.headers import read_header
from speko_gateway.local_model.engine import LocalEngine
from speko_gateway.local_model.model_file import installed_path, remembered
from speko_gateway.provider import ProviderRequest
from speko_gateway.providers.stand_ins.local import LocalProvider
from speko_gateway.providers.stand_ins.simulated import Stage
from speko_gateway.providers.vendors.habits import ServerMemory
from speko_gateway.providers.vendors.live import (
    Today,
    build_live_providers,
    models_named_in,
    utc_today,
)
from speko_gateway.providers.vendors.upstream import Upstream
from speko_gateway.providers.vendors.vendor_lists import FILE_NAME as LISTS_FILE
from speko_gateway.providers.vendors.vendor_lists import VendorLists
from speko_gateway.routing.gating import Shortlisting, gated_shortlist, nobody
from speko_gateway.routing.health import HealthGate
from speko_gateway.routing.live_scores import LiveScores
from speko_gateway.routing.measured import FILE_NAME, TimesKept
from speko_gateway.routing.prices import read_prices
from speko_gateway.routing.ranking import Ranking, shortlist, weights_for
from speko_gateway.routing.scores import LIVE, SHIPPED, Snapshot, load_snapshot
from speko_gateway.routing.shelf import Shelf, ShelvedShortlists
from speko_gateway.routing.what_if import sweep, tried

CASTS = ("demo", "published")
"""The shipped snapshots whose models the demo fleet plays, its own first."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """What one gateway process holds. ``clock`` gives monotonic seconds.

    ``has_model_file`` says whether the local model is here, ``words`` what the demo fleet speaks
    with. ``fleets`` makes the gateway of one request; None where there is only this one fleet.
    ``drill_rules``: how drills run; None where none are taken. ``shortlisting`` makes shortlists,
    or remembers them. ``shelf`` has the snapshots that a request may name; None where there is only
    this one. ``live_scores`` are the prices and measured times of live candidates.
    """

    fleet: Fleet
    snapshot: Snapshot
    health: HealthGate
    limits: Limits
    clock: Callable[[], float]
    has_model_file: Callable[[], bool]
    words: Callable[[], str]
    vendors: Vendors | None = None
    fleets: Fleets | None = None
    drill_rules: DrillRules | None = None
    shortlisting: Shortlisting = shortlist
    shelf: Shelf | None = None
    shortlists: ShelvedShortlists = field(default_factory=ShelvedShortlists)
    live_scores: LiveScores = field(default_factory=LiveScores)
    lists_revision: int = 0

    def for_request(self, headers: Mapping[str, str]) -> Gateway:
        """The gateway for a request with these headers: with its connections, fleet and snapshot,
        and its what-if on top of the snapshot.

        Without such headers it is this one. Raises GatewayError, 400, for a header it cannot use.
        """
        asked, scores = fleet_request_in(headers), headers.get(SCORES_HEADER.lower())
        here = self
        if asked is not None or scores is not None or self._has_news():
            chosen = None if scores is None else self.on_shelf.named(scores)
            here = self._joined(asked or FleetRequest(), chosen)
        what_if = read_header(headers, WHAT_IF_HEADER, WhatIf)
        if what_if is None:
            return here
        return replace(here, snapshot=tried(here.snapshot, what_if))

    def _has_news(self) -> bool:
        """Whether a vendor lists other models than when this gateway was put together."""
        return self.fleets is not None and self.fleets.has_news(self.lists_revision)

    @property
    def on_shelf(self) -> Shelf:
        """The snapshots that a request may name."""
        return self.shelf or Shelf([self.snapshot])

    def scores(self) -> ScoresList:
        """Every snapshot there is, and which of them ranks this request."""
        shelf = self.on_shelf
        return ScoresList(
            in_force=self.snapshot.id,
            snapshots=list(shelf.snapshots()),
            problems=list(shelf.problems()),
        )

    def _joined(self, asked: FleetRequest, scores: Snapshot | None) -> Gateway:
        """This gateway with a request's own connections, and the snapshot that it names."""
        if self.fleets is None:
            return self
        lineup = self.fleets.lineup(asked, scores)
        snapshot, brought = scores_of(lineup, self.live_scores), lineup.vendors.brought
        return replace(
            self,
            fleet=lineup.fleet,
            snapshot=snapshot,
            vendors=lineup.vendors,
            health=self.health.through(lineup.connections),
            shortlisting=shortlist if brought else self.shortlists.of(snapshot),
        )

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """What runs beside the requests, for as long as they are served; then all is closed."""
        beside = [
            asyncio.ensure_future(self.live_scores.times.keep()),
            asyncio.ensure_future(self.ready()),
        ]
        if self.fleets is not None:
            beside.append(asyncio.ensure_future(self.fleets.keep_lists()))
        try:
            yield
        finally:
            for each in beside:
                each.cancel()
            await asyncio.wait(beside)
            self.live_scores.times.save()
            await self.close()

    async def close(self) -> None:
        """Close every provider and every connection."""
        await (self.fleets or self.fleet).close()

    async def ready(self) -> None:
        """Return when the pool can be ranked without waiting for the list prices."""
        await self.snapshot.live.ready(self.fleet.candidates)

    def candidates(self) -> frozenset[Candidate]:
        """Every candidate of both fleets, without those that requests bring along."""
        return (self.fleets or self.fleet).everybody()

    def ranking(
        self,
        intent: RoutingIntent,
        allowed: Selection | None,
        effort: ReasoningEffort | None = None,
    ) -> Ranking:
        """Who would answer this intent now, sent with this reasoning effort; nothing run."""
        pool = self.fleet.pool(allowed)
        weights = weights_for(intent.optimize_for, self.snapshot)
        return gated_shortlist(
            intent, allowed, self.snapshot, pool, self.health, self.shortlisting, effort
        ).ranking(weights)

    async def sweep(self, request: SweepRequest) -> Sweep:
        """Who would answer each of these intents now, nothing run."""
        allowed = allow_list(request.allowed_providers)
        return await sweep(request, allowed, self.snapshot, self.fleet.pool(allowed), self.health)

    def relay(
        self,
        request: CompleteRequest,
        staging: Staging = NOTHING_STAGED,
        *,
        buffered: bool = False,
    ) -> Relay:
        """The relay through the candidates for this request; GatewayError where there is none.

        ``buffered``: the caller gets the answer in one piece, so vendors may give it in one.
        """
        allowed = allowed_by(request.constraints)
        ranking = self.ranking(request.intent, allowed, request.reasoning_effort)
        if not ranking.ordered:
            raise nobody(ranking, self.health, allowed, self._absent)
        options: Sequence[Option] = [
            Option(each.candidate, self.fleet.providers[each.candidate.provider])
            for each in ranking.ordered
        ]
        call = provider_request(request, buffered=buffered)
        if self.fleet.demo:
            options = with_written(options, call)
        if staging is not NOTHING_STAGED:
            options = staged(options, staging, self.limits, self.drill_rules, demo=self.fleet.demo)
        relay = Relay(options, call, self.limits, self.clock, self.health)
        if not self.fleet.demo:
            times = self.live_scores.times.through(self.fleet.addresses)
            relay.heard = partial(times.note, request.intent.region or "global")
        return relay

    def _absent(self, entry: str) -> str:
        """Why an allow-list's entry names no candidate, as a plain clause."""
        vendor, _, model = entry.partition(":")
        if vendor in self.fleet.providers:
            lacking = "it has no model of this name" if model else "it has no models"
            return self.fleet.problem(vendor) or lacking
        live = self.vendors.provider(vendor) if self.vendors else None
        if live is None:
            return "there is no provider of this name"
        return "it is not simulated" if self.fleet.demo else live.problem or "it is not connected"

    def info(self) -> FleetInfo:
        """What answers here, as ``GET /v1/fleet`` returns it."""
        return FleetInfo(
            fleet="demo" if self.fleet.demo else "live",
            demo=self.fleet.demo,
            has_model_file=self.has_model_file(),
            words=self.words(),
            snapshot=self.snapshot.info,
            drills=self.drill_rules is not None,
        )


def scores_of(lineup: Lineup, live_scores: LiveScores) -> Snapshot:
    """What a request to this lineup is ranked by."""
    if lineup.fleet.demo:
        return lineup.snapshot
    return live_scores.on(lineup.snapshot, lineup.fleet.addresses)


def allowed_by(constraints: PipelineConstraints | None) -> Selection | None:
    """The allow-list for models; None allows everyone."""
    lists = constraints.allowed_providers if constraints else None
    return allow_list(lists.llm if lists else None)


def provider_request(request: CompleteRequest, *, buffered: bool = False) -> ProviderRequest:
    """The call to a candidate, its model still open."""
    return ProviderRequest(
        model="",
        messages=tuple(request.messages),
        intent=request.intent,
        system_prompt=request.system_prompt,
        temperature=request.temperature,
        max_tokens=request.max_tokens,
        reasoning_effort=request.reasoning_effort,
        tools=tuple(request.tools or ()),
        tool_choice=request.tool_choice,
        parallel_tool_calls=request.parallel_tool_calls,
        buffered=buffered,
    )


def build_gateway(
    config: Config, environment: Mapping[str, str], today: Today = utc_today
) -> Gateway:
    """A gateway ready to be served; ``environment`` has the live vendors' keys."""
    limits = config.limits
    engine = LocalEngine(remembered(installed_path, time.monotonic))
    engine.present()  # Its hash is looked at here, while nobody waits.
    local = LocalProvider(engine)
    upstream = Upstream(connect_seconds=limits.connect, proxies=Proxies.of(environment))
    memory = ServerMemory()
    vendors = Vendors(
        connected=build_live_providers(environment, upstream, memory, today),
        upstream=upstream,
        public=Upstream(connect_seconds=limits.connect, public_only=True),
        private_urls=config.private_urls,
        salt=secrets.token_bytes(16),
        models=models_named_in(environment),
        memory=memory,
        today=today,
        lists=VendorLists(
            config.data_folder / LISTS_FILE if config.data_folder else None,
            asking=config.model_lists,
        ),
    )
    scores = {name: load_snapshot(name) for name in SHIPPED}
    if config.snapshot is not None and config.snapshot not in scores:
        scores[config.snapshot] = load_snapshot(config.snapshot)
    stages = [
        Stage(
            snapshot=scores[name],
            engine=engine,
            pace=config.pace,
            scripted=config.words == "scripted",
        )
        for name in dict.fromkeys((config.snapshot or CASTS[0], *CASTS))
    ]
    casts = [demo_lineup(stage, local, vendors) for stage in stages]
    fleets = Fleets(
        config.fleet,
        demo=casts[0],
        live=live_lineup(vendors, scores[config.snapshot or LIVE], local),
        casts={each.snapshot.id: each for each in reversed(casts)},
    )
    lineup = fleets.lineup(FleetRequest())
    folder = config.data_folder
    times = TimesKept(
        folder / FILE_NAME if folder else None, lasting=fleets.live.fleet.addresses.values()
    )
    live_scores = LiveScores(times, read_prices(config.prices))
    snapshot, shortlists = scores_of(lineup, live_scores), ShelvedShortlists()
    return Gateway(
        fleet=lineup.fleet,
        snapshot=snapshot,
        health=HealthGate(time.monotonic).through(lineup.connections),
        limits=limits,
        clock=time.monotonic,
        has_model_file=engine.present,
        words=lambda: stages[0].words,
        vendors=lineup.vendors,
        fleets=fleets,
        drill_rules=DrillRules() if config.drills else None,
        shortlisting=shortlists.of(snapshot),
        shelf=Shelf(
            [scores[name] for name in SHIPPED],
            scores.get(config.snapshot or ""),
            config.scores_folder,
            named_file=Path(config.snapshot) if config.snapshot else None,
        ),
        shortlists=shortlists,
        live_scores=live_scores,
        lists_revision=vendors.lists.revision,
    )
