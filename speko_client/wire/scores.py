"""Scores snapshots as they travel and as their files have them: figures, each with its source."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from speko_client.wire.base import Language, Many, Region, SpekoModel, Vertical
from speko_client.wire.routing import Figure, SnapshotInfo

SCORES_HEADER = "X-Speko-Scores"
"""The id of the snapshot that one request is to be ranked by."""

SnapshotOrigin = Literal["shipped", "file", "measured", "votes"]
RowStatus = Literal["production", "warned", "provisional"]

INPUT_TOKENS_PER_MINUTE = 150
OUTPUT_TOKENS_PER_MINUTE = 80
"""The conversation mix that published prices per minute assume (docs/contract.md, section 5)."""
TOKENS_PER_MINUTE = INPUT_TOKENS_PER_MINUTE + OUTPUT_TOKENS_PER_MINUTE

_Text = Annotated[str, Field(min_length=1, max_length=2_000)]
_Positive = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
_Quality = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class _FileModel(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


class SnapshotRow(_FileModel):
    """One candidate's figures in one scope; an axis that is None has no figure here.

    ``quality`` is on the snapshot's own scale of 0 to 100, from ``n`` cases or votes, and lies
    between ``quality_low`` and ``quality_high`` with 95 % confidence, where that is known.
    ``ttft_ms`` is p50 milliseconds. ``usd_per_minute`` is the price of one minute of conversation,
    150 input and 80 output tokens; list prices are US$ per million tokens. ``source`` is the row's
    own where it is not the snapshot's. ``effort`` is the reasoning effort it was measured with.
    """

    provider: Annotated[str, Field(pattern=r"^[^:\s]+$", max_length=200)]
    model: Annotated[str, Field(min_length=1, max_length=200)]
    language: Language = "en"
    vertical: Vertical = "general"
    region: Region = "global"
    quality: _Quality | None = None
    quality_low: _Quality | None = None
    quality_high: _Quality | None = None
    n: Annotated[int, Field(ge=0)] | None = None
    ttft_ms: _Positive | None = None
    usd_per_minute: _Positive | None = None
    input_usd_per_million: _Positive | None = None
    output_usd_per_million: _Positive | None = None
    tokens_per_second: Annotated[float, Field(gt=0)] | None = None
    effort: str | None = None
    status: RowStatus = "production"
    source: _Text | None = None

    @property
    def cost(self) -> float | None:
        """Blended US$ per million tokens: the price per minute over its 230 tokens.

        Where a row has list prices and no price per minute, they are blended in the same mix.
        """
        if self.usd_per_minute is not None:
            return self.usd_per_minute / TOKENS_PER_MINUTE * 1_000_000
        if self.input_usd_per_million is None or self.output_usd_per_million is None:
            return None
        return blended(self.input_usd_per_million, self.output_usd_per_million)


def blended(input_usd_per_million: float, output_usd_per_million: float) -> float:
    """US$ per million tokens of a conversation, of which 150 in 230 go in and 80 come out."""
    minute = (
        INPUT_TOKENS_PER_MINUTE * input_usd_per_million
        + OUTPUT_TOKENS_PER_MINUTE * output_usd_per_million
    )
    return minute / TOKENS_PER_MINUTE


class SnapshotFile(_FileModel):
    """A snapshot as its file has it. ``scale`` says in a clause what its quality means.

    All rows share one scale of quality: two are never mixed in one snapshot.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    label: _Text
    source: _Text
    date: datetime.date
    scale: _Text = "an index of 0 to 100, higher is better"
    licence: _Text | None = None
    origin: SnapshotOrigin = "file"
    notes: tuple[_Text, ...] = ()
    rows: Annotated[tuple[SnapshotRow, ...], Field(min_length=1, max_length=100_000)]


class Scope(NamedTuple):
    """Where a figure holds."""

    language: str
    vertical: str
    region: str


class Step(NamedTuple):
    """A step to a broader scope: what has no figures, and what stands in for it."""

    lacking: str
    broader: str


def scopes_from(scope: Scope) -> Iterator[tuple[Scope, tuple[Step, ...]]]:
    """The scope, then each broader one with the steps that lead there (docs/contract.md, 3)."""
    steps: tuple[Step, ...] = ()
    yield scope, steps
    for part, broader in (
        ("region", "global"),
        ("language", scope.language.split("-")[0]),
        ("vertical", "general"),
        ("language", "en"),
    ):
        current = getattr(scope, part)
        if current != broader:
            scope = scope._replace(**{part: broader})
            steps = (*steps, Step(current, broader))
            yield scope, steps


class ScoresRow(SpekoModel):
    """*Extension.* What is known of one candidate in one scope, list prices and measured times too.

    An axis without a figure is not in ``figures``.
    """

    provider: str
    model: str
    language: str
    vertical: Vertical
    region: Region
    status: RowStatus = "production"
    figures: Many[Figure] = Field(default_factory=list)


class ScoresSnapshot(SnapshotInfo):
    """*Extension.* A snapshot that requests may name in ``X-Speko-Scores``, without its rows."""

    origin: SnapshotOrigin = "shipped"
    notes: Many[str] = Field(default_factory=list)
    candidates: int = 0
    languages: int = 0


class ScoresProblem(SpekoModel):
    """*Extension.* A snapshot's file that cannot be used: which field, and what is wrong."""

    file: str
    field: str
    message: str


class ScoresList(SpekoModel):
    """*Extension.* Every snapshot there is; ``in_force`` ranks this request."""

    in_force: str
    snapshots: Many[ScoresSnapshot] = Field(default_factory=list)
    problems: Many[ScoresProblem] = Field(default_factory=list)


class ScoresRows(SpekoModel):
    """*Extension.* One snapshot with what is known of each candidate that this request can have.

    ``candidates`` are the callable ones (``vendor:model``), with rows or without.
    """

    snapshot: ScoresSnapshot
    candidates: Many[str] = Field(default_factory=list)
    rows: Many[ScoresRow] = Field(default_factory=list)
