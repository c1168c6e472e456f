"""A run and its cells: one case, asked of one arm once, and what came of it. Pure.

A cell is *passed* when every check of it passed; one without checks has nothing to pass, and its
``passed`` is None. A cell that got no answer has ``error``, and counts as not passed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from playground.sessions.turns import Answer, TurnError
from playground.suites.check_result import CheckResult
from playground.suites.suite import Suite
from speko_client.models import RoutingPreview

RunStatus = Literal["running", "paused", "done", "cancelled", "capped", "interrupted"]
"""``capped``: it ended because its most cost was reached; ``interrupted``: its process ended."""


Verdict = Literal["win", "tie", "loss", "flipped", "undecided"]
"""What a pairwise judge says of an arm's answer, against the baseline's. ``flipped``: it found
otherwise with the sides swapped, which counts as a tie."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class CellKey(NamedTuple):
    """Which cell of a run: the same key is never asked twice. ``repeat`` counts from 0."""

    case_id: str
    arm_id: str
    repeat: int


class Cell(_Value):
    """What came of one call; ``predicted`` (``vendor:model``) is whom the preview had named.

    ``verdict`` is a pairwise judge's, None where there is none. ``judge_cost_usd`` is what all of
    the judge's calls for this cell cost, as far as known.
    """

    case_id: str
    arm_id: str
    repeat: int
    answer: Answer = Answer()
    error: TurnError | None = None
    checks: tuple[CheckResult, ...] = ()
    predicted: str | None = None
    ranking: RoutingPreview | None = None
    judge_cost_usd: float | None = None
    verdict: Verdict | None = None
    started_at: datetime
    ended_at: datetime

    @property
    def key(self) -> CellKey:
        """Which cell it is."""
        return CellKey(self.case_id, self.arm_id, self.repeat)

    @property
    def passed(self) -> bool | None:
        """Whether all its checks passed; None where nothing was to be checked or decided."""
        if self.error is not None:
            return False
        decided = [each.passed for each in self.checks if each.passed is not None]
        return all(decided) if decided else None

    @property
    def served(self) -> str | None:
        """Who answered, as ``vendor:model``."""
        answer = self.answer
        return f"{answer.provider}:{answer.model}" if answer.provider and answer.model else None


class CellSummary(NamedTuple):
    """A cell without its words, as a grid of thousands needs it.

    ``ttft_ms`` and ``total_ms`` are milliseconds, ``cost_usd`` US$, the judge's not counted.
    ``tokens`` are the answer's own, without the question's; ``error`` is the error's code.
    """

    case_id: str
    arm_id: str
    repeat: int
    passed: bool | None
    provider: str | None
    model: str | None
    predicted: str | None
    failovers: int
    simulated: bool
    ttft_ms: float | None
    total_ms: float | None
    cost_usd: float | None
    tokens: int | None
    error: str | None
    verdict: Verdict | None = None

    @property
    def key(self) -> CellKey:
        """Which cell it is."""
        return CellKey(self.case_id, self.arm_id, self.repeat)


def summary_of(cell: Cell) -> CellSummary:
    """The cell without its words."""
    answer = cell.answer
    timing, usage = answer.timing, answer.usage
    return CellSummary(
        *cell.key,
        passed=cell.passed,
        provider=answer.provider,
        model=answer.model,
        predicted=cell.predicted,
        failovers=answer.failover_count or 0,
        simulated=answer.simulated,
        ttft_ms=timing.ttft_ms if timing else None,
        total_ms=timing.total_ms if timing else None,
        cost_usd=answer.cost_usd,
        tokens=usage.completion_tokens if usage else None,
        error=cell.error.code if cell.error else None,
        verdict=cell.verdict,
    )


class RunHead(NamedTuple):
    """A run in a list, without its suite. Times are UTC, ``passed`` and ``failed`` count cells."""

    id: str
    name: str
    suite_name: str
    status: RunStatus
    started_at: datetime
    ended_at: datetime | None
    cases: int
    arms: int
    total: int
    done: int
    passed: int
    failed: int
    spent_usd: float
    max_cost_usd: float | None
    server: str
    note: str


class Run(_Value):
    """One run of a suite, as it was when the run began. Times are UTC.

    ``name`` is the suite's until the run is given another. ``total`` cells are to be made, ``done``
    of them are. ``spent_usd`` has the judge's cost too, and what simulated answers would cost.
    ``seed`` gives the order of the arms. ``server`` names whom it was asked of, never its key.
    """

    id: str
    name: str = ""
    suite: Suite
    status: RunStatus = "running"
    started_at: datetime
    ended_at: datetime | None = None
    total: int = 0
    done: int = 0
    spent_usd: float = 0.0
    max_cost_usd: float | None = None
    seed: int = 0
    server: str = ""
    note: str = ""
