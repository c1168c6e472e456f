"""How long a candidate may be silent: while it thinks, while it loads, and in all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from speko_gateway.config import Config, Limits
from speko_gateway.failover.relay import Relay
from speko_gateway.gateway import build_gateway
from speko_gateway.provider import PROGRESS, Finish, ProviderRequest, TextDelta, ToolCall
from speko_gateway.providers.vendors.live import build_live_providers
from tests.gateway.fleet_doubles import (
    ENGLISH,
    HELLO,
    Hang,
    PlayedProvider,
    Step,
    Wait,
    relay,
    said,
)
from tests.gateway.providers.vendor_server import vendor_server, wire
from tests.gateway.served import AUTH, BODY, STREAM, serving

pytestmark = pytest.mark.leaping

BOTH = pytest.mark.parametrize("buffered", [False, True], ids=["stream", "one piece"])
THINKING: list[Step] = [Wait(0.4), PROGRESS]
STRICT = Limits(first_token=2, first_token_local=2, whole=2, idle=1)


def asked(buffered: bool) -> ProviderRequest:
    return ProviderRequest(model="", messages=HELLO, intent=ENGLISH, buffered=buffered)


def way_of(
    steps: list[Step], limits: Limits, *, buffered: bool = False, loads_models: bool = False
) -> Relay:
    provider = PlayedProvider({"a": steps}, loads_models=loads_models)
    return relay(provider, "a", limits=limits, request=asked(buffered))


async def heard(way: Relay) -> list[Any]:
    """What the one candidate says."""
    speaker = await way.open()
    try:
        return [piece async for batch in speaker.batches() for piece in batch]
    finally:
        await speaker.close()


async def failure_of(way: Relay) -> str:
    """How its one attempt failed."""
    with pytest.raises(Exception, match="timed out"):
        await heard(way)
    (attempt,) = way.attempts
    assert attempt.code == "TIMEOUT"
    return attempt.message or ""


@BOTH
async def test_whoever_works_without_a_word_is_not_silent(buffered: bool) -> None:
    way = way_of([*THINKING * 20, *said("At last")], STRICT, buffered=buffered)
    assert await heard(way) == [TextDelta("At last")]


@BOTH
async def test_work_without_end_ends_at_the_limit_of_the_answer(buffered: bool) -> None:
    limits = replace(STRICT, answer=10)
    message = await failure_of(way_of(THINKING * 1000, limits, buffered=buffered))
    assert message == "timed out after 10.0 s, its answer incomplete"


async def test_silence_after_work_is_silence() -> None:
    message = await failure_of(way_of([*THINKING * 20, Hang()], STRICT))
    assert message == "timed out after 1.0 s of silence"


async def test_an_early_sign_does_not_shorten_the_time_to_the_first_word() -> None:
    steps = [PROGRESS, Wait(1.9), *said("Hello")]
    assert await heard(way_of(steps, STRICT)) == [TextDelta("Hello")]


async def test_a_tool_call_that_comes_in_pieces_after_words_is_no_silence() -> None:
    call = ToolCall("1", "look_up", "{}")
    way = way_of([TextDelta("Let me see"), *THINKING * 20, call, Finish()], STRICT)
    assert await heard(way) == [TextDelta("Let me see"), call]


# Servers that load their model first


async def test_a_server_of_ones_own_may_load_its_model_before_the_first_word() -> None:
    loaded = way_of([Wait(119), *said("Hello")], Limits(), loads_models=True)
    assert await heard(loaded) == [TextDelta("Hello")]
    message = await failure_of(way_of([Hang()], Limits(), loads_models=True))
    assert message == "timed out after 120.0 s without a word"
    message = await failure_of(way_of([Wait(119), *said("Hello")], Limits()))
    assert message == "timed out after 20.0 s without a word"


async def test_an_answer_in_one_piece_may_take_as_much_longer() -> None:
    way = way_of([Wait(189), *said("Hello")], Limits(), buffered=True, loads_models=True)
    assert await heard(way) == [TextDelta("Hello")]
    message = await failure_of(way_of([Hang()], Limits(), buffered=True, loads_models=True))
    assert message == "timed out after 190.0 s without an answer"


async def test_loading_is_not_counted_as_part_of_the_answer_but_thinking_is() -> None:
    limits = Limits(answer=50, idle=40)
    steps: list[Step] = [Wait(119), TextDelta("Hello"), Wait(39), TextDelta("!"), Finish()]
    assert len(await heard(way_of(steps, limits, loads_models=True))) == 2
    steps = [Wait(119), PROGRESS, Wait(39), PROGRESS, Wait(39), *said("late")]
    message = await failure_of(way_of(steps, limits, loads_models=True))
    assert message == "timed out after 50.0 s, its answer incomplete"


async def test_the_deadline_is_the_deadline_for_whoever_loads_too() -> None:
    message = await failure_of(way_of([Hang()], Limits(deadline=30), loads_models=True))
    assert message == "timed out as the 30.0 s for the whole request were up"


async def test_the_limits_leave_room_for_loading_and_a_whole_answer() -> None:
    limits = Limits()
    assert limits.first_token_local + limits.answer < limits.deadline
    assert limits.for_loading.whole < limits.deadline


@pytest.mark.parametrize(
    ("vendor", "url", "loads"),
    [
        ("ollama", "http://models.example", True),
        ("vllm", "https://gpu.example/v1", True),
        ("custom", "https://gateway.example/v1", True),
        ("openai", None, False),
        ("openai", "https://proxy.example/v1", False),
        ("openai", "http://127.0.0.1:8080", True),
        ("openai", "http://[::1]:8080/v1", True),
        ("openai", "http://[fd00::7]/v1", True),
        ("openai", "http://10.1.2.3/v1", True),
        ("openai", "http://8.8.8.8/v1", False),
        ("openai", "http://gpu-box:8000/v1", True),
        ("openai", "http://GPU.LOCAL./v1", True),
        ("openai", "http://host.docker.internal/v1", True),
        ("openai", "http://[oops", False),
    ],
)
def test_who_runs_on_a_machine_of_ones_own_is_known_by_kind_or_address(
    vendor: str, url: str | None, loads: bool
) -> None:
    environment = {"OPENAI_API_KEY": "test-key"}
    if url is not None:
        environment[f"SPEKO_{vendor.upper()}_BASE_URL"] = url
    assert build_live_providers(environment)[vendor].loads_models is loads


@pytest.mark.parametrize("headers", [AUTH, STREAM], ids=["one piece", "stream"])
async def test_a_model_server_that_is_silent_for_two_minutes_is_waited_for(
    headers: dict[str, str],
) -> None:
    loaded = asyncio.Event()
    async with vendor_server(chunks=[wire("llamacpp-text")], wait=loaded) as server:
        environment = {"SPEKO_OLLAMA_BASE_URL": server.url, "SPEKO_OLLAMA_MODELS": "llama"}
        async with serving(build_gateway(Config(), environment)) as client:
            answering = asyncio.ensure_future(
                client.post("/v1/complete", json=BODY, headers=headers, timeout=None)
            )
            await server.asked.wait()
            asyncio.get_running_loop().call_later(115, loaded.set)
            response = await answering
    assert response.status_code == 200
    assert response.headers["x-speko-provider"] == "ollama"
    assert response.headers["x-speko-failover-count"] == "0"
