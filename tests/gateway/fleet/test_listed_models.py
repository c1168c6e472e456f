"""Servers that the environment names without models offer what they list themselves."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from speko_gateway.providers.vendors.model_lists import ModelLists
from tests.gateway.fleet.connections_header import connections
from tests.gateway.fleet.test_connections_by_request import ask, made
from tests.gateway.providers.vendor_server import vendor_server, wire
from tests.gateway.served import serving
from tests.patience import PATIENCE

LISTS = "speko_gateway.providers.vendors.model_lists"
SERVERS = {
    "llamacpp": "SPEKO_LLAMACPP_BASE_URL",
    "ollama": "OLLAMA_HOST",
    "lmstudio": "SPEKO_LMSTUDIO_BASE_URL",
    "vllm": "SPEKO_VLLM_BASE_URL",
    "custom": "SPEKO_CUSTOM_BASE_URL",
    "custom-lab": "SPEKO_CUSTOM_LAB_BASE_URL",
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are asked for often, so that no test waits for long."""
    monkeypatch.setattr(f"{LISTS}.FRESH_SECONDS", 0.01)
    monkeypatch.setattr(f"{LISTS}.RETRY_SECONDS", 0.01)


def listing(*models: str) -> Any:
    """What a vendor server answers: this list, or to a call the words of a file."""
    body = {"object": "list", "data": [{"id": model, "object": "model"} for model in models]}
    return json.dumps(body).encode()


async def offered(client: httpx.AsyncClient, vendor: str, **headers: str) -> list[str]:
    """The vendor's models, as everybody can pick them."""
    known = (await client.get("/v1/providers/known", headers=headers)).json()["llm"]
    return [row["model"] for row in known if row["vendor"] == vendor and row["model"]]


async def once_offered(client: httpx.AsyncClient, vendor: str, *models: str) -> None:
    """Wait until exactly these are offered."""
    async with asyncio.timeout(PATIENCE):
        while await offered(client, vendor) != [*models]:
            pass


@pytest.mark.parametrize("vendor", SERVERS)
async def test_a_servers_own_list_is_offered_ranked_and_asked(vendor: str) -> None:
    path = "/models/qwen2.5-0.5b.gguf"
    async with (
        vendor_server(lists=listing(path), chunks=[wire("llamacpp-text")]) as server,
        serving(made({SERVERS[vendor]: server.url})) as client,
    ):
        await once_offered(client, vendor, path)
        preview = (await client.get("/v1/routing/preview", params={"language": "en"})).json()
        answer = await ask(client, {}, vendor)
        pinned = await ask(client, {}, f"{vendor}:not-listed")
    assert (preview["providerId"], preview["modelId"]) == (vendor, path)
    assert (answer["provider"], answer["model"]) == (vendor, path)
    assert pinned["model"] == "not-listed"


async def test_a_list_is_kept_fresh_and_outlives_a_pause_of_its_server() -> None:
    async with (
        vendor_server(lists=listing("a")) as server,
        serving(made({"OLLAMA_HOST": server.url})) as client,
    ):
        await once_offered(client, "ollama", "a")
        server.lists = listing("a", "b", "nomic-embed-text")
        await once_offered(client, "ollama", "a", "b")
        server.lists, server.status = None, 503
        asked = len(server.seen)
        async with asyncio.timeout(PATIENCE):
            while len(server.seen) < asked + 3:
                await offered(client, "ollama")
        assert await offered(client, "ollama") == ["a", "b"]


async def test_a_server_that_comes_up_later_is_found() -> None:
    async with (
        vendor_server(status=503) as server,
        serving(made({"SPEKO_VLLM_BASE_URL": server.url})) as client,
    ):
        assert await offered(client, "vllm") == []
        server.status, server.lists = 200, listing("late")
        await once_offered(client, "vllm", "late")


async def test_nobody_waits_for_a_server_that_does_not_answer() -> None:
    async with vendor_server(hold=asyncio.Event()) as server:
        async with serving(made({"SPEKO_VLLM_BASE_URL": server.url})) as client:
            await server.asked.wait()
            assert await offered(client, "vllm") == []
        await server.gone.wait()


@dataclass
class Counting:
    """A server that counts how often it is asked."""

    base_url: str = "http://box"
    asked: int = 0

    async def list_models(self) -> list[str]:
        """A model for each time."""
        self.asked += 1
        return [f"m{each}" for each in range(self.asked)]


async def test_a_list_that_nobody_reads_is_not_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(f"{LISTS}.FRESH_SECONDS", 0)
    lists, server = ModelLists(), Counting()
    keeping = asyncio.ensure_future(lists.keep(server))
    for read in (1, 2):
        for _ in range(20):
            await asyncio.sleep(0)
        assert server.asked == read
        assert len(lists.at(server.base_url)) == read
    keeping.cancel()


@pytest.mark.parametrize(
    "env", [{"SPEKO_OLLAMA_MODELS": "mine"}, {"OPENAI_API_KEY": "house"}], ids=["named", "vendor"]
)
async def test_whoever_has_models_is_not_asked(env: dict[str, str]) -> None:
    async with vendor_server(lists=listing("a"), chunks=[wire("openai-text")]) as server:
        url = {"SPEKO_OPENAI_BASE_URL": server.url}
        url |= {"OLLAMA_HOST": server.url} if "SPEKO_OLLAMA_MODELS" in env else {}
        async with serving(made({**env, **url})) as client:
            await ask(client, {}, "ollama", "openai")
    assert {seen.method for seen in server.seen} == {"POST"}


async def test_a_callers_own_server_is_not_listed_for_others() -> None:
    async with (
        vendor_server(lists=listing("house")) as server,
        vendor_server(lists=listing("own")) as own,
        serving(made({"OLLAMA_HOST": server.url})) as client,
    ):
        await once_offered(client, "ollama", "house")
        mine = connections({"ollama": {"baseUrl": own.url}})
        assert await offered(client, "ollama", **mine) == []
        assert await offered(client, "ollama") == ["house"]
    assert own.seen == []
