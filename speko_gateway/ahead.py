"""Reading ahead: a source is drained as it comes, however slowly its events are taken.

What arrives together can so be taken together, and be sent on with one write; and only a wait
that really happens needs a timer. Both are what a fast stream costs most.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Generic, TypeVar

T = TypeVar("T")

MOST = 1024
"""How many events are held for a slow taker before the source has to wait."""


class Ahead(Generic[T]):
    """The events of ``source``, read by a task of its own from the first moment on."""

    def __init__(self, source: AsyncGenerator[T], most: int = MOST) -> None:
        self._source = source
        self._most = most
        self._held: deque[T] = deque()
        self._ended = False
        self._error: Exception | None = None
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._reader = asyncio.ensure_future(self._read())

    async def take(self) -> list[T]:
        """All that has arrived, at least one event; none at the end. Raises as the source did."""
        while not self._held:
            if self._ended:
                return self._end()
            self._arrived.clear()
            await self._arrived.wait()
        taken = list(self._held)
        self._held.clear()
        self._room.set()
        return taken

    async def close(self) -> None:
        """End the source's work; harmless where it has ended."""
        if not self._reader.done():
            self._reader.cancel()
            await asyncio.wait({self._reader})

    async def _read(self) -> None:
        try:
            async with aclosing(self._source):
                async for event in self._source:
                    await self._hold(event)
        except Exception as error:  # carried over to the taker, who raises it
            self._error = error
        finally:
            self._ended = True
            self._arrived.set()

    async def _hold(self, event: T) -> None:
        self._held.append(event)
        self._arrived.set()
        while len(self._held) >= self._most:
            self._room.clear()
            await self._room.wait()

    def _end(self) -> list[T]:
        if self._error is not None:
            raise self._error
        return []
