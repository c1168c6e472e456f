"""The health gate: who failed too often lately, by candidate, in a rolling window.

Outcomes are counted in slices of the window, so memory is bounded whatever the load. A candidate
above the threshold leaves the pool; as its failures roll out of the window it comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from speko_gateway.candidates import Candidate


@dataclass(frozen=True, slots=True)
class HealthRule:
    """Leave above ``threshold`` errors among at least ``min_calls`` in ``window`` seconds."""

    window: float = 60.0
    threshold: float = 0.5
    min_calls: int = 5
    slices: int = 30


@dataclass(slots=True)
class _Slice:
    started: float
    calls: int = 0
    errors: int = 0


@dataclass(slots=True)
class HealthGate:
    """Rolling error rates. ``clock`` gives monotonic seconds."""

    clock: Callable[[], float]
    rule: HealthRule = field(default_factory=HealthRule)
    _slices: dict[Candidate, list[_Slice]] = field(default_factory=dict)
    _suspects: set[Candidate] = field(default_factory=set)

    def record(self, candidate: Candidate, *, answered: bool) -> None:
        """Count one finished attempt."""
        current = self._current_slice(candidate)
        current.calls += 1
        if not answered:
            current.errors += 1
            self._suspects.add(candidate)

    def error_rate(self, candidate: Candidate) -> tuple[float, int]:
        """Share of errors, 0..1, and the number of calls it is drawn from."""
        slices = self._recent(candidate)
        calls = sum(each.calls for each in slices)
        errors = sum(each.errors for each in slices)
        return (errors / calls if calls else 0.0), calls

    def unhealthy(self) -> Mapping[Candidate, str]:
        """Who is out of the pool now, each with the reason as a plain clause."""
        reasons: dict[Candidate, str] = {}
        for candidate in tuple(self._suspects):
            rate, calls = self.error_rate(candidate)
            if rate == 0.0:
                self._suspects.discard(candidate)
            elif rate > self.rule.threshold and calls >= self.rule.min_calls:
                reasons[candidate] = (
                    f"{rate:.0%} of its last {calls} calls failed "
                    f"(within {self.rule.window:g} seconds)"
                )
        return reasons

    def _recent(self, candidate: Candidate) -> list[_Slice]:
        slices = self._slices.get(candidate, [])
        oldest = self.clock() - self.rule.window
        while slices and slices[0].started <= oldest:
            slices.pop(0)
        return slices

    def _current_slice(self, candidate: Candidate) -> _Slice:
        slices = self._slices.setdefault(candidate, [])
        now = self.clock()
        if not slices or now - slices[-1].started >= self.rule.window / self.rule.slices:
            self._recent(candidate)
            slices.append(_Slice(now))
        return slices[-1]
