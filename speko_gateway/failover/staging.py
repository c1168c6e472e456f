"""What a request wants to see happen: a simulated outage, a drill, a given reply.

Only the demo fleet simulates outages and says given replies. A drill puts faults before any
provider, in a gateway that takes drills. The health gate ignores all of this.

A fault is a provider in front of the real one. In front of a simulated or local provider ``slow``
delays its stream, and ``stall`` and ``break`` cut it. A live vendor is not called at all: ``slow``
is silence, and ``stall`` and ``break`` begin with a sentence that says what it is, labelled
simulated and scripted, so that nobody takes it for the vendor's words. The usual limits end the
silence, within ``DRILL_PATIENCE`` where a person has to watch.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from speko_client.models import (
    DRILL_HEADER,
    DRILL_PATIENCE,
    OUTAGE_HEADER,
    REPLY_HEADER,
    DemoReply,
    Drill,
    Fault,
    ProviderKind,
)
from speko_gateway.candidates import NOBODY, Candidate, Selection
from speko_gateway.config import Limits
from speko_gateway.failover.attempts import Option
from speko_gateway.headers import bad_header, read_header
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
from speko_gateway.providers.stand_ins.simulated import SimulatedProvider
from speko_gateway.providers.stand_ins.written import answer_of, written_answers

_NO_DRILLS = "this gateway takes no drills, because others may be using it. --drills allows them"
_HEADERS = (OUTAGE_HEADER.lower(), DRILL_HEADER.lower(), REPLY_HEADER.lower())
_OUTAGE = "is down (simulated outage)"
_DOWN = Fault(target="outage")

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

    @property
    def loads_models(self) -> bool:
        """No: the drill's limits hold."""
        return False

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
                yield _no_sooner(event, self.fault.seconds or 0.0)

    async def _cut(self, request: ProviderRequest) -> AsyncGenerator[ProviderEvent]:
        left = _PIECES
        words = _sentence() if self._is_live else self.provider.stream(request)
        async with aclosing(words) as events:
            async for event in events:
                if isinstance(event, Finish):
                    break
                yield event
                left -= isinstance(event, TextDelta)
                if left == 0 and not self._is_live:
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


def _no_sooner(event: ProviderEvent, seconds: float) -> ProviderEvent:
    """The event as a vendor that is this slow says it, by its own clock."""
    if not isinstance(event, TextDelta | Finish) or event.at is None:
        return event
    return replace(event, at=max(event.at, seconds))


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


@dataclass(frozen=True, slots=True)
class Staging:
    """``outage`` candidates are down; ``faults`` are the drill's; ``reply`` is what to say."""

    outage: Selection = NOBODY
    faults: tuple[Fault, ...] = ()
    reply: str | None = None


NOTHING_STAGED = Staging()


@dataclass(frozen=True, slots=True)
class DrillRules:
    """How drills run in a gateway that takes them.

    ``chance`` gives 0 to 1 at random, ``patience`` is how many seconds of silence are waited out.
    """

    chance: Callable[[], float] = random.random
    patience: float = DRILL_PATIENCE


def staging_in(headers: Mapping[str, str], *, drills: bool) -> Staging:
    """What these headers (names in lower case) ask to see; NOTHING_STAGED where nothing.

    Raises GatewayError, 400, where a header cannot be used or a drill is not allowed.
    """
    if not any(header in headers for header in _HEADERS):
        return NOTHING_STAGED
    drill = read_header(headers, DRILL_HEADER, Drill)
    if drill is not None and not drills:
        raise bad_header(DRILL_HEADER, _NO_DRILLS)
    reply = read_header(headers, REPLY_HEADER, DemoReply)
    return Staging(
        outage=Selection.parse(headers.get(OUTAGE_HEADER.lower(), "")),
        faults=tuple(drill.faults) if drill else (),
        reply=reply.text if reply else None,
    )


def staged(
    options: Sequence[Option],
    staging: Staging,
    limits: Limits,
    drill_rules: DrillRules | None,
    *,
    demo: bool,
) -> Sequence[Option]:
    """The same candidates, each with its staged fault or reply; ``demo``: the demo fleet is on."""
    if demo:
        options = [_simulated(option, staging) for option in options]
    if drill_rules is None:
        return options
    return [_drilled(option, staging.faults, limits, drill_rules) for option in options]


def with_written(options: Sequence[Option], request: ProviderRequest) -> Sequence[Option]:
    """The same candidates; where answers to this request are written, the demo fleet says them."""
    answers = written_answers(request)
    if answers is None:
        return options
    return [
        replace(each, provider=_saying(each.provider, answer_of(each.candidate.provider, answers)))
        for each in options
    ]


def _simulated(option: Option, staging: Staging) -> Option:
    if staging.outage.covers(option.candidate):
        return replace(option, provider=FaultyProvider(option.provider, _DOWN, _OUTAGE))
    return replace(option, provider=_saying(option.provider, staging.reply))


def _saying(provider: Provider, reply: str | None) -> Provider:
    """A simulated provider that says this reply; any other provider ignores it."""
    if reply is not None and isinstance(provider, SimulatedProvider):
        return replace(provider, reply=reply)
    return provider


def _drilled(
    option: Option, faults: Sequence[Fault], limits: Limits, drill_rules: DrillRules
) -> Option:
    """A flaky candidate is down, or not, for the whole request."""
    fault = next((each for each in faults if _is_target(each, option.candidate)), None)
    if fault is None or (fault.kind == "flaky" and drill_rules.chance() >= fault.down_rate):
        return option
    live = option.provider.kind == "live"
    return Option(
        option.candidate,
        FaultyProvider(option.provider, fault),
        drill=limits_under(fault, limits, live=live, patience=drill_rules.patience),
    )


def _is_target(fault: Fault, candidate: Candidate) -> bool:
    return fault.target in (candidate.provider, candidate.id)
