"""With keys and no measurement at all, everybody of the catalogue has a place and sources."""

from __future__ import annotations

from speko_client.models import RoutingIntent, RoutingPreview
from speko_gateway.config import Config
from speko_gateway.fleet.fleet import LOCAL
from speko_gateway.gateway import Gateway, build_gateway
from speko_gateway.providers.vendors.catalogue import VENDORS
from speko_gateway.routing.ranking import Ranking
from speko_gateway.routing.scores import PRESETS
from tests.gateway.served import serving

FOUR = ("openai", "anthropic", "google", "xai")
KEYS = {VENDORS[vendor].key_env[0]: "fake-key" for vendor in FOUR}
WINNERS = {
    "balanced": "openai/gpt-5.4-mini",
    "accuracy": "openai/gpt-5.4-mini",
    "latency": "openai/gpt-5.4-mini",
    "cost": "anthropic/claude-haiku-5-5",
}


def ranking(gateway: Gateway, preset: str, language: str = "en") -> Ranking:
    intent = RoutingIntent.model_validate({"language": language, "optimizeFor": preset})
    return gateway.ranking(intent, None)


def test_all_who_can_be_called_have_a_place_with_figures_and_sources() -> None:
    gateway = build_gateway(Config(), KEYS)
    callable_now = {
        entry.candidate for entry in gateway.fleet.pool() if entry.unavailable is None
    } - {LOCAL}
    assert len(callable_now) >= 20
    assert {each.provider for each in callable_now} == set(FOUR)
    for preset in PRESETS:
        placed = {each.candidate: each for each in ranking(gateway, preset).ordered}
        assert callable_now <= placed.keys()
        for candidate in callable_now:
            each = placed[candidate]
            assert each.axes is not None
            assert each.figures is not None
            assert each.figures.cost is not None
            assert each.score > 0


def test_the_winners_are_known_on_the_axis_that_decides() -> None:
    gateway = build_gateway(Config(), KEYS)
    for preset, winner in WINNERS.items():
        first = ranking(gateway, preset).ordered[0]
        assert str(first.candidate) == winner
    assert "accuracy" not in ranking(gateway, "accuracy").ordered[0].assumed
    assert "cost" not in ranking(gateway, "cost").ordered[0].assumed


async def test_the_preview_names_every_source() -> None:
    gateway = build_gateway(Config(), KEYS)
    async with serving(gateway) as client:
        answer = await client.get("/v1/routing/preview", params={"language": "de"})
    found = RoutingPreview.model_validate(answer.json())
    assert found.snapshot is not None
    assert found.snapshot.id == "euroeval-2026-04"
    assert (found.snapshot.licence or "").startswith("MIT")
    placed = [each for each in (found.winner, *found.runners_up) if each and each.axes]
    assert len(placed) >= 20
    for each in placed:
        assert each.axes is not None
        told = {figure.axis for figure in each.axes.sources} | set(each.axes.assumed)
        assert told == {"accuracy", "latency", "cost"}
        assert not {figure.axis for figure in each.axes.sources} & set(each.axes.assumed)
    winner = found.winner
    assert winner is not None
    assert winner.axes is not None
    assert winner.axes.assumed == ["latency"]
    assert [figure.source for figure in winner.axes.sources] == [
        "EuroEval, April 2026",
        "list price, genai-prices 0.2.3",
    ]


async def test_the_effort_that_is_sent_changes_the_figures_of_the_preview() -> None:
    gateway = build_gateway(Config(), KEYS)
    async with serving(gateway) as client:
        params = {"language": "en", "reasoning_effort": "high"}
        answer = await client.get("/v1/routing/preview", params=params)
    winner = RoutingPreview.model_validate(answer.json()).winner
    assert winner is not None
    assert winner.axes is not None
    assert (winner.model_id, winner.axes.quality) == ("gpt-5.4-mini", 90.25)


def test_the_demo_fleets_figures_stay_those_of_its_snapshot() -> None:
    demo = build_gateway(Config(fleet="demo", words="scripted"), KEYS)
    sources = {
        figure.source
        for each in ranking(demo, "balanced").ordered
        if each.axes and each.figures
        for figure in each.figures
        if figure
    }
    assert sources == {"Illustrative scores for the demo fleet"}
