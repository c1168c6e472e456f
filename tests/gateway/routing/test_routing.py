"""The routing decision: docs/contract.md, section 3, by example and by property."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from speko_client.models import RoutingIntent, SnapshotRow
from speko_gateway.candidates import Candidate, Selection
from speko_gateway.routing.lookup import candidate_of
from speko_gateway.routing.ranking import PoolEntry, Ranking
from speko_gateway.routing.scores import PRESETS, load_snapshot
from tests.gateway.fleet_doubles import ENGLISH, rank, row, snapshot

GPT, FLASH, HAIKU = ("acme", "gpt"), ("bolt", "flash"), ("cord", "haiku")
THREE = (
    row(*GPT, quality=70, ttft_ms=500, usd_per_minute=0.0023),
    row(*FLASH, quality=60, ttft_ms=300, usd_per_minute=0.00023),
    row(*HAIKU, quality=50, ttft_ms=400, usd_per_minute=0.00115),
)


def ranked(
    rows: Sequence[SnapshotRow],
    intent: RoutingIntent = ENGLISH,
    *,
    allowed: Sequence[str] | None = None,
    unavailable: dict[tuple[str, str], str] | None = None,
    unhealthy: Mapping[Candidate, str] | None = None,
    also: Sequence[tuple[str, str]] = (),
) -> Ranking:
    """The ranking of these rows' candidates and of some that have no rows."""
    names = [*dict.fromkeys(map(candidate_of, rows)), *(Candidate(*each) for each in also)]
    reasons = unavailable or {}
    return rank(
        intent,
        None if allowed is None else Selection.of(allowed),
        snapshot(*rows),
        [PoolEntry(each, reasons.get(each)) for each in names],
        unhealthy or {},
    )


def order(ranking: Ranking) -> list[str]:
    return [each.candidate.model for each in ranking.ordered]


def preset(name: str) -> RoutingIntent:
    return RoutingIntent.model_validate({"language": "en", "optimizeFor": name})


def test_axes_are_normalised_over_the_pool_and_weighed() -> None:
    first, second, third = ranked(THREE).ordered
    assert [each.candidate.model for each in (first, second, third)] == ["flash", "gpt", "haiku"]
    assert first.axes == pytest.approx((0.5, 1.0, 1.0))
    assert first.score == pytest.approx(0.5 * 0.5 + 0.3 + 0.2)
    assert second.axes == pytest.approx((1.0, 0.0, 0.0))
    assert third.score == pytest.approx(0.3 * 0.5 + 0.2 * (2.3 - 1.15) / (2.3 - 0.23))


@pytest.mark.parametrize(
    ("name", "first"),
    [("balanced", "flash"), ("accuracy", "gpt"), ("latency", "flash"), ("cost", "flash")],
)
def test_the_preset_decides(name: str, first: str) -> None:
    assert order(ranked(THREE, preset(name)))[0] == first


def test_weights_sum_to_one() -> None:
    for weights in PRESETS.values():
        assert sum(weights) == pytest.approx(1.0)


def test_one_candidate_alone_scores_exactly_one() -> None:
    for name in PRESETS:
        assert ranked(THREE[:1], preset(name)).ordered[0].score == 1.0


def test_an_allow_list_changes_the_scores_of_those_left() -> None:
    alone = ranked(THREE, allowed=["acme", "cord:haiku"])
    scores = {each.candidate.model: each.score for each in alone.ordered}
    assert scores == pytest.approx({"gpt": 0.5, "haiku": 0.3 + 0.2})
    assert [(each.candidate.model, each.code) for each in alone.filtered_out] == [
        ("flash", "not_allowed")
    ]


def test_an_empty_allow_list_allows_nobody() -> None:
    assert ranked(THREE, allowed=[]).ordered == ()


@pytest.mark.parametrize("status", ["warned", "provisional"])
def test_only_production_rows_take_part(status: str) -> None:
    out = ranked([*THREE, row("dusk", "new", status=status)]).filtered_out
    assert [(each.candidate.model, each.code) for each in out] == [("new", "status")]
    assert status in out[0].reason


def test_each_filter_gives_its_reason() -> None:
    ranking = ranked(
        THREE,
        unavailable={GPT: "Acme needs a key"},
        unhealthy={Candidate(*HAIKU): "60% of its calls failed"},
    )
    assert order(ranking) == ["flash"]
    assert {(each.code, each.reason) for each in ranking.filtered_out} == {
        ("unavailable", "Acme needs a key"),
        ("unhealthy", "60% of its calls failed"),
    }


def test_ties_go_by_provider_then_model() -> None:
    rows = [row("b", "x"), row("a", "z"), row("a", "y")]
    names = [(c.candidate.provider, c.candidate.model) for c in ranked(rows).ordered]
    assert names == [("a", "y"), ("a", "z"), ("b", "x")]


def test_names_decide_also_where_only_the_last_bit_of_the_sums_differs() -> None:
    steps = {"z": (2, 3, 4), "a": (2, 5, 1), "low": (0, 0, 0), "high": (4, 0, 5)}
    rows = [
        row(
            name,
            "m",
            quality=40 + 10 * accuracy,
            ttft_ms=600 - 100 * latency,
            usd_per_minute=0.00023 * (6 - cost),
        )
        for name, (accuracy, latency, cost) in steps.items()
    ]
    assert 0.3 * (3 / 5) + 0.2 * (4 / 5) != 0.3 * (5 / 5) + 0.2 * (1 / 5)
    assert [each.candidate.provider for each in ranked(rows).ordered] == ["high", "a", "z", "low"]


def test_candidates_without_figures_stand_behind_and_can_be_pinned() -> None:
    own = ("mine", "llama3:8b")
    ranking = ranked(THREE, also=[own])
    assert order(ranking)[-1] == "llama3:8b"
    assert ranking.ordered[-1].axes is None
    assert ranking.notes == (
        "No figures at all for mine/llama3:8b: ranked behind those with figures.",
    )
    assert order(ranked(THREE, also=[own], allowed=["mine:llama3:8b"])) == ["llama3:8b"]


def test_a_reserve_answers_only_where_nobody_else_can() -> None:
    vendor, unknown, local = Candidate("a", "m"), Candidate("b", "new"), Candidate("local", "small")
    figures = snapshot(
        row(*vendor, quality=50, ttft_ms=400, usd_per_minute=0.001),
        row(*local, quality=10, ttft_ms=50, usd_per_minute=0.0),
    )
    pool = [PoolEntry(local, reserve=True), PoolEntry(unknown), PoolEntry(vendor)]
    ranking = rank(preset("latency"), None, figures, pool, {})
    assert [each.candidate for each in ranking.ordered] == [vendor, unknown, local]
    assert ranking.ordered[0].score == 1.0
    assert any("in reserve" in note for note in ranking.notes)
    pinned = rank(preset("latency"), Selection.of(["local"]), figures, pool, {})
    assert [(each.candidate, each.score) for each in pinned.ordered] == [(local, 1.0)]


def test_a_stand_in_for_a_reserve_is_told_only_where_nobody_else_is_left() -> None:
    vendor, local = Candidate("a", "m"), Candidate("local", "small")
    figures = snapshot(row(*vendor, language="es"), row(*local))
    pool = [PoolEntry(vendor), PoolEntry(local, reserve=True)]
    spanish = RoutingIntent(language="es")
    beside = rank(spanish, None, figures, pool, {})
    assert beside.notes == ("local/small: in reserve, for when no other answers.",)
    alone = rank(spanish, Selection.of(["local"]), figures, pool, {})
    assert alone.notes == ("No figures for es, those for en stand in.",)


def test_a_stand_in_is_told_once_where_it_holds_for_all() -> None:
    spanish = RoutingIntent(language="es-MX")
    assert ranked(THREE, spanish).notes == (
        "No figures for es-MX, those for es stand in.",
        "No figures for es, those for en stand in.",
    )


def test_a_stand_in_names_whom_it_holds_for() -> None:
    spanish = RoutingIntent(language="es")
    notes = ranked([*THREE, row(*GPT, language="es")], spanish).notes
    assert notes == ("For bolt/flash, cord/haiku: no figures for es, those for en stand in.",)


@pytest.mark.parametrize("vertical", ["general", "healthcare", "finance", "legal"])
def test_the_demo_has_other_winners_for_other_wishes(vertical: str) -> None:
    demo = load_snapshot("demo")
    pool = [PoolEntry(each) for each in demo.candidates()]
    winners = {
        rank(
            RoutingIntent.model_validate(
                {"language": language, "vertical": vertical, "optimizeFor": wish}
            ),
            None,
            demo,
            pool,
            {},
        )
        .ordered[0]
        .candidate
        for language in ("en", "es-MX", "hi")
        for wish in PRESETS
    }
    assert len(winners) >= 2


MODELS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), unique=True, min_size=1
)
FIGURES = st.tuples(
    st.floats(0, 100), st.floats(1, 5000), st.floats(0, 0.01, allow_subnormal=False)
)


@st.composite
def tables(draw: st.DrawFn) -> list[SnapshotRow]:
    """A row for each of one to nine models."""
    rows = []
    for provider, model in draw(MODELS):
        quality, ttft_ms, usd = draw(FIGURES)
        rows.append(row(provider, model, quality=quality, ttft_ms=ttft_ms, usd_per_minute=usd))
    return rows


INTENTS = st.sampled_from([preset(name) for name in PRESETS])


@given(tables(), INTENTS)
def test_scores_are_shares_and_fall(rows: list[SnapshotRow], intent: RoutingIntent) -> None:
    scores = [each.score for each in ranked(rows, intent).ordered]
    assert all(0 <= score <= 1 for score in scores)
    assert scores == sorted(scores, reverse=True)


@given(tables(), INTENTS, st.randoms(use_true_random=False))
def test_the_same_intent_routes_the_same_way(
    rows: list[SnapshotRow], intent: RoutingIntent, chance: random.Random
) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert ranked(rows, intent).ordered == ranked(shuffled, intent).ordered


@given(tables(), INTENTS, st.lists(st.sampled_from(["a", "b:x", "c:z", "a:y", "d"])))
def test_an_allow_list_lets_nobody_else_in(
    rows: list[SnapshotRow], intent: RoutingIntent, allowed: list[str]
) -> None:
    ranking = ranked(rows, intent, allowed=allowed)
    for each in ranking.ordered:
        assert {each.candidate.provider, each.candidate.id} & set(allowed)
    assert len(ranking.ordered) + len(ranking.filtered_out) == len(rows)


@given(tables(), INTENTS)
def test_leaving_out_a_loser_that_spans_no_axis_changes_nothing_else(
    rows: list[SnapshotRow], intent: RoutingIntent
) -> None:
    whole = ranked(rows, intent)
    inner = [
        each
        for each in whole.ordered[1:]
        if each.axes is not None and all(0 < value < 1 for value in each.axes)
    ]
    assume(inner)
    left = [each for each in rows if candidate_of(each) != inner[0].candidate]
    rest = tuple(each for each in whole.ordered if each.candidate != inner[0].candidate)
    assert ranked(left, intent).ordered == rest


@given(tables(), INTENTS)
def test_the_unhealthy_never_answer(rows: list[SnapshotRow], intent: RoutingIntent) -> None:
    out = {candidate_of(rows[0]): "fails"}
    names = {each.candidate for each in ranked(rows, intent, unhealthy=out).ordered}
    assert candidate_of(rows[0]) not in names


@given(tables(), INTENTS, st.floats(0.001, 100))
def test_a_better_candidate_never_ranks_behind_a_worse_one(
    rows: list[SnapshotRow], intent: RoutingIntent, step: float
) -> None:
    worst = rows[0]
    assert worst.quality is not None
    assert worst.ttft_ms is not None
    assert worst.usd_per_minute is not None
    better = row(
        "z",
        "better",
        quality=min(100.0, worst.quality + step),
        ttft_ms=worst.ttft_ms / 2,
        usd_per_minute=worst.usd_per_minute / 2,
    )
    places = [each.candidate for each in ranked([*rows, better], intent).ordered]
    scores = {each.candidate: each.score for each in ranked([*rows, better], intent).ordered}
    assume(scores[candidate_of(better)] != scores[candidate_of(worst)])
    assert places.index(candidate_of(better)) < places.index(candidate_of(worst))
