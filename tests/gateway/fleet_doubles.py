"""Providers that do as they are told, and gateways made of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field

from speko_client.models import (
    ChatMessage,
    ProviderKind,
    RoutingIntent,
    SnapshotFile,
    SnapshotRow,
)
from speko_gateway.candidates import Candidate, Selection
from speko_gateway.failover.attempts import Option
from speko_gateway.failover.relay import Limits, Relay
from speko_gateway.fleet.fleet import Fleet
from speko_gateway.gateway import Gateway
from speko_gateway.provider import (
    FailureCode,
    Finish,
    ProviderError,
    ProviderEvent,
    ProviderRequest,
    TextDelta,
)
from speko_gateway.routing.health import HealthGate
from speko_gateway.routing.ranking import PoolEntry, Ranking, shortlist, weights_for
from speko_gateway.routing.scores import Snapshot, index_snapshot

HELLO = (ChatMessage(role="user", content="Hello"),)
ENGLISH = RoutingIntent(language="en")


class Hang:
    """A step at which a provider says nothing more, until it is closed."""


class Wait(float):
    """A step that takes so many seconds of the loop's time."""


Step = Wait | TextDelta | Finish | ProviderError | Hang | ProviderEvent


def said(*texts: str) -> list[Step]:
    """A good answer in these pieces."""
    return [*map(TextDelta, texts), Finish(prompt_tokens=3, completion_tokens=len(texts))]


def failure(code: FailureCode = FailureCode.SERVER_ERROR, message: str = "answered 503") -> Step:
    """A provider's failure."""
    return ProviderError(code, message)


@dataclass
class PlayedProvider:
    """Plays the steps of the asked model; ``asked`` and ``closed`` tell what came of it."""

    steps: Mapping[str, Sequence[Step]]
    kind: ProviderKind = "live"
    words: str | None = None
    unavailable: str | None = None
    loads_models: bool = False
    asked: list[ProviderRequest] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def unavailable_reason(self, model: str) -> str | None:
        return self.unavailable

    async def stream(self, request: ProviderRequest) -> AsyncGenerator[ProviderEvent]:
        self.asked.append(request)
        try:
            for step in self.steps[request.model]:
                if isinstance(step, ProviderError):
                    raise step
                if isinstance(step, Hang):
                    self.hanging.set()
                    await asyncio.Event().wait()
                elif isinstance(step, Wait):
                    await asyncio.sleep(step)
                else:
                    yield step
        finally:
            self.closed.append(request.model)
            self.ended.set()

    async def close(self) -> None:
        self.closed.append("the provider")


class SteppedClock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


def row(provider: str, model: str, **figures: object) -> SnapshotRow:
    """A row with middling figures where none are given."""
    given = {"quality": 50.0, "ttft_ms": 400.0, "usd_per_minute": 0.001, **figures}
    return SnapshotRow.model_validate({"provider": provider, "model": model, **given})


def snapshot(*rows: SnapshotRow) -> Snapshot:
    """A snapshot of these rows."""
    return index_snapshot(
        SnapshotFile(id="test-1", label="Test", source="made up", date="2026-01-01", rows=rows)
    )


def relay(
    provider: PlayedProvider,
    *models: str,
    limits: Limits | None = None,
    health: HealthGate | None = None,
    request: ProviderRequest | None = None,
) -> Relay:
    """A relay over these models of one vendor, in this order."""
    clock = SteppedClock()
    return Relay(
        [Option(Candidate("acme", model), provider) for model in models],
        request or ProviderRequest(model="", messages=HELLO, intent=ENGLISH),
        limits or Limits(),
        clock,
        health or HealthGate(clock),
    )


def gateway(
    provider: PlayedProvider, *, demo: bool = False, limits: Limits | None = None
) -> Gateway:
    """A gateway whose one vendor is ``acme``; its models rank in the order of their steps."""
    candidates = [Candidate("acme", model) for model in provider.steps]
    rows = [row("acme", model, quality=90.0 - place) for place, (_, model) in enumerate(candidates)]
    clock = SteppedClock()
    return Gateway(
        fleet=Fleet(demo, {"acme": provider}, {"acme": "Acme"}, candidates),
        snapshot=snapshot(*rows),
        health=HealthGate(clock),
        limits=limits or Limits(),
        clock=clock,
        has_model_file=lambda: False,
        words=lambda: "scripted",
    )


def rank(
    intent: RoutingIntent,
    allowed: Selection | None,
    figures: Snapshot,
    pool: Sequence[PoolEntry],
    unhealthy: Mapping[Candidate, str],
) -> Ranking:
    """The pure decision for this intent."""
    weights = weights_for(intent.optimize_for, figures)
    return shortlist(intent, allowed, figures, pool, unhealthy).ranking(weights)
