"""A preview asked as the platform asks it, or as the router does, which came later."""

from __future__ import annotations

from typing import Any

import pytest

from speko_client.models import RoutingPreview
from tests.gateway.fleet_doubles import PlayedProvider, gateway, said
from tests.gateway.served import serving

PREVIEW = "/v1/routing/preview"
EN = {"language": "en"}


async def asked(params: Any) -> tuple[int, dict[str, Any]]:
    """The status and the body for these parameters, from models a, b and c, the best first."""
    provider = PlayedProvider({"a": said("A"), "b": said("B"), "c": said("C")})
    async with serving(gateway(provider)) as client:
        response = await client.get(PREVIEW, params=params)
    return response.status_code, response.json()


@pytest.mark.parametrize(
    ("routers", "platforms"),
    [
        ({"stage": "llm"}, EN),
        ({"stage": "llm", "language": "es"}, {"language": "es"}),
        ({"objective": "quality"}, {**EN, "optimize_for": "accuracy"}),
        ({"objective": "latency"}, {**EN, "optimize_for": "latency"}),
        (
            {"stage": "llm", "objective": "quality", "allow": "acme:b"},
            {**EN, "optimize_for": "accuracy", "allowed_provider": "acme:b"},
        ),
        ({"allow": " acme:b , acme:c"}, {**EN, "allowed_provider": ["acme:b", "acme:c"]}),
        ({"allow": "acme"}, {**EN, "allowed_provider": "acme"}),
        ({"deny": "nobody"}, EN),
        ({"max_price": "1000000"}, EN),
        ({"objective": "cost", "optimize_for": "cost"}, {**EN, "optimize_for": "cost"}),
        (
            {"allow": "acme:b", "allowed_provider": "acme:b"},
            {**EN, "allowed_provider": "acme:b"},
        ),
        ({"allow": "", "stage": "llm"}, EN),
    ],
)
async def test_the_routers_words_mean_the_same(
    routers: dict[str, str], platforms: dict[str, str]
) -> None:
    status, by_router = await asked(routers)
    assert status == 200
    _, by_platform = await asked(platforms)
    assert by_router.items() >= by_platform.items()
    RoutingPreview.model_validate(by_router)


async def test_the_routers_client_reads_its_own_fields() -> None:
    _, answer = await asked({"stage": "llm", "objective": "quality"})
    own = {name: answer[name] for name in ("id", "provider", "model", "language", "objective")}
    assert own == {
        "id": "acme:a",
        "provider": "acme",
        "model": "a",
        "language": "en",
        "objective": "quality",
    }
    assert [each["id"] for each in answer["runners_up"]] == ["acme:b", "acme:c"]


async def test_its_objective_is_the_one_ranked_by() -> None:
    _, answer = await asked({"stage": "llm", "optimize_for": "latency"})
    assert (answer["objective"], answer["weights"]["latency"]) == ("latency", 0.7)


@pytest.mark.parametrize(
    ("params", "left", "reason"),
    [
        ({**EN, "deny": "acme:a"}, ["b", "c"], "on the deny-list"),
        ({**EN, "deny": "acme:a,acme:c", "allow": "acme"}, ["b"], "on the deny-list"),
        ({**EN, "deny": "acme"}, [], "on the deny-list"),
        ({**EN, "max_price": "0"}, [], "it costs more than max_price"),
    ],
)
async def test_who_is_left_out(params: dict[str, str], left: list[str], reason: str) -> None:
    status, answer = await asked(params)
    assert status == 200
    ranked = [answer["model"], *(each["model"] for each in answer["runners_up"])]
    assert [model for model in ranked if model] == left
    assert reason in {each["reason"] for each in answer["filteredOut"]}
    if left:
        assert answer["runnersUp"] == [] or answer["runnersUp"][-1]["score"] < answer["score"]


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({**EN, "optimise_for": "cost"}, "optimise_for: There is no such parameter"),
        ({**EN, "optimizeFor": "cost"}, "optimizeFor: There is no such parameter"),
        ({**EN, "x": "1", "y": "2"}, "query.y"),
        ({"stage": "tts"}, "stage"),
        ({"stage": "video"}, "stage"),
        ({"objective": "accuracy"}, "objective"),
        ({"max_price": "-1"}, "max_price"),
        ({"max_price": "nan"}, "max_price"),
        ({"max_price": "cheap"}, "max_price"),
        ({"objective": "quality", "optimize_for": "cost"}, "contradict each other"),
        ({"allow": "acme:a", "allowed_provider": "acme:b"}, "contradict each other"),
        ({"optimize_for": "cost"}, "language"),
    ],
)
async def test_what_is_refused(params: dict[str, str], named: str) -> None:
    status, answer = await asked(params)
    assert (status, answer["code"]) == (400, "VALIDATION_ERROR")
    assert named in answer["error"]
