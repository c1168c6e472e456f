"""Faults on request: candidates that fail on purpose, so that failover can be seen and practised.

A fault is a provider in front of the real one. In front of a simulated or local provider ``slow``
delays its stream, and ``stall`` and ``break`` cut it. A live vendor is not called at all: ``slow``
is silence, and ``stall`` and ``break`` begin with a sentence that says what it is, labelled
simulated and scripted, so that nobody takes it for the vendor's words. The usual limits end the
silence, within ``DRILL_PATIENCE`` where a person has to watch.
The health gate ignores all of this.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from speko_client.models import DRILL_PATIENCE, Fault, ProviderKind
from speko_gateway.limits import Limits
from speko_gateway.provider import (
    FailureCode,
    Finish,
    Provider,
    ProviderError,
    ProviderEvent,
    ProviderRequest,
    TextDelta,
)
from speko_gateway.providers.stand_ins.scripted import SCRIPTED

_PIECES = 5
"""Pieces of text (tokens or words) that come before a stall or a break."""
_SENTENCE = "This is a drill: scripted words in place of the vendor, who was not called, and now"
_PIECE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class FaultyProvider:
    """A provider with a fault in front of it.

    ``down`` completes "openai/gpt-4o ..." where the fault is to be down.
    """

    provider: Provider
    fault: Fault
    down: str = "is down"

    @property
    def kind(self) -> ProviderKind:
        """That of the provider behind it; simulated in place of a live one."""
        return "simulated" if self._is_live else self.provider.kind

    @property
    def words(self) -> str | None:
        """Who makes the words: the provider behind it, or the script in place of a live one."""
        return SCRIPTED if self._is_live else self.provider.words

    def unavailable_reason(self, model: str) -> str | None:
        """The provider's own reason: a fault shows only when the candidate is tried."""
        return self.provider.unavailable_reason(model)

    def stream(self, request: ProviderRequest) -> AsyncGenerator[ProviderEvent]:
        """The answer, as far as the fault lets it come."""
        match self.fault.kind:
            case "slow":
                return self._slow(request)
            case "stall" | "break":
                return self._cut(request)
            case "empty":
                return _empty()
            case "rate_limited":
                return _refused(FailureCode.RATE_LIMITED, "answered 429", 429)
            case "down" | "flaky":
                return _refused(FailureCode.SIMULATED_OUTAGE, self.down)

    async def close(self) -> None:
        """Nothing: the provider behind it lives longer than the request."""

    @property
    def _is_live(self) -> bool:
        return self.provider.kind == "live"

    async def _slow(self, request: ProviderRequest) -> AsyncGenerator[ProviderEvent]:
        if self._is_live or self.fault.seconds is None:
            await _silence()
        loop = asyncio.get_running_loop()
        due = loop.time() + (self.fault.seconds or 0.0)
        async with aclosing(self.provider.stream(request)) as events:
            async for event in events:
                if (wait := due - loop.time()) > 0:
                    await asyncio.sleep(wait)
                yield event

    async def _cut(self, request: ProviderRequest) -> AsyncGenerator[ProviderEvent]:
        left = _PIECES
        words = _sentence() if self._is_live else self.provider.stream(request)
        async with aclosing(words) as events:
            async for event in events:
                if isinstance(event, Finish):
                    break
                yield event
                if (left := left - 1) == 0 and not self._is_live:
                    break
        if self.fault.kind == "stall":
            await _silence()
        raise ProviderError(FailureCode.STREAM_BROKEN, "broke off in the middle of its answer")


def limits_under(
    fault: Fault, limits: Limits, *, live: bool, patience: float = DRILL_PATIENCE
) -> Limits:
    """The limits that hold for a candidate with this fault: silence ends after ``patience``.

    A ``slow`` one with ``seconds`` has the whole first-token limit; before a ``live`` provider,
    which is never called, it ends as soon as the seconds are over.
    """
    match fault.kind:
        case "stall":
            return replace(limits, idle=min(limits.idle, patience))
        case "slow" if live or fault.seconds is None:
            wait = patience if fault.seconds is None else fault.seconds
            return replace(limits, first_token=min(limits.first_token, wait))
        case _:
            return limits


async def _silence() -> None:
    await asyncio.Event().wait()


async def _empty() -> AsyncGenerator[ProviderEvent]:
    yield Finish()


async def _refused(
    code: FailureCode, message: str, status: int | None = None
) -> AsyncGenerator[ProviderEvent]:
    raise ProviderError(code, message, status=status)
    yield  # a generator, though it never gets here


async def _sentence() -> AsyncGenerator[ProviderEvent]:
    for piece in re.findall(r"\S+\s*", _SENTENCE):
        yield TextDelta(piece)
        await asyncio.sleep(_PIECE_SECONDS)
