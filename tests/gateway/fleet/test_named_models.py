"""Models that are named take the place of the catalogue's and the snapshot's: the others are out.

Whoever names models pays for them, so nobody else's may answer.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.gateway.fleet.connections_header import connections
from tests.gateway.fleet.test_connections_by_request import ask, made
from tests.gateway.providers.vendor_server import VendorServer, vendor_server, wire
from tests.gateway.served import serving

HOUSE = {"OPENAI_API_KEY": "house", "SPEKO_OPENAI_MODELS": "gpt-4o-mini"}
EXCLUDED = ("openai:gpt-4o", "openai:gpt-6-sol", "openai:gpt-4.1-mini")


def named(by: str, vendor: VendorServer) -> tuple[dict[str, str], dict[str, str]]:
    """An environment and a request's headers that name one model of OpenAI in this way."""
    environment = {**HOUSE, "SPEKO_OPENAI_BASE_URL": vendor.url}
    mine: dict[str, Any] = {"key": "mine", "models": ["gpt-4o-mini"]}
    if by == "environment":
        return environment, {}
    if by == "environment, with the caller's key":
        return environment, connections({"openai": {"key": "mine"}})
    if by == "environment, where the caller asks for more":
        return environment, connections({"openai": {"models": ["gpt-4o", "gpt-4o-mini"]}})
    return {}, connections({"openai": {**mine, "baseUrl": vendor.url}})


BY = [
    "environment",
    "environment, with the caller's key",
    "environment, where the caller asks for more",
    "request",
]


@pytest.mark.parametrize("by", BY)
async def test_only_the_named_model_is_listed_ranked_and_asked(by: str) -> None:
    async with vendor_server(chunks=[wire("openai-text")]) as vendor:
        environment, headers = named(by, vendor)
        async with serving(made(environment)) as client:
            known = (await client.get("/v1/providers/known", headers=headers)).json()["llm"]
            asked = {"language": "en"}
            preview = (
                await client.get("/v1/routing/preview", params=asked, headers=headers)
            ).json()
            body = {"languages": ["en"], "verticals": ["general"], "optimizeFor": ["balanced"]}
            sweep = (await client.post("/v1/routing/sweep", json=body, headers=headers)).json()
            refused = [await ask(client, headers, excluded) for excluded in EXCLUDED]
            answer = await ask(client, headers, "openai")
    assert [row["model"] for row in known if row["vendor"] == "openai"] == [None, "gpt-4o-mini"]
    seen = [preview, *preview["runnersUp"], *preview["filteredOut"]]
    assert {row["modelId"] for row in seen if row["providerId"] == "openai"} == {"gpt-4o-mini"}
    assert "gpt-4o-mini" in str(sweep)
    assert not any(f"'{excluded.split(':')[1]}'" in str(sweep) for excluded in EXCLUDED)
    assert {each["code"] for each in refused} == {"COMPLETE_FAILED"}
    assert answer["model"] == "gpt-4o-mini"
    assert [seen.body["model"] for seen in vendor.seen] == ["gpt-4o-mini"]


@pytest.mark.parametrize("by", BY)
async def test_no_failover_leads_to_a_model_that_was_not_named(by: str) -> None:
    async with vendor_server(status=503) as vendor:
        environment, headers = named(by, vendor)
        async with serving(made(environment)) as client:
            await ask(client, headers, "openai")
    assert [seen.body["model"] for seen in vendor.seen] == ["gpt-4o-mini"]


async def test_a_caller_with_a_key_of_their_own_names_their_own_models() -> None:
    async with vendor_server(chunks=[wire("openai-text")]) as vendor:
        environment = {**HOUSE, "SPEKO_OPENAI_BASE_URL": vendor.url}
        headers = connections({"openai": {"key": "mine", "models": ["gpt-4o"]}})
        async with serving(made(environment)) as client:
            answer = await ask(client, headers, "openai:gpt-4o")
            nobody = await ask(client, headers, "openai:gpt-4o-mini")
    assert (answer["model"], nobody["code"]) == ("gpt-4o", "COMPLETE_FAILED")
    assert [seen.headers["authorization"] for seen in vendor.seen] == ["Bearer mine"]


async def test_a_caller_who_names_none_of_the_houses_models_gets_none() -> None:
    async with vendor_server(chunks=[wire("openai-text")]) as vendor:
        environment = {**HOUSE, "SPEKO_OPENAI_BASE_URL": vendor.url}
        headers = connections({"openai": {"models": ["gpt-4o"]}})
        async with serving(made(environment)) as client:
            answer = await ask(client, headers, "openai:gpt-4o", "openai")
    assert answer["code"] == "COMPLETE_FAILED"
    assert vendor.seen == []
