"""Failover: ask one candidate after another until one speaks.

The first words (or tool call) are the commitment. A candidate that fails before them is followed by
the next-best one, and only the list of attempts shows it. After them a stream that breaks stays
broken, while a buffered caller, who has seen nothing yet, still gets the next candidate: it calls
``Relay.open`` again. Each candidate is tried once (docs/contract.md, section 4).

Reasoning is no word yet, so it commits to nothing. A caller who asks for it gets it as it comes;
where that candidate fails, the next one begins anew.

The health gate is asked again before each candidate, because its answer may have changed since the
routing: a candidate that has left the pool, or that another request is trying out, comes last; one
whose vendor asked for a pause is not called.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from speko_client.models import Attempt
from speko_gateway.ahead import Ahead, Bound, next_events
from speko_gateway.candidates import Candidate
from speko_gateway.config import Limits as Limits
from speko_gateway.errors import GatewayError, invalid
from speko_gateway.failover.attempts import Option, Outcome, RunningAttempt
from speko_gateway.provider import (
    FailureCode,
    Finish,
    Progress,
    ProviderError,
    ProviderEvent,
    ProviderRequest,
    Reasoning,
    TextDelta,
    ToolCall,
    without_words,
)
from speko_gateway.routing.candidate_health import Standing
from speko_gateway.routing.gating import pause_asked_for
from speko_gateway.routing.health import HealthGate

Clock = Callable[[], float]
Piece = TextDelta | ToolCall | Reasoning
_WORDS = (TextDelta, ToolCall)
_ALOUD = (TextDelta, ToolCall, Reasoning)

_BLAMELESS = frozenset(
    {
        FailureCode.INVALID_REQUEST,
        FailureCode.TOKEN_LIMIT,
        FailureCode.CONTENT_FILTERED,
        FailureCode.SIMULATED_OUTAGE,
    }
)
"""Failures that say nothing about a candidate's health: the request or a drill caused them."""


@dataclass(slots=True)
class Speaker:
    """The candidate that has begun to answer, or to think; ``opening`` is what it said first.

    ``attempts`` are those up to now, its own last, as answered; ``failovers`` counts those before
    it. It must be closed in any case; closed before its end it counts as cancelled.
    """

    option: Option
    attempts: list[Attempt]
    failovers: int
    running: RunningAttempt
    limits: Limits
    _upstream: Ahead[ProviderEvent]
    _relay: Relay
    opening: Sequence[ProviderEvent] = ()
    bounds: Sequence[Bound] = ()
    finish: Finish | None = None

    async def batches(self) -> AsyncGenerator[Sequence[Piece]]:
        """The whole answer from its beginning, pieces that came together kept together.

        ``finish`` is set once it is complete. A break raises ProviderError, with the attempt
        already recorded as failed.
        """
        batch = self.opening
        try:
            while self.finish is None:
                self.running.hear(_own_time(batch[-1]), self._relay.clock())
                pieces, self.finish = _until_finish(batch, aloud=self._relay.overhear is not None)
                if pieces:
                    yield pieces
                if self.finish is None:
                    batch = await self._next()
        finally:
            await self._upstream.close()
        self._relay.answered(self.running)

    async def close(self) -> None:
        """End the upstream work; does nothing where it has ended."""
        self._relay.let_go(self.running)
        await self._upstream.close()

    async def _next(self) -> Sequence[ProviderEvent]:
        try:
            idle = Bound.idle(self.limits.idle)
            return await next_events(self._upstream, idle, *self.bounds)
        except ProviderError as error:
            self._relay.failed(self.running, error)
            raise


@dataclass(slots=True)
class Relay:
    """One request's way through its candidates. ``clock`` gives monotonic seconds.

    ``overhear`` is given what a candidate thinks before its first words; None where nobody asks.
    ``heard`` is told of each real, whole answer how many seconds its first words took.
    """

    options: Sequence[Option]
    request: ProviderRequest
    limits: Limits
    clock: Clock
    health: HealthGate
    attempts: list[Attempt] = field(default_factory=list)
    overhear: Callable[[Speaker, Sequence[Reasoning]], Awaitable[None]] | None = None
    heard: Callable[[Candidate, float], None] | None = None
    _met: int = 0
    _last: deque[Option] = field(default_factory=deque)
    _deadline: Bound | None = None
    _pauses: list[float] = field(default_factory=list)

    async def open(self) -> Speaker:
        """The next candidate that speaks; GatewayError when none is left that does."""
        deadline = self._deadline = self._deadline or Bound.deadline(self.limits.deadline)
        while (option := self._next_option(deadline)) is not None:
            call = None if option.drill else self.health.begin(option.candidate)
            running = RunningAttempt(option, self.clock(), call)
            try:
                return await self._try(running, deadline)
            except ProviderError as error:
                self.failed(running, error)
            except BaseException:
                self.let_go(running)
                raise
        raise self._exhausted(deadline)

    def limits_of(self, option: Option) -> Limits:
        """The limits that hold for this candidate."""
        if option.drill is not None:
            return option.drill
        return self.limits.for_loading if option.provider.loads_models else self.limits

    def answered(self, running: RunningAttempt) -> None:
        """Record that this candidate's answer is complete."""
        if running.call is not None:
            self.health.answered(running.option.candidate, running.call)
            if self.heard and running.first_words is not None and self._is_real(running.option):
                self.heard(running.option.candidate, running.first_words)
        self._over(running, "answered")

    def _is_real(self, option: Option) -> bool:
        """Whether its time to first token says something: of an answer in one piece it does not."""
        kind = option.provider.kind
        return kind == "local" or (kind == "live" and not self.request.buffered)

    def failed(self, running: RunningAttempt, error: ProviderError) -> None:
        """Record that this candidate failed."""
        if error.retry_after is not None:
            self._pauses.append(error.retry_after)
        if error.code in _BLAMELESS or self._had_too_little_time(error):
            self._settle_without_blame(running)
        elif running.call is not None:
            self.health.failed(running.option.candidate, running.call, error)
        self._over(running, "failed", error)

    def let_go(self, running: RunningAttempt) -> None:
        """Record that this candidate was cut short, unless its outcome is known."""
        self._settle_without_blame(running)
        self._over(running, "cancelled")

    def _settle_without_blame(self, running: RunningAttempt) -> None:
        if running.call is not None:
            self.health.let_go(running.option.candidate, running.call)

    def _over(
        self, running: RunningAttempt, outcome: Outcome, error: ProviderError | None = None
    ) -> None:
        if not running.over:
            running.over = True
            self.attempts.append(self._attempt(running, outcome, error))

    def _attempt(
        self, running: RunningAttempt, outcome: Outcome, error: ProviderError | None = None
    ) -> Attempt:
        drilled = running.option.drill is not None
        return Attempt(
            provider=running.option.candidate.provider,
            model=running.option.candidate.model,
            outcome=outcome,
            code=error.code if error else None,
            message=_message(error, drilled) if error else None,
            duration_ms=round(running.seconds(self.clock(), outcome) * 1000, 3),
            drill=drilled or None,
        )

    def _had_too_little_time(self, error: ProviderError) -> bool:
        """Whether it was cut off by a deadline that others before it had used up."""
        cut_off = self._deadline is not None and self._deadline.passed()
        return cut_off and error.code is FailureCode.TIMEOUT and bool(self.attempts)

    def _next_option(self, deadline: Bound) -> Option | None:
        if len(self.attempts) >= self.limits.attempts or deadline.passed():
            return None
        while self._met < len(self.options):
            option = self.options[self._met]
            self._met += 1
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

    async def _try(self, running: RunningAttempt, deadline: Bound) -> Speaker:
        option = running.option
        limits = self.limits_of(option)
        upstream = Ahead(
            option.provider.stream(replace(self.request, model=option.candidate.model))
        )
        failovers = len(self.attempts)
        attempts = [*self.attempts, self._attempt(running, "answered")]
        speaker = Speaker(option, attempts, failovers, running, limits, upstream, self)
        try:
            speaker.opening, answer = await self._opening(speaker, upstream, deadline)
        except BaseException:
            await upstream.close()
            raise
        speaker.bounds = (answer, deadline)
        attempts[-1] = self._attempt(running, "answered")
        return speaker

    def _patience(self, option: Option, limits: Limits) -> Bound:
        """How long the first event may take: of a whole answer, or of its first words only."""
        if self.request.buffered and option.provider.kind == "live":
            return Bound.whole(limits.whole)
        return Bound.first_token(limits.first_token)

    async def _opening(
        self, speaker: Speaker, upstream: Ahead[ProviderEvent], deadline: Bound
    ) -> tuple[Sequence[ProviderEvent], Bound]:
        """Read up to the commitment: the first event that is more than blank text.

        Blank text is held back until then; before a tool call it is dropped. Whatever comes
        before the commitment shows that the candidate works: from then on only its silence is
        limited, and the whole answer. The time to load a model is not part of the answer.
        """
        blank = ""
        option, limits = speaker.option, speaker.limits
        patience = self._patience(option, limits)
        loading = limits.first_token if option.provider.loads_models else 0.0
        answer = Bound.answer(limits.answer + loading)
        while True:
            batch = await next_events(upstream, patience, answer, deadline)
            patience = max(patience, Bound.idle(limits.idle))
            answer = min(answer, Bound.answer(limits.answer))
            thoughts: list[Reasoning] = []
            for place, event in enumerate(batch, 1):
                if isinstance(event, Finish):
                    await self._think(speaker, thoughts)
                    raise without_words(event)
                if isinstance(event, ToolCall):
                    return [*thoughts, *batch[place - 1 :]], answer
                if isinstance(event, Reasoning):
                    thoughts.append(event)
                if isinstance(event, Progress):
                    continue
                blank += event.text
                if event.text.strip():
                    running, now = speaker.running, self.clock()
                    running.hear(event.at, now)
                    running.first_words = running.seconds(now, "answered")
                    return [*thoughts, replace(event, text=blank), *batch[place:]], answer
            await self._think(speaker, thoughts)

    async def _think(self, speaker: Speaker, thoughts: Sequence[Reasoning]) -> None:
        if thoughts and self.overhear is not None:
            await self.overhear(speaker, thoughts)

    def _exhausted(self, deadline: Bound) -> GatewayError:
        """What the caller gets when nobody is left to ask: an error that lists each attempt."""
        late = deadline.passed()
        tried = self.attempts
        reasons = "; ".join(f"{each.provider}/{each.model} {each.message}" for each in tried)
        if all(each.code == FailureCode.RATE_LIMITED for each in tried) and (tried or not late):
            return pause_asked_for(self._shortest_pause(), reasons, tried)
        if tried and all(each.code == FailureCode.INVALID_REQUEST for each in tried):
            error = invalid(f"Every provider rejected the request: {reasons}")
            error.attempts = tuple(tried)
            return error
        what = "Every provider failed"
        if late:
            seconds = f"{self.limits.deadline:g} s"
            what = f"Nobody had answered when the {seconds} for one request were up"
        return GatewayError(500, "ALL_PROVIDERS_FAILED", f"{what}: {reasons}", attempts=tried)

    def _shortest_pause(self) -> float | None:
        """Seconds until the first who was asked, or would have been, may be asked again."""
        held = self.health.held()
        resting = [held[each.candidate] for each in self.options if each.candidate in held]
        return min([*self._pauses, *resting], default=None)


def _message(error: ProviderError, drilled: bool) -> str:
    return f"{error.message} (drill)" if drilled else error.message


def _own_time(event: ProviderEvent) -> float | None:
    return event.at if isinstance(event, TextDelta | Finish) else None


def _until_finish(
    batch: Sequence[ProviderEvent], *, aloud: bool
) -> tuple[Sequence[Piece], Finish | None]:
    """What is said in this batch, and its end if that is in it; nothing counts after the end."""
    kinds = _ALOUD if aloud else _WORDS
    pieces: list[Piece] = []
    for event in batch:
        if isinstance(event, Finish):
            return pieces, event
        if isinstance(event, kinds):
            pieces.append(event)
    return pieces, None
