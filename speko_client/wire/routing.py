"""Who would answer, and who can: previews, what-ifs, sweeps, the provider list, the fleet."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from speko_client.wire.base import (
    Entry,
    HeaderModel,
    Language,
    Many,
    OptimizeFor,
    ProviderKind,
    Region,
    Share,
    SpekoModel,
    Vertical,
)

WHAT_IF_HEADER = "X-Speko-What-If"
WHAT_IF_ID = "whatif-"
"""What the ``scoresRunId`` of everything ranked by a what-if begins with."""
LONGEST_WHAT_IF_NAME = 60
MOST_EDITS = 200
"""So many figures a what-if may change, and so many candidates it may switch off."""

Axis = Literal["accuracy", "latency", "cost"]

_Figure = Annotated[float, Field(ge=0, le=1e9)]
_Provider = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\s:]+$")]


class AxisWeights(SpekoModel):
    """How much each axis counts; they sum to one."""

    accuracy: Share
    latency: Share
    cost: Share

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = math.fsum((self.accuracy, self.latency, self.cost))
        if not math.isclose(total, 1.0, abs_tol=1e-6):
            raise ValueError(f"the three weights must sum to 1, not {total:.4g}")
        return self


class FigureEdit(SpekoModel):
    """Other figures for one candidate in one scope; a figure that is None stays as it is.

    Units as in ``AxisScores``: ``quality`` an index of 0 to 100, ``ttft_ms`` milliseconds, ``cost``
    blended US$ per million tokens.
    """

    provider: _Provider
    model: Annotated[str, Field(min_length=1, max_length=200)]
    language: Language = "en"
    vertical: Vertical = "general"
    region: Region = "global"
    quality: Annotated[float, Field(ge=0, le=100)] | None = None
    ttft_ms: _Figure | None = None
    cost: _Figure | None = None


class WhatIf(HeaderModel):
    """A snapshot tried on top of the server's own: other weights, other figures, fewer candidates.

    ``weights`` replace those of the presets they name; ``without`` are allow-list entries.
    """

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_WHAT_IF_NAME)] = "What-if"
    weights: dict[OptimizeFor, AxisWeights] = Field(default_factory=dict)
    edits: Annotated[Many[FigureEdit], Field(max_length=MOST_EDITS)] = Field(default_factory=list)
    without: Annotated[Many[Entry], Field(max_length=MOST_EDITS)] = Field(default_factory=list)


class Stretch(SpekoModel):
    """Between these two values of one weight, this candidate wins."""

    from_weight: float
    to_weight: float
    provider_id: str
    model_id: str


class WeightLine(SpekoModel):
    """Who wins as one weight goes from 0 to 1, the other two keeping their proportion.

    ``weight`` is where it stands now. Where two stretches meet is a tipping point.
    """

    axis: Axis
    weight: float
    stretches: Many[Stretch] = Field(default_factory=list)


class SweepRequest(SpekoModel):
    """The intents to decide at once: every combination of these."""

    languages: Annotated[Many[Language], Field(min_length=1, max_length=100)]
    verticals: Annotated[Many[Vertical], Field(min_length=1, max_length=4)]
    optimize_for: Annotated[Many[OptimizeFor], Field(min_length=1, max_length=4)]
    region: Region = "global"
    allowed_providers: Annotated[Many[str], Field(max_length=500)] | None = None


class Placed(SpekoModel):
    """A candidate and its score, 0..1."""

    provider_id: str
    model_id: str
    score: float


class SweepCell(SpekoModel):
    """One intent's winner. ``margin`` is the winner's score minus the runner-up's.

    ``stood_in``: the winner was ranked by a figure of a broader scope. ``winner`` and ``runner_up``
    are None where no such candidate is left.
    """

    language: str
    vertical: Vertical
    optimize_for: OptimizeFor
    winner: Placed | None = None
    runner_up: Placed | None = None
    margin: float | None = None
    stood_in: bool = False


class Sweep(SpekoModel):
    """The winners, by language, then vertical, then preset, in the order asked."""

    scores_run_id: str
    cells: Many[SweepCell] = Field(default_factory=list)


class Figure(SpekoModel):
    """*Extension.* One figure and where it comes from.

    ``value`` is in the axis's unit (``AxisScores``): quality, milliseconds, blended US$ per million
    tokens. ``n`` is how many cases, votes or answers it is made of, ``low`` and ``high`` its 95 %
    interval, ``date`` an ISO date. ``effort`` is the reasoning effort it was measured with.
    """

    axis: Axis
    value: float
    source: str
    date: str | None = None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    effort: str | None = None


class AxisScores(SpekoModel):
    """*Extension.* One candidate's figures and what became of them.

    ``quality`` is an index, higher is better; ``ttft_ms`` is p50 in milliseconds; ``cost`` is
    blended US$ per million tokens. ``accuracy``, ``latency`` and ``cost_score`` are normalised
    to 0..1. An axis in ``assumed`` has no figure: the middle of the pool is taken there.
    ``sources`` say where the others come from.
    """

    quality: float | None = None
    ttft_ms: float | None = None
    cost: float | None = None
    accuracy: float
    latency: float
    cost_score: float
    assumed: Many[Axis] = Field(default_factory=list)
    sources: Many[Figure] = Field(default_factory=list)

    def figure(self, axis: Axis) -> float | None:
        """The figure on this axis, in its unit; None where there is none."""
        return {"accuracy": self.quality, "latency": self.ttft_ms, "cost": self.cost}[axis]


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

    ``date`` is an ISO date; ``licence`` is that of its figures, ``scale`` what its quality means.
    ``what_if``: it is tried on top of the server's own, see ``WhatIf``.
    """

    id: str
    label: str
    source: str
    date: str | None = None
    licence: str | None = None
    scale: str | None = None
    what_if: bool | None = None


class RoutingPreview(SpekoModel):
    """The router's ranking for an intent; no model is called. From ``winner`` on *extensions*."""

    provider_id: str | None
    model_id: str | None
    score: float | None
    runners_up: Many[ScoredCandidate] = Field(default_factory=list)
    scores_run_id: str | None = None
    winner: ScoredCandidate | None = None
    filtered_out: Many[FilteredOut] | None = None
    notes: Many[str] | None = None
    weights: dict[str, float] | None = None
    snapshot: SnapshotInfo | None = None
    weight_lines: Many[WeightLine] | None = None


class KnownProvider(SpekoModel):
    """One row of the provider list; ``model`` None is the vendor's wildcard row.

    ``retires_on`` is the ISO date from which its vendor will refuse it.
    """

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
    retires_on: str | None = None


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

    llm: Many[KnownProvider] = Field(default_factory=list)
    stt: Many[KnownProvider] = Field(default_factory=list)
    tts: Many[KnownProvider] = Field(default_factory=list)
