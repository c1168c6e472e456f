"""The openai dialect: it sends what OpenAI's own SDK sends, and reads what its vendors send."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import openai
import pytest

from speko_client.models import ChatMessage, ChatToolCall
from speko_gateway.provider import FailureCode, Finish, ProviderError, ToolCall
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
FLAT_TOOL = {"name": "get_weather", "description": "Weather of a city", "parameters": SCHEMA}
SDK_TOOL = {"type": "function", "function": FLAT_TOOL}
HISTORY = (
    ASK_WEATHER,
    ChatMessage(
        role="assistant",
        content="",
        tool_calls=[ChatToolCall(id="call_1", name="get_weather", args='{"city":"Zürich"}')],
    ),
    ChatMessage(role="tool", content="18 degrees", tool_call_id="call_1"),
)
SDK_HISTORY = [
    USER,
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "get_weather", "arguments": '{"city":"Zürich"}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "content": "18 degrees"},
]

SAME_CALLS: dict[str, tuple[Any, dict[str, Any]]] = {
    "plain": (ask("gpt-4o", ASK_WEATHER), {"model": "gpt-4o", "messages": [USER]}),
    "every setting": (
        ask("gpt-4o", ASK_WEATHER, system_prompt="Be brief.", temperature=0.2, max_tokens=64),
        {
            "model": "gpt-4o",
            "messages": [{"role": "system", "content": "Be brief."}, USER],
            "temperature": 0.2,
            "max_completion_tokens": 64,
        },
    ),
    "reasoning": (
        ask("gpt-5.4", ASK_WEATHER, reasoning_effort="high"),
        {"model": "gpt-5.4", "messages": [USER], "reasoning_effort": "high"},
    ),
    "tools": (
        ask(
            "gpt-4o",
            ASK_WEATHER,
            tools=(FLAT_TOOL,),
            tool_choice="required",
            parallel_tool_calls=False,
        ),
        {
            "model": "gpt-4o",
            "messages": [USER],
            "tools": [SDK_TOOL],
            "tool_choice": "required",
            "parallel_tool_calls": False,
        },
    ),
    "one tool forced, in the SDK's own form": (
        ask(
            "gpt-4o",
            ASK_WEATHER,
            tools=(SDK_TOOL,),
            tool_choice={"type": "function", "function": {"name": "get_weather"}},
        ),
        {
            "model": "gpt-4o",
            "messages": [USER],
            "tools": [SDK_TOOL],
            "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
        },
    ),
    "a tool's result": (
        ask("gpt-4o", *HISTORY, tools=(FLAT_TOOL,)),
        {"model": "gpt-4o", "messages": SDK_HISTORY, "tools": [SDK_TOOL]},
    ),
}


@pytest.mark.parametrize("whole", [False, True], ids=["streamed", "in one piece"])
@pytest.mark.parametrize("name", SAME_CALLS)
async def test_sends_what_the_sdk_sends(name: str, whole: bool) -> None:
    request, sdk_call = SAME_CALLS[name]
    async with vendor_server(**saying("openai-text", whole=whole)) as server:
        async with openai.AsyncOpenAI(
            api_key="test-key", base_url=f"{server.url}/v1", max_retries=0
        ) as client:
            await ask_sdk(client, sdk_call, whole)
        await drain(server.provider(), replace(request, buffered=whole))
    theirs, ours = map(essence, server.seen)
    assert ours == theirs


async def ask_sdk(client: openai.AsyncOpenAI, call: dict[str, Any], whole: bool) -> None:
    create: Any = client.chat.completions.create
    if whole:
        await create(**call)
        return
    async for _ in await create(**call, stream=True, stream_options={"include_usage": True}):
        pass


def essence(seen: Seen) -> tuple[Any, ...]:
    """All that a vendor acts on."""
    headers = {name: seen.headers[name] for name in ("authorization", "content-type", "accept")}
    return seen.method, seen.path, seen.body, headers


@pytest.mark.parametrize(
    ("vendor", "cap"),
    [
        ("openai", "max_completion_tokens"),
        ("groq", "max_completion_tokens"),
        ("xai", "max_tokens"),
        ("deepseek", "max_tokens"),
        ("llamacpp", "max_tokens"),
    ],
)
async def test_every_vendor_gets_the_cap_under_its_own_name(vendor: str, cap: str) -> None:
    async with vendor_server(chunks=[wire("openai-text")]) as server:
        await drain(server.provider(vendor), ask("some-model", max_tokens=7))
    assert server.seen[0].body[cap] == 7
    assert {"max_tokens", "max_completion_tokens"} & set(server.seen[0].body) == {cap}


async def test_mistral_gets_nothing_it_forbids() -> None:
    async with vendor_server(chunks=[wire("mistral-reasoning")]) as server:
        await drain(server.provider("mistral"), ask("mistral-small-latest", *HISTORY))
    body = server.seen[0].body
    assert "stream_options" not in body
    call_id = body["messages"][1]["tool_calls"][0]["id"]
    assert len(call_id) == 9
    assert call_id.isalnum()
    assert body["messages"][2]["tool_call_id"] == call_id


@pytest.mark.parametrize(
    ("model", "fields", "sent", "note"),
    [
        ("o3", {"temperature": 0.5}, {}, "o3 takes no temperature here; it was left out."),
        ("gpt-5.4", {"temperature": 0.5}, {"temperature": 0.5}, None),
        (
            "gpt-5.4",
            {"temperature": 0.5, "reasoning_effort": "low"},
            {"reasoning_effort": "low"},
            "gpt-5.4 takes no temperature here; it was left out.",
        ),
        (
            "gpt-4o",
            {"reasoning_effort": "high"},
            {},
            "gpt-4o takes no reasoning effort; it was left out.",
        ),
        (
            "gpt-5.4",
            {"reasoning_effort": "max"},
            {"reasoning_effort": "xhigh"},
            "gpt-5.4 does not know the reasoning effort max; xhigh was asked for instead.",
        ),
        (
            "o3",
            {"reasoning_effort": "xhigh"},
            {"reasoning_effort": "high"},
            "o3 does not know the reasoning effort xhigh; high was asked for instead.",
        ),
        (
            "gpt-6-luna",
            {"tools": (FLAT_TOOL,), "temperature": 0.5},
            {"reasoning_effort": "none", "temperature": 0.5, "tools": [SDK_TOOL]},
            "gpt-6-luna takes tools only without reasoning; it was switched off.",
        ),
    ],
)
async def test_says_what_a_model_does_not_take(
    model: str, fields: dict[str, Any], sent: dict[str, Any], note: str | None
) -> None:
    async with vendor_server(chunks=[wire("openai-text")]) as server:
        events = await drain(server.provider(), ask(model, **fields))
    names = ("temperature", "reasoning_effort", "tools")
    assert {
        name: server.seen[0].body[name] for name in names if name in server.seen[0].body
    } == sent
    assert isinstance(events[-1], Finish)
    assert events[-1].notes == ((note,) if note else ())


async def test_the_system_prompt_is_said_once() -> None:
    system = ChatMessage(role="system", content="Be brief.")
    async with vendor_server(chunks=[wire("openai-text")]) as server:
        request = ask("gpt-4o", system, ASK_WEATHER, system_prompt="Be brief.")
        await drain(server.provider(), request)
        await drain(server.provider("vllm"), request)
    expected = [{"role": "system", "content": "Be brief."}, USER]
    assert [seen.body["messages"] for seen in server.seen] == [expected, expected]


async def test_a_vendor_with_strict_templates_gets_one_system_message() -> None:
    messages = (
        ChatMessage(role="assistant", content="Welcome!"),
        ChatMessage(role="system", content="Answer in French."),
        ASK_WEATHER,
        ChatMessage(role="user", content=" "),
        ChatMessage(role="user", content="Today."),
    )
    async with vendor_server(chunks=[wire("llamacpp-text")]) as server:
        events = await drain(
            server.provider("llamacpp"), ask("model.gguf", *messages, system_prompt="Be brief.")
        )
    assert server.seen[0].body["messages"] == [
        {"role": "system", "content": "Be brief.\n\nAnswer in French."},
        {"role": "user", "content": "(The conversation starts here.)"},
        {"role": "assistant", "content": "Welcome!"},
        {"role": "user", "content": USER["content"] + "\n\nToday."},
    ]
    assert "did not begin with the user" in events[-1].notes[0]  # type: ignore[union-attr]


async def read(name: str) -> list[Any]:
    async with vendor_server(chunks=[wire(name)]) as server:
        return await drain(server.provider(), ask())


@pytest.mark.parametrize(
    ("name", "said", "finish"),
    [
        ("openai-text", "Grüezi 👋🏽 from 東京.", Finish(19, 10)),
        (
            "openai-filtered",
            "I",
            Finish(19, 10, finish_reason="content_filter", cause="content_filter"),
        ),
        ("mistral-reasoning", "Four.", Finish(7, 2, finish_reason="length", cause="model_length")),
        ("llamacpp-text", "Hi", Finish(12, 1, finish_reason="length", cause="length")),
    ],
)
async def test_reads_words_and_usage(name: str, said: str, finish: Finish) -> None:
    events = await read(name)
    assert text_of(events) == said
    assert events[-1] == finish
    assert all(event.text for event in events[:-1])


async def test_reads_tool_calls_in_fragments_and_whole() -> None:
    assert await read("openai-tools") == [
        ToolCall("call_DdmO9pD3xa9XTPNJ32zg2hcA", "get_weather", '{"city":"Zürich"}'),
        ToolCall("call_9nVQ2LsXvC0yB1wK5rTfGhJz", "get_time", "{}"),
        Finish(19, 10, finish_reason="tool_calls"),
    ]
    assert await read("ollama-tools") == [
        ToolCall("call_zl4u2jqa", "get_weather", '{"city":"Bern"}'),
        Finish(165, 18, finish_reason="tool_calls"),
    ]


async def test_an_error_inside_the_stream_follows_the_words_before_it() -> None:
    async with vendor_server(chunks=[wire("openrouter-error")]) as server:
        provider = server.provider("openrouter")
        answer = provider.stream(ask("anthropic/claude-haiku-4.5"))
        assert text_of([await anext(answer)]) == "Half an"
        with pytest.raises(ProviderError, match="Provider disconnected") as caught:
            await anext(answer)
        await provider.close()
    assert caught.value.code is FailureCode.SERVER_ERROR


async def test_a_server_that_does_not_stream_is_understood() -> None:
    whole = (
        b'{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant",'
        b'"content":"All at once."},"finish_reason":"stop"}],'
        b'"usage":{"prompt_tokens":3,"completion_tokens":4}}'
    )
    async with vendor_server(chunks=[whole], content_type="application/json") as server:
        events = await drain(server.provider(), ask())
    assert text_of(events) == "All at once."
    assert events[-1] == Finish(3, 4)


async def test_lists_the_vendors_own_models() -> None:
    listed = b'{"object":"list","data":[{"id":"b-model","object":"model"},{"id":"a-model"},null]}'
    async with vendor_server(chunks=[listed], content_type="application/json") as server:
        provider = server.provider("ollama")
        assert await provider.list_models() == ["a-model", "b-model"]
        await provider.close()
    assert (server.seen[0].method, server.seen[0].path) == ("GET", "/v1/models")
