"""Reading ahead: a source is drained as it comes, and the wait for what comes next has an end.

What arrives together is taken together, and sent on with one write; and only a wait that really
happens needs a timer. Writes and timers are what a fast stream costs most.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Generic, NamedTuple, TypeVar

from speko_gateway.provider import FailureCode, ProviderError, ProviderEvent

T = TypeVar("T")

MOST = 256
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


class Bound(NamedTuple):
    """The end of a wait, in loop time; the least ends first.

    ``message`` completes "openai/gpt-4o ...".
    """

    at: float
    message: str

    @classmethod
    def first_token(cls, seconds: float) -> Bound:
        """From now on to the first word."""
        return cls._in(seconds, f"timed out after {seconds:.1f} s without a word")

    @classmethod
    def whole(cls, seconds: float) -> Bound:
        """From now on to an answer that comes in one piece."""
        return cls._in(seconds, f"timed out after {seconds:.1f} s without an answer")

    @classmethod
    def idle(cls, seconds: float) -> Bound:
        """From now on to the next word."""
        return cls._in(seconds, f"timed out after {seconds:.1f} s of silence")

    @classmethod
    def answer(cls, seconds: float) -> Bound:
        """From now on to the end of one answer."""
        return cls._in(seconds, f"timed out after {seconds:.1f} s, its answer incomplete")

    @classmethod
    def deadline(cls, seconds: float) -> Bound:
        """From now on to the end of the request."""
        return cls._in(seconds, f"timed out as the {seconds:.1f} s for the whole request were up")

    def passed(self) -> bool:
        """Whether this moment is over."""
        return asyncio.get_running_loop().time() >= self.at

    @classmethod
    def _in(cls, seconds: float, message: str) -> Bound:
        return cls(asyncio.get_running_loop().time() + seconds, message)


async def next_events(upstream: Ahead[ProviderEvent], *bounds: Bound) -> Sequence[ProviderEvent]:
    """What comes next, before the first of the bounds.

    Nothing in time and nothing at all are a ProviderError.
    """
    first = min(bounds, key=lambda bound: bound.at)
    try:
        async with asyncio.timeout_at(first.at):
            events = await upstream.take()
    except TimeoutError:
        raise ProviderError(FailureCode.TIMEOUT, first.message) from None
    if not events:
        raise ProviderError(FailureCode.STREAM_BROKEN, "broke off before its answer was complete")
    return events
