"""What would be: with other figures, by other weights, for other intents. Nothing is run.

A what-if is the server's own snapshot with other weights, other figures or fewer candidates. It
holds for the request that brings it along and is remembered nowhere. Its id is made of its content,
so that the same what-if on the same snapshot has the same ``scoresRunId`` every time.

A weight line says who wins as one weight goes from 0 to 1, pure and exact. The other two weights
share what is left in the proportion they have now. Every score is then a straight line over that
one weight, and the winners are the upper edge of all lines: from each winner one goes to where the
next line crosses it first.

A sweep ranks many intents at once. Each cell has the winner that a request would get now. What does
not depend on the preset (the rows, the filters, the normalising) is done once per language and
vertical.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, get_args

from speko_client.models import (
    TOKENS_PER_MINUTE,
    WHAT_IF_ID,
    Axis,
    FigureEdit,
    Placed,
    RoutingIntent,
    SnapshotRow,
    Stretch,
    Sweep,
    SweepCell,
    SweepRequest,
    WeightLine,
    WhatIf,
)
from speko_gateway.candidates import Candidate, Selection
from speko_gateway.routing.gating import GatedShortlist, gated_shortlist
from speko_gateway.routing.health import HealthGate
from speko_gateway.routing.lookup import Known, Rows, candidate_of, scope_of
from speko_gateway.routing.ranking import Axes, PoolEntry, Ranked, Ranking, weights_for
from speko_gateway.routing.scores import Snapshot, Weights
from speko_gateway.turns import Stint


def tried(snapshot: Snapshot, what_if: WhatIf) -> Snapshot:
    """The snapshot with this what-if on top: its edits stand before all other figures."""
    edits: dict[Candidate, Rows] = {}
    for edit in what_if.edits:
        row = _edited(edit)
        own = edits.setdefault(candidate_of(row), {})
        # Of two edits of the same figure the later one counts.
        rows = (Known(row, snapshot.file), *own.get(scope_of(row), ()))
        edits[candidate_of(row)] = {**own, scope_of(row): rows}
    weights = {
        preset: Weights(each.accuracy, each.latency, each.cost)
        for preset, each in what_if.weights.items()
    }
    return replace(
        snapshot,
        file=snapshot.file.model_copy(
            update={
                "id": _id(snapshot, what_if),
                "label": f"What-if: {what_if.name} (on {snapshot.file.label})",
            }
        ),
        edits=edits,
        presets={**snapshot.presets, **weights},
        without=Selection.of(what_if.without),
        what_if=True,
    )


def _id(snapshot: Snapshot, what_if: WhatIf) -> str:
    """Of the content alone: under another name it routes the same."""
    content = what_if.model_dump_json(by_alias=True, exclude_none=True, exclude={"name"})
    return f"{WHAT_IF_ID}{hashlib.sha256(f'{snapshot.id} {content}'.encode()).hexdigest()[:12]}"


def _edited(edit: FigureEdit) -> SnapshotRow:
    """The figures that are given, as a row; on the other axes the snapshot's own are found."""
    return SnapshotRow(
        provider=edit.provider,
        model=edit.model,
        language=edit.language,
        vertical=edit.vertical,
        region=edit.region,
        quality=edit.quality,
        ttft_ms=edit.ttft_ms,
        usd_per_minute=None if edit.cost is None else edit.cost * TOKENS_PER_MINUTE / 1_000_000,
        source="What-if",
    )


# Weight lines


class _Line(NamedTuple):
    """A candidate's score: ``at_zero`` where the weight is 0, ``at_one`` where it is 1.

    ``place`` is the candidate's in the ranking, for those that are level all along.
    """

    candidate: Candidate
    place: int
    at_zero: float
    at_one: float

    @property
    def slope(self) -> float:
        return self.at_one - self.at_zero

    def crosses(self, other: _Line) -> float:
        """The weight at which a steeper other line has caught up."""
        return (self.at_zero - other.at_zero) / (other.slope - self.slope)


def weight_lines(ranking: Ranking) -> list[WeightLine]:
    """A line per axis, over those that have figures; without stretches where nobody has."""
    scored = [(each.candidate, each.axes) for each in ranking.ordered if each.axes is not None]
    return [_along(axis, ranking.weights, scored) for axis in get_args(Axis)]


def _along(axis: Axis, weights: Weights, scored: Sequence[tuple[Candidate, Axes]]) -> WeightLine:
    place = Weights._fields.index(axis)
    rest = _rest(place, weights)
    lines = [
        _Line(candidate, rank, sum(a * b for a, b in zip(axes, rest, strict=True)), axes[place])
        for rank, (candidate, axes) in enumerate(scored)
    ]
    return WeightLine(axis=axis, weight=weights[place], stretches=list(_upper_edge(lines)))


def _rest(place: int, weights: Weights) -> list[float]:
    """The weights where this one is 0; evenly shared where the others have none at all."""
    others = [0.0 if number == place else weight for number, weight in enumerate(weights)]
    total = sum(others)
    if total == 0:
        return [0.0 if number == place else 0.5 for number in range(len(weights))]
    return [weight / total for weight in others]


def _upper_edge(lines: Sequence[_Line]) -> Iterator[Stretch]:
    if not lines:
        return
    # Of those level at 0 the steepest leads at once; of those level all along, the first in rank.
    winner = min(lines, key=lambda line: (-line.at_zero, -line.slope, line.place))
    start = 0.0
    while True:
        steeper = [line for line in lines if line.slope > winner.slope]
        crossings = [(winner.crosses(line), -line.slope, line.place) for line in steeper]
        end, _, follower = min(crossings, default=(1.0, 0.0, winner.place))
        end = max(start, end)
        if end >= 1.0:
            yield _stretch(start, 1.0, winner)
            return
        if end > start:
            yield _stretch(start, end, winner)
        start = end
        winner = next(line for line in steeper if line.place == follower)


def _stretch(start: float, end: float, line: _Line) -> Stretch:
    return Stretch(
        from_weight=start,
        to_weight=end,
        provider_id=line.candidate.provider,
        model_id=line.candidate.model,
    )


# Sweeps


async def sweep(
    request: SweepRequest,
    allowed: Selection | None,
    snapshot: Snapshot,
    pool: Sequence[PoolEntry],
    health: HealthGate,
) -> Sweep:
    """The winners, by language, then vertical, then preset, in the order asked.

    It takes turns with everything else: the largest sweep is some 100 ms of work.
    """
    cells: list[SweepCell] = []
    stint = Stint()
    for intent in _intents(request):
        await stint.breathe()
        found = gated_shortlist(intent, allowed, snapshot, pool, health)
        cells += _cells(intent, found, request, snapshot)
    return Sweep(scores_run_id=snapshot.id, cells=cells)


def _intents(request: SweepRequest) -> Iterator[RoutingIntent]:
    for language in request.languages:
        for vertical in request.verticals:
            yield RoutingIntent(language=language, vertical=vertical, region=request.region)


def _cells(
    intent: RoutingIntent, found: GatedShortlist, request: SweepRequest, snapshot: Snapshot
) -> Iterator[SweepCell]:
    for preset in request.optimize_for:
        ordered = found.ranking(weights_for(preset, snapshot)).ordered
        winner, runner_up = ordered[0] if ordered else None, ordered[1] if ordered[1:] else None
        yield SweepCell(
            language=intent.language,
            vertical=intent.vertical or "general",
            optimize_for=preset,
            winner=_placed(winner),
            runner_up=_placed(runner_up),
            margin=winner.score - runner_up.score if winner and runner_up else None,
            stood_in=winner is not None and winner.candidate in found.shortlist.stood_in,
        )


def _placed(ranked: Ranked | None) -> Placed | None:
    if ranked is None:
        return None
    provider, model = ranked.candidate
    return Placed(provider_id=provider, model_id=model, score=ranked.score)
