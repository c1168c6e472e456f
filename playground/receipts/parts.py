"""What a receipt is made of. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from speko_client.models import FilteredOut, ProviderKind

AttemptOutcome = Literal["answered", "failed", "cancelled", "stopped"]
Verdict = Literal["first_choice", "otherwise", "broke_off", "nobody", "no_ranking"]
SnapshotState = Literal["same", "changed", "what_if", "unknown"]


class ProviderModel(NamedTuple):
    """A provider and its model; "" where a server names none."""

    provider: str
    model: str

    @property
    def name(self) -> str:
        """``openai/gpt-4o``."""
        return f"{self.provider}/{self.model}" if self.model else self.provider


class InForce(NamedTuple):
    """The snapshot that a server ranks by now; ``server`` is its connection's name."""

    server: str
    snapshot_id: str


class Pooled(NamedTuple):
    """One candidate of the pool as it was ranked; ``score`` None where it was not scored.

    ``outcome`` is what became of it in this turn, None where it was not asked.
    """

    place: int
    candidate: ProviderModel
    score: float | None
    kind: ProviderKind | None
    outcome: AttemptOutcome | None


class Step(NamedTuple):
    """One attempt on the turn's time axis, in milliseconds from its beginning."""

    candidate: ProviderModel
    outcome: AttemptOutcome
    words: str
    start_ms: float
    duration_ms: float
    drill: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """``pool_known`` is False where the server gave no preview as the turn began.

    ``why`` says why another candidate than the first choice served, where ``head`` does not.
    ``unnamed_failovers``: as many as the server counts without naming who failed. ``span_ms`` is
    the length of the time axis; ``first_token_ms`` lies on it, None where it is not known.
    """

    head: str
    verdict: Verdict
    why: str | None
    first_choice: ProviderModel | None
    served: ProviderModel | None
    pool_known: bool
    pool: tuple[Pooled, ...]
    filtered_out: tuple[FilteredOut, ...]
    notes: tuple[str, ...]
    steps: tuple[Step, ...]
    unnamed_failovers: int
    span_ms: float
    first_token_ms: float | None
    snapshot_id: str | None
    snapshot: SnapshotState
    facts: tuple[tuple[str, str], ...]
    drilled: bool

    @property
    def was_served(self) -> bool:
        """Whether somebody answered, in full or in part."""
        return self.verdict != "nobody"
