"""What a Connections page is told: who is connected, what runs, what works, how it is doing."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from speko_client.models import ProvidersHealth, VendorConnections, VendorTest
from speko_gateway.providers.vendors.catalogue import VENDORS
from tests.gateway.fleet.connections_header import connections, fleet
from tests.gateway.fleet.test_connections_by_request import ask, made, only
from tests.gateway.providers.vendor_server import vendor_server, wire
from tests.gateway.served import serving

LISTED = json.dumps({"object": "list", "data": [{"id": "b"}, {"id": "a"}]}).encode()
NONE_LISTED = b'{"object": "list", "data": null}'


async def listed(client: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The rows of ``GET /v1/connections`` by vendor."""
    response = await client.get("/v1/connections", headers=headers)
    VendorConnections.model_validate(response.json())
    return {row["id"]: row for row in response.json()["vendors"]}


async def check(
    client: httpx.AsyncClient, vendor: str, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """What ``POST /v1/connections/test`` finds."""
    response = await client.post(
        "/v1/connections/test", json={"vendor": vendor}, headers=headers or {}
    )
    assert response.status_code == 200, response.text
    VendorTest.model_validate(response.json())
    found: dict[str, Any] = response.json()
    return found


async def test_every_vendor_is_listed_with_what_it_lacks() -> None:
    env = {"ANTHROPIC_API_KEY": "house", "SPEKO_CUSTOM_LAB_BASE_URL": "http://u:pw@127.0.0.1:1/v1"}
    async with serving(made(env)) as client:
        rows = await listed(client, connections({"openai": {"key": "mine"}}))
    assert list(rows) == [*VENDORS, "custom-lab"]
    assert rows["groq"] == {
        "id": "groq",
        "name": "Groq",
        "dialect": "openai",
        "needsKey": True,
        "keyEnv": ["GROQ_API_KEY"],
        "baseUrl": "https://api.groq.com/openai/v1",
        "source": None,
        "configured": False,
        "reason": "Groq needs a key (GROQ_API_KEY)",
        "local": False,
        "running": None,
        "learnt": [],
    }
    told = {name: (row["source"], row["configured"], row["reason"]) for name, row in rows.items()}
    assert told["openai"] == ("request", True, None)
    assert told["anthropic"] == ("environment", True, None)
    assert told["custom-lab"] == ("environment", True, None)
    assert rows["custom-lab"]["baseUrl"] == "http://127.0.0.1:1/v1"
    assert "mine" not in str(rows)
    assert "house" not in str(rows)


@pytest.mark.parametrize(
    ("answer", "status", "running"),
    [(LISTED, 200, True), (NONE_LISTED, 200, True), (b"{}", 401, True), (b"<html>", 200, False)],
)
async def test_a_local_server_shows_whether_it_runs(
    answer: bytes, status: int, running: bool
) -> None:
    async with (
        vendor_server(content_type="application/json", chunks=[answer], status=status) as server,
        serving(made()) as client,
    ):
        rows = await listed(client, connections({"ollama": {"baseUrl": server.url}}))
    assert (rows["ollama"]["local"], rows["ollama"]["running"]) == (True, running)
    assert rows["ollama"]["reason"] == (None if running else "it is not running")
    assert [row["id"] for row in rows.values() if row["local"]] == [
        "ollama",
        "lmstudio",
        "vllm",
        "llamacpp",
    ]


async def test_a_listener_that_says_nothing_holds_up_nobody() -> None:
    async with (
        vendor_server(content_type="application/json", hold=asyncio.Event()) as server,
        serving(made({"OLLAMA_HOST": server.url})) as client,
    ):
        rows = await listed(client, {})
        await server.gone.wait()
    assert rows["ollama"]["running"] is False


async def test_nothing_beyond_loopback_is_looked_for() -> None:
    brought = connections({"ollama": {"baseUrl": "http://192.0.2.1:11434"}})
    async with serving(made()) as client:
        rows = await listed(client, brought)
    assert (rows["ollama"]["running"], rows["ollama"]["configured"]) == (None, True)


async def test_a_test_tells_in_plain_words_that_it_works() -> None:
    async with (
        vendor_server(content_type="application/json", chunks=[LISTED]) as vendor,
        serving(made()) as client,
    ):
        brought = connections({"openai": {"key": "mine", "baseUrl": vendor.url}}) | fleet("demo")
        found = await check(client, "openai", brought)
        vendor.chunks = [NONE_LISTED]
        empty = await check(client, "openai", brought)
    assert vendor.seen[0].headers["authorization"] == "Bearer mine"
    assert (found["ok"], found["code"], found["models"]) == (True, None, ["a", "b"])
    assert found["message"] == "OpenAI answers: it lists 2 models."
    assert found["latencyMs"] > 0
    assert (empty["ok"], empty["message"]) == (True, "OpenAI answers, but lists no models yet.")


@pytest.mark.parametrize(
    ("status", "said", "code", "advice"),
    [
        (400, "boom", "INVALID_REQUEST", "Check the address"),
        (401, "Incorrect API key provided: mine", "AUTH_FAILED", "Check the key"),
        (404, "no such path", "MODEL_NOT_FOUND", "Check the address"),
        (429, "slow down", "RATE_LIMITED", "over its limit"),
        (500, "oops", "SERVER_ERROR", "Try again"),
        (302, "", "CONNECT_FAILED", "it leads elsewhere"),
    ],
)
async def test_a_test_tells_what_is_wrong_and_never_the_key(
    status: int, said: str, code: str, advice: str
) -> None:
    body = json.dumps({"error": {"message": said}}).encode()
    async with (
        vendor_server(content_type="application/json", chunks=[body], status=status) as vendor,
        serving(made()) as client,
    ):
        vendor.headers = {"Location": f"{vendor.url}/elsewhere"} if status == 302 else {}
        found = await check(
            client, "openai", connections({"openai": {"key": "mine", "baseUrl": vendor.url}})
        )
    assert (found["ok"], found["code"]) == (False, code)
    assert f"OpenAI answered {status}" in found["message"]
    assert advice in found["message"]
    assert "mine" not in found["message"]
    assert len(vendor.seen) == 1


async def test_a_vendor_that_does_not_answer_is_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("speko_gateway.providers.vendors.upstream.LIST_SECONDS", 0.05)
    async with vendor_server(hold=asyncio.Event()) as vendor, serving(made()) as client:
        found = await check(client, "ollama", connections({"ollama": {"baseUrl": vendor.url}}))
        await vendor.gone.wait()
    assert (found["ok"], found["code"]) == (False, "TIMEOUT")
    assert "Try again" in found["message"]


async def test_what_a_server_takes_is_shown_once_it_is_known() -> None:
    def refuses(body: dict[str, Any]) -> Any:
        unknown = [name for name in ("stream_options", "max_tokens") if name in body]
        return {"error": f"unknown field {unknown[0]}"} if unknown else None

    async with vendor_server(chunks=[wire("llamacpp-text")], refuses=refuses) as lab:
        env = {"SPEKO_CUSTOM_BASE_URL": lab.url, "SPEKO_CUSTOM_MODELS": "m"}
        async with serving(made(env)) as client:
            before = await listed(client, {})
            body = {**only("custom:m"), "maxTokens": 64}
            stream = {"accept": "text/event-stream"}
            assert (
                "event: done" in (await client.post("/v1/complete", json=body, headers=stream)).text
            )
            after = await listed(client, {})
            mine = connections({"custom": {"baseUrl": lab.url, "models": ["other"]}})
            theirs = await listed(client, mine)
    assert before["custom"]["learnt"] == []
    known = {"takes": ["max_completion_tokens"], "refuses": ["stream_options"]}
    assert after["custom"]["learnt"] == [{"model": "m", **known}]
    assert theirs["custom"]["learnt"] == [{"model": None, **known}]


async def test_without_a_usable_key_nobody_is_asked() -> None:
    async with serving(made(fleet="live")) as client:
        missing = await check(client, "openai")
        unusable = await check(client, "groq", connections({"groq": {"key": "two words"}}))
    assert (missing["ok"], missing["code"]) == (False, "AUTH_FAILED")
    assert missing["message"] == "OpenAI needs a key (OPENAI_API_KEY)."
    assert unusable["message"] == "The key for Groq has characters that no key has."


async def test_the_demo_fleet_and_the_local_model_say_what_they_are() -> None:
    async with serving(made()) as client:
        simulated, local = await check(client, "openai"), await check(client, "local")
        unknown = await client.post("/v1/connections/test", json={"vendor": "nobody"})
    assert simulated["ok"] is True
    assert "simulated" in simulated["message"]
    assert "The local model" in local["message"]
    assert unknown.status_code == 404
    assert unknown.json()["code"] == "NOT_FOUND"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"vendor": 1}', b'{"vendor": null}'])
async def test_a_bad_question_names_the_field(body: bytes) -> None:
    async with serving(made()) as client:
        headers = {"content-type": "application/json"}
        response = await client.post("/v1/connections/test", content=body, headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "VALIDATION_ERROR")


async def health(client: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The rows of ``GET /v1/providers/health`` by ``vendor:model``."""
    response = await client.get("/v1/providers/health", headers=headers)
    told = ProvidersHealth.model_validate(response.json())
    assert told.window_seconds > 0
    return {f"{row['provider']}:{row['model']}": row for row in response.json()["providers"]}


async def test_one_callers_bad_key_puts_nobody_else_out() -> None:
    async with vendor_server(chunks=[wire("openai-text")]) as vendor:
        env = {"OPENAI_API_KEY": "house", "SPEKO_OPENAI_BASE_URL": vendor.url}
        async with serving(made(env)) as client:
            bad, good = (connections({"openai": {"key": key}}) for key in ("bad", "good"))
            vendor.status = 401
            for _ in range(5):
                await ask(client, bad, "openai:gpt-4o")
            vendor.status = 200
            for headers in (good, {}):
                assert (await ask(client, headers, "openai:gpt-4o"))["provider"] == "openai"
            own, theirs, house = [await health(client, each) for each in (bad, good, {})]
    assert own["openai:gpt-4o"]["state"] == "unhealthy"
    assert own["openai:gpt-4o"]["errorRate"] == 1.0
    assert own["openai:gpt-4o"]["lastError"]["code"] == "AUTH_FAILED"
    assert theirs["openai:gpt-4o"] == house["openai:gpt-4o"]
    assert (house["openai:gpt-4o"]["calls"], house["openai:gpt-4o"]["state"]) == (1, "healthy")


async def test_a_simulated_vendors_health_is_not_the_vendors() -> None:
    async with vendor_server(status=500) as vendor:
        env = {"OPENAI_API_KEY": "house", "SPEKO_OPENAI_BASE_URL": vendor.url}
        async with serving(made(env)) as client:
            await ask(client, {}, "openai:gpt-6.1-sol")
            await ask(client, fleet("demo"), "openai:gpt-6.1-sol")
            live, demo = await health(client, {}), await health(client, fleet("demo"))
    assert (live["openai:gpt-6.1-sol"]["calls"], live["openai:gpt-6.1-sol"]["errorRate"]) == (
        1,
        1.0,
    )
    assert (demo["openai:gpt-6.1-sol"]["calls"], demo["openai:gpt-6.1-sol"]["errorRate"]) == (
        1,
        0.0,
    )


def test_no_key_can_be_read_out_of_what_the_gateway_holds() -> None:
    gateway = made({"OPENAI_API_KEY": "sk-house"}).for_request(
        {name.lower(): value for name, value in connections({"groq": {"key": "sk-own"}}).items()}
    )
    assert gateway.vendors is not None
    assert gateway.vendors.names["groq"]
    shown = repr(gateway)
    assert "sk-house" not in shown
    assert "sk-own" not in shown
