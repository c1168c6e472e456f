"""Reading ahead: order, batches, ends, and that nothing is left running or piled up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from speko_gateway.ahead import Ahead


class Source:
    """Numbers up to ``last``; tells how far it came and that it was closed."""

    def __init__(self, last: int, then: Exception | None = None, *, hang: bool = False) -> None:
        self.last, self.then, self.hang = last, then, hang
        self.given = 0
        self.hanging = asyncio.Event()
        self.closed = asyncio.Event()

    async def numbers(self) -> AsyncGenerator[int]:
        try:
            while self.given < self.last:
                self.given += 1
                yield self.given
            if self.then:
                raise self.then
            if self.hang:
                self.hanging.set()
                await asyncio.Event().wait()
        finally:
            self.closed.set()


async def test_what_arrived_together_is_taken_together() -> None:
    ahead = Ahead(Source(5).numbers())
    assert await ahead.take() == [1, 2, 3, 4, 5]
    assert await ahead.take() == []


async def test_what_came_before_a_failure_is_taken_first() -> None:
    ahead = Ahead(Source(2, ValueError("broken")).numbers())
    assert await ahead.take() == [1, 2]
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            await ahead.take()


async def test_a_slow_taker_holds_the_source_back() -> None:
    source = Source(1000)
    ahead = Ahead(source.numbers(), most=10)
    taken: list[int] = []
    while batch := await ahead.take():
        assert len(batch) <= 10
        assert source.given <= len(taken) + 10
        taken += batch
    assert taken == list(range(1, 1001))


async def test_closing_ends_the_source_and_may_be_repeated() -> None:
    source = Source(1, hang=True)
    ahead = Ahead(source.numbers())
    assert await ahead.take() == [1]
    await source.hanging.wait()
    for _ in range(2):
        await ahead.close()
        assert source.closed.is_set()


async def test_a_taker_cancelled_while_waiting_loses_nothing() -> None:
    source = Source(0, hang=True)
    ahead = Ahead(source.numbers())
    taking = asyncio.ensure_future(ahead.take())
    await source.hanging.wait()
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    await ahead.close()
    assert await ahead.take() == []
