"""Answers over connections that came with the request: whose key, which address, which fleet."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from speko_gateway.config import Config
from speko_gateway.gateway import Gateway, build_gateway
from tests.gateway.fleet.connections_header import connections, fleet
from tests.gateway.providers.vendor_server import vendor_server, wire
from tests.gateway.served import BODY, serving


def made(env: dict[str, str] | None = None, **choices: Any) -> Gateway:
    """A gateway of this environment; private addresses may be named unless told otherwise."""
    config = {"words": "scripted", "pace": 0, "private_urls": True, **choices}
    return build_gateway(Config(**config), env or {})


def only(*entries: str) -> dict[str, Any]:
    """A request that allows only these."""
    return {**BODY, "constraints": {"allowedProviders": {"llm": [*entries]}}}


async def ask(client: httpx.AsyncClient, headers: dict[str, str], *entries: str) -> dict[str, Any]:
    """The answer, or the error's envelope, to a request that allows only these."""
    response = await client.post("/v1/complete", json=only(*entries), headers=headers)
    answer: dict[str, Any] = response.json()
    return answer


async def test_a_key_that_comes_along_is_used_for_that_request_alone() -> None:
    async with (
        vendor_server(chunks=[wire("openai-text")]) as vendor,
        serving(made({"SPEKO_OPENAI_BASE_URL": vendor.url})) as client,
    ):
        brought = connections({"openai": {"key": "mine", "baseUrl": vendor.url}})
        answer = await ask(client, brought, "openai:gpt-4o")
        after = (await client.get("/v1/fleet")).json()
    assert (answer["provider"], answer["kind"]) == ("openai", "live")
    assert [seen.headers["authorization"] for seen in vendor.seen] == ["Bearer mine"]
    assert after["demo"] is True


async def test_the_requests_key_wins_over_the_environments_at_the_same_address() -> None:
    async with vendor_server(chunks=[wire("openai-text")]) as vendor:
        env = {"OPENAI_API_KEY": "house", "SPEKO_OPENAI_BASE_URL": vendor.url}
        async with serving(made(env)) as client:
            for headers in ({}, connections({"openai": {"key": "mine"}}), {}):
                assert (await ask(client, headers, "openai:gpt-4o"))["provider"] == "openai"
    sent = [seen.headers["authorization"] for seen in vendor.seen]
    assert sent == ["Bearer house", "Bearer mine", "Bearer house"]


@pytest.mark.parametrize("key", [{}, {"key": ""}, {"key": " "}])
async def test_the_environments_key_never_goes_to_an_address_from_a_request(
    key: dict[str, str],
) -> None:
    async with vendor_server(chunks=[wire("openai-text")]) as stranger:
        env = {"OPENAI_API_KEY": "house", "SPEKO_CUSTOM_LAB_BASE_URL": "http://127.0.0.1:1"}
        async with serving(made({**env, "SPEKO_CUSTOM_LAB_API_KEY": "house"})) as client:
            brought = connections(
                {
                    "openai": {**key, "baseUrl": stranger.url},
                    "custom-lab": {**key, "baseUrl": stranger.url, "models": ["m"]},
                }
            )
            for vendor in ("openai", "custom-lab"):
                question = {"vendor": vendor}
                await client.post("/v1/connections/test", json=question, headers=brought)
            answer = await ask(client, brought, "openai:gpt-4o", "custom-lab:m")
    assert answer["provider"] == "custom-lab"
    assert len(stranger.seen) == 2
    assert all("house" not in str(seen.headers) for seen in stranger.seen)


async def test_a_custom_server_answers_when_pinned_and_behind_the_scored_ones() -> None:
    async with (
        vendor_server(chunks=[wire("openai-text")]) as openai,
        vendor_server(chunks=[wire("llamacpp-text")]) as lab,
        serving(made()) as client,
    ):
        brought = connections(
            {
                "custom-lab": {"name": "Lab", "baseUrl": f"{lab.url}/v1", "models": ["tiny"]},
                "openai": {"key": "mine", "baseUrl": openai.url},
            }
        )
        pinned = await ask(client, brought, "custom-lab:tiny")
        known = (await client.get("/v1/providers/known", headers=brought)).json()["llm"]
        preview = (
            await client.get("/v1/routing/preview", params={"language": "en"}, headers=brought)
        ).json()
        openai.status = 503
        failed_over = await ask(client, brought, "openai:gpt-4o", "custom-lab")
    assert (pinned["provider"], pinned["model"]) == ("custom-lab", "tiny")
    assert lab.seen[0].body["model"] == "tiny"
    assert "authorization" not in lab.seen[0].headers
    rows = {row["id"]: row for row in known}
    assert rows["custom-lab"]["vendorName"] == "Lab"
    assert (rows["custom-lab:tiny"]["available"], rows["custom-lab:tiny"]["benchmarked"]) == (
        True,
        False,
    )
    places = [preview["providerId"], *(each["providerId"] for each in preview["runnersUp"])]
    assert places.index("custom-lab") > places.index("openai")
    assert (failed_over["provider"], failed_over["failoverCount"]) == ("custom-lab", 1)


async def test_a_server_without_a_list_answers_for_whatever_model_is_pinned() -> None:
    async with (
        vendor_server(chunks=[wire("llamacpp-text")]) as lab,
        serving(made({"OLLAMA_HOST": lab.url, "OPENAI_API_KEY": "house"})) as client,
    ):
        answer = await ask(client, {}, "ollama:llama3.2:1b")
        nobody = await ask(client, {}, "openai:no-such-model")
    assert (answer["provider"], answer["model"]) == ("ollama", "llama3.2:1b")
    assert nobody["code"] == "COMPLETE_FAILED"


async def test_what_a_callers_server_takes_is_known_at_the_next_request() -> None:
    def refuses(body: dict[str, Any]) -> Any:
        return {"error": "unknown field max_tokens"} if "max_tokens" in body else None

    async with (
        vendor_server(chunks=[wire("llamacpp-text")], refuses=refuses) as lab,
        serving(made()) as client,
    ):
        headers = connections({"custom-lab": {"baseUrl": lab.url, "models": ["m"]}})
        body = {**only("custom-lab"), "maxTokens": 64}
        answers = [
            (await client.post("/v1/complete", json=body, headers=headers)).json() for _ in range(2)
        ]
    assert [answer["failoverCount"] for answer in answers] == [0, 0]
    assert ["max_tokens" in seen.body for seen in lab.seen] == [True, False, False]


async def test_two_callers_with_the_same_vendor_never_meet() -> None:
    async with (
        vendor_server(chunks=[wire("llamacpp-text")]) as one,
        vendor_server(chunks=[wire("llamacpp-text")]) as other,
        serving(made()) as client,
    ):
        for server, key in ((one, "first"), (other, "second"), (one, "first")):
            mine = {"key": key, "baseUrl": server.url, "models": ["m"]}
            await ask(client, connections({"custom-box": mine}), "custom-box")
    assert {seen.headers["authorization"] for seen in one.seen} == {"Bearer first"}
    assert {seen.headers["authorization"] for seen in other.seen} == {"Bearer second"}
    assert (len(one.seen), len(one.peers), len(other.seen)) == (2, 1, 1)


@pytest.mark.parametrize("default", ["auto", "demo", "live"])
@pytest.mark.parametrize("asked", [None, "auto", "demo", "live"])
@pytest.mark.parametrize("house_key", [False, True])
@pytest.mark.parametrize("own_key", [False, True])
async def test_which_fleet_answers(
    default: str, asked: str | None, house_key: bool, own_key: bool
) -> None:
    headers = fleet(asked) if asked else {}
    if own_key:
        headers |= connections({"groq": {"key": "mine"}})
    gateway = made({"XAI_API_KEY": "house"} if house_key else {}, fleet=default)
    async with serving(gateway) as client:
        told = (await client.get("/v1/fleet", headers=headers)).json()
        known = (await client.get("/v1/providers/known", headers=headers)).json()["llm"]
    choice = asked or default
    demo = choice == "demo" or (choice == "auto" and not house_key and not own_key)
    assert (told["fleet"], told["demo"]) == ("demo" if demo else "live", demo)
    assert told["snapshot"]["id"].startswith("demo" if demo else "euroeval")
    rows = {row["id"]: row for row in known}
    assert ("groq" in rows) == (own_key and not demo)
    assert rows["xai"]["kind"] == ("simulated" if demo else "live")
    assert rows["xai"]["available"] == (demo or house_key)
    assert "local" in rows


async def test_an_outage_is_obeyed_only_by_the_fleet_that_this_request_has() -> None:
    headers = {"x-speko-simulate-outage": "openai"}
    async with serving(made()) as client:
        demo = await ask(client, headers, "openai:gpt-6.1-sol", "xai")
        live = await ask(client, headers | fleet("live"), "openai:gpt-6.1-sol", "xai")
    assert demo["attempts"][0]["code"] == "SIMULATED_OUTAGE"
    assert "needs a key" in live["error"]


async def test_a_key_without_use_is_told_as_such() -> None:
    async with serving(made(fleet="live")) as client:
        headers = connections({"openai": {"key": "two words"}, "groq": {"models": ["m"]}})
        known = (await client.get("/v1/providers/known", headers=headers)).json()["llm"]
    rows = {row["id"]: row for row in known}
    assert "has characters that no key has" in rows["openai"]["reason"]
    assert "two words" not in str(known)
    assert "groq" not in rows
