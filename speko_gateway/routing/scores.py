"""Scores snapshots: what is known about each candidate's quality, speed and price.

A snapshot is a JSON file in ``data/`` with an id, a label, a source, a date and rows. A row holds
for one provider, model, language, vertical and region, and has figures on one axis or more. Where
an intent has no figure of its own on an axis, a broader one stands in, one step at a time: region
to global, es-MX to es, vertical to general, language to en. The notes say what stood in, so that no
general figure passes for a specific one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from speko_client.models import (
    OptimizeFor,
    ReasoningEffort,
    RoutingIntent,
    Scope,
    SnapshotFile,
    SnapshotInfo,
)
from speko_gateway.candidates import NOBODY, Candidate, Selection
from speko_gateway.errors import SetupError
from speko_gateway.routing.aliases import same_model
from speko_gateway.routing.figures import NOTHING_LIVE, LiveFigures
from speko_gateway.routing.lookup import (
    NO_ROWS,
    Known,
    Lookup,
    Rows,
    Wanted,
    by_effort,
    candidate_of,
    closest,
    scope_of,
    wanted,
)

DATA_FOLDER = Path(__file__).parents[1] / "data"
SHIPPED = ("demo", "published", "euroeval-2026-04")
LIVE = "euroeval-2026-04"
"""The snapshot that live candidates are ranked by where none is named."""


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

Index = Mapping[Candidate, Rows]
"""The rows by candidate."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot, indexed by candidate and scope.

    ``live`` is what is known of live candidates beside it. ``presets`` are the weights it is used
    with, ``without`` the candidates it leaves out, ``edits`` rows that stand before all others;
    only a ``what_if`` changes them.
    """

    file: SnapshotFile
    index: Index
    live: LiveFigures = NOTHING_LIVE
    presets: Mapping[OptimizeFor, Weights] = field(default_factory=lambda: PRESETS)
    without: Selection = NOBODY
    edits: Index = field(default_factory=dict)
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
            licence=self.file.licence,
            scale=self.file.scale,
            what_if=self.what_if or None,
        )

    def candidates(self) -> Sequence[Candidate]:
        """Everyone it has rows for, in the order of the file."""
        return tuple(self.index)

    def rows(self, candidate: Candidate) -> Rows:
        """Its rows, or those of the model that it is another name of."""
        return self.index.get(candidate) or self.index.get(same_model(candidate), NO_ROWS)

    def knows(self, candidate: Candidate) -> bool:
        """Whether it has any rows for this candidate."""
        return bool(self.rows(candidate) or self.edits.get(candidate))

    def lookups(self, intent: RoutingIntent, effort: ReasoningEffort | None = None) -> IntentRows:
        """A view that finds each candidate's figures for this intent.

        ``effort`` is the reasoning effort that is sent: of several rows, the one measured with it
        is taken, else that of the lowest.
        """
        return IntentRows(self, wanted(intent, effort))


@dataclass(frozen=True, slots=True)
class IntentRows:
    """The figures for one intent: ``find`` answers per candidate, relaxing where it must."""

    snapshot: Snapshot
    wanted: Wanted

    def find(self, candidate: Candidate) -> Lookup | None:
        """The closest figures; None where there is neither a row nor a figure."""
        snapshot, live = self.snapshot, self.snapshot.live
        found = closest(
            self.wanted,
            snapshot.edits.get(candidate, NO_ROWS),
            snapshot.rows(candidate),
            live.cost(candidate),
            live.latency(candidate, self.wanted.region),
        )
        return found if found.row is not None or found.figures.known else None


def index_snapshot(file: SnapshotFile) -> Snapshot:
    """Index the rows; two rows for the same scope are an error."""
    index: dict[Candidate, dict[Scope, list[Known]]] = {}
    for number, row in enumerate(file.rows):
        candidate, scope = candidate_of(row), scope_of(row)
        rows = index.setdefault(candidate, {}).setdefault(scope, [])
        if any(each.row.effort == row.effort for each in rows):
            effort = f" with effort {row.effort}" if row.effort else ""
            raise SetupError(
                f"rows.{number}: a second row for {candidate} in {'/'.join(scope)}{effort}"
            )
        rows.append(Known(row, file))
    return Snapshot(
        file,
        {
            candidate: {scope: by_effort(rows) for scope, rows in scopes.items()}
            for candidate, scopes in index.items()
        },
    )


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
