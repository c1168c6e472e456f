"""Failover: ask one candidate after another until one speaks.

The first words (or tool call) are the commitment. Before them a failed candidate is followed by
the next-best one and nobody notices but the attempts list. After them a stream's break is final,
while a buffered caller, who has seen nothing, still gets the next candidate: it asks ``Relay`` to
``open`` again. Each candidate is tried once (docs/contract.md, section 4).

The health gate is asked again at each candidate's turn, for it may have changed its mind since the
routing: who has left the pool by then, or is on trial with another request, comes last; who was
asked for a pause is not called.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from speko_client.models import Attempt
from speko_gateway.ahead import Ahead
from speko_gateway.candidates import Candidate
from speko_gateway.errors import GatewayError
from speko_gateway.failover.exhausted import exhausted
from speko_gateway.failover.patience import Bound, next_events
from speko_gateway.limits import Limits as Limits
from speko_gateway.provider import (
    FailureCode,
    Finish,
    Provider,
    ProviderError,
    ProviderEvent,
    ProviderRequest,
    TextDelta,
    ToolCall,
)
from speko_gateway.routing.candidate_health import Call, Standing
from speko_gateway.routing.health import HealthGate

Clock = Callable[[], float]
Piece = TextDelta | ToolCall
Outcome = Literal["answered", "failed", "cancelled"]

_BLAMELESS = frozenset({FailureCode.INVALID_REQUEST, FailureCode.SIMULATED_OUTAGE})
"""Failures that say nothing about a candidate's health."""


@dataclass(frozen=True, slots=True)
class Option:
    """A candidate and the provider that serves it.

    ``drill``: a drill has put a fault in the provider's place, and these limits hold meanwhile.
    What comes of it says nothing about the candidate.
    """

    candidate: Candidate
    provider: Provider
    drill: Limits | None = None


@dataclass(slots=True)
class Speaker:
    """The candidate that has begun to answer; ``opening`` is what it said first.

    To be closed in any case. Closed before its end it counts as cancelled.
    """

    option: Option
    opening: Sequence[ProviderEvent]
    turn: Turn
    _upstream: Ahead[ProviderEvent]
    _relay: Relay
    _bounds: Sequence[Bound]
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
        self._relay.answered(self.turn)

    async def close(self) -> None:
        """End the upstream work; does nothing where it has ended."""
        self._relay.let_go(self.turn)
        await self._upstream.close()

    async def _next(self) -> Sequence[ProviderEvent]:
        try:
            return await next_events(
                self._upstream, Bound.idle(self._relay.limits_of(self.option).idle), *self._bounds
            )
        except ProviderError as error:
            self._relay.failed(self.turn, error)
            raise


@dataclass(slots=True)
class Turn:
    """One candidate's turn, from its call to its one outcome.

    ``call`` is what the health gate knows it by; None for a drill's, of which it never hears.
    """

    option: Option
    started: float
    call: Call | None
    over: bool = False


@dataclass(slots=True)
class Relay:
    """One request's way through its candidates. ``clock`` gives monotonic seconds."""

    options: Sequence[Option]
    request: ProviderRequest
    limits: Limits
    clock: Clock
    health: HealthGate
    attempts: list[Attempt] = field(default_factory=list)
    _queue: deque[Option] = field(default_factory=deque)
    _last: deque[Option] = field(default_factory=deque)
    _deadline: Bound | None = None

    def __post_init__(self) -> None:
        self._queue.extend(self.options)

    @property
    def failover_count(self) -> int:
        """How many candidates were tried and failed so far."""
        return sum(attempt.outcome == "failed" for attempt in self.attempts)

    async def open(self) -> Speaker:
        """The next candidate that speaks; GatewayError when none is left that does."""
        deadline = self._deadline = self._deadline or Bound.deadline(self.limits.deadline)
        while (option := self._next_option(deadline)) is not None:
            call = None if option.drill else self.health.begin(option.candidate)
            turn = Turn(option, self.clock(), call)
            try:
                return await self._try(turn, deadline)
            except ProviderError as error:
                self.failed(turn, error)
            except BaseException:
                self.let_go(turn)
                raise
        raise self._exhausted(deadline)

    def limits_of(self, option: Option) -> Limits:
        """The limits that hold for this candidate."""
        return option.drill or self.limits

    def answered(self, turn: Turn) -> None:
        """Record that this candidate's answer is complete."""
        if turn.call is not None:
            self.health.answered(turn.option.candidate, turn.call)
        self._over(turn, "answered")

    def failed(self, turn: Turn, error: ProviderError) -> None:
        """Record that this candidate failed."""
        if error.code in _BLAMELESS or self._had_too_little_time(error):
            self._settle_without_blame(turn)
        elif turn.call is not None:
            self.health.failed(turn.option.candidate, turn.call, error)
        self._over(turn, "failed", error)

    def let_go(self, turn: Turn) -> None:
        """Record that this candidate was cut short, unless its outcome is known."""
        self._settle_without_blame(turn)
        self._over(turn, "cancelled")

    def attempts_with(self, speaker: Speaker) -> list[Attempt]:
        """The attempts so far and the one that is speaking, as of now."""
        return [*self.attempts, self._attempt(speaker.turn, "answered")]

    def _settle_without_blame(self, turn: Turn) -> None:
        if turn.call is not None:
            self.health.let_go(turn.option.candidate, turn.call)

    def _over(self, turn: Turn, outcome: Outcome, error: ProviderError | None = None) -> None:
        if not turn.over:
            turn.over = True
            self.attempts.append(self._attempt(turn, outcome, error))

    def _attempt(self, turn: Turn, outcome: Outcome, error: ProviderError | None = None) -> Attempt:
        drilled = turn.option.drill is not None
        return Attempt(
            provider=turn.option.candidate.provider,
            model=turn.option.candidate.model,
            outcome=outcome,
            code=error.code if error else None,
            message=_said(error, drilled) if error else None,
            duration_ms=round((self.clock() - turn.started) * 1000, 3),
            drill=drilled or None,
        )

    def _had_too_little_time(self, error: ProviderError) -> bool:
        """Whether it was cut off by a deadline that others before it had used up."""
        cut_off = self._deadline is not None and self._deadline.passed()
        return cut_off and error.code is FailureCode.TIMEOUT and bool(self.attempts)

    def _next_option(self, deadline: Bound) -> Option | None:
        if len(self.attempts) >= self.limits.attempts or deadline.passed():
            return None
        while self._queue:
            option = self._queue.popleft()
            standing = self.health.standing(option.candidate)
            if standing is Standing.IN:
                return option
            if standing is Standing.OUT:
                self._last.append(option)
        while self._last:
            option = self._last.popleft()
            if self.health.standing(option.candidate) is not Standing.HELD:
                return option
        return None

    async def _try(self, turn: Turn, deadline: Bound) -> Speaker:
        bounds = (Bound.answer(self.limits.answer), deadline)
        option = turn.option
        upstream = Ahead(
            option.provider.stream(replace(self.request, model=option.candidate.model))
        )
        try:
            opening = await self._opening(upstream, self._patience(option), *bounds)
        except BaseException:
            await upstream.close()
            raise
        return Speaker(option, opening, turn, upstream, self, bounds)

    def _patience(self, option: Option) -> Bound:
        """How long the first event may take: of a whole answer, or of its first words only."""
        limits = self.limits_of(option)
        if self.request.buffered and option.provider.kind == "live":
            return Bound.whole(limits.whole)
        return Bound.first_token(limits.first_token)

    async def _opening(
        self, upstream: Ahead[ProviderEvent], *bounds: Bound
    ) -> Sequence[ProviderEvent]:
        """Read up to the commitment: the first event that is more than blank text.

        Blank text is held back until then; before a tool call it is dropped.
        """
        blank = ""
        while True:
            batch = await next_events(upstream, *bounds)
            for place, event in enumerate(batch, 1):
                if isinstance(event, Finish):
                    raise ProviderError(FailureCode.EMPTY_ANSWER, "answered with no text")
                if isinstance(event, ToolCall):
                    return batch[place - 1 :]
                blank += event.text
                if event.text.strip():
                    return [TextDelta(blank), *batch[place:]]

    def _exhausted(self, deadline: Bound) -> GatewayError:
        held = self.health.held()
        pauses = [held[each.candidate] for each in self.options if each.candidate in held]
        return exhausted(self.attempts, pauses, self.limits.deadline if deadline.passed() else None)


def _said(error: ProviderError, drilled: bool) -> str:
    return f"{error.message} (drill)" if drilled else error.message


def _until_finish(batch: Sequence[ProviderEvent]) -> tuple[Sequence[Piece], Finish | None]:
    """What is said in this batch, and its end if that is in it; nothing counts after the end."""
    pieces: list[Piece] = []
    for event in batch:
        if isinstance(event, Finish):
            return pieces, event
        pieces.append(event)
    return pieces, None
