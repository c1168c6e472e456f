"""The routing decision, pure: an intent and what is known in, an order of candidates out.

Filter, normalise each axis by min-max over the survivors, weigh, sort (docs/contract.md, section
3). A score is therefore relative to the pool: an allow-list changes every score. Where a candidate
has no figure on an axis, the middle of the pool is assumed, so that it neither wins nor loses by
it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from speko_client.models import Axis, OptimizeFor, ReasoningEffort, RoutingIntent
from speko_gateway.candidates import Candidate, Selection
from speko_gateway.routing.figures import Figures
from speko_gateway.routing.lookup import AXES, NOUNS, Lookup
from speko_gateway.routing.scores import Snapshot, Weights

_DIGITS = 12
_MIDDLE = 0.5
"""The normalised value on an axis without a figure."""

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
    """A candidate in its place. ``figures`` and ``axes`` are None where it has no figures.

    A reserve has figures and no axes.
    """

    candidate: Candidate
    score: float
    figures: Figures | None = None
    axes: Axes | None = None

    @property
    def assumed(self) -> tuple[Axis, ...]:
        """The axes on which it is ranked by the middle of the pool."""
        if self.figures is None or self.axes is None:
            return ()
        return tuple(
            axis for axis, figure in zip(AXES, self.figures, strict=True) if figure is None
        )


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


class Scored(NamedTuple):
    """A candidate with what is known of it, in its units and normalised."""

    candidate: Candidate
    figures: Figures
    axes: Axes


@dataclass(frozen=True, slots=True)
class Shortlist:
    """A decision before the weights: who is left, with which axes, and who is out.

    ``stood_in`` are those with figures of a broader scope.
    """

    scored: tuple[Scored, ...]
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
    effort: ReasoningEffort | None = None,
) -> Shortlist:
    """Filter and normalise the pool for this intent; ``allowed`` None allows everyone.

    ``unhealthy`` gives a reason for each candidate that recently failed too often. Candidates
    without any figure stand behind those with one, so that they can be pinned and can take over; a
    reserve stands behind both, and outside the pool that scores are relative to. ``effort`` is the
    reasoning effort that is sent.
    """
    rows = snapshot.lookups(intent, effort)
    reserves = {entry.candidate for entry in pool if entry.reserve}
    scored: list[tuple[Candidate, Lookup]] = []
    unscored: list[Candidate] = []
    filtered: list[Filtered] = []
    for candidate, unavailable, _ in pool:
        found = rows.find(candidate)
        out = _filter(candidate, found, unavailable, allowed, unhealthy, snapshot.without)
        if out is not None:
            filtered.append(out)
        elif found is None or not found.figures.known:
            unscored.append(candidate)
        else:
            scored.append((candidate, found))
    figures = [(candidate, found.figures) for candidate, found in scored]
    first = [each for each in figures if each[0] not in reserves]
    last = [each for each in figures if each[0] in reserves]
    behind = [Ranked(candidate, 0.0) for candidate in sorted(unscored)]
    if not first and not behind:
        first, last = last, []
    reserved = [Ranked(each, 0.0, known) for each, known in sorted(last, key=_by_candidate)]
    return Shortlist(
        scored=tuple(_with_axes(first)),
        behind=(*behind, *reserved),
        filtered_out=tuple(filtered),
        stood_in=frozenset(candidate for candidate, found in scored if found.relaxed),
        notes=(
            *_relaxation_notes([each for each in scored if each[0] not in reserves] or scored),
            *_assumption_notes([known for _, known in first]),
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
    if found is not None and found.row is not None and found.row.status != "production":
        return Filtered(candidate, "status", f"its figures are {found.row.status}")
    if unavailable is not None:
        return Filtered(candidate, "unavailable", unavailable)
    if allowed is not None and not allowed.covers(candidate):
        return Filtered(candidate, "not_allowed", "not on the allow-list")
    if (reason := unhealthy.get(candidate)) is not None:
        return Filtered(candidate, "unhealthy", reason)
    return None


def _with_axes(known: Sequence[tuple[Candidate, Figures]]) -> list[Scored]:
    values = [figures.values for _, figures in known]
    accuracy = _normalise([each[0] for each in values])
    latency = _inverse([each[1] for each in values])
    cost = _inverse([each[2] for each in values])
    return [
        Scored(candidate, figures, axes)
        for (candidate, figures), axes in zip(
            known, map(Axes, accuracy, latency, cost), strict=True
        )
    ]


def _order(scored: Sequence[Scored], weights: Weights) -> list[Ranked]:
    ranked = [
        Ranked(candidate, _score(axes, weights), figures, axes)
        for candidate, figures, axes in scored
    ]
    heaviest_first = sorted(range(len(weights)), key=lambda place: -weights[place])
    ranked.sort(key=lambda each: (-each.score, _gaps(each, heaviest_first), each.candidate))
    return ranked


def _gaps(ranked: Ranked, heaviest_first: Sequence[int]) -> tuple[bool, ...]:
    """Of those with one score, who is known on the axis that counts most comes first."""
    figures = ranked.figures or Figures()
    return tuple(figures[place] is None for place in heaviest_first)


def _by_candidate(known: tuple[Candidate, Figures]) -> Candidate:
    return known[0]


def _normalise(values: Sequence[float | None]) -> list[float]:
    """Min-max to 0..1, the highest being 1; no spread means 1 for all, None is the middle.

    What differs in its last digits only does not differ: a price typed per million tokens comes
    back from its price per minute as 16.600000000000005.
    """
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    if math.isclose(low, high):
        return [1.0] * len(values)
    return [_MIDDLE if value is None else (value - low) / (high - low) for value in values]


def _inverse(values: Sequence[float | None]) -> list[float]:
    """Min-max to 0..1, the lowest being 1."""
    return _normalise([None if value is None else -value for value in values])


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


def _assumption_notes(known: Sequence[Figures]) -> list[str]:
    """One sentence per axis on which somebody has no figure."""
    notes = []
    for place, axis in enumerate(AXES):
        gaps = sum(figures[place] is None for figures in known)
        if gaps == len(known) > 0:
            notes.append(f"Nobody here has a figure for {NOUNS[axis]}: it decides nothing.")
        elif gaps:
            notes.append(
                f"{gaps} of {len(known)} have no figure for {NOUNS[axis]}: the middle is assumed."
            )
    return notes


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
