"""Who stops listening cancels the request, and keeps what had arrived."""

from __future__ import annotations

import asyncio

import pytest

from speko_client import AsyncSpeko, Speko, SpekoStreamError
from tests.client.calls import HELLO
from tests.client.conftest import KEY
from tests.client.wire_server import Do, WireServer, buffered, events, wire
from tests.patience import PATIENCE

UNFINISHED = events(wire("stream-unfinished.sse"))


def test_leaving_the_block_hangs_up(client: Speko, server: WireServer) -> None:
    server.script(UNFINISHED, Do.WAIT_FOR_HANG_UP)
    with client.complete_stream(**HELLO) as stream:
        assert next(stream.text_stream) == "Tuesday at"
    assert server.hung_up.wait(PATIENCE)
    assert stream.text == "Tuesday at"


def test_closing_hangs_up(client: Speko, server: WireServer) -> None:
    server.script(UNFINISHED, Do.WAIT_FOR_HANG_UP)
    with client.complete_stream(**HELLO) as stream:
        assert next(stream.text_stream) == "Tuesday at"
        stream.close()
        assert server.hung_up.wait(PATIENCE)
        with pytest.raises(SpekoStreamError) as failed:
            stream.result()
    assert (failed.value.code, failed.value.partial_text) == ("STREAM_CLOSED", "Tuesday at")


def test_giving_up_an_iteration_hangs_up(client: Speko, server: WireServer) -> None:
    """Without ``with`` the loop is the stream's only owner."""
    server.script(UNFINISHED, Do.WAIT_FOR_HANG_UP)
    for event in client.complete_stream(**HELLO):
        assert event.type == "meta"
        break
    assert server.hung_up.wait(PATIENCE)


def test_a_broken_loop_inside_the_block_may_go_on(client: Speko, server: WireServer) -> None:
    server.script(events(wire("stream-current-generation.sse")))
    with client.complete_stream(**HELLO) as stream:
        for event in stream:
            assert event.type == "meta"
            break
        assert [event.type for event in stream] == ["delta", "delta", "done"]


def test_the_client_lives_on_after_a_cancelled_stream(client: Speko, server: WireServer) -> None:
    server.script(UNFINISHED, Do.WAIT_FOR_HANG_UP)
    server.script(buffered(wire("answer-first-generation.json")))
    with client.complete_stream(**HELLO) as stream:
        next(stream.text_stream)
    assert client.complete(**HELLO).provider == "anthropic"


async def test_cancelling_the_task_hangs_up(server: WireServer) -> None:
    server.script(UNFINISHED, Do.WAIT_FOR_HANG_UP)
    arrived = asyncio.Event()

    async def read(client: AsyncSpeko) -> None:
        async with client.complete_stream(**HELLO) as stream:
            async for _ in stream.text_stream:
                arrived.set()

    async with AsyncSpeko(api_key=KEY, base_url=server.url) as client:
        task = asyncio.create_task(read(client))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(server.hung_up.wait, PATIENCE)


async def test_cancelling_before_the_answer_hangs_up(server: WireServer) -> None:
    server.script(Do.WAIT_FOR_GO, Do.WAIT_FOR_HANG_UP)
    async with AsyncSpeko(api_key=KEY, base_url=server.url) as client:
        task = asyncio.create_task(client.complete(**HELLO))
        await asyncio.to_thread(server.requested.wait, PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        server.go()
        assert await asyncio.to_thread(server.hung_up.wait, PATIENCE)


async def test_several_streams_at_once(server: WireServer) -> None:
    for _ in range(8):
        server.script(events(wire("stream-current-generation.sse")))
    async with AsyncSpeko(api_key=KEY, base_url=server.url) as client:
        results = await asyncio.gather(*(client.complete(**HELLO) for _ in range(8)))
    assert {result.text for result in results} == {"Tuesday at 3pm with Dr. Chen it is."}
