"""A caller who leaves: the upstream connection ends with it, whatever was going on there.

Every limit is a minute or more, so only the leaving itself can be what ends the upstream's work. It
is watched at the upstream: the connection closed is an event there.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from speko_gateway.config import Limits
from tests.gateway.fire.calls import GATEWAY_KEY, Form, ask
from tests.gateway.fire.faults import delta
from tests.gateway.fire.hostile_upstream import Conversation, Play, hostile_upstream
from tests.gateway.fire.test_fire_each import gateway_before

LONG = Limits(connect=60, first_token=60, whole=60, idle=60, answer=120, deadline=120)
FORMS: tuple[Form, Form] = ("json", "stream")
HANG_SECONDS = 20
"""Only so that a failure ends; the events come at once."""


async def says_nothing(talk: Conversation) -> None:
    await talk.until_left()


async def says_only_a_head(talk: Conversation) -> None:
    await talk.head()
    await talk.until_left()


async def holds_an_error_back(talk: Conversation) -> None:
    await talk.send(b"HTTP/1.1 500 X\r\ncontent-length: 1000\r\n\r\n")
    await talk.until_left()


async def stops_within_an_object(talk: Conversation) -> None:
    await talk.send(
        b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n"
        b'{"choices":[{"index":0,"message":{"content":"Half of'
    )
    await talk.until_left()


async def stops_in_the_middle(talk: Conversation) -> None:
    await talk.head()
    await talk.chunk(delta("Half of"))
    await talk.until_left()


async def talks_without_end(talk: Conversation) -> None:
    await talk.head()
    while True:
        await talk.chunk(delta("and on "))


PLAYS: dict[str, Play] = {
    "before the first byte": says_nothing,
    "after the head": says_only_a_head,
    "within an error": holds_an_error_back,
    "within an object": stops_within_an_object,
    "in the middle": stops_in_the_middle,
    "while it talks": talks_without_end,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("play", PLAYS)
async def test_stop_ends_the_upstream_request(play: str, form: Form) -> None:
    async with hostile_upstream(lambda *_: (play, PLAYS[play])) as upstream:
        vendors = {"bad": f"{upstream.url}/bad/v1"}
        async with gateway_before(vendors, LONG) as (url, session):
            call = asyncio.ensure_future(ask(session, url, 1, form, ["custom-bad"]))
            async with asyncio.timeout(HANG_SECONDS):
                await upstream.arrived.wait()
                call.cancel()
                await asyncio.wait({call})
                await upstream.left.wait()
            assert [seen.fault for seen in upstream.seen] == [play]


async def test_a_dropped_connection_ends_the_upstream_request() -> None:
    play = "in the middle"
    async with hostile_upstream(lambda *_: (play, PLAYS[play])) as upstream:
        vendors = {"bad": f"{upstream.url}/bad/v1"}
        async with gateway_before(vendors, LONG) as (url, _):
            host, port = url.removeprefix("http://").rstrip("/").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(raw_request())
            async with asyncio.timeout(HANG_SECONDS):
                await reader.readuntil(b"event: delta")
                writer.transport.abort()
                await upstream.left.wait()


def raw_request() -> bytes:
    """A streamed completion, as bytes."""
    body = json.dumps(
        {
            "messages": [{"role": "user", "content": "This is call 1."}],
            "intent": {"language": "en"},
            "constraints": {"allowedProviders": {"llm": ["custom-bad"]}},
        }
    )
    return (
        "POST /v1/complete HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n"
        f"authorization: Bearer {GATEWAY_KEY}\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    ).encode()


@asynccontextmanager
async def never_shakes_hands(arrived: asyncio.Event, left: asyncio.Event) -> AsyncGenerator[str]:
    """An ``https`` address that takes connections and never answers a TLS hello."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        arrived.set()
        await reader.read()
        left.set()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"https://{host}:{port}/v1"


async def test_stop_while_connecting_gives_the_connection_up() -> None:
    arrived, left = asyncio.Event(), asyncio.Event()
    async with (
        never_shakes_hands(arrived, left) as bad,
        gateway_before({"bad": bad}, LONG) as (url, session),
    ):
        call = asyncio.ensure_future(ask(session, url, 1, "json", ["custom-bad"]))
        async with asyncio.timeout(HANG_SECONDS):
            await arrived.wait()
            call.cancel()
            await asyncio.wait({call})
            await left.wait()


@pytest.mark.leaping
@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(connect=2), "could not be reached within 2.0 s"),
        (Limits(deadline=2), "timed out as the 2.0 s for the whole request were up"),
        (Limits(whole=2, first_token_local=20), "timed out after 2.0 s without an answer"),
    ],
)
async def test_connecting_has_an_end_too(limits: Limits, message: str) -> None:
    arrived, left = asyncio.Event(), asyncio.Event()
    async with (
        never_shakes_hands(arrived, left) as bad,
        gateway_before({"bad": bad}, limits) as (url, session),
        asyncio.timeout(HANG_SECONDS),
    ):
        outcome = await ask(session, url, 1, "json", ["custom-bad"])
        await left.wait()
    assert outcome.codes == ["TIMEOUT"]
    assert message in outcome.body


@pytest.mark.leaping
async def test_a_buffered_callers_restarts_end_at_the_deadline() -> None:
    """Each candidate speaks, so none is late by itself; all of them together are."""
    async with hostile_upstream(lambda *_: ("stalled", stops_in_the_middle)) as upstream:
        vendors = {name: f"{upstream.url}/{name}/v1" for name in ("a", "b", "c", "d")}
        limits = Limits(idle=2, deadline=3)
        async with gateway_before(vendors, limits) as (url, session):
            outcome = await ask(session, url, 1, "json", [f"custom-{name}" for name in vendors])
    assert outcome.code == "ALL_PROVIDERS_FAILED"
    assert "Nobody had answered when the 3 s for one request were up" in outcome.body
    assert len(outcome.attempts) == len(upstream.seen) < len(vendors)


async def test_leaving_without_a_word_to_anyone_leaves_nothing_behind() -> None:
    before = len(asyncio.all_tasks())
    async with hostile_upstream(lambda *_: ("silent", says_nothing)) as upstream:
        vendors = {"bad": f"{upstream.url}/bad/v1"}
        async with gateway_before(vendors, LONG) as (url, _):
            async with aiohttp.ClientSession() as session:
                call = asyncio.ensure_future(ask(session, url, 1, "json", ["custom-bad"]))
                await upstream.arrived.wait()
                call.cancel()
                await asyncio.wait({call})
            await asyncio.wait_for(upstream.left.wait(), HANG_SECONDS)
    assert len(asyncio.all_tasks()) == before
