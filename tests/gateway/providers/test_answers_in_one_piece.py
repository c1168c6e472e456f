"""An answer in one piece reads as the stream of the same answer; whatever else comes, is told."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from speko_gateway.provider import (
    FailureCode,
    Finish,
    ProviderError,
    ProviderEvent,
    TextDelta,
    ToolCall,
)
from speko_gateway.providers.vendors.live import LiveProvider
from speko_gateway.providers.vendors.upstream import MAX_BODY_BYTES
from tests.gateway.providers.vendor_server import (
    WIRE,
    ask,
    drain,
    saying,
    text_of,
    vendor_server,
    wire,
)
from tests.patience import PATIENCE

MODELS = {"anthropic": "claude-sonnet-5-5", "google": "gemini-3.8-flash"}
BOTH_FORMS = sorted(
    path.stem for path in WIRE.glob("*.json") if path.stem != "anthropic-overloaded"
)
TEXT = "Grüezi 👋🏽 from 東京."


def vendor_of(name: str) -> str:
    return name.partition("-")[0]


async def said(name: str, *, whole: bool, **server_settings: Any) -> list[ProviderEvent]:
    """What a vendor that answers so is understood to say, asked for one piece or a stream."""
    vendor = vendor_of(name)
    async with vendor_server(**saying(name, whole=whole) | server_settings) as server:
        asked = ask(MODELS.get(vendor, "gpt-4o"), buffered=whole)
        return await drain(server.provider(vendor), asked)


async def failure(vendor: str = "openai", **server_settings: Any) -> ProviderError:
    """The error that asking for one piece ends in."""
    asked = ask(MODELS.get(vendor, "gpt-4o"), buffered=True)
    async with vendor_server(**server_settings) as server:
        with pytest.raises(ProviderError) as caught:
            await drain(server.provider(vendor), asked)
    return caught.value


def heard(events: list[ProviderEvent]) -> tuple[str, list[ToolCall], ProviderEvent]:
    """Words, calls and finish: what must not depend on the form."""
    calls = [event for event in events if isinstance(event, ToolCall)]
    assert len(events) == len(calls) + sum(isinstance(each, TextDelta) for each in events) + 1
    return text_of(events), calls, events[-1]


@pytest.mark.parametrize("name", BOTH_FORMS)
async def test_it_reads_as_the_stream_does(name: str) -> None:
    whole = heard(await said(name, whole=True))
    assert whole == heard(await said(name, whole=False))
    assert isinstance(whole[2], Finish)


@pytest.mark.parametrize("name", ["openai-text", "anthropic-text", "google-text"])
async def test_a_server_that_streams_unasked_is_understood(name: str) -> None:
    assert text_of(await said(name, whole=True, **saying(name))) == TEXT


@pytest.mark.parametrize("content_type", ["text/plain", "image/png"])
@pytest.mark.parametrize("whole", [True, False])
async def test_a_wrong_content_type_hides_neither_form(content_type: str, whole: bool) -> None:
    chunks = saying("openai-text", whole=whole)["chunks"]
    events = await said("openai-text", whole=True, chunks=chunks, content_type=content_type)
    assert text_of(events) == TEXT


async def test_blank_lines_to_keep_the_connection_are_no_answer() -> None:
    chunks = [b"\n", b"\n\n", *saying("openai-text", whole=True)["chunks"]]
    assert text_of(await said("openai-text", whole=True, chunks=chunks)) == TEXT


@pytest.mark.parametrize("name", ["openai-text", "anthropic-text", "google-text"])
@pytest.mark.parametrize("abort", [True, False])
async def test_a_cut_answer_says_nothing(name: str, abort: bool) -> None:
    settings = saying(name, whole=True)
    half = settings["chunks"][0][:-40]
    error = await failure(vendor_of(name), **settings | {"chunks": [half], "cut": abort})
    assert error.code is FailureCode.STREAM_BROKEN


async def test_an_overload_is_a_rate_limit() -> None:
    error = await failure("anthropic", **saying("anthropic-overloaded", whole=True))
    assert (error.code, error.message) == (
        FailureCode.RATE_LIMITED,
        "reported an error: Overloaded",
    )


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"Hi"', b"{}", b'{"choices":[]}'])
async def test_json_that_is_no_answer_is_a_failure(body: bytes) -> None:
    error = await failure(chunks=[body], content_type="application/json")
    assert error.code is FailureCode.STREAM_BROKEN


async def test_a_web_page_is_told_as_one() -> None:
    error = await failure(chunks=[b"<html>Hello</html>"], content_type="text/html")
    assert "base URL" in error.message


@pytest.mark.parametrize("content_type", ["application/json", "application/octet-stream"])
async def test_no_more_is_read_than_any_answer_has(content_type: str) -> None:
    chunks = [b'{"choices":["', *[b"x" * 2**20] * (MAX_BODY_BYTES // 2**20)]
    error = await failure(chunks=chunks, content_type=content_type, hold=asyncio.Event())
    assert error.code is FailureCode.STREAM_BROKEN


def completion(message: dict[str, Any], reason: str = "stop") -> dict[str, Any]:
    """A server's settings for this message of the openai dialect."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": reason}
    body = json.dumps({"object": "chat.completion", "choices": [choice]}).encode()
    return {"chunks": [body], "content_type": "application/json"}


@pytest.mark.parametrize("content", ["", None])
async def test_no_text_is_only_a_finish(content: str | None) -> None:
    events = await said("openai-text", whole=True, **completion({"content": content}))
    assert events == [Finish()]


async def test_malformed_tool_calls_are_a_failure() -> None:
    function = {"name": "look", "arguments": "[1, 2"}
    calls = [{"id": "c", "type": "function", "function": function}]
    error = await failure(**completion({"content": None, "tool_calls": calls}, "tool_calls"))
    assert error.message == "sent a tool call that cannot be read"


async def test_a_claude_without_an_object_for_input_is_a_failure() -> None:
    message = json.loads(saying("anthropic-thinking-tools", whole=True)["chunks"][0])
    message["content"][2]["input"] = ["Zürich"]
    chunks = [json.dumps(message).encode()]
    error = await failure("anthropic", chunks=chunks, content_type="application/json")
    assert error.message == "sent a tool call that cannot be read"


@pytest.mark.parametrize("head_only", [True, False], ids=["after the head", "in the middle"])
async def test_cancelling_closes_the_connection_at_once(head_only: bool) -> None:
    settings = saying("openai-text", whole=True) | {"hold": asyncio.Event()}
    if head_only:
        settings["chunks"] = []
    async with vendor_server(**settings) as server:
        provider = server.provider()
        listening = asyncio.create_task(collect(provider))
        await asyncio.wait_for(server.asked.wait(), PATIENCE)
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        await asyncio.wait_for(server.gone.wait(), PATIENCE)
        await provider.close()


async def collect(provider: LiveProvider) -> list[ProviderEvent]:
    return [event async for event in provider.stream(ask(buffered=True))]


async def test_the_connection_is_used_again() -> None:
    async with vendor_server(**saying("openai-text", whole=True)) as server:
        provider = server.provider()
        for _ in range(3):
            assert await collect(provider)
        await provider.close()
        assert len(server.peers) == 1


async def test_a_streamed_call_stays_a_stream() -> None:
    async with vendor_server(chunks=[wire("openai-text")]) as server:
        await drain(server.provider(), ask())
        await drain(server.provider("mistral"), ask(buffered=True))
    assert server.seen[0].body["stream"] is True
    assert not {"stream", "stream_options"} & set(server.seen[1].body)
