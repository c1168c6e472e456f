"""Scores snapshots: what is known about each candidate's quality, speed and price.

A snapshot is a JSON file in ``data/`` with an id, a label, a source, a date and rows. A row holds
for one provider, model, language, vertical and region. Where an intent has no row of its own, a
broader one stands in, one step at a time: region to global, es-MX to es, vertical to general,
language to en. The notes say what stood in, so that no general figure passes for a specific one.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from speko_client.models import (
    Language,
    OptimizeFor,
    Region,
    RoutingIntent,
    SnapshotInfo,
    Vertical,
)
from speko_gateway.candidates import NOBODY, Candidate, Selection
from speko_gateway.errors import SetupError

DATA_FOLDER = Path(__file__).parents[1] / "data"
SHIPPED = ("demo", "published")

INPUT_TOKENS_PER_MINUTE = 150
OUTPUT_TOKENS_PER_MINUTE = 80
"""The conversation mix that published prices per minute assume (docs/contract.md, section 5)."""

TOKENS_PER_MINUTE = INPUT_TOKENS_PER_MINUTE + OUTPUT_TOKENS_PER_MINUTE

Text = Annotated[str, Field(min_length=1)]
Positive = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Weights(NamedTuple):
    """How much each axis counts; they sum to one."""

    accuracy: float
    latency: float
    cost: float


PRESETS: Mapping[OptimizeFor, Weights] = {
    "balanced": Weights(0.5, 0.3, 0.2),
    "accuracy": Weights(0.8, 0.15, 0.05),
    "latency": Weights(0.2, 0.7, 0.1),
    "cost": Weights(0.15, 0.15, 0.7),
}
"""What each preset makes of the three axes (docs/contract.md, section 3)."""


class _FileModel(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


class Row(_FileModel):
    """One candidate's figures. ``quality`` is an index of 0 to 100, ``ttft_ms`` p50 milliseconds.

    ``usd_per_minute`` is the price of one minute of conversation, 150 input and 80 output tokens.
    The list prices and ``tokens_per_second`` are there where they are known; ``source`` is the
    row's own where it is not the snapshot's.
    """

    provider: Annotated[str, Field(pattern=r"^[^:\s]+$")]
    model: Text
    language: Language = "en"
    vertical: Vertical = "general"
    region: Region = "global"
    quality: Annotated[float, Field(ge=0, le=100)]
    ttft_ms: Positive
    usd_per_minute: Positive
    input_usd_per_million: Positive | None = None
    output_usd_per_million: Positive | None = None
    tokens_per_second: Annotated[float, Field(gt=0)] | None = None
    status: Literal["production", "warned", "provisional"] = "production"
    source: Text | None = None

    @property
    def candidate(self) -> Candidate:
        """Whose figures these are."""
        return Candidate(self.provider, self.model)

    @property
    def cost(self) -> float:
        """Blended US$ per million tokens.

        One rule for every row: the price per minute over its 230 tokens. List prices are known
        for some rows only, and blending them there alone would compare exact with rounded ones.
        """
        return self.usd_per_minute / TOKENS_PER_MINUTE * 1_000_000


class SnapshotFile(_FileModel):
    """A snapshot as its file has it."""

    id: Text
    label: Text
    source: Text
    date: datetime.date
    notes: tuple[str, ...] = ()
    rows: Annotated[tuple[Row, ...], Field(min_length=1)]


class Scope(NamedTuple):
    """Where a row holds."""

    language: str
    vertical: str
    region: str


class Lookup(NamedTuple):
    """A row found, and what was relaxed to find it, as plain clauses."""

    row: Row
    relaxed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot, indexed by candidate and scope.

    ``presets`` are the weights it is used with, ``without`` the candidates it leaves out; only a
    ``what_if`` changes them.
    """

    file: SnapshotFile
    index: Mapping[Candidate, Mapping[Scope, Row]]
    presets: Mapping[OptimizeFor, Weights] = field(default_factory=lambda: PRESETS)
    without: Selection = NOBODY
    what_if: bool = False

    @property
    def id(self) -> str:
        """The ``scoresRunId`` of every answer ranked by it."""
        return self.file.id

    @property
    def info(self) -> SnapshotInfo:
        """What it is called and where it comes from."""
        return SnapshotInfo(
            id=self.file.id,
            label=self.file.label,
            source=self.file.source,
            date=self.file.date.isoformat(),
            what_if=self.what_if or None,
        )

    def candidates(self) -> Sequence[Candidate]:
        """Everyone it has figures for, in the order of the file."""
        return tuple(self.index)

    def knows(self, candidate: Candidate) -> bool:
        """Whether it has any figures for this candidate."""
        return candidate in self.index

    def lookups(self, intent: RoutingIntent) -> IntentRows:
        """A view that finds each candidate's row for this intent."""
        return IntentRows(self.index, tuple(_scopes(intent)))


@dataclass(frozen=True, slots=True)
class IntentRows:
    """The rows for one intent: ``find`` answers per candidate, relaxing where it must."""

    index: Mapping[Candidate, Mapping[Scope, Row]]
    scopes: tuple[tuple[Scope, tuple[str, ...]], ...]

    def find(self, candidate: Candidate) -> Lookup | None:
        """The closest row; None where even English, general and global is missing."""
        rows = self.index.get(candidate)
        if rows is None:
            return None
        for scope, relaxed in self.scopes:
            if (row := rows.get(scope)) is not None:
                return Lookup(row, relaxed)
        return None


def _scopes(intent: RoutingIntent) -> Iterator[tuple[Scope, tuple[str, ...]]]:
    """The intent's own scope, then each broader one with what it has given up so far."""
    scope = Scope(intent.language, intent.vertical or "general", intent.region or "global")
    relaxed: tuple[str, ...] = ()
    yield scope, relaxed
    for part, broader in (
        ("region", "global"),
        ("language", scope.language.split("-")[0]),
        ("vertical", "general"),
        ("language", "en"),
    ):
        current = getattr(scope, part)
        if current != broader:
            scope = scope._replace(**{part: broader})
            relaxed = (*relaxed, f"no figures for {current}, those for {broader} stand in")
            yield scope, relaxed


def index_snapshot(file: SnapshotFile) -> Snapshot:
    """Index the rows; two rows for the same scope are an error."""
    index: dict[Candidate, dict[Scope, Row]] = {}
    for number, row in enumerate(file.rows):
        rows = index.setdefault(row.candidate, {})
        scope = Scope(row.language, row.vertical, row.region)
        if scope in rows:
            raise SetupError(
                f"rows.{number}: a second row for {row.candidate} in {'/'.join(scope)}"
            )
        rows[scope] = row
    return Snapshot(file, index)


def read_snapshot(path: Path) -> Snapshot:
    """Read and check a snapshot file; SetupError names the file, the field and the fault."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SetupError(f"Snapshot {path} cannot be read: {error.strerror}") from error
    try:
        return index_snapshot(SnapshotFile.model_validate_json(content))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise SetupError(f"Snapshot {path}, {field}: {first['msg']}") from error
    except SetupError as error:
        raise SetupError(f"Snapshot {path}, {error}") from None


def load_snapshot(name: str) -> Snapshot:
    """The snapshot of this name that ships with the gateway, or of this file. SetupError."""
    shipped = DATA_FOLDER / f"{name}.json"
    return read_snapshot(shipped if name in SHIPPED else Path(name))
