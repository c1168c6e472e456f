"""Who leaves the pool for failing too often, and comes back."""

from __future__ import annotations

from speko_gateway.candidates import Candidate
from speko_gateway.health import HealthGate, HealthRule
from tests.gateway.fleet_doubles import SteppedClock

MODEL = Candidate("acme", "one")


def test_more_than_half_of_enough_calls_failing_puts_a_candidate_out() -> None:
    gate = HealthGate(SteppedClock())
    for answered in (True, True, False, False, False):
        assert not gate.unhealthy()
        gate.record(MODEL, answered=answered)
    assert gate.unhealthy() == {MODEL: "60% of its last 5 calls failed (within 60 seconds)"}


def test_exactly_half_stays_in() -> None:
    gate = HealthGate(SteppedClock())
    for answered in (True, False) * 10:
        gate.record(MODEL, answered=answered)
    assert not gate.unhealthy()


def test_too_few_calls_say_nothing() -> None:
    gate = HealthGate(SteppedClock())
    for _ in range(4):
        gate.record(MODEL, answered=False)
    assert not gate.unhealthy()
    assert gate.error_rate(MODEL) == (1.0, 4)


def test_it_comes_back_as_the_window_rolls() -> None:
    clock = SteppedClock()
    gate = HealthGate(clock)
    for _ in range(5):
        gate.record(MODEL, answered=False)
    clock.pass_(59)
    assert MODEL in gate.unhealthy()
    clock.pass_(1)
    assert not gate.unhealthy()
    assert gate.error_rate(MODEL) == (0.0, 0)


def test_memory_stays_bounded_under_load() -> None:
    clock = SteppedClock()
    rule = HealthRule(slices=10)
    gate = HealthGate(clock, rule)
    for _ in range(5000):
        clock.pass_(0.1)
        gate.record(MODEL, answered=False)
    assert len(gate._slices[MODEL]) <= rule.slices + 1


def test_one_candidates_failures_are_not_anothers() -> None:
    gate = HealthGate(SteppedClock())
    for _ in range(9):
        gate.record(MODEL, answered=False)
    assert set(gate.unhealthy()) == {MODEL}
