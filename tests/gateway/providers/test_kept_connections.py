"""A kept connection that the server closes as the next request comes: asked again, once, unseen."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from speko_gateway.provider import FailureCode, Finish, ProviderError
from speko_gateway.providers.vendors.live import LiveProvider, build_live_providers
from tests.gateway.providers.vendor_server import ask, saying, wire

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
FORMS = pytest.mark.parametrize("form", ["stream", "one piece", "models"])
ENDS = pytest.mark.parametrize("reset", [False, True], ids=["FIN", "RST"])


def http(body: bytes, content_type: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


GOOD = {
    "stream": http(wire("openai-text"), "text/event-stream"),
    "one piece": http(saying("openai-text", whole=True)["chunks"][0], "application/json"),
    "models": http(b'{"data": [{"id": "gpt-4o"}]}', "application/json"),
}


@dataclass
class Forgetful:
    """Answers ``good`` so many requests of a connection; the next one hears ``partly`` and its end.

    ``asked`` has the number of each request on its connection.
    """

    good: bytes
    reset: bool = False
    partly: bytes = b""
    answers: int = 1
    url: str = ""
    asked: list[int] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = 0
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = LENGTH.search(head)
                await reader.readexactly(int(length[1]) if length else 0)
                number += 1
                self.asked.append(number)
                if number > self.answers:
                    break
                writer.write(self.good)
            if self.partly:
                writer.write(self.partly)
                await writer.drain()
                await asyncio.sleep(0)
            if self.reset:
                connection = writer.get_extra_info("socket")
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def forgetful(form: str, **settings: object) -> AsyncIterator[Forgetful]:
    """A running one."""
    server = Forgetful(GOOD[form], **settings)  # type: ignore[arg-type]
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    async with listening:
        server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield server


@asynccontextmanager
async def provider_at(url: str) -> AsyncIterator[LiveProvider]:
    settings = {"OPENAI_API_KEY": "test-key", "SPEKO_OPENAI_BASE_URL": url}
    provider = build_live_providers(settings)["openai"]
    try:
        yield provider
    finally:
        await provider.close()


async def use(provider: LiveProvider, form: str) -> None:
    """One good call."""
    if form == "models":
        assert await provider.list_models() == ["gpt-4o"]
        return
    events = [event async for event in provider.stream(ask(buffered=form == "one piece"))]
    assert isinstance(events[-1], Finish)


@FORMS
@ENDS
async def test_a_connection_gone_stale_is_replaced_without_a_word(form: str, reset: bool) -> None:
    async with forgetful(form, reset=reset) as server, provider_at(server.url) as provider:
        for _ in range(3):
            await use(provider, form)
    assert server.asked == [1, 2, 1, 1]


@FORMS
async def test_all_the_others_in_the_pool_may_be_as_stale(form: str) -> None:
    async with forgetful(form) as server, provider_at(server.url) as provider:
        await asyncio.gather(*(use(provider, form) for _ in range(4)))
        await asyncio.gather(*(use(provider, form) for _ in range(4)))
    assert server.asked.count(1) == 8


@FORMS
@ENDS
@pytest.mark.parametrize("partly", [b"H", b"HTTP/1.1 200 OK\r\ncontent-"])
async def test_once_a_byte_of_the_answer_has_come_nothing_is_sent_again(
    form: str, reset: bool, partly: bytes
) -> None:
    async with (
        forgetful(form, reset=reset, partly=partly) as server,
        provider_at(server.url) as provider,
    ):
        await use(provider, form)
        with pytest.raises(ProviderError) as caught:
            await use(provider, form)
    assert caught.value.code is FailureCode.CONNECT_FAILED
    assert server.asked == [1, 2]


@FORMS
@ENDS
async def test_a_new_connection_that_is_closed_is_a_failure(form: str, reset: bool) -> None:
    async with (
        forgetful(form, reset=reset, answers=0) as server,
        provider_at(server.url) as provider,
    ):
        with pytest.raises(ProviderError, match="it closed the connection") as caught:
            await use(provider, form)
    assert caught.value.code is FailureCode.CONNECT_FAILED
    assert server.asked == [1]


@FORMS
@ENDS
async def test_it_is_asked_again_only_once(form: str, reset: bool) -> None:
    async with forgetful(form, reset=reset) as server, provider_at(server.url) as provider:
        await use(provider, form)
        server.answers = 0
        with pytest.raises(ProviderError) as caught:
            await use(provider, form)
    assert caught.value.code is FailureCode.CONNECT_FAILED
    assert server.asked == [1, 2, 1]
