"""What the gateway measures of real answers, and how it ranks by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from speko_client.models import Drill, Fault
from speko_gateway.candidates import Candidate
from speko_gateway.failover.staging import DrillRules
from speko_gateway.gateway import Gateway
from speko_gateway.provider import Finish, TextDelta, ToolCall
from speko_gateway.routing.live_scores import LiveScores
from speko_gateway.routing.measured import TimesKept
from tests.gateway.fleet.connections_header import connections
from tests.gateway.fleet.test_connections_by_request import made
from tests.gateway.fleet_doubles import PlayedProvider, Step, failure, gateway, said
from tests.gateway.providers.vendor_server import vendor_server, wire
from tests.gateway.served import BODY, STREAM, serving

ACME = Candidate("acme", "a")


def measuring(provider: PlayedProvider, **choices: Any) -> tuple[Gateway, TimesKept]:
    """A gateway of this provider, and what it measures."""
    here = gateway(provider, **choices)
    times = TimesKept()
    return replace(here, live_scores=LiveScores(times), drill_rules=DrillRules()), times


async def counted(
    provider: PlayedProvider,
    headers: Mapping[str, str] = STREAM,
    body: Mapping[str, Any] = BODY,
    **choices: Any,
) -> int:
    """How many answers were measured of three."""
    here, times = measuring(provider, **choices)
    async with serving(here) as client:
        for _ in range(3):
            await client.post("/v1/complete", json=body, headers=dict(headers))
    found = times.through({}).ttft(ACME, "global")
    return found.n if found else 0


async def test_a_streamed_answer_is_measured() -> None:
    assert await counted(PlayedProvider({"a": said("Hi")})) == 3


@pytest.mark.parametrize(
    "steps",
    [
        [TextDelta("Hi"), failure()],
        [failure()],
        [ToolCall("1", "f", "{}"), Finish()],
    ],
)
async def test_one_that_fails_or_is_a_tool_call_is_not(steps: list[Step]) -> None:
    assert await counted(PlayedProvider({"a": steps})) == 0


async def test_what_comes_in_one_piece_says_nothing_about_its_first_word() -> None:
    assert await counted(PlayedProvider({"a": said("Hi")}), headers={}) == 0
    local = PlayedProvider({"a": said("Hi")}, kind="local")
    assert await counted(local, headers={}) == 3


async def test_the_demo_fleet_and_simulated_words_are_not() -> None:
    assert await counted(PlayedProvider({"a": said("Hi")}), demo=True) == 0
    assert await counted(PlayedProvider({"a": said("Hi")}, kind="simulated")) == 0


async def test_under_a_drill_nothing_is() -> None:
    drill = Drill(faults=[Fault(target="acme", kind="slow", seconds=0.01)]).to_header()
    for kind in ("live", "local"):
        provider = PlayedProvider({"a": said("Hi")}, kind=kind)
        assert await counted(provider, headers={**STREAM, "X-Speko-Drill": drill}) == 0


async def test_the_region_is_the_callers() -> None:
    provider = PlayedProvider({"a": said("Hi")})
    here, times = measuring(provider)
    body = {**BODY, "intent": {"language": "en", "region": "europe-west3"}}
    async with serving(here) as client:
        await client.post("/v1/complete", json=body, headers=STREAM)
    seen = times.through({})
    assert seen.ttft(ACME, "global") is None
    assert seen.ttft(ACME, "europe-west3") is not None


async def preview(client: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, Any]:
    asked = {"language": "en", "allowed_provider": "openai:gpt-6-luna"}
    response = await client.get("/v1/routing/preview", params=asked, headers=headers)
    axes = response.json()["winner"].get("axes", {})
    return {each["axis"]: each for each in axes.get("sources", ())}


async def answer(client: httpx.AsyncClient, times: int, headers: dict[str, str]) -> None:
    body = {**BODY, "constraints": {"allowedProviders": {"llm": ["openai:gpt-6-luna"]}}}
    for _ in range(times):
        response = await client.post("/v1/complete", json=body, headers={**STREAM, **headers})
        assert "event: done" in response.text


async def test_from_five_answers_on_it_ranks_by_what_it_has_seen() -> None:
    async with vendor_server(chunks=[wire("openai-text")]) as vendor:
        env = {"OPENAI_API_KEY": "test-key", "SPEKO_OPENAI_BASE_URL": vendor.url}
        async with serving(made(env)) as client:
            await answer(client, 4, {})
            assert "latency" not in await preview(client, {})
            await answer(client, 1, {})
            latency = (await preview(client, {}))["latency"]
            assert (latency["n"], latency["source"]) == (5, "measured by this gateway")
            rows = (await client.get("/v1/scores/published-2026-04")).json()["rows"]
            (row,) = [each for each in rows if each["model"] == "gpt-6-luna"]
            assert latency in row["figures"]


async def test_a_callers_own_address_shares_no_times_with_another() -> None:
    async with (
        vendor_server(chunks=[wire("openai-text")]) as vendor,
        vendor_server(chunks=[wire("openai-text")]) as other,
    ):
        env = {"OPENAI_API_KEY": "test-key", "SPEKO_OPENAI_BASE_URL": vendor.url}
        theirs = connections({"openai": {"key": "theirs", "baseUrl": other.url}})
        same = connections({"openai": {"key": "another"}})
        async with serving(made(env)) as client:
            await answer(client, 5, theirs)
            assert "latency" not in await preview(client, {})
            assert (await preview(client, theirs))["latency"]["n"] == 5
            await answer(client, 5, same)
            assert (await preview(client, {}))["latency"]["n"] == 5
            assert (await preview(client, same))["latency"]["n"] == 5


async def test_they_outlive_a_restart(tmp_path: Path) -> None:
    async with vendor_server(chunks=[wire("openai-text")]) as vendor:
        env = {"OPENAI_API_KEY": "secret-key", "SPEKO_OPENAI_BASE_URL": vendor.url}
        async with serving(made(env, data_folder=tmp_path)) as client:
            await answer(client, 5, {})
        async with serving(made(env, data_folder=tmp_path)) as client:
            assert (await preview(client, {}))["latency"]["n"] == 5
    assert "secret-key" not in (tmp_path / "measured-times.json").read_text()
