"""Vendors that misbehave: whatever they do, it ends in an answer or in one ProviderError."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from speko_gateway.provider import FailureCode, Finish, ProviderError, ToolCall
from speko_gateway.providers.vendors.catalogue import VENDORS
from speko_gateway.providers.vendors.live import LiveProvider
from speko_gateway.providers.vendors.upstream import MAX_EVENT_BYTES, Upstream
from tests.gateway.providers.live_failure import KEY, MODELS, failure
from tests.gateway.providers.vendor_server import (
    VendorServer,
    ask,
    drain,
    text_of,
    vendor_server,
    wire,
)
from tests.loopback_server import nobody_listens
from tests.patience import PATIENCE


async def test_an_answer_without_end_is_given_up() -> None:
    async with vendor_server(chunks=[OPENAI_START] * 20, hold=asyncio.Event()) as server:
        upstream = Upstream(answer_bytes=10 * len(OPENAI_START))
        provider = LiveProvider(VENDORS["openai"], upstream, key=KEY, base_url=server.url)
        with pytest.raises(ProviderError, match="more than any answer can be"):
            await drain(provider, ask())


async def test_a_web_page_instead_of_an_answer() -> None:
    async with vendor_server(content_type="text/html", chunks=[b"<html>Hello</html>"]) as server:
        error = await failure(server)
    assert error.code is FailureCode.STREAM_BROKEN
    assert "base URL" in error.message


OPENAI_START = b'data: {"choices":[{"index":0,"delta":{"content":"Half"}}]}\n\n'
ANTHROPIC_START = (
    b'data: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":"Half"}}\n\n'
)
GOOGLE_START = b'data: {"candidates":[{"content":{"parts":[{"text":"Half"}]}}]}\n\n'
STARTS = {"openai": OPENAI_START, "anthropic": ANTHROPIC_START, "google": GOOGLE_START}


@pytest.mark.parametrize("vendor", MODELS)
@pytest.mark.parametrize(
    "rest",
    [
        b"",
        b'data: {"choices":[{"index":0,"delta":{"content":"\xf0\x9f',
        b"data: <html>\n\n",
        b"data: 17\n\n",
        b"data: " + b"[" * 100_000 + b"\n\n",
    ],
    ids=["no terminal event", "cut in a character", "no JSON", "no object", "too deep"],
)
@pytest.mark.parametrize("cut", [False, True])
async def test_a_broken_stream_is_broken_after_its_words(
    vendor: str, rest: bytes, cut: bool
) -> None:
    async with vendor_server(chunks=[STARTS[vendor], rest], cut=cut) as server:
        provider = server.provider(vendor, KEY)
        answer = provider.stream(ask(MODELS[vendor]))
        assert text_of([await anext(answer)]) == "Half"
        with pytest.raises(ProviderError) as caught:
            await anext(answer)
        await provider.close()
    assert caught.value.code is FailureCode.STREAM_BROKEN


async def test_a_line_without_end_is_given_up() -> None:
    async with vendor_server(chunks=[b"data: ", b"x" * (MAX_EVENT_BYTES + 1)]) as server:
        assert MAX_EVENT_BYTES < 6 * 2**20
        assert (await failure(server)).message == "sent an event without end"


async def test_words_after_the_terminal_event_are_not_read() -> None:
    async with vendor_server(chunks=[wire("openai-text"), OPENAI_START, b"nonsense"]) as server:
        events = await drain(server.provider(), ask())
    assert text_of(events) == "Grüezi 👋🏽 from 東京."


@pytest.mark.parametrize("content_type", ["text/plain", "application/json"])
async def test_a_wrong_content_type_does_not_hide_an_answer(content_type: str) -> None:
    async with vendor_server(content_type=content_type, chunks=[wire("openai-text")]) as server:
        assert text_of(await drain(server.provider(), ask())) == "Grüezi 👋🏽 from 東京."


async def test_an_error_object_with_status_200_is_an_error() -> None:
    body = b'{"error":{"message":"slow down","type":"rate_limit_error"}}'
    async with vendor_server(content_type="application/json", chunks=[body]) as server:
        error = await failure(server)
    assert (error.code, error.message) == (
        FailureCode.RATE_LIMITED,
        "reported an error: slow down",
    )


def ending(reason: str, delta: str = "{}", usage: str = "null") -> bytes:
    """A last chunk of the openai dialect."""
    choice = f'{{"index":0,"delta":{delta},"finish_reason":"{reason}"}}'
    return f'data: {{"choices":[{choice}],"usage":{usage}}}\n\ndata: [DONE]\n\n'.encode()


@pytest.mark.parametrize("tokens", ["-3", "1.5", "true", '"many"', "1e999", "null"])
async def test_a_count_that_is_none_is_not_passed_on(tokens: str) -> None:
    usage = f'{{"prompt_tokens":{tokens},"completion_tokens":4}}'
    async with vendor_server(chunks=[OPENAI_START, ending("stop", usage=usage)]) as server:
        events = await drain(server.provider(), ask())
    assert events[-1] == Finish(None, 4)


def calls(args: str, name: str = "look") -> str:
    function = f'{{"name":"{name}","arguments":{args}}}'
    return f'{{"tool_calls":[{{"index":0,"id":"c","function":{function}}}]}}'


@pytest.mark.parametrize("delta", [calls('"{oops"'), calls('"[1]"'), calls('"{}"', name="")])
async def test_malformed_tool_calls_are_a_failure(delta: str) -> None:
    async with vendor_server(chunks=[ending("tool_calls", delta)]) as server:
        error = await failure(server)
    assert (error.code, error.message) == (
        FailureCode.STREAM_BROKEN,
        "sent a tool call that cannot be read",
    )


@pytest.mark.parametrize("args", ['""', '"null"', "null", "{}"])
async def test_a_tool_call_without_arguments_has_an_empty_object(args: str) -> None:
    async with vendor_server(chunks=[ending("stop", calls(args))]) as server:
        events = await drain(server.provider(), ask())
    assert events == [ToolCall("c", "look", "{}"), Finish(finish_reason="tool_calls")]


async def test_a_tool_call_cut_by_the_limit_is_left_out_with_a_note() -> None:
    async with vendor_server(chunks=[ending("length", calls('"{\\"city\\":\\"Zü"'))]) as server:
        events = await drain(server.provider(), ask())
    note = "The token limit cut a tool call off; it was left out."
    assert events == [Finish(finish_reason="length", cause="length", notes=(note,))]


async def test_an_empty_answer_is_only_a_finish() -> None:
    async with vendor_server(chunks=[ending("stop")]) as server:
        assert await drain(server.provider(), ask()) == [Finish()]


async def test_half_a_character_in_an_escape_does_not_reach_the_reader() -> None:
    half = b'data: {"choices":[{"index":0,"delta":{"content":"\\ud83d"}}]}\n\n'
    async with vendor_server(chunks=[half, ending("stop")]) as server:
        assert text_of(await drain(server.provider(), ask())) == "\ufffd"


# Before HTTP


async def raw(answer: bytes, use: Callable[[str], Awaitable[None]]) -> None:
    """Let ``use`` talk to a server that says ``answer`` and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        await use(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")


async def unreachable(url: str) -> str:
    error = await failure(VendorServer(url=url))
    assert error.code is FailureCode.CONNECT_FAILED
    return error.message


async def test_nothing_listens() -> None:
    with nobody_listens() as nobody:
        message = await unreachable(nobody)
    assert message == "could not be reached: nothing listens there"


@pytest.mark.parametrize(
    ("scheme", "answer", "reason"),
    [
        ("http", b"", "it closed the connection"),
        ("http", b"\x00\x01 garbage\r\n\r\n", "what answers there speaks no HTTP"),
        ("https", b"HTTP/1.1 200 OK\r\n\r\n", "its TLS handshake or certificate failed"),
    ],
)
async def test_what_listens_is_no_vendor(scheme: str, answer: bytes, reason: str) -> None:
    async def use(address: str) -> None:
        assert await unreachable(f"{scheme}://{address}") == f"could not be reached: {reason}"

    await raw(answer, use)


# Connections


async def test_leaving_an_answer_closes_its_connection_at_once() -> None:
    async with vendor_server(chunks=[OPENAI_START], hold=asyncio.Event()) as server:
        provider = server.provider()
        answer = provider.stream(ask())
        await anext(answer)
        await answer.aclose()
        await asyncio.wait_for(server.gone.wait(), PATIENCE)
        await provider.close()


@pytest.mark.parametrize("chunks", [[], [OPENAI_START]], ids=["no byte yet", "mid-stream"])
async def test_cancelling_closes_the_connection_at_once(chunks: list[bytes]) -> None:
    async with vendor_server(chunks=chunks, hold=asyncio.Event()) as server:
        provider = server.provider()

        async def listen() -> list[Any]:
            return [event async for event in provider.stream(ask())]

        listening = asyncio.create_task(listen())
        await asyncio.wait_for(server.asked.wait(), PATIENCE)
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        await asyncio.wait_for(server.gone.wait(), PATIENCE)
        await provider.close()


@pytest.mark.parametrize(
    ("vendor", "name"),
    [("openai", "openai-text"), ("anthropic", "anthropic-text"), ("google", "google-text")],
)
async def test_a_connection_is_used_again(vendor: str, name: str) -> None:
    async with vendor_server(chunks=[wire(name)]) as server:
        provider = server.provider(vendor)
        for _ in range(3):
            assert [event async for event in provider.stream(ask(MODELS[vendor]))]
        await provider.close()
        assert len(server.peers) == 1


async def test_closing_twice_is_harmless() -> None:
    async with vendor_server(chunks=[wire("openai-text")]) as server:
        provider = server.provider()
        assert [event async for event in provider.stream(ask())]
        await provider.close()
        await provider.close()
