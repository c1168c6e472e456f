"""One candidate's health: in the pool, out of it, or on trial.

It leaves when too many of its recent calls failed, or when its vendor asked for a pause
(``Retry-After``). After a cool-down one real call at a time is let through: a success brings it
back with a clean slate, a failure keeps it out for a longer pause, up to the longest.

An outcome counts for the period its call began in. Calls that were under way when a candidate left
or came back say nothing about its health since then, so they neither bring it back nor remove it
again. Pure: times are monotonic seconds, passed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Literal

from speko_gateway.provider import ProviderError


@dataclass(frozen=True, slots=True)
class HealthRule:
    """Leave above ``threshold`` errors among at least ``min_calls`` in ``window`` seconds.

    The first cool-down is ``pause`` seconds; each further one is twice as long, up to
    ``longest_pause``. A vendor's Retry-After is believed up to ``longest_retry_after``.
    """

    window: float = 60.0
    threshold: float = 0.5
    min_calls: int = 5
    slices: int = 30
    pause: float = 5.0
    longest_pause: float = 120.0
    longest_retry_after: float = 600.0

    def cool_down(self, failures: int) -> float:
        """Seconds until the next trial, after so many failures in a row to come back."""
        doublings = min(failures, 60)  # 2**60 pauses are beyond any longest one
        return min(self.pause * 2.0**doublings, self.longest_pause)


class Standing(Enum):
    """Whether a candidate may be called now: ``HELD`` only on its vendor's own word."""

    IN = "in"
    OUT = "out"
    HELD = "held"


@dataclass(slots=True)
class _Slice:
    started: float
    calls: int = 0
    errors: int = 0


@dataclass(slots=True)
class Out:
    """Out of the pool: until when, and the share of errors it left with.

    ``held_until`` is what the vendor asked for (0: nothing), ``asked`` the words it asked with.
    """

    until: float
    rate: float
    calls: int
    held_until: float = 0.0
    asked: str = ""


@dataclass(frozen=True, slots=True)
class LastError:
    """What went wrong last; ``at`` is the time of day, in UTC."""

    code: str
    message: str
    at: datetime


class Call:
    """One call under way. Settled once, however it ends: see ``HealthGate``."""

    __slots__ = ("period", "settled")

    def __init__(self, period: int) -> None:
        self.period = period
        self.settled = False


@dataclass(slots=True)
class CandidateHealth:
    """The window of outcomes, and what followed from it."""

    rule: HealthRule
    out: Out | None = None
    last_error: LastError | None = None
    _slices: list[_Slice] = field(default_factory=list)
    _period: int = 0
    _trial: Call | None = None
    _failures: int = 0
    _back_since: float | None = None

    def standing(self, now: float) -> Standing:
        """Whether it may be called now."""
        if self.out is None:
            return Standing.IN
        if now < self.out.held_until:
            return Standing.HELD
        return Standing.OUT if now < self.out.until or self._trial is not None else Standing.IN

    def on_trial(self, now: float) -> bool:
        """Whether it is out, but one call at a time is let through."""
        return self.out is not None and now >= self.out.until

    def state(self, now: float) -> Literal["healthy", "unhealthy", "probing"]:
        """The state in one word, as the wire has it."""
        if self.out is None:
            return "healthy"
        return "probing" if self.on_trial(now) else "unhealthy"

    def begin(self, now: float) -> Call:
        """A call starts; for a candidate whose cool-down is over it is the trial."""
        call = Call(self._period)
        if self.out is not None and now >= self.out.until and self._trial is None:
            self._trial = call
        return call

    def answered(self, call: Call, now: float) -> None:
        """The call ended in an answer."""
        self._end_trial(call)
        if call.period != self._period or self.standing(now) is Standing.HELD:
            return
        if self.out is not None:
            self._come_back(now)
        self._current(now).calls += 1
        self._judge(now)

    def failed(self, call: Call, now: float, error: ProviderError) -> None:
        """The call failed, by the candidate's own fault."""
        was_trial = self._end_trial(call)
        if call.period == self._period:
            current = self._current(now)
            current.calls += 1
            current.errors += 1
            if was_trial and self.out is not None:
                self._failures += 1
                cool = now + self.rule.cool_down(self._failures)
                self.out.until = max(cool, self.out.held_until)
            self._judge(now)
        if error.retry_after:
            self._hold(now, error.retry_after, error.message.partition(":")[0])

    def let_go(self, call: Call) -> None:
        """The call said nothing about the candidate: it was cancelled, or the request was bad."""
        self._end_trial(call)

    def rate(self, now: float) -> tuple[float, int]:
        """Share of errors, 0..1, and the number of calls it is drawn from."""
        slices = self._recent(now)
        calls = sum(each.calls for each in slices)
        errors = sum(each.errors for each in slices)
        return (errors / calls if calls else 0.0), calls

    def badness(self, now: float) -> float:
        """How bad it is by the latest calls there are: those in the window, else at its leaving."""
        rate, calls = self.rate(now)
        return rate if calls or self.out is None else self.out.rate

    def _judge(self, now: float) -> None:
        rate, calls = self.rate(now)
        too_many = rate > self.rule.threshold and calls >= self.rule.min_calls
        if self.out is None and too_many:
            self._leave(now)

    def _leave(self, now: float) -> None:
        # One that was back for less than a window has not recovered: its pauses go on growing.
        relapsed = self._back_since is not None and now - self._back_since < self.rule.window
        self._failures = self._failures + 1 if relapsed else 0
        rate, calls = self.rate(now)
        self._put_out(Out(now + self.rule.cool_down(self._failures), rate, calls))

    def _hold(self, now: float, retry_after: float, asked: str) -> None:
        until = now + min(retry_after, self.rule.longest_retry_after)
        out = self.out or self._put_out(Out(until, *self.rate(now)))
        out.until = max(out.until, until)
        if until > out.held_until:
            out.held_until, out.asked = until, asked

    def _put_out(self, out: Out) -> Out:
        self.out, self._trial = out, None
        self._period += 1
        return out

    def _come_back(self, now: float) -> None:
        self.out = self._trial = None
        self._back_since = now
        self._slices.clear()
        self._period += 1

    def _end_trial(self, call: Call) -> bool:
        was_trial = self._trial is call
        if was_trial:
            self._trial = None
        return was_trial

    def _recent(self, now: float) -> list[_Slice]:
        oldest = now - self.rule.window
        while self._slices and self._slices[0].started <= oldest:
            self._slices.pop(0)
        return self._slices

    def _current(self, now: float) -> _Slice:
        if not self._slices or now - self._slices[-1].started >= (
            self.rule.window / self.rule.slices
        ):
            self._recent(now)
            self._slices.append(_Slice(now))
        return self._slices[-1]
