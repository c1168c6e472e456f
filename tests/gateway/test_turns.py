"""Turns: whoever works for long is interrupted, and all get theirs, in their order."""

from __future__ import annotations

import asyncio
import time

from speko_gateway.turns import STINT_SECONDS, Stint, turn


async def test_one_turn_is_given_per_round_in_the_order_asked() -> None:
    loop, order = asyncio.get_running_loop(), list[str]()

    async def worker(name: str) -> None:
        await turn()
        order.append(name)

    def rounds(left: int) -> None:
        order.append(".")
        if left:
            loop.call_soon(rounds, left - 1)

    tasks = [asyncio.ensure_future(worker(name)) for name in "abc"]
    await asyncio.sleep(0)
    rounds(8)
    await asyncio.gather(*tasks)
    said = "".join(order)
    assert said.replace(".", "") == "abc"
    assert "ab" not in said
    assert "bc" not in said


async def test_one_that_gives_up_leaves_its_turn_to_the_next() -> None:
    tasks = [asyncio.ensure_future(turn()) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    async with asyncio.timeout(10):
        await asyncio.gather(*tasks[1:])


async def test_short_work_waits_for_nothing_and_long_work_does() -> None:
    stint, ticks = Stint(), list[int]()
    asyncio.get_running_loop().call_soon(ticks.append, 1)
    end = time.perf_counter() + 2 * STINT_SECONDS
    while time.perf_counter() < end:
        pass
    assert not ticks
    await stint.breathe()
    assert ticks
