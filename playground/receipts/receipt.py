"""A turn's receipt: who was the first choice, who served, and every attempt between. Pure.

It holds what the turn's own data says and no more. Where a server only counts its failovers, the
receipt shows the count; no candidate is named that no data names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from playground.intent import figure_sources
from playground.look.words import candidate as candidate_name
from playground.receipts import receipt_words
from playground.servers.pool import candidates
from playground.sessions import turn_words
from playground.sessions.totals import unnamed_failures
from playground.sessions.turns import Turn
from speko_client.models import WHAT_IF_ID, Attempt, FailureCode, FilteredOut, ProviderKind

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
        return candidate_name(self.provider, self.model) if self.model else self.provider


class InForce(NamedTuple):
    """The snapshot that a server ranks by now; ``server`` is its connection's name."""

    server: str
    snapshot_id: str
    label: str = ""


class Pooled(NamedTuple):
    """One candidate of the pool as it was ranked; ``score`` None where it was not scored.

    ``figures`` are those it was ranked by, each with its source; "" where the server does not say.
    ``outcome`` is what became of it in this turn, None where it was not asked.
    """

    place: int
    candidate: ProviderModel
    score: float | None
    kind: ProviderKind | None
    figures: str
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
    snapshot: SnapshotState
    facts: tuple[tuple[str, str], ...]
    drilled: bool

    @property
    def was_served(self) -> bool:
        """Whether somebody answered, in full or in part."""
        return self.verdict != "nobody"


def receipt(turn: Turn, in_force: InForce | None = None) -> Receipt:
    """The receipt of a turn that is over, its snapshot compared with the one in force now."""
    present = in_force if in_force and in_force.server == turn.connection else None
    first_choice, served = _first_choice(turn), _served(turn)
    steps = _steps(turn)
    verdict = _verdict(turn, first_choice, served)
    timing = turn.answer.timing
    state = _snapshot_state(turn_words.scores_id(turn), present)
    return Receipt(
        head=receipt_words.head(turn, first_choice, served),
        verdict=verdict,
        why=receipt_words.why(turn, first_choice, served) if verdict == "otherwise" else None,
        first_choice=first_choice,
        served=served,
        pool_known=turn.ranking is not None,
        pool=_pool(turn, steps),
        filtered_out=tuple((turn.ranking and turn.ranking.filtered_out) or ()),
        notes=tuple((turn.ranking and turn.ranking.notes) or ()),
        steps=steps,
        unnamed_failovers=unnamed_failures(turn),
        span_ms=max((step.start_ms + step.duration_ms for step in steps), default=0.0),
        first_token_ms=timing.ttft_ms if timing and served else None,
        snapshot=state,
        facts=receipt_words.facts(turn, receipt_words.snapshot(turn, present, state)),
        drilled=turn.drilled,
    )


def _first_choice(turn: Turn) -> ProviderModel | None:
    ranked = candidates(turn.ranking) if turn.ranking else []
    return ProviderModel(ranked[0].provider_id, ranked[0].model_id) if ranked else None


def _served(turn: Turn) -> ProviderModel | None:
    provider = turn.answer.provider
    return ProviderModel(provider, turn.answer.model or "") if provider else None


def _verdict(
    turn: Turn, first_choice: ProviderModel | None, served: ProviderModel | None
) -> Verdict:
    if served is None:
        return "nobody"
    if turn.status == "failed":
        return "broke_off" if turn.answer.text else "nobody"
    if turn.ranking is None:
        return "no_ranking"
    return "first_choice" if first_choice == served else "otherwise"


def _steps(turn: Turn) -> tuple[Step, ...]:
    """The attempts one after the other; an answer without a list of attempts is the only one."""
    attempts = turn.answer.attempts or _sole_attempt(turn)
    ends = turn.answer.timing.total_ms if turn.answer.timing else 0.0
    steps: list[Step] = []
    start = 0.0
    for attempt in attempts:
        last = attempt is attempts[-1]
        outcome = _outcome(turn, attempt, last=last)
        duration = max(attempt.duration_ms, 0.0)
        if outcome in ("answered", "stopped") and last:
            # For an answer that was cut short, the list has only the time until it began.
            duration = max(duration, ends - start)
        words = receipt_words.step(attempt, outcome)
        candidate = ProviderModel(attempt.provider, attempt.model)
        drill = bool(attempt.drill) or attempt.code == FailureCode.SIMULATED_OUTAGE
        steps.append(Step(candidate, outcome, words, start, duration, drill))
        start += duration
    return tuple(steps)


def _sole_attempt(turn: Turn) -> Sequence[Attempt]:
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


def _outcome(turn: Turn, attempt: Attempt, *, last: bool) -> AttemptOutcome:
    cut_short = turn.status in ("stopped", "interrupted")
    if last and cut_short and attempt.outcome in ("answered", "cancelled"):
        return "stopped"
    if last and turn.status == "failed" and attempt.outcome == "answered":
        return "failed"
    return attempt.outcome


def _pool(turn: Turn, steps: Sequence[Step]) -> tuple[Pooled, ...]:
    if turn.ranking is None:
        return ()
    outcomes: dict[ProviderModel, AttemptOutcome] = {step.candidate: step.outcome for step in steps}
    served = _served(turn)
    if served is not None and served not in outcomes:
        outcomes[served] = "failed" if turn.status == "failed" else "answered"
    gives_weights = turn.ranking.weights is not None
    return tuple(
        Pooled(
            place,
            ProviderModel(each.provider_id, each.model_id),
            None if gives_weights and each.axes is None else each.score,
            each.kind,
            figure_sources.in_full(each.axes) if each.axes else "",
            outcomes.get(ProviderModel(each.provider_id, each.model_id)),
        )
        for place, each in enumerate(candidates(turn.ranking), start=1)
    )


def _snapshot_state(snapshot_id: str | None, present: InForce | None) -> SnapshotState:
    if snapshot_id and snapshot_id.startswith(WHAT_IF_ID):
        return "what_if"
    if snapshot_id is None or present is None:
        return "unknown"
    return "same" if snapshot_id == present.snapshot_id else "changed"
