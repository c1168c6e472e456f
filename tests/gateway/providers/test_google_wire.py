"""The google dialect: it sends what Google's own SDK sends, and reads its candidates."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from typing import Any

import pytest
from google import genai
from google.genai import types

from speko_client.models import ChatMessage, ChatToolCall
from speko_gateway.provider import Finish, TextDelta, ToolCall
from speko_gateway.providers.vendors.google import UNSIGNED
from tests.gateway.providers.vendor_server import (
    Seen,
    ask,
    drain,
    saying,
    text_of,
    vendor_server,
    wire,
)

QUESTION = "Wie ist das Wetter in Zürich? ☀"
ASK_WEATHER = ChatMessage(role="user", content=QUESTION)
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"name": "get_weather", "description": "Weather of a city", "parameters": SCHEMA}
SDK_TOOL = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(
            name="get_weather", description="Weather of a city", parameters_json_schema=SCHEMA
        )
    ]
)
HISTORY = (
    ASK_WEATHER,
    ChatMessage(
        role="assistant",
        content="",
        tool_calls=[
            ChatToolCall(id="a", name="get_weather", args='{"city":"Zürich"}'),
            ChatToolCall(id="b", name="get_time", args="{}"),
        ],
    ),
    ChatMessage(role="tool", content="it broke", tool_call_id="b", is_error=True),
    ChatMessage(role="tool", content="18 degrees", tool_call_id="a"),
)


def sdk_history(signature: bytes | None) -> list[types.Content]:
    call, response = types.FunctionCall, types.FunctionResponse
    return [
        types.Content(role="user", parts=[types.Part(text=QUESTION)]),
        types.Content(
            role="model",
            parts=[
                types.Part(
                    function_call=call(name="get_weather", args={"city": "Zürich"}),
                    thought_signature=signature,
                ),
                types.Part(function_call=call(name="get_time", args={})),
            ],
        ),
        types.Content(
            role="user",
            parts=[
                types.Part(
                    function_response=response(
                        name="get_weather", response={"output": "18 degrees"}
                    )
                ),
                types.Part(
                    function_response=response(name="get_time", response={"error": "it broke"})
                ),
            ],
        ),
    ]


def forced(**config: Any) -> types.ToolConfig:
    return types.ToolConfig(function_calling_config=types.FunctionCallingConfig(**config))


SAME_CALLS: dict[str, tuple[Any, dict[str, Any], dict[str, Any]]] = {
    "plain": (
        ask("gemini-3.8-flash", ASK_WEATHER),
        {"model": "gemini-3.8-flash", "contents": QUESTION},
        {},
    ),
    "every setting": (
        ask("gemini-3.8-flash", ASK_WEATHER, system_prompt="Kurz.", temperature=0, max_tokens=9),
        {"model": "gemini-3.8-flash", "contents": QUESTION},
        {"system_instruction": "Kurz.", "temperature": 0, "max_output_tokens": 9},
    ),
    "a thinking level": (
        ask("gemini-3.8-flash", ASK_WEATHER, reasoning_effort="low"),
        {"model": "gemini-3.8-flash", "contents": QUESTION},
        {"thinking_config": types.ThinkingConfig(thinking_level=types.ThinkingLevel.LOW)},
    ),
    "a thinking budget": (
        ask("gemini-2.5-flash", ASK_WEATHER, reasoning_effort="none"),
        {"model": "gemini-2.5-flash", "contents": QUESTION},
        {"thinking_config": types.ThinkingConfig(thinking_budget=0)},
    ),
    "tools": (
        ask(
            "gemini-2.5-flash",
            ASK_WEATHER,
            tools=(TOOL,),
            tool_choice={"type": "function", "function": {"name": "get_weather"}},
        ),
        {"model": "gemini-2.5-flash", "contents": QUESTION},
        {
            "tools": [SDK_TOOL],
            "tool_config": forced(mode="ANY", allowed_function_names=["get_weather"]),
        },
    ),
    "tools' results": (
        ask("gemini-2.5-flash", *HISTORY, tools=(TOOL,), tool_choice="auto"),
        {"model": "gemini-2.5-flash", "contents": sdk_history(None)},
        {"tools": [SDK_TOOL], "tool_config": forced(mode="AUTO")},
    ),
    "tools' results, signed": (
        ask("gemini-3.8-flash", *HISTORY),
        {"model": "gemini-3.8-flash", "contents": sdk_history(base64.b64decode(UNSIGNED))},
        {},
    ),
}


@pytest.mark.parametrize("whole", [False, True], ids=["streamed", "in one piece"])
@pytest.mark.parametrize("name", SAME_CALLS)
async def test_sends_what_the_sdk_sends(name: str, whole: bool) -> None:
    request, sdk_call, config = SAME_CALLS[name]
    async with vendor_server(**saying("google-text", whole=whole)) as server:
        await asyncio.to_thread(ask_sdk, server.url, sdk_call, config, whole)
        await drain(server.provider("google"), replace(request, buffered=whole))
    theirs, ours = map(essence, server.seen)
    assert ours == theirs


def ask_sdk(url: str, call: dict[str, Any], config: dict[str, Any], whole: bool) -> None:
    off = types.AutomaticFunctionCallingConfig(disable=True)
    full = types.GenerateContentConfig(**config, automatic_function_calling=off)
    options = types.HttpOptions(base_url=url)
    with genai.Client(api_key="test-key", http_options=options) as client:
        if whole:
            assert client.models.generate_content(**call, config=full)
        else:
            assert list(client.models.generate_content_stream(**call, config=full))


def essence(seen: Seen) -> tuple[Any, ...]:
    """All that the vendor acts on."""
    headers = {name: seen.headers[name] for name in ("x-goog-api-key", "content-type")}
    return seen.method, seen.path, seen.body, headers


@pytest.mark.parametrize(
    ("model", "effort", "sent", "note"),
    [
        ("gemini-2.0-flash", "high", None, "takes no reasoning effort"),
        ("gemini-2.0-flash", "none", None, None),
        ("gemini-2.5-pro", "none", {"thinking_budget": 128}, "cannot stop thinking"),
        ("gemini-2.5-flash", "max", {"thinking_budget": 24_576}, None),
        ("gemini-3.5-flash", "none", {"thinking_level": "MINIMAL"}, "minimal was asked for"),
        ("gemini-3.8-flash", "none", {"thinking_level": "LOW"}, "low was asked for"),
        ("gemini-3.8-flash-lite", "minimal", {"thinking_level": "MINIMAL"}, None),
        ("gemini-3.8-flash", "max", {"thinking_level": "HIGH"}, "high was asked for"),
        ("gemini-3.1-pro-preview", "medium", {"thinking_level": "MEDIUM"}, None),
        ("gemini-3-pro-preview", "medium", {"thinking_level": "HIGH"}, "high was asked for"),
        ("gemini-3.8-flash", "xhigh", {"thinking_level": "HIGH"}, "high was asked for"),
    ],
)
async def test_says_what_a_model_does_not_take(
    model: str, effort: Any, sent: Any, note: str | None
) -> None:
    async with vendor_server(chunks=[wire("google-text")]) as server:
        events = await drain(server.provider("google"), ask(model, reasoning_effort=effort))
    assert server.seen[0].body.get("generationConfig", {}).get("thinkingConfig") == sent
    notes = events[-1].notes  # type: ignore[union-attr]
    assert note in notes[0] if note else notes == ()


async def test_previews_are_asked_for_in_the_beta() -> None:
    async with vendor_server(chunks=[wire("google-text")]) as server:
        await drain(server.provider("google"), ask("gemini-3.1-pro-preview"))
    path = "/v1beta/models/gemini-3.1-pro-preview:streamGenerateContent?alt=sse"
    assert server.seen[0].path == path


@pytest.mark.parametrize("model", ["gemini-2.5-flash", "gemma-3-27b-it", "gemini-flash-latest"])
async def test_a_model_may_be_named_as_google_lists_it(model: str) -> None:
    request: dict[str, Any] = {"system_prompt": "Kurz.", "reasoning_effort": "low"}
    async with vendor_server(chunks=[wire("google-text")]) as server:
        for named in (model, f"models/{model}"):
            await drain(server.provider("google"), ask(named, **request))
    plain, listed = server.seen
    assert (listed.path, listed.body) == (plain.path, plain.body)


async def test_a_model_without_system_instruction_gets_it_in_the_first_turn() -> None:
    async with vendor_server(chunks=[wire("google-text")]) as server:
        await drain(
            server.provider("google"), ask("gemma-3-27b-it", ASK_WEATHER, system_prompt="Kurz.")
        )
    said = {"role": "user", "parts": [{"text": f"Kurz.\n\n{QUESTION}"}]}
    assert server.seen[0].body == {"contents": [said], "generationConfig": {}}


async def read(name: str) -> list[Any]:
    async with vendor_server(chunks=[wire(name)]) as server:
        return await drain(server.provider("google"), ask("gemini-3.8-flash"))


async def test_reads_words_and_leaves_thoughts_out() -> None:
    events = await read("google-text")
    assert text_of(events) == "Grüezi 👋🏽 from 東京."
    assert events[-1] == Finish(9, 45, reasoning_tokens=33)


async def test_reads_tool_calls() -> None:
    assert await read("google-tools") == [
        ToolCall("call_0", "get_weather", '{"city": "Zürich"}'),
        ToolCall("call_1", "get_time", "{}"),
        Finish(61, 18, finish_reason="tool_calls"),
    ]


async def test_reads_limits_and_blocks() -> None:
    assert await read("google-cut-by-limit") == [
        TextDelta("Half an"),
        Finish(9, 2, finish_reason="length", cause="MAX_TOKENS"),
    ]
    blocked = (await read("google-blocked"))[-1]
    assert blocked.finish_reason == "content_filter"
    assert blocked.cause == "prompt blocked, PROHIBITED_CONTENT"


async def test_lists_the_models_that_talk() -> None:
    listed = (
        b'{"models":[{"name":"models/gemini-b","supportedGenerationMethods":["generateContent"]},'
        b'{"name":"models/embed","supportedGenerationMethods":["embedContent"]},'
        b'{"name":"models/gemini-a","supportedGenerationMethods":["generateContent"]}]}'
    )
    async with vendor_server(chunks=[listed], content_type="application/json") as server:
        provider = server.provider("google")
        assert await provider.list_models() == ["gemini-a", "gemini-b"]
        await provider.close()
