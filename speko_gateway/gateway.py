"""The gateway without its wire: decides who answers, and prepares the way there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from speko_client.models import CompleteRequest, PipelineConstraints, RoutingIntent, SnapshotInfo
from speko_client.models import Fleet as FleetInfo
from speko_gateway.candidates import Selection
from speko_gateway.errors import GatewayError
from speko_gateway.failover import Limits, Option, Relay
from speko_gateway.faults import with_outage
from speko_gateway.fleet import Fleet
from speko_gateway.health import HealthGate
from speko_gateway.providers.base import ProviderRequest
from speko_gateway.routing import Ranking, rank
from speko_gateway.scores import Snapshot


@dataclass(frozen=True, slots=True)
class Gateway:
    """What one gateway process holds. ``clock`` gives monotonic seconds.

    ``weights_present`` and ``words`` tell of the local model: whether it is here, and what the
    demo fleet speaks with.
    """

    fleet: Fleet
    snapshot: Snapshot
    health: HealthGate
    limits: Limits
    clock: Callable[[], float]
    weights_present: Callable[[], bool]
    words: Callable[[], str]

    def ranking(self, intent: RoutingIntent, allowed: Selection | None) -> Ranking:
        """Who would answer this intent now, nothing run."""
        return rank(intent, allowed, self.snapshot, self.fleet.pool(), self.health.unhealthy())

    def relay(self, request: CompleteRequest, outage: Selection) -> Relay:
        """The way through the candidates for this request; GatewayError where there is none."""
        ranking = self.ranking(request.intent, allowed_by(request.constraints))
        if not ranking.ordered:
            raise _nobody(ranking)
        options = [
            Option(each.candidate, self.fleet.providers[each.candidate.provider])
            for each in ranking.ordered
        ]
        if self.fleet.demo and outage.entries:
            options = with_outage(options, outage)
        return Relay(options, provider_request(request), self.limits, self.clock, self.health)

    def info(self) -> FleetInfo:
        """What answers here, as ``GET /v1/fleet`` tells it."""
        file = self.snapshot.file
        return FleetInfo(
            fleet="demo" if self.fleet.demo else "live",
            demo=self.fleet.demo,
            weights_present=self.weights_present(),
            words=self.words(),
            snapshot=SnapshotInfo(id=file.id, label=file.label, source=file.source),
        )


def allowed_by(constraints: PipelineConstraints | None) -> Selection | None:
    """The allow-list for models; None allows everyone, an empty list nobody."""
    lists = constraints.allowed_providers if constraints else None
    return Selection.of(lists.llm) if lists and lists.llm is not None else None


def provider_request(request: CompleteRequest) -> ProviderRequest:
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
    )


def _nobody(ranking: Ranking) -> GatewayError:
    reasons = "; ".join(f"{each.candidate}: {each.reason}" for each in ranking.filtered_out)
    return GatewayError(
        500,
        "COMPLETE_FAILED",
        "No provider is available for this intent and allow-list. "
        f"Widen the allow-list or make one available. {reasons}".rstrip(),
    )
