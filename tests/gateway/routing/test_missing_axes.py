"""Ranking with gaps: the middle is assumed, so that nobody wins or loses by what nobody knows."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from speko_client.models import TOKENS_PER_MINUTE, Axis, RoutingIntent, SnapshotRow
from speko_gateway.candidates import Candidate
from speko_gateway.routing.lookup import AXES, candidate_of
from speko_gateway.routing.ranking import PoolEntry, Ranked, Ranking
from speko_gateway.routing.scores import PRESETS
from tests.gateway.fleet_doubles import ENGLISH, rank, snapshot

FIELDS = {"accuracy": "quality", "latency": "ttft_ms", "cost": "usd_per_minute"}
MODELS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz")), unique=True, min_size=1
)
FIGURES = st.tuples(
    st.none() | st.floats(0, 100, allow_subnormal=False),
    st.none() | st.floats(1, 5000),
    st.none() | st.floats(0, 0.01, allow_subnormal=False),
)
INTENTS = st.sampled_from(
    [RoutingIntent.model_validate({"language": "en", "optimizeFor": name}) for name in PRESETS]
)


def row(candidate: tuple[str, str], *figures: float | None) -> SnapshotRow:
    """A row with these figures: quality, milliseconds, US$ a minute."""
    given = dict(zip(FIELDS.values(), figures, strict=True))
    return SnapshotRow.model_validate({"provider": candidate[0], "model": candidate[1], **given})


def ranked(rows: list[SnapshotRow], intent: RoutingIntent = ENGLISH) -> Ranking:
    """The ranking of these rows' candidates."""
    pool = [PoolEntry(each) for each in dict.fromkeys(map(candidate_of, rows))]
    return rank(intent, None, snapshot(*rows), pool, {})


def order(ranking: Ranking) -> list[Candidate]:
    return [each.candidate for each in ranking.ordered]


@st.composite
def tables(draw: st.DrawFn) -> list[SnapshotRow]:
    """A row for each of one to twelve models, with gaps."""
    return [row(name, *draw(FIGURES)) for name in draw(MODELS)]


def value(row: SnapshotRow, axis: Axis) -> float | None:
    found: float | None = getattr(row, FIELDS[axis])
    return found


def scored(ranking: Ranking) -> list[Ranked]:
    return [each for each in ranking.ordered if each.axes is not None]


def test_who_has_no_figure_takes_the_middle_and_says_so() -> None:
    best, worst = row(("a", "best"), 80, 400, 0.001), row(("a", "worst"), 40, 400, 0.001)
    unknown = row(("a", "unknown"), None, 400, 0.001)
    first, second, third = ranked([best, worst, unknown]).ordered
    assert [each.candidate.model for each in (first, second, third)] == ["best", "unknown", "worst"]
    assert second.axes is not None
    assert (second.axes.accuracy, second.assumed) == (0.5, ("accuracy",))
    assert first.assumed == third.assumed == ()
    assert ranked([best, worst, unknown]).notes == (
        "1 of 3 have no figure for quality: the middle is assumed.",
    )


def test_an_axis_that_nobody_has_a_figure_for_decides_nothing() -> None:
    cheap, dear = row(("a", "cheap"), None, None, 0.001), row(("a", "dear"), None, None, 0.002)
    ranking = ranked([dear, cheap])
    assert [(each.candidate.model, each.score) for each in ranking.ordered] == [
        ("cheap", 1.0),
        ("dear", pytest.approx(0.8)),
    ]
    assert "Nobody here has a figure for quality: it decides nothing." in ranking.notes


def test_who_has_no_figure_at_all_stands_behind() -> None:
    ranking = ranked([row(("a", "none"), None, None, None), row(("z", "one"), 1, None, None)])
    assert [each.candidate.model for each in ranking.ordered] == ["one", "none"]
    assert ranking.ordered[1].axes is None
    assert ranking.notes[-1].startswith("No figures at all for a/none")


def test_of_two_that_are_level_the_known_one_comes_first() -> None:
    known, unknown = row(("z", "known"), 60, 400, None), row(("a", "unknown"), None, 400, 0.001)
    ranking = ranked([unknown, known])
    assert [each.score for each in ranking.ordered] == [1.0, 1.0]
    assert order(ranking) == [candidate_of(known), candidate_of(unknown)]
    by_price = RoutingIntent(language="en", optimize_for="cost")
    assert order(ranked([unknown, known], by_price))[0] == candidate_of(unknown)


@given(tables(), INTENTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_pool_makes_no_difference(
    rows: list[SnapshotRow], intent: RoutingIntent, chance: random.Random
) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert ranked(rows, intent) == ranked(rows, intent)
    assert ranked(rows, intent).ordered == ranked(shuffled, intent).ordered


@given(tables(), INTENTS, st.data())
def test_a_figure_at_the_middle_changes_nothing(
    rows: list[SnapshotRow], intent: RoutingIntent, data: st.DataObject
) -> None:
    before = ranked(rows, intent)
    gaps = [(each.candidate, axis) for each in scored(before) for axis in each.assumed]
    assume(gaps)
    candidate, axis = data.draw(st.sampled_from(gaps))
    known = [found for each in rows if (found := value(each, axis)) is not None]
    middle = (min(known) + max(known)) / 2 if known else 1.0
    given_it = [
        each.model_copy(update={FIELDS[axis]: middle}) if candidate_of(each) == candidate else each
        for each in rows
    ]
    after = ranked(given_it, intent)
    scores = {each.candidate: each.score for each in after.ordered}
    assert scores == pytest.approx({each.candidate: each.score for each in before.ordered})
    if all(one.score - other.score > 1e-9 for one, other in pairwise(scored(before))):
        assert order(after) == order(before)


@given(tables(), INTENTS)
def test_a_gap_moves_nobody_else(rows: list[SnapshotRow], intent: RoutingIntent) -> None:
    """Who has no figure on an axis changes neither its minimum nor its maximum."""
    by_candidate = {each.candidate: each.axes for each in scored(ranked(rows, intent))}
    for place, axis in enumerate(AXES):
        known = [each for each in rows if value(each, axis) is not None]
        alone = {
            each.candidate: each.axes for each in (scored(ranked(known, intent)) if known else ())
        }
        for candidate, axes in alone.items():
            beside = by_candidate[candidate]
            assert axes is not None
            assert beside is not None
            assert axes[place] == beside[place]


@given(tables(), INTENTS)
def test_nobody_unknown_beats_everybody_known_on_the_axis_that_decides(
    rows: list[SnapshotRow], intent: RoutingIntent
) -> None:
    """An axis decides with two thirds of the weight or more, where its figures differ."""
    ranking = ranked(rows, intent)
    place, weight = max(enumerate(ranking.weights), key=lambda each: each[1])
    assume(weight >= 2 / 3)
    known = [each for each in scored(ranking) if AXES[place] not in each.assumed]
    assume(len({each.axes[place] for each in known if each.axes}) > 1)
    first = scored(ranking)[0]
    assert AXES[place] not in first.assumed


@given(tables(), INTENTS)
def test_of_those_level_nobody_unknown_stands_before_one_who_is_known(
    rows: list[SnapshotRow], intent: RoutingIntent
) -> None:
    ranking = ranked(rows, intent)
    place = max(range(len(AXES)), key=lambda each: ranking.weights[each])
    for one, other in pairwise(scored(ranking)):
        if one.score == other.score and AXES[place] in one.assumed:
            assert AXES[place] in other.assumed


def test_a_price_per_minute_and_list_prices_are_one_price() -> None:
    per_minute = SnapshotRow.model_validate({"provider": "a", "model": "m", "usdPerMinute": 0.0011})
    listed = SnapshotRow.model_validate(
        {"provider": "a", "model": "m", "inputUsdPerMillion": 2, "outputUsdPerMillion": 10}
    )
    assert per_minute.cost == pytest.approx(0.0011 / TOKENS_PER_MINUTE * 1e6)
    assert listed.cost == pytest.approx(per_minute.cost)
