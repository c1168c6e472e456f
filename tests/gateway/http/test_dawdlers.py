"""Callers who hold a connection and ask for nothing, over real sockets and a gateway's process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from speko_gateway.http.server import MAX_HEAD_BYTES, MOST_HEADERS, MOST_PIPELINED
from tests.gateway.fire.calls import GATEWAY_KEY
from tests.gateway.fire.faults import delta
from tests.gateway.fire.gateway_process import GatewayProcess, gateway_process
from tests.gateway.fire.hostile_upstream import Conversation, HostileUpstream, hostile_upstream
from tests.gateway.process import FAST_DEMO
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow

HEALTH = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
SETTINGS = {"SPEKO_GATEWAY_KEY": GATEWAY_KEY}
ALIVE = b'{"status":"ok"}'

Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def served(
    folder: Path, *options: str, descriptors: int | None = None
) -> AsyncGenerator[GatewayProcess]:
    """A gateway of its own, and an end to all waiting."""
    async with (
        asyncio.timeout(PATIENCE),
        gateway_process(folder, SETTINGS, *FAST_DEMO, *options, descriptors=descriptors) as process,
    ):
        yield process


async def wire(gateway: GatewayProcess, *said: bytes) -> Wire:
    """A connection on which this was said."""
    host, port = gateway.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=2**20)
    for each in said:
        writer.write(each)
        await writer.drain()
    return reader, writer


async def rest(connection: Wire) -> bytes:
    """All that still comes until the gateway hangs up."""
    try:
        return await connection[0].read()
    except ConnectionError:
        return b""
    finally:
        connection[1].close()


async def is_alive(gateway: GatewayProcess) -> bool:
    """Whether a new caller is answered."""
    connection = await wire(gateway, HEALTH.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
    return ALIVE in await rest(connection)


def warnings(gateway: GatewayProcess) -> Iterable[str]:
    return [line["message"] for line in gateway.lines() if line["level"] == "warning"]


def request(body: bytes, length: int | None = None, accept: str = "application/json") -> bytes:
    head = (
        f"POST /v1/complete HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {GATEWAY_KEY}\r\n"
        f"accept: {accept}\r\ncontent-length: {len(body) if length is None else length}\r\n\r\n"
    )
    return head.encode() + body


async def test_a_head_that_never_ends_is_given_up(tmp_path: Path) -> None:
    async with served(tmp_path, "--limit-head=0.5") as gateway:
        for said in (b"", b"GET /healthz HTT", HEALTH[:-2], HEALTH + HEALTH[:20]):
            assert b"too long to send a request's headers" in await rest(await wire(gateway, said))
    assert any("too long at a request's headers" in line for line in warnings(gateway))


async def test_a_body_that_never_ends_is_given_up(tmp_path: Path) -> None:
    async with served(tmp_path, "--limit-body=0.5") as gateway:
        answer = await rest(await wire(gateway, request(b'{"messages"', 1000)))
        assert b"408 Request Timeout" in answer
        assert await is_alive(gateway)


def with_head_of(size: int, method: str) -> tuple[bytes, bytes]:
    """A request's head of exactly so many bytes, and the body behind it."""
    body = b"123456789" if method == "POST" else b""
    length = f"content-length: {len(body)}\r\n" if body else ""
    start = f"{method} /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{length}x-padding: "
    return f"{start}{'a' * (size - len(start) - 4)}\r\n\r\n".encode(), body


async def test_headers_hold_to_the_byte(tmp_path: Path) -> None:
    async with served(tmp_path) as gateway:
        for method, status in (("GET", b"HTTP/1.1 200"), ("POST", b"HTTP/1.1 405")):
            for pieces in (1, 7):
                for size in (MAX_HEAD_BYTES, MAX_HEAD_BYTES + 1):
                    head, body = with_head_of(size, method)
                    step = -(-size // pieces)
                    said = [head[at : at + step] for at in range(0, size, step)]
                    answer = await rest(await wire(gateway, *said[:-1], said[-1] + body))
                    expected = status if size == MAX_HEAD_BYTES else b"HTTP/1.1 400"
                    assert answer.startswith(expected)
                    refused = b"The headers are larger than 192 KiB" in answer
                    assert refused is (size > MAX_HEAD_BYTES)


async def test_headers_and_requests_ahead_are_counted(tmp_path: Path) -> None:
    many = HEALTH[:-2] + b"a: b\r\n" * MOST_HEADERS + b"\r\n"
    async with served(tmp_path) as gateway:
        assert b"There are more than 500 headers" in await rest(await wire(gateway, many))
        ahead = await rest(await wire(gateway, HEALTH * (MOST_PIPELINED + 10)))
        assert b"requests were sent ahead" in ahead
        assert await is_alive(gateway)


async def test_silent_callers_lock_nobody_out(tmp_path: Path) -> None:
    async with served(tmp_path, descriptors=256) as gateway:
        silent = [await wire(gateway) for _ in range(400)]
        for _ in range(3):
            assert await is_alive(gateway)
        for each in silent:
            each[1].close()
    assert any("as many as there may be (80 in all" in line for line in warnings(gateway))


async def test_a_kept_connection_makes_room_first_and_a_busy_one_never(tmp_path: Path) -> None:
    async with served(tmp_path, "--limit-address-connections=2") as gateway:
        kept = await wire(gateway, HEALTH)
        await kept[0].readuntil(ALIVE)
        busy = [await wire(gateway, request(b"{", 100)) for _ in range(2)]
        assert await rest(kept) == b""
        turned_away = await rest(await wire(gateway))
        assert turned_away.startswith(b"HTTP/1.1 503")
        for each in busy:
            each[1].close()
    assert any("a new one was turned away" in line for line in warnings(gateway))


async def talks_without_end(talk: Conversation) -> None:
    await talk.head()
    while True:
        await talk.chunk(delta("说" * 700))  # six times as long on its way to the caller


@asynccontextmanager
async def before_one_that_talks_without_end(
    folder: Path, *options: str
) -> AsyncGenerator[tuple[GatewayProcess, HostileUpstream]]:
    async with (
        asyncio.timeout(PATIENCE),
        hostile_upstream(lambda *_: ("talks", talks_without_end)) as upstream,
    ):
        settings = {
            **SETTINGS,
            "SPEKO_CUSTOM_BASE_URL": f"{upstream.url}/bad/v1",
            "SPEKO_CUSTOM_MODELS": "model",
        }
        options = ("--fleet=live", *options)
        async with gateway_process(folder, settings, *options) as gateway:
            yield gateway, upstream


STREAM = request(
    json.dumps(
        {
            "messages": [{"role": "user", "content": "This is call 1."}],
            "intent": {"language": "en"},
            "constraints": {"allowedProviders": {"llm": ["custom"]}},
        }
    ).encode(),
    accept="text/event-stream",
)


async def test_one_who_takes_nothing_is_let_go_of(tmp_path: Path) -> None:
    limits = "--limit-write=0.5"
    async with before_one_that_talks_without_end(tmp_path, limits) as (gateway, upstream):
        silent = await wire(gateway, STREAM)
        silent[1].transport.pause_reading()  # type: ignore[attr-defined]
        await upstream.left.wait()
        assert await is_alive(gateway)
        silent[1].close()
    assert any("too long at taking what was sent" in line for line in warnings(gateway))


async def test_the_deadline_holds_for_one_who_takes_drops(tmp_path: Path) -> None:
    limits = ("--limit-deadline=1", "--limit-write=1.5")
    async with before_one_that_talks_without_end(tmp_path, *limits) as (gateway, upstream):
        reader, writer = await wire(gateway, STREAM)
        drops = asyncio.ensure_future(_take_drops(reader))
        await upstream.left.wait()
        drops.cancel()
        writer.close()


async def _take_drops(reader: asyncio.StreamReader) -> None:
    while await reader.read(20_000):  # noqa: ASYNC110 (a caller's own slowness)
        await asyncio.sleep(0.05)
