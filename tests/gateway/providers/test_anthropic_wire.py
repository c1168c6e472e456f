"""The anthropic dialect: it sends what Anthropic's own SDK sends, and reads its messages."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import anthropic
import pytest

from speko_client.models import ChatMessage, ChatToolCall
from speko_gateway.provider import FailureCode, Finish, ProviderError, TextDelta, ToolCall
from speko_gateway.providers.vendors.anthropic import DEFAULT_MAX_TOKENS
from tests.gateway.providers.vendor_server import (
    Seen,
    ask,
    drain,
    saying,
    text_of,
    vendor_server,
    wire,
)

USER: dict[str, Any] = {"role": "user", "content": "Wie ist das Wetter in Zürich? ☀"}
ASK_WEATHER = ChatMessage(role="user", content=USER["content"])
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"name": "get_weather", "description": "Weather of a city", "parameters": SCHEMA}
SDK_TOOL = {"name": "get_weather", "description": "Weather of a city", "input_schema": SCHEMA}
HISTORY = (
    ASK_WEATHER,
    ChatMessage(
        role="assistant",
        content="Let me look.",
        tool_calls=[
            ChatToolCall(id="toolu_1", name="get_weather", args='{"city":"Zürich"}'),
            ChatToolCall(id="toolu_2", name="get_weather", args='{"city":"Bern"}'),
        ],
    ),
    ChatMessage(role="tool", content="no such city", tool_call_id="toolu_2", is_error=True),
    ChatMessage(role="tool", content="18 degrees", tool_call_id="toolu_1"),
    ChatMessage(role="user", content="And now?"),
)
SDK_HISTORY = [
    USER,
    {
        "role": "assistant",
        "content": [
            {"type": "text", "text": "Let me look."},
            {
                "type": "tool_use",
                "id": "toolu_1",
                "name": "get_weather",
                "input": {"city": "Zürich"},
            },
            {
                "type": "tool_use",
                "id": "toolu_2",
                "name": "get_weather",
                "input": {"city": "Bern"},
            },
        ],
    },
    {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "toolu_1", "content": "18 degrees"},
            {
                "type": "tool_result",
                "tool_use_id": "toolu_2",
                "content": "no such city",
                "is_error": True,
            },
            {"type": "text", "text": "And now?"},
        ],
    },
]
OLD_VERSION = {"anthropic-version": "2023-06-01"}

SAME_CALLS: dict[str, tuple[Any, dict[str, Any]]] = {
    "plain": (
        ask("claude-sonnet-5-5", ASK_WEATHER),
        {"model": "claude-sonnet-5-5", "messages": [USER], "max_tokens": DEFAULT_MAX_TOKENS},
    ),
    "system prompt and cap": (
        ask("claude-sonnet-5-5", ASK_WEATHER, system_prompt="Be brief.", max_tokens=64),
        {
            "model": "claude-sonnet-5-5",
            "messages": [USER],
            "system": "Be brief.",
            "max_tokens": 64,
        },
    ),
    # The SDK's API version has no temperature: it says how to ask in the version before.
    "a temperature": (
        ask("claude-haiku-4-5", ASK_WEATHER, temperature=0.2, max_tokens=64),
        {
            "model": "claude-haiku-4-5",
            "messages": [USER],
            "max_tokens": 64,
            "extra_body": {"temperature": 0.2},
            "extra_headers": OLD_VERSION,
        },
    ),
    "adaptive thinking": (
        ask("claude-opus-5-5", ASK_WEATHER, reasoning_effort="xhigh", max_tokens=9000),
        {
            "model": "claude-opus-5-5",
            "messages": [USER],
            "max_tokens": 9000,
            "thinking": {"type": "adaptive"},
            "output_config": {"effort": "xhigh"},
        },
    ),
    "a thinking budget": (
        ask("claude-haiku-4-5-20251001", ASK_WEATHER, reasoning_effort="low", max_tokens=9000),
        {
            "model": "claude-haiku-4-5-20251001",
            "messages": [USER],
            "max_tokens": 9000,
            "thinking": {"type": "enabled", "budget_tokens": 2048},
        },
    ),
    "tools": (
        ask(
            "claude-sonnet-5-5",
            ASK_WEATHER,
            max_tokens=64,
            tools=(TOOL,),
            tool_choice={"type": "function", "function": {"name": "get_weather"}},
            parallel_tool_calls=False,
        ),
        {
            "model": "claude-sonnet-5-5",
            "messages": [USER],
            "max_tokens": 64,
            "tools": [SDK_TOOL],
            "tool_choice": {
                "type": "tool",
                "name": "get_weather",
                "disable_parallel_tool_use": True,
            },
        },
    ),
    "tools' results": (
        ask("claude-sonnet-5-5", *HISTORY, max_tokens=64, tools=(TOOL,), tool_choice="required"),
        {
            "model": "claude-sonnet-5-5",
            "messages": SDK_HISTORY,
            "max_tokens": 64,
            "tools": [SDK_TOOL],
            "tool_choice": {"type": "any"},
        },
    ),
}


@pytest.mark.parametrize("whole", [False, True], ids=["streamed", "in one piece"])
@pytest.mark.parametrize("name", SAME_CALLS)
async def test_sends_what_the_sdk_sends(name: str, whole: bool) -> None:
    request, sdk_call = SAME_CALLS[name]
    async with vendor_server(**saying("anthropic-text", whole=whole)) as server:
        async with anthropic.AsyncAnthropic(
            api_key="test-key", base_url=server.url, max_retries=0
        ) as client:
            await ask_sdk(client, sdk_call, whole)
        await drain(server.provider("anthropic"), replace(request, buffered=whole))
    theirs, ours = map(essence, server.seen)
    assert ours == theirs


async def ask_sdk(client: anthropic.AsyncAnthropic, call: dict[str, Any], whole: bool) -> None:
    if whole:
        await client.messages.create(**call)
        return
    async for _ in await client.messages.create(**call, stream=True):
        pass


@pytest.mark.parametrize(("cap", "streamed"), [(21_333, None), (21_334, True)])
async def test_an_answer_that_may_take_long_is_streamed_all_the_same(
    cap: int, streamed: bool | None
) -> None:
    """The SDK refuses exactly these without a stream."""
    async with vendor_server(**saying("anthropic-text", whole=not streamed)) as server:
        asked = ask("claude-sonnet-5-5", ASK_WEATHER, max_tokens=cap, buffered=True)
        assert text_of(await drain(server.provider("anthropic"), asked))
        async with anthropic.AsyncAnthropic(api_key="test-key", base_url=server.url) as client:
            call = {"model": asked.model, "messages": [USER], "max_tokens": cap}
            refusal = pytest.raises(ValueError, match="Streaming is required")
            with refusal if streamed else nullcontext():
                await ask_sdk(client, call, whole=True)
    assert server.seen[0].body.get("stream") is streamed


def essence(seen: Seen) -> tuple[Any, ...]:
    """All that the vendor acts on."""
    names = ("authorization", "anthropic-version", "content-type", "accept")
    return seen.method, seen.path, seen.body, {name: seen.headers[name] for name in names}


@pytest.mark.parametrize(
    ("model", "fields", "sent", "note"),
    [
        ("claude-haiku-4-5", {"temperature": 1.5}, {"temperature": 1.0}, "was lowered to 1."),
        ("claude-sonnet-5-5", {"temperature": 0.5}, {}, "takes no temperature here"),
        ("claude-3-5-haiku", {"reasoning_effort": "high"}, {}, "takes no reasoning effort"),
        ("claude-haiku-4-5", {"reasoning_effort": "none"}, {}, None),
        (
            "claude-opus-5-5",
            {"reasoning_effort": "none"},
            {"output_config": {"effort": "low"}},
            "does not know the reasoning effort none; low was asked for instead.",
        ),
        (
            "claude-opus-5-5",
            {"reasoning_effort": "max"},
            {"output_config": {"effort": "max"}, "thinking": {"type": "adaptive"}},
            None,
        ),
        (
            "claude-sonnet-4-6",
            {"reasoning_effort": "max"},
            {"output_config": {"effort": "max"}, "thinking": {"type": "adaptive"}},
            None,
        ),
        (
            "claude-haiku-4-5",
            {"reasoning_effort": "max"},
            {"thinking": {"type": "enabled", "budget_tokens": 8192}},
            None,
        ),
        (
            "claude-sonnet-4-6",
            {"reasoning_effort": "xhigh"},
            {"output_config": {"effort": "high"}, "thinking": {"type": "adaptive"}},
            "does not know the reasoning effort xhigh; high was asked for instead.",
        ),
        (
            "claude-haiku-4-5",
            {"reasoning_effort": "high", "max_tokens": 1500},
            {},
            "has no room to think under a limit of 1500 tokens",
        ),
    ],
)
async def test_says_what_a_model_does_not_take(
    model: str, fields: dict[str, Any], sent: dict[str, Any], note: str | None
) -> None:
    async with vendor_server(chunks=[wire("anthropic-text")]) as server:
        events = await drain(server.provider("anthropic"), ask(model, **fields))
    names = ("temperature", "output_config", "thinking")
    assert {
        name: server.seen[0].body[name] for name in names if name in server.seen[0].body
    } == sent
    notes = events[-1].notes  # type: ignore[union-attr]
    assert note in notes[0] if note else notes == ()


async def test_callers_own_system_messages_join_the_system_prompt() -> None:
    messages = (
        ChatMessage(role="system", content="Be brief."),
        ChatMessage(role="assistant", content="Welcome!"),
        ChatMessage(role="system", content="Answer in French."),
    )
    async with vendor_server(chunks=[wire("anthropic-text")]) as server:
        events = await drain(
            server.provider("anthropic"),
            ask("claude-sonnet-5-5", *messages, system_prompt="Be brief."),
        )
    body = server.seen[0].body
    assert body["system"] == "Be brief.\n\nAnswer in French."
    assert body["messages"] == [
        {"role": "user", "content": "(The conversation starts here.)"},
        {"role": "assistant", "content": "Welcome!"},
        {"role": "user", "content": "Please continue."},
    ]
    assert len(events[-1].notes) == 2  # type: ignore[union-attr]


async def read(name: str) -> list[Any]:
    async with vendor_server(chunks=[wire(name)]) as server:
        return await drain(server.provider("anthropic"), ask("claude-sonnet-5-5"))


async def test_reads_words_and_all_prompt_tokens() -> None:
    events = await read("anthropic-text")
    assert text_of(events) == "Grüezi 👋🏽 from 東京."
    assert events[-1] == Finish(125, 15)


async def test_reads_tool_calls_and_leaves_thinking_out() -> None:
    assert await read("anthropic-thinking-tools") == [
        TextDelta("Let me look."),
        ToolCall("toolu_01T1x1fJ34qAmk2tNTrN7Up6", "get_weather", '{"city": "Zürich"}'),
        ToolCall("toolu_02", "get_time", "{}"),
        Finish(472, 89, finish_reason="tool_calls"),
    ]


async def test_a_refusal_is_a_filtered_answer() -> None:
    note = "The provider ended its answer early: refusal."
    assert await read("anthropic-refusal") == [
        Finish(25, 4, finish_reason="content_filter", cause="refusal", notes=(note,))
    ]


async def test_an_overload_inside_the_stream_is_a_rate_limit() -> None:
    with pytest.raises(ProviderError, match="reported an error: Overloaded") as caught:
        await read("anthropic-overloaded")
    assert caught.value.code is FailureCode.RATE_LIMITED


async def test_lists_the_vendors_own_models() -> None:
    listed = b'{"data":[{"type":"model","id":"claude-b"},{"type":"model","id":"claude-a"}]}'
    async with vendor_server(chunks=[listed], content_type="application/json") as server:
        provider = server.provider("anthropic")
        assert await provider.list_models() == ["claude-a", "claude-b"]
        await provider.close()
    assert server.seen[0].path == "/v1/models?limit=1000"
    assert server.seen[0].headers["authorization"] == "Bearer test-key"
