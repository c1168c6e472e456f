"""Routing with the health gate: who is left out, who is tried all the same, and who is told so.

Where the gate would leave nobody, those it keeps out for their errors are tried after all, the
least bad first: a call that may fail is better than one that is refused. Those whose vendor asked
for a pause are not: calling them would earn the same refusal, and prolong it. Where only such are
left, the caller is told when the first of them is back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from speko_client.models import RoutingIntent
from speko_gateway.candidates import Candidate, Selection
from speko_gateway.errors import GatewayError
from speko_gateway.routing.health import HealthGate
from speko_gateway.routing.presets import Weights
from speko_gateway.routing.ranking import Filtered, PoolEntry, Ranking, Survey, survey, weights_for
from speko_gateway.routing.remembered import Surveying
from speko_gateway.routing.scores import Snapshot

_ALL_OUT = "Everyone in the pool failed too often lately; the least bad are tried all the same."


def rank_gated(
    intent: RoutingIntent,
    allowed: Selection | None,
    snapshot: Snapshot,
    pool: Sequence[PoolEntry],
    health: HealthGate,
    look: Surveying = survey,
) -> Ranking:
    """Order the pool for this intent, with the gate as it is now; ``look`` makes the survey."""
    weights = weights_for(intent.optimize_for, snapshot)
    return survey_gated(intent, allowed, snapshot, pool, health, look).ranking(weights)


@dataclass(frozen=True, slots=True)
class GatedSurvey:
    """All of a gated decision but the weights; ``all_out``: whoever is tried was left out."""

    survey: Survey
    health: HealthGate
    all_out: bool

    def ranking(self, weights: Weights) -> Ranking:
        """The decision by these weights."""
        ranking = self.survey.ranking(weights)
        if self.all_out:
            ranking = _least_bad_first(ranking, self.health)
        return _with_trials(ranking, self.health)


def survey_gated(
    intent: RoutingIntent,
    allowed: Selection | None,
    snapshot: Snapshot,
    pool: Sequence[PoolEntry],
    health: HealthGate,
    look: Surveying = survey,
) -> GatedSurvey:
    """What ``rank_gated`` does before the weights."""
    out = health.unhealthy()
    found = look(intent, allowed, snapshot, pool, out)
    if found.scored or found.behind or not out:
        return GatedSurvey(found, health, all_out=False)
    held = health.held()
    reasons = {candidate: reason for candidate, reason in out.items() if candidate in held}
    found = look(intent, allowed, snapshot, pool, reasons)
    return GatedSurvey(found, health, all_out=True)


def nobody(ranking: Ranking, health: HealthGate) -> GatewayError:
    """What to answer where the ranking is empty."""
    held = health.held()
    resting = [each for each in ranking.filtered_out if each.code == "unhealthy"]
    pauses = [held[each.candidate] for each in resting if each.candidate in held]
    if pauses:
        return pause_asked_for(min(pauses), _reasons(resting))
    return GatewayError(
        500,
        "COMPLETE_FAILED",
        "No provider is available for this intent and allow-list. "
        f"Widen the allow-list or make one available. {_reasons(ranking.filtered_out)}".rstrip(),
    )


def pause_asked_for(seconds: float, reasons: str = "") -> GatewayError:
    """Every vendor that could answer asked for a pause; the first is back in so many seconds."""
    wait = max(1, math.ceil(seconds))
    return GatewayError(
        429,
        "RATE_LIMITED",
        f"Every provider that could answer asked for a pause. Ask again in {wait} s, "
        f"or allow others. {reasons}".rstrip(),
        headers={"retry-after": str(wait)},
    )


def _least_bad_first(ranking: Ranking, health: HealthGate) -> Ranking:
    if not ranking.ordered:
        return ranking
    # Stable, so that among equally bad ones the score decides.
    ordered = sorted(ranking.ordered, key=lambda each: health.badness(each.candidate))
    return replace(ranking, ordered=tuple(ordered), notes=(*ranking.notes, _ALL_OUT))


def _with_trials(ranking: Ranking, health: HealthGate) -> Ranking:
    trials = health.on_trial()
    notes = [
        _trial(each.candidate, trials[each.candidate])
        for each in ranking.ordered
        if each.candidate in trials
    ]
    return replace(ranking, notes=(*ranking.notes, *notes)) if notes else ranking


def _trial(candidate: Candidate, why: str) -> str:
    return f"{candidate} is on trial, one call at a time: {why}."


def _reasons(filtered: Sequence[Filtered]) -> str:
    return "; ".join(f"{each.candidate}: {each.reason}" for each in filtered)
