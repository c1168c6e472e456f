"""Waiting with an end to it: what comes next from upstream, before the first of several limits.

Each limit says in its own words that it has run out, so that an attempt tells which one it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from speko_gateway.ahead import Ahead
from speko_gateway.provider import FailureCode, ProviderError, ProviderEvent


class Bound(NamedTuple):
    """A moment (loop time) that is not waited beyond; ``said`` completes "openai/gpt-4o ..."."""

    at: float
    said: str

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
    def _in(cls, seconds: float, said: str) -> Bound:
        return cls(asyncio.get_running_loop().time() + seconds, said)


async def next_events(upstream: Ahead[ProviderEvent], *bounds: Bound) -> Sequence[ProviderEvent]:
    """What comes next, before the first of the bounds.

    Nothing in time and nothing at all are a ProviderError.
    """
    first = min(bounds, key=lambda bound: bound.at)
    try:
        async with asyncio.timeout_at(first.at):
            events = await upstream.take()
    except TimeoutError:
        raise ProviderError(FailureCode.TIMEOUT, first.said) from None
    if not events:
        raise ProviderError(FailureCode.STREAM_BROKEN, "broke off before its answer was complete")
    return events
