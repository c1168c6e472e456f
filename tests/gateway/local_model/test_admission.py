"""Who enters the engine when: four at once, never more tokens than fit, first come, first in."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from speko_gateway.local_model.call import Admission
from tests.patience import PATIENCE


async def settle() -> None:
    """Let every task that can run do so."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_more_than_there_is_room_for_waits_its_turn() -> None:
    room = Admission(calls=2, tokens=100)
    for _ in range(2):
        await room.enter(10)
    third = asyncio.create_task(room.enter(10))
    await settle()
    assert not third.done()
    room.leave(10)
    assert await third == 10


async def test_a_large_call_waits_for_tokens_and_is_not_overtaken() -> None:
    room = Admission(calls=4, tokens=100)
    await room.enter(60)
    large, small = (asyncio.create_task(room.enter(tokens)) for tokens in (50, 10))
    await settle()
    assert not large.done()
    assert not small.done()
    room.leave(60)
    assert (await large, await small) == (50, 10)


async def test_a_call_that_wants_more_than_there_is_gets_all_of_it() -> None:
    room = Admission(calls=4, tokens=100)
    assert await room.enter(1000) == 100


async def test_one_who_stops_waiting_lets_the_next_in() -> None:
    room = Admission(calls=4, tokens=100)
    await room.enter(60)
    large, small = (asyncio.create_task(room.enter(tokens)) for tokens in (50, 10))
    await settle()
    large.cancel()
    assert await small == 10


async def test_one_who_is_let_in_and_cancelled_at_once_takes_no_room() -> None:
    room = Admission(calls=1, tokens=100)
    await room.enter(10)
    second = asyncio.create_task(room.enter(10))
    await settle()
    room.leave(10)
    second.cancel()
    await settle()
    assert await asyncio.wait_for(room.enter(100), PATIENCE) == 100


@given(st.lists(st.tuples(st.integers(0, 150), st.booleans()), max_size=30))
def test_there_is_never_too_much_inside_and_everyone_gets_in(
    callers: list[tuple[int, bool]],
) -> None:
    inside: list[int] = []

    async def caller(room: Admission, wanted: int) -> None:
        taken = await room.enter(wanted)
        inside.append(taken)
        assert len(inside) <= 3
        assert sum(inside) <= 100
        try:
            await asyncio.sleep(0)
        finally:
            inside.remove(taken)
            room.leave(taken)

    async def run() -> None:
        room = Admission(calls=3, tokens=100)
        tasks = [asyncio.create_task(caller(room, wanted)) for wanted, _ in callers]
        await asyncio.sleep(0)
        for task, (_, leaves) in zip(tasks, callers, strict=True):
            if leaves:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert not any(task.exception() for task in tasks if not task.cancelled())
        assert await asyncio.wait_for(room.enter(100), PATIENCE) == 100

    asyncio.run(run())
