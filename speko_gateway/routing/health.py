"""The health gate: who is in the pool, candidate by candidate, and why the others are not.

A call of a candidate is announced (``begin``) and its outcome is always reported. The rules are in
``candidate_health``; here are the clock, the sentences, and the report. Memory is bounded: a window
is counted in slices, and only the latest candidates are remembered.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from speko_client.models import ProviderFailure, ProviderHealth, ProvidersHealth
from speko_gateway.candidates import Candidate
from speko_gateway.provider import ProviderError
from speko_gateway.routing.candidate_health import (
    Call,
    CandidateHealth,
    HealthRule,
    LastError,
    Standing,
)

MOST_CANDIDATES = 1000
"""The latest called ones are remembered: callers bring connections and models of their own."""

Key = tuple[Candidate, str]


def utc_now() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class HealthGate:
    """Health by candidate. ``clock`` gives monotonic seconds, ``now`` the time of day in UTC.

    ``connections`` names, by vendor, the connection that a caller brought along (see ``through``).
    """

    clock: Callable[[], float]
    rule: HealthRule = field(default_factory=HealthRule)
    now: Callable[[], datetime] = utc_now
    connections: Mapping[str, str] = field(default_factory=dict)
    _candidates: dict[Key, CandidateHealth] = field(default_factory=dict)
    _suspects: set[Key] = field(default_factory=set)

    def through(self, connections: Mapping[str, str]) -> HealthGate:
        """The same gate for a caller with own connections, which have a name by vendor.

        One caller's wrong key or used-up quota must not remove a candidate for other callers.
        """
        return replace(self, connections=connections)

    def begin(self, candidate: Candidate) -> Call:
        """A call starts. It has to be settled: ``answered``, ``failed`` or ``let_go``."""
        return self._health(candidate).begin(self.clock())

    def answered(self, candidate: Candidate, call: Call) -> None:
        """The call ended in a whole answer."""
        if _settles(call):
            health = self._health(candidate)
            health.answered(call, self.clock())
            self._suspect(candidate, health)

    def failed(self, candidate: Candidate, call: Call, error: ProviderError) -> None:
        """The call failed by the candidate's own fault."""
        if _settles(call):
            health = self._health(candidate)
            health.last_error = LastError(error.code, error.message, self.now())
            health.failed(call, self.clock(), error)
            self._suspect(candidate, health)

    def let_go(self, candidate: Candidate, call: Call) -> None:
        """The call says nothing about the candidate. Does nothing once the call is settled."""
        if _settles(call):
            self._health(candidate).let_go(call)

    def standing(self, candidate: Candidate) -> Standing:
        """Whether the candidate may be called now."""
        health = self._candidates.get(self._key(candidate))
        return Standing.IN if health is None else health.standing(self.clock())

    def error_rate(self, candidate: Candidate) -> tuple[float, int]:
        """Share of errors, 0..1, and the number of calls it is drawn from."""
        health = self._candidates.get(self._key(candidate))
        return (0.0, 0) if health is None else health.rate(self.clock())

    def badness(self, candidate: Candidate) -> float:
        """Share of errors by the latest calls there are, however old; to find the least bad."""
        health = self._candidates.get(self._key(candidate))
        return 0.0 if health is None else health.badness(self.clock())

    def unhealthy(self) -> Mapping[Candidate, str]:
        """Who is out of the pool now, each with the reason as a plain clause."""
        clock = self.clock()
        return {
            candidate: self._reason(health, clock)
            for candidate, health in self._own_out()
            if health.standing(clock) is not Standing.IN
        }

    def held(self) -> Mapping[Candidate, float]:
        """Candidates whose vendor asked for a pause, each with the seconds left."""
        clock = self.clock()
        return {
            candidate: health.out.held_until - clock
            for candidate, health in self._own_out()
            if health.out is not None and health.out.held_until > clock
        }

    def on_trial(self) -> Mapping[Candidate, str]:
        """Who is in the pool on trial only, each with the reason it had left, as a plain clause."""
        clock = self.clock()
        return {
            candidate: self._why(health)
            for candidate, health in self._own_out()
            if health.on_trial(clock) and health.standing(clock) is Standing.IN
        }

    def report(self) -> ProvidersHealth:
        """The health of every candidate that was called, as the wire has it."""
        clock = self.clock()
        rows = sorted(self._own(), key=lambda each: each[0])
        return ProvidersHealth(
            window_seconds=self.rule.window,
            providers=[
                self._provider_health(candidate, health, clock) for candidate, health in rows
            ],
        )

    def _provider_health(
        self, candidate: Candidate, health: CandidateHealth, clock: float
    ) -> ProviderHealth:
        rate, calls = health.rate(clock)
        out, last = health.out, health.last_error
        return ProviderHealth(
            provider=candidate.provider,
            model=candidate.model,
            calls=calls,
            error_rate=rate,
            state=health.state(clock),
            last_error=last
            and ProviderFailure(code=last.code, message=last.message, at=_iso(last.at)),
            retry_at=None
            if out is None or out.until <= clock
            else _iso(self.now() + timedelta(seconds=out.until - clock)),
        )

    def _reason(self, health: CandidateHealth, clock: float) -> str:
        out = health.out
        if out is not None and clock < out.until:
            return f"{self._why(health)}; tried again in {_wait(out.until - clock)}"
        return f"{self._why(health)}; one call is finding out whether it has recovered"

    def _why(self, health: CandidateHealth) -> str:
        out = health.out
        if out is not None and out.asked:
            return f"it asked for a pause ({out.asked})"
        rate, calls = (out.rate, out.calls) if out is not None else (0.0, 0)
        return f"{rate:.0%} of its last {calls} calls failed (within {self.rule.window:g} seconds)"

    def _suspect(self, candidate: Candidate, health: CandidateHealth) -> None:
        if health.out is not None:
            self._suspects.add(self._key(candidate))

    def _own_out(self) -> list[tuple[Candidate, CandidateHealth]]:
        """Those of them that are out. Every request asks this: only suspects are searched."""
        found: list[tuple[Candidate, CandidateHealth]] = []
        for key in tuple(self._suspects):
            health = self._candidates.get(key)
            if health is None or health.out is None:
                self._suspects.discard(key)
            elif key == self._key(key[0]):
                found.append((key[0], health))
        return found

    def _own(self) -> list[tuple[Candidate, CandidateHealth]]:
        """The health of this caller's connections only."""
        return [
            (candidate, health)
            for (candidate, connection), health in self._candidates.items()
            if self.connections.get(candidate.provider, "") == connection
        ]

    def _health(self, candidate: Candidate) -> CandidateHealth:
        key = self._key(candidate)
        found = self._candidates.pop(key, None) or CandidateHealth(self.rule)
        self._candidates[key] = found  # as the last called one
        if len(self._candidates) > MOST_CANDIDATES:
            del self._candidates[next(iter(self._candidates))]
        return found

    def _key(self, candidate: Candidate) -> Key:
        return candidate, self.connections.get(candidate.provider, "")


def _settles(call: Call) -> bool:
    """Whether this is the first report of how the call ended."""
    first, call.settled = not call.settled, True
    return first


def _wait(left: float) -> str:
    return f"{max(1, math.ceil(left))} s"


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
