"""Answers that are whole, though their server spells them in a way of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_gateway.provider import Finish, ProviderError, ProviderEvent, ToolCall
from speko_gateway.providers.vendors.live import DIALECTS
from tests.gateway.providers.vendor_server import ask, drain, text_of, vendor_server, wire

MODELS = {
    "openai": "gpt-4o",
    "anthropic": "claude-haiku-4-5-20251001",
    "google": "gemini-2.5-flash",
}
TEXT = "Grüezi 👋🏽 from 東京."

# Each dialect's own names, so that random objects reach the code behind them.
NAMES = st.sampled_from(
    [
        "type",
        "index",
        "delta",
        "content",
        "content_block",
        "text",
        "partial_json",
        "usage",
        "id",
        "name",
        "input",
        "message",
        "stop_reason",
        "choices",
        "finish_reason",
        "tool_calls",
        "function",
        "arguments",
        "error",
        "code",
        "candidates",
        "parts",
        "functionCall",
        "args",
        "finishReason",
        "promptFeedback",
        "blockReason",
        "usageMetadata",
        "thought",
        "refusal",
    ]
)
WORDS = st.sampled_from(
    [
        "content_block_delta",
        "content_block_start",
        "message_start",
        "message_delta",
        "message",
        "tool_use",
        "text",
        "end_turn",
        "stop",
        "error",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=5)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
EVENTS = st.lists(
    st.dictionaries(NAMES, ANYTHING, max_size=4).map(json.dumps) | st.text(max_size=5), max_size=3
)


async def streamed(vendor: str, body: bytes) -> list[ProviderEvent]:
    """What a vendor that streams this is understood to say."""
    async with vendor_server(chunks=[body]) as server:
        return await drain(server.provider(vendor), ask(MODELS[vendor]))


def without(body: bytes, marks: bytes) -> bytes:
    """A stream without the events that hold this."""
    return b"\n\n".join(event for event in body.split(b"\n\n") if marks not in event)


END = b'{"type":"message_stop"}'
QUIRKS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "google ends with [DONE]": ("google", lambda body: body + b"data: [DONE]\n\n"),
    "google ends with DONE": ("google", lambda body: body + b"data: DONE\n\n"),
    "anthropic ends with [DONE]": (
        "anthropic",
        lambda body: without(body, END) + b"\n\ndata: [DONE]\n\n",
    ),
    "anthropic ends without message_stop": ("anthropic", lambda body: without(body, END)),
    "anthropic ends with a ping": (
        "anthropic",
        lambda body: without(body, END) + b'\n\nevent: ping\ndata: {"type": "ping"}\n\n',
    ),
    **{
        f"{vendor} has no blank lines": (vendor, lambda body: body.replace(b"\n\n", b"\n"))
        for vendor in MODELS
    },
    **{
        f"{vendor} keeps alive by {mark.decode()!r}": (
            vendor,
            lambda body, mark=mark: mark + b"\n\n" + body,  # type: ignore[misc]
        )
        for vendor in MODELS
        for mark in (b"data: ", b"data:", b"data: : PROCESSING", b"event: ping\ndata:")
    },
}


@pytest.mark.parametrize("quirk", QUIRKS)
async def test_a_whole_answer_is_read_whole(quirk: str) -> None:
    vendor, change = QUIRKS[quirk]
    events = await streamed(vendor, change(wire(f"{vendor}-text")))
    assert text_of(events) == TEXT
    assert isinstance(events[-1], Finish)
    assert events[-1].finish_reason == "stop"


@pytest.mark.parametrize("vendor", MODELS)
async def test_a_stream_that_never_ends_its_answer_is_still_broken(vendor: str) -> None:
    first, _, _ = wire(f"{vendor}-text").partition("東京".encode())
    begun = b"\n\n".join(first.split(b"\n\n")[:-1]) + b"\n\n"
    with pytest.raises(ProviderError, match="broke off"):
        await streamed(vendor, begun)


async def test_arguments_that_come_with_the_start_of_a_call_are_kept() -> None:
    start: dict[str, Any] = {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "tool_use", "id": "c1", "name": "book", "input": {"day": "Tue"}},
    }
    end = {"type": "message_delta", "delta": {"stop_reason": "tool_use"}}
    body = b"".join(f"data: {json.dumps(event)}\n\n".encode() for event in (start, end))
    events = await streamed("anthropic", body)
    assert events[:-1] == [ToolCall("c1", "book", '{"day": "Tue"}')]


async def test_an_index_that_is_none_breaks_the_stream() -> None:
    odd = b'data: {"type": "content_block_delta", "index": {}, "delta": {"partial_json": "{"}}\n\n'
    with pytest.raises(ProviderError, match="belongs to no block"):
        await streamed("anthropic", odd + wire("anthropic-text"))


@pytest.mark.parametrize("vendor", MODELS)
async def test_a_long_header_is_read(vendor: str) -> None:
    long = {"Content-Security-Policy": "x" * 60_000}
    async with vendor_server(chunks=[wire(f"{vendor}-text")], headers=long) as server:
        assert text_of(await drain(server.provider(vendor), ask(MODELS[vendor]))) == TEXT


@pytest.mark.parametrize("vendor", MODELS)
@pytest.mark.parametrize("error", ['{"message": "boom 42"}', '"boom 42"'])
async def test_a_list_of_models_that_is_an_error_says_which(vendor: str, error: str) -> None:
    body = f'{{"error": {error}}}'.encode()
    async with vendor_server(chunks=[body], content_type="application/json") as server:
        provider = server.provider(vendor)
        with pytest.raises(ProviderError, match="boom 42"):
            await provider.list_models()
        await provider.close()


@pytest.mark.parametrize("dialect", DIALECTS)
@given(events=EVENTS)
def test_no_event_raises_anything_but_our_own_error(dialect: Any, events: list[str]) -> None:
    reader = DIALECTS[dialect].reader((), None)
    try:
        for event in events:
            reader.read(event)
        reader.finish()
    except ProviderError:
        return
