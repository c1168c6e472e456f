"""The routing decision, pure: an intent and what is known in, an order of candidates out.

Filter, normalise each axis by min-max over the survivors, weigh, sort (docs/contract.md, section
3). A score is therefore relative to the pool: an allow-list changes every score.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from speko_client.models import OptimizeFor, RoutingIntent
from speko_gateway.candidates import Candidate, Selection
from speko_gateway.routing.scores import Lookup, Row, Snapshot, Weights

_DIGITS = 12

FilterCode = Literal["status", "unavailable", "not_allowed", "unhealthy", "what_if"]


class PoolEntry(NamedTuple):
    """A candidate the gateway knows, and why it cannot be called now (None: it can).

    A ``reserve`` answers only where no other candidate can.
    """

    candidate: Candidate
    unavailable: str | None = None
    reserve: bool = False


class Axes(NamedTuple):
    """One candidate's normalised figures, each 0..1, 1 being the best of the pool."""

    accuracy: float
    latency: float
    cost: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate in its place. ``row`` and ``axes`` are None where it has no figures."""

    candidate: Candidate
    score: float
    row: Row | None = None
    axes: Axes | None = None


@dataclass(frozen=True, slots=True)
class Filtered:
    """A candidate left out, and why, as a plain clause."""

    candidate: Candidate
    code: FilterCode
    reason: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """The whole decision, best candidate first."""

    ordered: tuple[Ranked, ...]
    filtered_out: tuple[Filtered, ...]
    notes: tuple[str, ...]
    weights: Weights
    scores_run_id: str


@dataclass(frozen=True, slots=True)
class Shortlist:
    """A decision before the weights: who is left, with which axes, and who is out.

    ``stood_in`` are those with figures of a broader scope.
    """

    scored: tuple[tuple[Candidate, Row, Axes], ...]
    behind: tuple[Ranked, ...]
    filtered_out: tuple[Filtered, ...]
    stood_in: frozenset[Candidate]
    notes: tuple[str, ...]
    scores_run_id: str

    def ranking(self, weights: Weights) -> Ranking:
        """The decision by these weights."""
        return Ranking(
            ordered=(*_order(self.scored, weights), *self.behind),
            filtered_out=self.filtered_out,
            notes=self.notes,
            weights=weights,
            scores_run_id=self.scores_run_id,
        )


def weights_for(optimize_for: OptimizeFor | None, snapshot: Snapshot) -> Weights:
    """The weights of a preset; balanced where none is named."""
    return snapshot.presets[optimize_for or "balanced"]


def shortlist(
    intent: RoutingIntent,
    allowed: Selection | None,
    snapshot: Snapshot,
    pool: Sequence[PoolEntry],
    unhealthy: Mapping[Candidate, str],
) -> Shortlist:
    """Filter and normalise the pool for this intent; ``allowed`` None allows everyone.

    ``unhealthy`` gives a reason for each candidate that recently failed too often. Candidates
    without figures stand behind those with, so that they can be pinned and can take over; a
    reserve stands behind both, and outside the pool that scores are relative to.
    """
    rows = snapshot.lookups(intent)
    reserves = {entry.candidate for entry in pool if entry.reserve}
    scored: list[tuple[Candidate, Lookup]] = []
    unscored: list[Candidate] = []
    filtered: list[Filtered] = []
    for candidate, unavailable, _ in pool:
        found = rows.find(candidate)
        out = _filter(candidate, found, unavailable, allowed, unhealthy, snapshot.without)
        if out is not None:
            filtered.append(out)
        elif found is None:
            unscored.append(candidate)
        else:
            scored.append((candidate, found))
    figures = [(candidate, found.row) for candidate, found in scored]
    first = [each for each in figures if each[0] not in reserves]
    last = [each for each in figures if each[0] in reserves]
    behind = [Ranked(candidate, 0.0) for candidate in sorted(unscored)]
    if not first and not behind:
        first, last = last, []
    reserved = [Ranked(candidate, 0.0, row) for candidate, row in sorted(last, key=_by_candidate)]
    return Shortlist(
        scored=tuple(_with_axes(first)),
        behind=(*behind, *reserved),
        filtered_out=tuple(filtered),
        stood_in=frozenset(candidate for candidate, found in scored if found.relaxed),
        notes=(
            *_relaxation_notes([each for each in scored if each[0] not in reserves] or scored),
            *_unscored_notes(unscored),
            *_reserve_notes([candidate for candidate, _ in last]),
        ),
        scores_run_id=snapshot.id,
    )


def _filter(
    candidate: Candidate,
    found: Lookup | None,
    unavailable: str | None,
    allowed: Selection | None,
    unhealthy: Mapping[Candidate, str],
    without: Selection,
) -> Filtered | None:
    """The first of the filters that this candidate does not pass."""
    if without.covers(candidate):
        return Filtered(candidate, "what_if", "switched off in this what-if")
    if found is not None and found.row.status != "production":
        return Filtered(candidate, "status", f"its figures are {found.row.status}")
    if unavailable is not None:
        return Filtered(candidate, "unavailable", unavailable)
    if allowed is not None and not allowed.covers(candidate):
        return Filtered(candidate, "not_allowed", "not on the allow-list")
    if (reason := unhealthy.get(candidate)) is not None:
        return Filtered(candidate, "unhealthy", reason)
    return None


def _with_axes(figures: Sequence[tuple[Candidate, Row]]) -> list[tuple[Candidate, Row, Axes]]:
    accuracy = _normalise([row.quality for _, row in figures])
    latency = _inverse([row.ttft_ms for _, row in figures])
    cost = _inverse([row.cost for _, row in figures])
    return [
        (candidate, row, axes)
        for (candidate, row), axes in zip(figures, map(Axes, accuracy, latency, cost), strict=True)
    ]


def _order(scored: Sequence[tuple[Candidate, Row, Axes]], weights: Weights) -> list[Ranked]:
    ranked = [
        Ranked(candidate, _score(axes, weights), row, axes) for candidate, row, axes in scored
    ]
    ranked.sort(key=lambda each: (-each.score, each.candidate))
    return ranked


def _by_candidate(figure: tuple[Candidate, Row]) -> Candidate:
    return figure[0]


def _normalise(values: Sequence[float]) -> list[float]:
    """Min-max to 0..1, the highest being 1; no spread means 1 for all.

    What differs in its last digits only does not differ: a price typed per million tokens comes
    back from its price per minute as 16.600000000000005.
    """
    low, high = min(values, default=0.0), max(values, default=0.0)
    if math.isclose(low, high):
        return [1.0] * len(values)
    return [(value - low) / (high - low) for value in values]


def _inverse(values: Sequence[float]) -> list[float]:
    """Min-max to 0..1, the lowest being 1."""
    return _normalise([-value for value in values])


def _score(axes: Axes, weights: Weights) -> float:
    # Rounded, or two that are level would be ordered by the last bit and not by their names.
    score = math.fsum(value * weight for value, weight in zip(axes, weights, strict=True))
    return min(1.0, round(score, _DIGITS))


def _relaxation_notes(scored: Sequence[tuple[Candidate, Lookup]]) -> list[str]:
    """One sentence per stand-in, naming the candidates only where it does not hold for all."""
    affected: dict[str, list[Candidate]] = {}
    for candidate, found in scored:
        for clause in found.relaxed:
            affected.setdefault(clause, []).append(candidate)
    return [
        f"For {_listed(whom)}: {clause}." if len(whom) < len(scored) else _sentence(clause)
        for clause, whom in affected.items()
    ]


def _unscored_notes(unscored: Sequence[Candidate]) -> list[str]:
    if not unscored:
        return []
    return [f"No figures at all for {_listed(sorted(unscored))}: ranked behind those with figures."]


def _reserve_notes(last: Sequence[Candidate]) -> list[str]:
    if not last:
        return []
    return [f"{_listed(sorted(last))}: in reserve, for when no other answers."]


def _listed(candidates: Sequence[Candidate]) -> str:
    return ", ".join(str(candidate) for candidate in candidates)


def _sentence(clause: str) -> str:
    return f"{clause[0].upper()}{clause[1:]}."
