"""Who wins along each weight: by example, and against trying out every weight."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client.models import WeightLine
from speko_gateway.candidates import Candidate
from speko_gateway.routing.lookup import candidate_of
from speko_gateway.routing.ranking import Axes, PoolEntry, Ranked, Ranking
from speko_gateway.routing.scores import PRESETS, Weights
from speko_gateway.routing.what_if import weight_lines
from tests.gateway.fleet_doubles import ENGLISH, rank, row, snapshot

SHARES = st.integers(0, 8).map(lambda eighths: eighths / 8)
AXES = st.lists(st.builds(Axes, SHARES, SHARES, SHARES), max_size=6)
WEIGHTS = st.sampled_from(
    [*PRESETS.values(), Weights(1, 0, 0), Weights(0, 0, 1), Weights(0.25, 0.25, 0.5)]
)


def ranking(axes: list[Axes], weights: Weights) -> Ranking:
    """Candidates with these axes, in any order."""
    ordered = [
        Ranked(Candidate("v", f"m{number}"), 0.0, None, each) for number, each in enumerate(axes)
    ]
    return Ranking(tuple(ordered), (), (), weights, "s")


def at(line: WeightLine, weights: Weights, moved: float) -> Weights:
    """The weights with one moved and the others in their proportion."""
    others = {axis: each for axis, each in weights._asdict().items() if axis != line.axis}
    total = sum(others.values())
    shares = {axis: each / total if total else 0.5 for axis, each in others.items()}
    return Weights(
        **{axis: share * (1 - moved) for axis, share in shares.items()}, **{line.axis: moved}
    )


def test_a_tipping_point_is_where_the_winner_changes() -> None:
    rows = (
        row("a", "good", quality=70, ttft_ms=500),
        row("b", "fast", quality=60, ttft_ms=300),
    )
    found = rank(
        ENGLISH, None, snapshot(*rows), [PoolEntry(candidate_of(each)) for each in rows], {}
    )
    accuracy, latency, cost = weight_lines(found)
    # Cost is level, so at accuracy w: good has w + (1 - w) * 0.4, fast has (1 - w) * (0.6 + 0.4).
    assert [each.model_id for each in accuracy.stretches] == ["fast", "good"]
    assert accuracy.stretches[0].to_weight == pytest.approx(0.375)
    assert (accuracy.axis, accuracy.weight) == ("accuracy", 0.5)
    assert [each.model_id for each in latency.stretches] == ["good", "fast"]
    assert [each.model_id for each in cost.stretches] == ["good"]


def test_nobody_with_figures_has_no_stretches() -> None:
    found = Ranking((Ranked(Candidate("v", "m"), 0.0),), (), (), PRESETS["balanced"], "s")
    assert [line.stretches for line in weight_lines(found)] == [[], [], []]


@given(AXES, WEIGHTS)
def test_stretches_cover_the_line_and_name_the_best(axes: list[Axes], weights: Weights) -> None:
    for line in weight_lines(ranking(axes, weights)):
        if not axes:
            assert line.stretches == []
            continue
        ends = [0.0, *(each.to_weight for each in line.stretches)]
        assert ends[-1] == 1.0
        assert [each.from_weight for each in line.stretches] == ends[:-1]
        assert all(low < high for low, high in itertools.pairwise(ends))
        named = [each.model_id for each in line.stretches]
        assert all(one != other for one, other in itertools.pairwise(named))
        for stretch in line.stretches:
            middle = at(line, weights, (stretch.from_weight + stretch.to_weight) / 2)
            scores = [math.fsum(a * w for a, w in zip(each, middle, strict=True)) for each in axes]
            winner = scores[int(stretch.model_id.removeprefix("m"))]
            assert winner >= max(scores) - 1e-9
