"""Who leaves the pool, why, and how it comes back: on trial, one call at a time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from speko_gateway.candidates import Candidate
from speko_gateway.provider import FailureCode, ProviderError
from speko_gateway.routing.candidate_health import HealthRule, Standing
from speko_gateway.routing.health import MOST_CANDIDATES, HealthGate
from tests.gateway.fleet_doubles import SteppedClock

MODEL = Candidate("acme", "one")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BROKEN = ProviderError(FailureCode.SERVER_ERROR, "answered 503: Sorry")


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def gate(clock: SteppedClock) -> HealthGate:
    return HealthGate(clock, now=lambda: NOON)


def record(gate: HealthGate, *, answered: bool, candidate: Candidate = MODEL) -> None:
    """One call, begun and ended."""
    call = gate.begin(candidate)
    if answered:
        gate.answered(candidate, call)
    else:
        gate.failed(candidate, call, BROKEN)


def put_out(gate: HealthGate, candidate: Candidate = MODEL) -> None:
    for _ in range(gate.rule.min_calls):
        record(gate, answered=False, candidate=candidate)


def rate_limited(seconds: float) -> ProviderError:
    return ProviderError(
        FailureCode.RATE_LIMITED, "answered 429: Slow down.", status=429, retry_after=seconds
    )


def ask_for_pause(gate: HealthGate, seconds: float) -> None:
    gate.failed(MODEL, gate.begin(MODEL), rate_limited(seconds))


def test_more_than_half_of_enough_calls_failing_puts_a_candidate_out(gate: HealthGate) -> None:
    for answered in (True, True, False, False, False):
        assert not gate.unhealthy()
        record(gate, answered=answered)
    assert gate.unhealthy() == {
        MODEL: "60% of its last 5 calls failed (within 60 seconds); tried again in 5 s"
    }


def test_exactly_half_stays_in(gate: HealthGate) -> None:
    for answered in (True, False) * 10:
        record(gate, answered=answered)
    assert not gate.unhealthy()


def test_too_few_calls_say_nothing(gate: HealthGate) -> None:
    for _ in range(4):
        record(gate, answered=False)
    assert not gate.unhealthy()
    assert gate.error_rate(MODEL) == (1.0, 4)


def test_failures_that_rolled_out_of_the_window_count_no_more(
    gate: HealthGate, clock: SteppedClock
) -> None:
    for _ in range(4):
        record(gate, answered=False)
    clock.pass_(60)
    record(gate, answered=False)
    assert not gate.unhealthy()
    assert gate.error_rate(MODEL) == (1.0, 1)


def test_after_the_pause_one_call_at_a_time_is_let_through(
    gate: HealthGate, clock: SteppedClock
) -> None:
    put_out(gate)
    clock.pass_(4.9)
    assert gate.standing(MODEL) is Standing.OUT
    clock.pass_(0.1)
    assert gate.standing(MODEL) is Standing.IN
    assert gate.on_trial() == {MODEL: "100% of its last 5 calls failed (within 60 seconds)"}
    trial = gate.begin(MODEL)
    assert gate.standing(MODEL) is Standing.OUT
    assert "one call is finding out" in gate.unhealthy()[MODEL]
    gate.let_go(MODEL, trial)
    assert gate.standing(MODEL) is Standing.IN


def test_a_good_trial_brings_it_back_with_a_clean_slate(
    gate: HealthGate, clock: SteppedClock
) -> None:
    put_out(gate)
    clock.pass_(5)
    record(gate, answered=True)
    assert not gate.unhealthy()
    assert not gate.on_trial()
    assert gate.error_rate(MODEL) == (0.0, 1)


def test_each_bad_trial_doubles_the_pause_up_to_the_longest(
    gate: HealthGate, clock: SteppedClock
) -> None:
    put_out(gate)
    pauses = []
    for _ in range(7):
        began = clock.now
        while gate.standing(MODEL) is not Standing.IN:
            clock.pass_(1)
        pauses.append(clock.now - began)
        record(gate, answered=False)
    assert pauses == [5, 10, 20, 40, 80, 120, 120]


def test_who_is_back_only_for_a_moment_pauses_longer_the_next_time(
    gate: HealthGate, clock: SteppedClock
) -> None:
    put_out(gate)
    clock.pass_(5)
    record(gate, answered=True)
    put_out(gate)
    assert gate.unhealthy()[MODEL].endswith("tried again in 10 s")
    clock.pass_(10)
    record(gate, answered=True)
    clock.pass_(60)
    put_out(gate)
    assert gate.unhealthy()[MODEL].endswith("tried again in 5 s")


def test_calls_begun_before_it_left_neither_bring_it_back_nor_keep_it_out(
    gate: HealthGate, clock: SteppedClock
) -> None:
    good, bad = gate.begin(MODEL), gate.begin(MODEL)
    put_out(gate)
    gate.answered(MODEL, good)
    assert gate.standing(MODEL) is Standing.OUT
    clock.pass_(5)
    record(gate, answered=True)
    gate.failed(MODEL, bad, BROKEN)
    assert gate.error_rate(MODEL) == (0.0, 1)


def test_a_success_while_it_is_out_counts_where_nobody_else_was_left(gate: HealthGate) -> None:
    put_out(gate)
    record(gate, answered=True)
    assert gate.standing(MODEL) is Standing.IN


def test_a_vendors_pause_is_kept_to_the_second(gate: HealthGate, clock: SteppedClock) -> None:
    ask_for_pause(gate, 17)
    assert gate.standing(MODEL) is Standing.HELD
    assert gate.unhealthy() == {MODEL: "it asked for a pause (answered 429); tried again in 17 s"}
    assert gate.held() == {MODEL: 17}
    row = gate.report().providers[0]
    assert (row.state, row.retry_at) == ("unhealthy", "2026-01-01T12:00:17Z")
    clock.pass_(17)
    assert gate.standing(MODEL) is Standing.IN
    assert gate.report().providers[0].state == "probing"
    assert gate.report().providers[0].retry_at is None


def test_a_pause_without_end_is_believed_only_so_far(gate: HealthGate) -> None:
    ask_for_pause(gate, 1e9)
    assert gate.held() == {MODEL: gate.rule.longest_retry_after}


def test_a_later_shorter_pause_takes_nothing_back(gate: HealthGate) -> None:
    first, second = gate.begin(MODEL), gate.begin(MODEL)
    gate.failed(MODEL, first, rate_limited(30))
    gate.failed(MODEL, second, rate_limited(10))
    assert gate.held() == {MODEL: 30}


def test_an_answer_while_a_vendor_rests_does_not_end_its_rest(gate: HealthGate) -> None:
    put_out(gate)
    under_way = gate.begin(MODEL)
    ask_for_pause(gate, 30)
    gate.answered(MODEL, under_way)
    assert gate.standing(MODEL) is Standing.HELD


def test_a_call_has_one_outcome(gate: HealthGate) -> None:
    call = gate.begin(MODEL)
    gate.answered(MODEL, call)
    gate.failed(MODEL, call, BROKEN)
    gate.let_go(MODEL, call)
    assert gate.error_rate(MODEL) == (0.0, 1)


def test_the_report_tells_of_everyone_who_was_called(gate: HealthGate) -> None:
    record(gate, answered=True)
    record(gate, answered=False)
    report = gate.report()
    assert report.window_seconds == 60
    row = report.providers[0]
    assert (row.provider, row.model, row.calls, row.error_rate) == ("acme", "one", 2, 0.5)
    assert row.state == "healthy"
    assert row.last_error is not None
    assert row.last_error.model_dump() == {
        "code": "SERVER_ERROR",
        "message": "answered 503: Sorry",
        "at": "2026-01-01T12:00:00Z",
    }


def test_one_candidates_failures_are_not_anothers(gate: HealthGate) -> None:
    put_out(gate)
    assert set(gate.unhealthy()) == {MODEL}


def test_one_callers_key_puts_nobody_elses_candidate_out(gate: HealthGate) -> None:
    guest = gate.through({"acme": "a caller's own"})
    put_out(guest)
    assert set(guest.unhealthy()) == {MODEL}
    assert gate.standing(MODEL) is Standing.IN
    assert not gate.unhealthy()
    assert not gate.report().providers


def test_who_was_called_longest_ago_is_forgotten_in_the_end(gate: HealthGate) -> None:
    put_out(gate)
    for number in range(MOST_CANDIDATES + 50):
        record(gate, answered=False)
        put_out(gate.through({"acme": f"guest {number}"}))
    assert len(gate._candidates) == MOST_CANDIDATES
    assert gate.through({"acme": "guest 0"}).standing(MODEL) is Standing.IN
    assert gate.standing(MODEL) is Standing.OUT


def test_memory_stays_bounded_under_load(clock: SteppedClock) -> None:
    gate = HealthGate(clock, HealthRule(slices=10))
    for _ in range(5000):
        clock.pass_(0.1)
        record(gate, answered=False)
    (health,) = gate._candidates.values()
    assert len(health._slices) <= gate.rule.slices + 1


def test_a_gate_that_was_never_asked_knows_nobody(gate: HealthGate) -> None:
    assert gate.standing(MODEL) is Standing.IN
    assert gate.error_rate(MODEL) == (0.0, 0)
    assert gate.badness(MODEL) == 0.0
    assert not gate.report().providers
