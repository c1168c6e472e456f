"""A turn's receipt: what was asked, predicted and served, and every attempt between. Pure.

It holds what the turn's own data says and no more. Where a server tells only a count of failovers,
the receipt tells the count; no candidate is named that no data names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from playground.receipts import receipt_words
from playground.sessions.ranking import candidates
from playground.sessions.totals import SIMULATED_OUTAGE, unnamed_failures
from playground.sessions.turns import Turn
from speko_client.models import WHAT_IF_ID, Attempt, FilteredOut, ProviderKind

Outcome = Literal["answered", "failed", "cancelled", "stopped"]
Verdict = Literal["as_predicted", "otherwise", "broke_off", "nobody", "unpredicted"]
SnapshotState = Literal["same", "changed", "what_if", "unknown"]


class Candidate(NamedTuple):
    """A provider and its model; "" where a server names none."""

    provider: str
    model: str

    @property
    def name(self) -> str:
        """``openai/gpt-4o``."""
        return f"{self.provider}/{self.model}" if self.model else self.provider


class InForce(NamedTuple):
    """The snapshot that a server, by its connection's name, ranks by now."""

    server: str
    snapshot_id: str


class Pooled(NamedTuple):
    """One candidate of the pool as it was predicted; ``score`` None where it was not scored.

    ``outcome`` is what became of it in this turn, None where it was not asked.
    """

    place: int
    candidate: Candidate
    score: float | None
    kind: ProviderKind | None
    outcome: Outcome | None


class Step(NamedTuple):
    """One attempt on the turn's time axis, in milliseconds from its beginning."""

    candidate: Candidate
    outcome: Outcome
    words: str
    start_ms: float
    duration_ms: float
    drill: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """``pool_known`` is False where the server gave no preview as the turn began.

    ``why`` says why another candidate served than was predicted, where ``head`` does not.

    ``unnamed_failovers``: as many as the server counts without naming who failed. ``span_ms`` is
    the length of the time axis; ``first_token_ms`` lies on it, None where it is not known.
    """

    head: str
    verdict: Verdict
    why: str | None
    predicted: Candidate | None
    served: Candidate | None
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
        """Whether somebody answered, be it in part."""
        return self.verdict != "nobody"


def receipt(turn: Turn, in_force: InForce | None = None) -> Receipt:
    """The receipt of a turn that is over, its snapshot compared with the one in force now."""
    present = in_force.snapshot_id if in_force and in_force.server == turn.connection else None
    predicted, served = _predicted(turn), _served(turn)
    steps = _steps(turn)
    verdict = _verdict(turn, predicted, served)
    timing = turn.answer.timing
    snapshot_id = _snapshot_id(turn)
    state = _snapshot_state(snapshot_id, present)
    return Receipt(
        head=receipt_words.head(turn, predicted, served),
        verdict=verdict,
        why=receipt_words.why(turn, predicted, served) if verdict == "otherwise" else None,
        predicted=predicted,
        served=served,
        pool_known=turn.prediction is not None,
        pool=_pool(turn, steps),
        filtered_out=tuple((turn.prediction and turn.prediction.filtered_out) or ()),
        notes=tuple((turn.prediction and turn.prediction.notes) or ()),
        steps=steps,
        unnamed_failovers=unnamed_failures(turn),
        span_ms=max((step.start_ms + step.duration_ms for step in steps), default=0.0),
        first_token_ms=timing.ttft_ms if timing and served else None,
        snapshot_id=snapshot_id,
        snapshot=state,
        facts=receipt_words.facts(turn, receipt_words.snapshot(turn, snapshot_id, present, state)),
        drilled=turn.drilled,
    )


def _predicted(turn: Turn) -> Candidate | None:
    ranked = candidates(turn.prediction) if turn.prediction else []
    return Candidate(ranked[0].provider_id, ranked[0].model_id) if ranked else None


def _served(turn: Turn) -> Candidate | None:
    provider = turn.answer.provider
    return Candidate(provider, turn.answer.model or "") if provider else None


def _verdict(turn: Turn, predicted: Candidate | None, served: Candidate | None) -> Verdict:
    if served is None:
        return "nobody"
    if turn.status == "failed":
        return "broke_off" if turn.answer.text else "nobody"
    if turn.prediction is None:
        return "unpredicted"
    return "as_predicted" if predicted == served else "otherwise"


def _steps(turn: Turn) -> tuple[Step, ...]:
    """The attempts one behind the other; a sole answer that needs no telling is an attempt too."""
    attempts = turn.answer.attempts or _told_by_the_answer(turn)
    ends = turn.answer.timing.total_ms if turn.answer.timing else 0.0
    steps: list[Step] = []
    start = 0.0
    for attempt in attempts:
        last = attempt is attempts[-1]
        outcome = _outcome(turn, attempt, last=last)
        duration = max(attempt.duration_ms, 0.0)
        if outcome in ("answered", "stopped") and last:
            # Of an answer that is cut short, the list knows only how long it took to begin.
            duration = max(duration, ends - start)
        words = receipt_words.step(attempt, outcome)
        candidate = Candidate(attempt.provider, attempt.model)
        drill = bool(attempt.drill) or attempt.code == SIMULATED_OUTAGE
        steps.append(Step(candidate, outcome, words, start, duration, drill))
        start += duration
    return tuple(steps)


def _told_by_the_answer(turn: Turn) -> Sequence[Attempt]:
    served, timing = _served(turn), turn.answer.timing
    if served is None or timing is None or turn.answer.failover_count != 0:
        return ()
    outcome: Literal["answered", "failed"] = "failed" if turn.status == "failed" else "answered"
    return (
        Attempt(
            provider=served.provider,
            model=served.model,
            outcome=outcome,
            duration_ms=timing.total_ms,
        ),
    )


def _outcome(turn: Turn, attempt: Attempt, *, last: bool) -> Outcome:
    cut_short = turn.status in ("stopped", "interrupted")
    if last and cut_short and attempt.outcome in ("answered", "cancelled"):
        return "stopped"
    if last and turn.status == "failed" and attempt.outcome == "answered":
        return "failed"
    return attempt.outcome


def _pool(turn: Turn, steps: Sequence[Step]) -> tuple[Pooled, ...]:
    if turn.prediction is None:
        return ()
    outcomes: dict[Candidate, Outcome] = {step.candidate: step.outcome for step in steps}
    served = _served(turn)
    if served is not None and served not in outcomes:
        outcomes[served] = "failed" if turn.status == "failed" else "answered"
    scores_are_told = turn.prediction.weights is not None
    return tuple(
        Pooled(
            place,
            Candidate(each.provider_id, each.model_id),
            None if scores_are_told and each.axes is None else each.score,
            each.kind,
            outcomes.get(Candidate(each.provider_id, each.model_id)),
        )
        for place, each in enumerate(candidates(turn.prediction), start=1)
    )


def _snapshot_id(turn: Turn) -> str | None:
    predicted = turn.prediction.scores_run_id if turn.prediction else None
    return turn.answer.scores_run_id or predicted


def _snapshot_state(snapshot_id: str | None, present: str | None) -> SnapshotState:
    if snapshot_id and snapshot_id.startswith(WHAT_IF_ID):
        return "what_if"
    if snapshot_id is None or present is None:
        return "unknown"
    return "same" if snapshot_id == present else "changed"
