"""Extensions of the embedded gateway that make routing visible: what-if, sweep, drill, demo.

``speko_client.models`` has these names too, with all the others. What goes along with a request
travels in a header, as base64url of JSON (``to_header``): it holds for that one request, and the
gateway remembers nothing of it.
"""

from __future__ import annotations

import base64
import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from speko_client.wire.base import SpekoModel
from speko_client.wire.intents import Language, OptimizeFor, Region, Vertical

WHAT_IF_HEADER = "X-Speko-What-If"
DRILL_HEADER = "X-Speko-Drill"
REPLY_HEADER = "X-Speko-Reply"
OUTAGE_HEADER = "X-Speko-Simulate-Outage"

WHAT_IF_ID = "whatif-"
"""What the ``scoresRunId`` of everything ranked by a what-if begins with."""

Axis = Literal["accuracy", "latency", "cost"]
FaultKind = Literal["down", "rate_limited", "slow", "stall", "empty", "break", "flaky"]

_Share = Annotated[float, Field(ge=0, le=1)]
_Figure = Annotated[float, Field(ge=0, le=1e9)]
_Provider = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\s:]+$")]
# A model's id may hold blanks and commas, as file names do.
_Entry = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]


class HeaderModel(SpekoModel):
    """What travels in a header."""

    def to_header(self) -> str:
        """Base64url of this object's JSON, fields that are not set left out."""
        text = self.model_dump_json(by_alias=True, exclude_none=True)
        return base64.urlsafe_b64encode(text.encode()).decode("ascii")


# What-if


class AxisWeights(SpekoModel):
    """How much each axis counts; they sum to one."""

    accuracy: _Share
    latency: _Share
    cost: _Share

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = math.fsum((self.accuracy, self.latency, self.cost))
        if not math.isclose(total, 1.0, abs_tol=1e-6):
            raise ValueError(f"the three weights must sum to 1, not {total:.4g}")
        return self


class FigureEdit(SpekoModel):
    """Other figures for one candidate in one scope; a figure left None stays as it is.

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

    name: Annotated[str, Field(min_length=1, max_length=60)] = "What-if"
    weights: dict[OptimizeFor, AxisWeights] = Field(default_factory=dict)
    edits: Annotated[list[FigureEdit], Field(max_length=200)] = Field(default_factory=list)
    without: Annotated[list[_Entry], Field(max_length=200)] = Field(default_factory=list)


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
    stretches: list[Stretch] = Field(default_factory=list)


# Sweep


class SweepRequest(SpekoModel):
    """Which intents to decide at once: every combination of these."""

    languages: Annotated[list[Language], Field(min_length=1, max_length=100)]
    verticals: Annotated[list[Vertical], Field(min_length=1, max_length=4)]
    optimize_for: Annotated[list[OptimizeFor], Field(min_length=1, max_length=4)]
    region: Region = "global"
    allowed_providers: Annotated[list[str], Field(max_length=500)] | None = None


class Placed(SpekoModel):
    """A candidate and its score, 0..1."""

    provider_id: str
    model_id: str
    score: float


class SweepCell(SpekoModel):
    """One intent's decision. ``margin`` is the winner's score less the runner-up's.

    ``stood_in``: a figure of a broader scope stood in for the winner's. Both are None where nobody
    is left, or nobody stands behind.
    """

    language: str
    vertical: Vertical
    optimize_for: OptimizeFor
    winner: Placed | None = None
    runner_up: Placed | None = None
    margin: float | None = None
    stood_in: bool = False


class Sweep(SpekoModel):
    """The decisions, by language, then vertical, then preset, in the order asked."""

    scores_run_id: str
    cells: list[SweepCell] = Field(default_factory=list)


# Drill and demo


class Fault(SpekoModel):
    """A fault to inject: ``target`` is ``vendor`` or ``vendor:model``.

    ``seconds`` is how long a ``slow`` first token takes, ``rate`` (0..1) how often a ``flaky``
    candidate is down; None means the gateway's default.
    """

    target: _Entry
    kind: FaultKind = "down"
    seconds: Annotated[float, Field(gt=0, le=600)] | None = None
    rate: _Share | None = None


class Drill(HeaderModel):
    """The faults of one request; of two that name the same candidate the first counts."""

    faults: Annotated[list[Fault], Field(min_length=1, max_length=100)]


class DemoReply(HeaderModel):
    """What the demo fleet is to say to one request, scripted; nobody else heeds it."""

    text: Annotated[str, Field(min_length=1, max_length=8_000)]
