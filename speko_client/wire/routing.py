"""Who would answer, and who can: the routing preview, the provider list, the fleet."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from speko_client.wire.base import ProviderKind, SpekoModel
from speko_client.wire.what_if import WeightLine


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
    """*Extension.* A candidate that was filtered out, and why."""

    provider_id: str
    model_id: str
    reason: str
    code: Literal["status", "unavailable", "not_allowed", "unhealthy", "what_if"]


class SnapshotInfo(SpekoModel):
    """*Extension.* Which scores the router ranks by, and where they come from.

    ``date`` is an ISO date; ``what_if``: it is tried on top of the server's own, see ``WhatIf``.
    """

    id: str
    label: str
    source: str
    date: str | None = None
    what_if: bool | None = None


class RoutingPreview(SpekoModel):
    """The router's ranking for an intent; no model is called. From ``winner`` on *extensions*."""

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

    ``has_model_file``: the local model is on its disk (``weightsPresent`` on the wire).
    ``drills``: it takes faults to inject (``Drill``).
    """

    fleet: Literal["demo", "live"]
    demo: bool
    has_model_file: bool = Field(
        validation_alias="weightsPresent", serialization_alias="weightsPresent"
    )
    words: str
    snapshot: SnapshotInfo
    drills: bool | None = None


class KnownProviders(SpekoModel):
    """What an allow-list may name, per kind of service."""

    llm: list[KnownProvider] = Field(default_factory=list)
    stt: list[KnownProvider] = Field(default_factory=list)
    tts: list[KnownProvider] = Field(default_factory=list)
