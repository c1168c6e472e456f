"""Failover: ask one candidate after another until one speaks.

The first words (or tool call) are the commitment. Before them a failed candidate is followed by
the next-best one and nobody notices but the attempts list. After them a stream's break is final,
while a buffered caller, who has seen nothing, still gets the next candidate: it asks ``Relay`` to
``open`` again. Each candidate is tried once (CONTRACT.md, section 4).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field, replace

from speko_client.models import Attempt
from speko_gateway.ahead import Ahead
from speko_gateway.candidates import Candidate
from speko_gateway.errors import GatewayError, invalid
from speko_gateway.health import HealthGate
from speko_gateway.providers.base import (
    FailureCode,
    Finish,
    Provider,
    ProviderError,
    ProviderEvent,
    ProviderRequest,
    TextDelta,
    ToolCall,
)

Clock = Callable[[], float]
Piece = TextDelta | ToolCall

_BLAMELESS = frozenset({FailureCode.INVALID_REQUEST, FailureCode.SIMULATED_OUTAGE})
"""Failures that say nothing about a candidate's health."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often, in seconds and attempts.

    ``connect`` bounds the way to a vendor, ``first_token`` and ``idle`` the waits before and
    between events, ``answer`` one whole attempt, ``deadline`` all attempts together.
    """

    connect: float = 5.0
    first_token: float = 20.0
    idle: float = 20.0
    answer: float = 120.0
    deadline: float = 180.0
    attempts: int = 10


@dataclass(frozen=True, slots=True)
class Option:
    """A candidate and the provider that serves it."""

    candidate: Candidate
    provider: Provider


@dataclass(slots=True)
class Speaker:
    """The candidate that has begun to answer; ``opening`` is what it said first."""

    option: Option
    opening: Sequence[ProviderEvent]
    started: float
    _upstream: Ahead[ProviderEvent]
    _relay: Relay
    _due: float
    finish: Finish | None = None

    async def batches(self) -> AsyncGenerator[Sequence[Piece]]:
        """The whole answer from its beginning, pieces that came together kept together.

        ``finish`` is set once it is complete. A break raises ProviderError, with the attempt
        already recorded as failed.
        """
        batch = self.opening
        try:
            while self.finish is None:
                pieces, self.finish = _until_finish(batch)
                if pieces:
                    yield pieces
                if self.finish is None:
                    batch = await self._next()
        finally:
            await self._upstream.close()
        self._relay.answered(self.option, self.started)

    async def close(self) -> None:
        """End the upstream work; does nothing where it has ended."""
        await self._upstream.close()

    async def _next(self) -> Sequence[ProviderEvent]:
        try:
            return await next_events(self._upstream, self._relay.limits.idle, self._due)
        except ProviderError as error:
            self._relay.failed(self.option, self.started, error)
            raise


@dataclass(slots=True)
class Relay:
    """One request's way through its candidates. ``clock`` gives monotonic seconds."""

    options: Sequence[Option]
    request: ProviderRequest
    limits: Limits
    clock: Clock
    health: HealthGate
    attempts: list[Attempt] = field(default_factory=list)
    _deadline: float | None = None

    @property
    def failover_count(self) -> int:
        """How many candidates were tried and failed so far."""
        return sum(attempt.outcome == "failed" for attempt in self.attempts)

    async def open(self) -> Speaker:
        """The next candidate that speaks; GatewayError when none is left that does."""
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + self.limits.deadline
        while (option := self._next_option(self._deadline)) is not None:
            started = self.clock()
            try:
                return await self._try(option, started, self._deadline)
            except ProviderError as error:
                self.failed(option, started, error)
        raise _exhausted(self.attempts)

    def answered(self, option: Option, started: float) -> None:
        """Record that this candidate's answer is complete."""
        self.health.record(option.candidate, answered=True)
        self.attempts.append(self.attempt(option, started))

    def failed(self, option: Option, started: float, error: ProviderError) -> None:
        """Record that this candidate failed."""
        if error.code not in _BLAMELESS:
            self.health.record(option.candidate, answered=False)
        self.attempts.append(self.attempt(option, started, error))

    def attempt(
        self, option: Option, started: float, error: ProviderError | None = None
    ) -> Attempt:
        """What became of one candidate, as of now."""
        return Attempt(
            provider=option.candidate.provider,
            model=option.candidate.model,
            outcome="failed" if error else "answered",
            code=error.code if error else None,
            message=error.message if error else None,
            duration_ms=round((self.clock() - started) * 1000, 3),
        )

    def attempts_with(self, speaker: Speaker) -> list[Attempt]:
        """The attempts so far and the one that is speaking, as of now."""
        return [*self.attempts, self.attempt(speaker.option, speaker.started)]

    def _next_option(self, deadline: float) -> Option | None:
        tried = len(self.attempts)
        if tried >= min(len(self.options), self.limits.attempts):
            return None
        return self.options[tried] if asyncio.get_running_loop().time() < deadline else None

    async def _try(self, option: Option, started: float, deadline: float) -> Speaker:
        due = min(asyncio.get_running_loop().time() + self.limits.answer, deadline)
        request = replace(self.request, model=option.candidate.model)
        upstream = Ahead(option.provider.stream(request))
        try:
            opening = await self._opening(upstream, due)
        except BaseException:
            await upstream.close()
            raise
        return Speaker(option, opening, started, upstream, self, due)

    async def _opening(self, upstream: Ahead[ProviderEvent], due: float) -> Sequence[ProviderEvent]:
        """Read up to the commitment: the first event that is more than blank text.

        Blank text is held back until then; before a tool call it is dropped.
        """
        first_due = min(due, asyncio.get_running_loop().time() + self.limits.first_token)
        blank = ""
        while True:
            batch = await next_events(upstream, self.limits.first_token, first_due)
            for place, event in enumerate(batch, 1):
                if isinstance(event, Finish):
                    raise ProviderError(FailureCode.EMPTY_ANSWER, "answered with no text")
                if isinstance(event, ToolCall):
                    return batch[place - 1 :]
                blank += event.text
                if event.text.strip():
                    return [TextDelta(blank), *batch[place:]]


async def next_events(
    upstream: Ahead[ProviderEvent], wait: float, due: float
) -> Sequence[ProviderEvent]:
    """What comes next, within ``wait`` seconds and before ``due`` (loop time).

    Nothing in time and nothing at all are a ProviderError.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    limit = min(began + wait, due)
    try:
        async with asyncio.timeout_at(limit):
            events = await upstream.take()
    except TimeoutError:
        raise ProviderError(
            FailureCode.TIMEOUT, f"timed out after {max(limit - began, 0.0):.1f} s"
        ) from None
    if not events:
        raise ProviderError(FailureCode.STREAM_BROKEN, "broke off before its answer was complete")
    return events


def _until_finish(batch: Sequence[ProviderEvent]) -> tuple[Sequence[Piece], Finish | None]:
    """What is said in this batch, and its end if that is in it; nothing counts after the end."""
    pieces: list[Piece] = []
    for event in batch:
        if isinstance(event, Finish):
            return pieces, event
        pieces.append(event)
    return pieces, None


def _exhausted(attempts: Sequence[Attempt]) -> GatewayError:
    reasons = "; ".join(f"{each.provider}/{each.model} {each.message}" for each in attempts)
    if attempts and all(each.code == FailureCode.INVALID_REQUEST for each in attempts):
        error = invalid(f"Every provider rejected the request: {reasons}")
        error.attempts = tuple(attempts)
        return error
    return GatewayError(
        500, "ALL_PROVIDERS_FAILED", f"Every provider failed: {reasons}", attempts=attempts
    )
