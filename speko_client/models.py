"""What travels between client and server: requests, answers, stream events.

Attributes are snake_case here and camelCase on the wire. Unknown fields are ignored, so a newer
server never breaks an older client. The names are those of the official Python SDK; fields that
only the embedded gateway sends are marked *extension* and are optional.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from speko_client.wire.base import SpekoModel as SpekoModel
from speko_client.wire.connections import CONNECTIONS_HEADER as CONNECTIONS_HEADER
from speko_client.wire.connections import FLEET_HEADER as FLEET_HEADER
from speko_client.wire.connections import MAX_CONNECTIONS_BYTES as MAX_CONNECTIONS_BYTES
from speko_client.wire.connections import FleetChoice as FleetChoice
from speko_client.wire.connections import ProviderFailure as ProviderFailure
from speko_client.wire.connections import ProviderHealth as ProviderHealth
from speko_client.wire.connections import ProvidersHealth as ProvidersHealth
from speko_client.wire.connections import RequestConnections as RequestConnections
from speko_client.wire.connections import VendorConnection as VendorConnection
from speko_client.wire.connections import VendorConnections as VendorConnections
from speko_client.wire.connections import VendorCredentials as VendorCredentials
from speko_client.wire.connections import VendorTest as VendorTest
from speko_client.wire.intents import LANGUAGE_PATTERN as LANGUAGE_PATTERN
from speko_client.wire.intents import Language as Language
from speko_client.wire.intents import OptimizeFor as OptimizeFor
from speko_client.wire.intents import Region as Region
from speko_client.wire.intents import Vertical as Vertical
from speko_client.wire.what_travels import DRILL_HEADER as DRILL_HEADER
from speko_client.wire.what_travels import OUTAGE_HEADER as OUTAGE_HEADER
from speko_client.wire.what_travels import REPLY_HEADER as REPLY_HEADER
from speko_client.wire.what_travels import WHAT_IF_HEADER as WHAT_IF_HEADER
from speko_client.wire.what_travels import WHAT_IF_ID as WHAT_IF_ID
from speko_client.wire.what_travels import Axis as Axis
from speko_client.wire.what_travels import AxisWeights as AxisWeights
from speko_client.wire.what_travels import DemoReply as DemoReply
from speko_client.wire.what_travels import Drill as Drill
from speko_client.wire.what_travels import Fault as Fault
from speko_client.wire.what_travels import FaultKind as FaultKind
from speko_client.wire.what_travels import FigureEdit as FigureEdit
from speko_client.wire.what_travels import Placed as Placed
from speko_client.wire.what_travels import Stretch as Stretch
from speko_client.wire.what_travels import Sweep as Sweep
from speko_client.wire.what_travels import SweepCell as SweepCell
from speko_client.wire.what_travels import SweepRequest as SweepRequest
from speko_client.wire.what_travels import WeightLine as WeightLine
from speko_client.wire.what_travels import WhatIf as WhatIf

ChatRole = Literal["system", "user", "assistant", "tool"]
ReasoningEffort = Literal["none", "minimal", "low", "medium", "high", "xhigh"]
ProviderKind = Literal["live", "local", "simulated"]


# Requests


class ChatToolCall(SpekoModel):
    """One tool call by the model; ``args`` is a JSON-encoded string."""

    id: str
    name: str
    args: str


class ChatMessage(SpekoModel):
    """One message; ``tool_*`` and ``is_error`` belong to the current generation."""

    role: ChatRole
    content: str
    tool_calls: list[ChatToolCall] | None = None
    tool_call_id: str | None = None
    is_error: bool | None = None


class RoutingIntent(SpekoModel):
    """What the router chooses by; a field left None is left off the wire."""

    language: Language
    vertical: Vertical | None = None
    region: Region | None = None
    optimize_for: OptimizeFor | None = None


class AllowedProviders(SpekoModel):
    """Allow-lists per kind of service; an entry is ``vendor`` or ``vendor:model``."""

    llm: list[str] | None = None
    stt: list[str] | None = None
    tts: list[str] | None = None


class PipelineConstraints(SpekoModel):
    """Limits on whom the router may choose."""

    allowed_providers: AllowedProviders | None = None


class CompleteRequest(SpekoModel):
    """The body of ``POST /v1/complete``; ``None`` means absent, never JSON null."""

    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    intent: RoutingIntent
    system_prompt: str | None = None
    temperature: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    constraints: PipelineConstraints | None = None
    reasoning_effort: ReasoningEffort | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    max_tool_hops: Annotated[int, Field(ge=1, le=16)] | None = None

    def to_wire(self) -> dict[str, Any]:
        """The JSON object to send: camelCase keys, unset fields absent."""
        return self.model_dump(by_alias=True, exclude_none=True)


# Answers


class CompleteUsage(SpekoModel):
    """Token counts; ``estimated`` (*extension*) is true where no tokenizer counted them."""

    prompt_tokens: int
    completion_tokens: int
    estimated: bool = False


class Attempt(SpekoModel):
    """*Extension.* One candidate tried: how it ended, after how many milliseconds.

    ``code`` and ``message`` say why it failed (None where it answered); the message completes
    "openai/gpt-4o ...". Codes stand in ``speko_gateway.provider.FailureCode``. ``drill``:
    a drill's fault was on it, so that it failed, or was slow, on purpose.
    """

    provider: str
    model: str
    outcome: Literal["answered", "failed", "cancelled"]
    code: str | None = None
    message: str | None = None
    duration_ms: float
    drill: bool | None = None


class Timing(SpekoModel):
    """*Extension.* Milliseconds in the gateway, failovers included: to the first token, in all."""

    ttft_ms: float | None = None
    total_ms: float


class CompleteResult(SpekoModel):
    """One whole answer; all below ``tool_calls`` are *extensions* of the embedded gateway.

    ``words`` names who made the words where it is not the provider itself: a model's name, or
    ``scripted``. ``notes`` are plain sentences on what the provider did otherwise than asked.
    """

    text: str
    provider: str
    model: str
    usage: CompleteUsage | None = None
    failover_count: int = 0
    scores_run_id: str | None = None
    tool_calls: list[ChatToolCall] | None = None
    finish_reason: str | None = None
    attempts: list[Attempt] | None = None
    kind: ProviderKind | None = None
    simulated: bool | None = None
    words: str | None = None
    notes: list[str] | None = None
    timing: Timing | None = None


# Stream events


class CompleteStreamMeta(SpekoModel):
    """First event: who answers. All below ``hop`` are *extensions*."""

    type: Literal["meta"] = "meta"
    provider: str
    model: str
    failover_count: int = 0
    total_failover_count: int = 0
    scores_run_id: str | None = None
    hop: int = 0
    attempts: list[Attempt] | None = None
    kind: ProviderKind | None = None
    simulated: bool | None = None
    words: str | None = None


class CompleteStreamDelta(SpekoModel):
    """A piece of the answer's text."""

    type: Literal["delta"] = "delta"
    text: str


class CompleteStreamToolCall(ChatToolCall):
    """A tool call by the model."""

    type: Literal["tool_call"] = "tool_call"


class CompleteStreamDone(CompleteResult):
    """Terminal event: the whole answer."""

    type: Literal["done"] = "done"


class StreamError(SpekoModel):
    """Terminal event: the answer failed. ``attempts`` is an *extension*."""

    type: Literal["error"] = "error"
    error: str
    code: str = "STREAM_ERROR"
    attempts: list[Attempt] | None = None


CompleteStreamEvent = (
    CompleteStreamMeta
    | CompleteStreamDelta
    | CompleteStreamToolCall
    | CompleteStreamDone
    | StreamError
)


# Routing preview and provider list


class AxisScores(SpekoModel):
    """*Extension.* One candidate's figures and what became of them.

    ``quality`` is an index, higher is better; ``ttft_ms`` is p50 in milliseconds; ``cost`` is
    blended US$ per million tokens. ``accuracy``, ``latency`` and ``cost_score`` are normalised
    to 0..1.
    """

    quality: float
    ttft_ms: float
    cost: float
    accuracy: float
    latency: float
    cost_score: float


class ScoredCandidate(SpekoModel):
    """A provider and model with its score for this intent and pool, 0..1."""

    provider_id: str
    model_id: str
    score: float
    axes: AxisScores | None = None
    kind: ProviderKind | None = None


class FilteredOut(SpekoModel):
    """*Extension.* A candidate that was left out, and why."""

    provider_id: str
    model_id: str
    reason: str
    code: Literal["status", "unavailable", "not_allowed", "unhealthy", "what_if"]


class SnapshotInfo(SpekoModel):
    """*Extension.* Which scores the router ranks by, and where they come from.

    ``date`` is an ISO date; ``what_if``: tried on top of the server's own, see ``WhatIf``.
    """

    id: str
    label: str
    source: str
    date: str | None = None
    what_if: bool | None = None


class RoutingPreview(SpekoModel):
    """The router's decision for an intent, nothing run; from ``winner`` on *extensions*."""

    provider_id: str | None
    model_id: str | None
    score: float | None
    runners_up: list[ScoredCandidate] = Field(default_factory=list)
    scores_run_id: str | None = None
    winner: ScoredCandidate | None = None
    filtered_out: list[FilteredOut] | None = None
    notes: list[str] | None = None
    weights: dict[str, float] | None = None
    snapshot: SnapshotInfo | None = None
    weight_lines: list[WeightLine] | None = None


class KnownProvider(SpekoModel):
    """One row of the provider list; ``model`` None is the vendor's wildcard row."""

    id: str
    vendor: str
    vendor_name: str
    model: str | None = None
    benchmarked: bool = False
    kind: ProviderKind | None = None
    simulated: bool | None = None
    words: str | None = None
    available: bool | None = None
    reason: str | None = None


class Fleet(SpekoModel):
    """*Extension.* What answers at the embedded gateway; ``demo``: the simulated fleet is on.

    ``drills``: it takes faults to inject (``Drill``).
    """

    fleet: Literal["demo", "live"]
    demo: bool
    weights_present: bool
    words: str
    snapshot: SnapshotInfo
    drills: bool | None = None


class KnownProviders(SpekoModel):
    """Who can be put on an allow-list, per kind of service."""

    llm: list[KnownProvider] = Field(default_factory=list)
    stt: list[KnownProvider] = Field(default_factory=list)
    tts: list[KnownProvider] = Field(default_factory=list)
