"""A run scored by any weights without a call: whom the router would choose, and what it measured.

Pure. A preview of each intent has every candidate's normalised axes, so the order by other weights
is docs/contract.md, section 3, with no call made. What the chosen candidate did in its own cells is
what the router would have got, as long as nothing fails over.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from playground.findings.measured import Floats, Ints, Measured, Outcomes, outcomes
from playground.findings.pinned import Intent, LeftOut, intents, pinned
from playground.findings.statistics import Rate, rate
from playground.servers.pool import candidates
from speko_client.models import Axis, RoutingPreview, ScoredCandidate

NOBODY: Final = -1
"""The column of a case whose first choice has no cell."""
_DIGITS: Final = 12
_AXES: Final[tuple[Axis, ...]] = get_args(Axis)


class Weights(NamedTuple):
    """How much each axis counts; they sum to one."""

    accuracy: float
    latency: float
    cost: float


@dataclass(frozen=True, slots=True)
class Replayed:
    """What some way to choose would have got, over ``cases``.

    ``missing`` cases are left out of all figures: their first choice has no cell. ``usd_per_1000``
    is US$ per 1,000 cells, estimated; ``ttft_p50_ms`` milliseconds. ``shares`` say how often each
    candidate was chosen, 0 to 1.
    """

    cases: int
    missing: int
    rate: Rate | None
    usd_per_1000: float | None
    ttft_p50_ms: float | None
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Ranked:
    """One intent's candidates with figures; ``behind`` is the first of those without."""

    scored: tuple[tuple[int, tuple[str, str], tuple[float, float, float], frozenset[Axis]], ...]
    behind: int


@dataclass(frozen=True, slots=True)
class Replay:
    """What is measured, as (cases, candidates), and how each intent ranks.

    ``simulated``: answers of some candidate are, and nothing here says anything of quality.
    ``left_out`` are arms that do not count; ``unranked`` cases have no preview of their intent.
    """

    names: tuple[str, ...]
    measured: Outcomes
    simulated: bool
    left_out: tuple[LeftOut, ...]
    unranked: int
    _ranked: tuple[_Ranked, ...]
    _intent_of: Ints

    @property
    def candidates(self) -> tuple[str, ...]:
        """Those that were measured, as ``vendor:model``."""
        known = np.flatnonzero(self.known.any(axis=0))
        return tuple(self.names[column] for column in known)

    def chosen(self, weights: Weights) -> tuple[int, ...]:
        """Each intent's first choice, as a column."""
        return tuple(_first(each, weights) for each in self._ranked)

    def columns(self, chosen: Sequence[int]) -> Ints:
        """Each case's column by its intent's choice, ``NOBODY`` where it has no cell."""
        columns = np.array([*chosen, NOBODY], dtype=np.int64)[self._intent_of]
        if not self.names:
            return columns
        rows = np.arange(len(columns))
        return np.where((columns >= 0) & self.known[rows, columns], columns, NOBODY)

    def at(self, weights: Weights, cases: NDArray[np.bool_] | None = None) -> Replayed:
        """What the router would have got by these weights, over all cases or some."""
        return self.of(self.columns(self.chosen(weights)), cases)

    def of(self, columns: Ints, cases: NDArray[np.bool_] | None = None) -> Replayed:
        """What one gets by choosing this column for each case."""
        rows = np.arange(len(columns))
        if cases is not None:
            rows = rows[cases]
        every = len(rows)
        rows = rows[columns[rows] >= 0]
        taken = columns[rows]
        picked = self.picked(rows, taken)
        counts = np.bincount(taken, minlength=len(self.names))
        return Replayed(
            cases=len(rows),
            missing=every - len(rows),
            rate=rate(picked.passed, picked.decided),
            usd_per_1000=mean(1_000 * picked.cost_usd),
            ttft_p50_ms=median(picked.ttft_ms),
            shares={
                name: count / len(rows)
                for name, count in zip(self.names, counts.tolist(), strict=True)
                if count
            },
        )

    def picked(self, rows: Ints, columns: Ints) -> Outcomes:
        """One candidate's outcomes for each of these cases."""
        found = self.measured
        return Outcomes(
            found.passed[rows, columns],
            found.decided[rows, columns],
            found.cost_usd[rows, columns],
            found.ttft_ms[rows, columns],
            found.total_ms[rows, columns],
        )

    def always(self, name: str) -> Replayed:
        """What this candidate alone got."""
        column = self.names.index(name)
        return self.of(np.where(self.known[:, column], column, NOBODY))

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which candidates were measured on which cases."""
        found = self.measured
        some: NDArray[np.bool_] = (
            (found.decided > 0) | ~np.isnan(found.cost_usd) | ~np.isnan(found.ttft_ms)
        )
        return some


def replay(found: Measured, previews: Mapping[Intent, RoutingPreview]) -> Replay:
    """The run's pinned cells with the rankings of its intents.

    ``previews`` are those of the pool and the snapshot (or what-if) to be replayed; their own
    weights make no difference.
    """
    known = pinned(found)
    ranked = {name for each in previews.values() for one in candidates(each) for name in [_id(one)]}
    names = tuple(sorted({*known.cells, *ranked}))
    places = {case: place for place, case in enumerate(found.cases)}
    columns = [outcomes(known.cells.get(name, ()), places) for name in names]
    wanted = list(dict.fromkeys(intents(found)))
    ordered = [each for each in wanted if each in previews]
    position = {each: place for place, each in enumerate(ordered)}
    intent_of = np.array(
        [position.get(each, len(ordered)) for each in intents(found)], dtype=np.int64
    )
    return Replay(
        names=names,
        measured=_side_by_side(columns, len(places)),
        simulated=any(one.simulated for cells in known.cells.values() for one in cells),
        left_out=known.left_out,
        unranked=int((intent_of == len(ordered)).sum()),
        _ranked=tuple(_ranking(previews[each], names) for each in ordered),
        _intent_of=intent_of,
    )


def weights_of(preview: RoutingPreview) -> Weights | None:
    """The weights that a preview was ranked by; None where the server names none."""
    given = preview.weights or {}
    known = [given.get(axis) for axis in _AXES]
    return Weights(*[each for each in known if each is not None]) if None not in known else None


def _first(ranked: _Ranked, weights: Weights) -> int:
    """The first by score; then who is known on the axis that counts most, then by name."""
    if not ranked.scored:
        return ranked.behind
    heaviest = sorted(range(len(weights)), key=lambda place: -weights[place])
    return min(
        ranked.scored,
        key=lambda each: (
            -_score(each[2], weights),
            tuple(_AXES[place] in each[3] for place in heaviest),
            each[1],
        ),
    )[0]


def _score(axes: tuple[float, float, float], weights: Weights) -> float:
    score = math.fsum(value * weight for value, weight in zip(axes, weights, strict=True))
    return min(1.0, round(score, _DIGITS))


def _ranking(preview: RoutingPreview, names: Sequence[str]) -> _Ranked:
    places = {name: place for place, name in enumerate(names)}
    pool = candidates(preview)
    behind = [places[_id(each)] for each in pool if each.axes is None]
    return _Ranked(
        scored=tuple(
            (
                places[_id(each)],
                (each.provider_id, each.model_id),
                (each.axes.accuracy, each.axes.latency, each.axes.cost_score),
                frozenset(each.axes.assumed),
            )
            for each in pool
            if each.axes is not None
        ),
        behind=behind[0] if behind else NOBODY,
    )


def _id(candidate: ScoredCandidate) -> str:
    return f"{candidate.provider_id}:{candidate.model_id}"


def _side_by_side(columns: Sequence[Outcomes], cases: int) -> Outcomes:
    if not columns:
        whole, part = np.zeros((cases, 0), dtype=np.int64), np.zeros((cases, 0))
        return Outcomes(whole, whole, part, part, part)
    return Outcomes(
        np.column_stack([each.passed for each in columns]),
        np.column_stack([each.decided for each in columns]),
        np.column_stack([each.cost_usd for each in columns]),
        np.column_stack([each.ttft_ms for each in columns]),
        np.column_stack([each.total_ms for each in columns]),
    )


def mean(figures: Floats) -> float | None:
    """Of those that are known; None where none is."""
    known = figures[~np.isnan(figures)]
    return float(known.mean()) if len(known) else None


def median(figures: Floats) -> float | None:
    """Of those that are known and have an end; None where none is."""
    known = figures[np.isfinite(figures)]
    return float(np.median(known)) if len(known) else None
