"""The health gate under any order of calls, outcomes and pauses."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
)

from speko_gateway.candidates import Candidate
from speko_gateway.provider import FailureCode, ProviderError
from speko_gateway.routing.candidate_health import Call, HealthRule, Standing
from speko_gateway.routing.health import HealthGate
from tests.gateway.fleet_doubles import SteppedClock

MODEL = Candidate("acme", "one")
RULE = HealthRule(
    window=60, min_calls=3, slices=30, pause=5, longest_pause=40, longest_retry_after=90
)
WHOLE_SECONDS = st.integers(1, 70)


class GateMachine(RuleBasedStateMachine):
    """One candidate, any number of calls at a time.

    The model knows little on purpose: until when the vendor asked for a pause, whether anything
    failed at all, and which call is a trial.
    """

    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.clock = SteppedClock()
        self.gate = HealthGate(self.clock, RULE)
        self.asked_until = 0.0
        self.failures = 0
        self.trial: Call | None = None

    @rule(target=calls)
    def a_call_is_let_through(self) -> object:
        """Only where the gate lets it; on trial there is never a second one."""
        if self.gate.standing(MODEL) is not Standing.IN:
            return multiple()
        on_trial = MODEL in self.gate.on_trial()
        call = self.gate.begin(MODEL)
        if on_trial:
            self.trial = call
            assert self.gate.standing(MODEL) is Standing.OUT
        return call

    @rule(target=calls)
    def a_call_is_made_though_it_is_out(self) -> object:
        """As failover does where nobody else is left; never against the vendor's word."""
        if self.gate.standing(MODEL) is Standing.HELD:
            return multiple()
        return self.gate.begin(MODEL)

    @rule(outcomes=st.lists(st.booleans(), min_size=3, max_size=8))
    def one_after_the_other(self, outcomes: list[bool]) -> None:
        """Right after an outcome nobody with too many errors is in."""
        for answered in outcomes:
            if self.gate.standing(MODEL) is not Standing.IN or MODEL in self.gate.on_trial():
                return
            call = self.gate.begin(MODEL)
            if answered:
                self.it_answers(call)
            else:
                self.it_fails(call)
            rate, calls = self.gate.error_rate(MODEL)
            too_many = rate > RULE.threshold and calls >= RULE.min_calls
            assert (self.gate.standing(MODEL) is Standing.OUT) == too_many

    @rule(call=consumes(calls))
    def it_answers(self, call: Call) -> None:
        was_out = self.gate.standing(MODEL)
        self.gate.answered(MODEL, call)
        if call is self.trial:
            self.trial = None
            if was_out is not Standing.HELD:
                assert self.gate.standing(MODEL) is Standing.IN
                assert MODEL not in self.gate.on_trial()
        elif was_out is Standing.OUT and self.gate.standing(MODEL) is Standing.IN:
            # Another call than the trial has brought it back: the trial says nothing any more.
            self.trial = None

    @rule(call=consumes(calls))
    def it_fails(self, call: Call) -> None:
        self.failures += 1
        was_trial = call is self.trial and self.gate.standing(MODEL) is Standing.OUT
        self.gate.failed(MODEL, call, ProviderError(FailureCode.TIMEOUT, "timed out"))
        self._ended(call)
        if was_trial:
            assert self.gate.standing(MODEL) is not Standing.IN

    @rule(call=consumes(calls), seconds=WHOLE_SECONDS)
    def it_asks_for_a_pause(self, call: Call, seconds: int) -> None:
        self.failures += 1
        error = ProviderError(FailureCode.RATE_LIMITED, "answered 429", retry_after=seconds * 2.0)
        self.gate.failed(MODEL, call, error)
        self._ended(call)
        bounded = min(seconds * 2.0, RULE.longest_retry_after)
        self.asked_until = max(self.asked_until, self.clock.now + bounded)
        assert self.gate.standing(MODEL) is Standing.HELD

    @rule(call=consumes(calls))
    def it_is_cancelled(self, call: Call) -> None:
        before = self.gate.error_rate(MODEL)
        self.gate.let_go(MODEL, call)
        self._ended(call)
        assert self.gate.error_rate(MODEL) == before

    def _ended(self, call: Call) -> None:
        """A trial is over with its call, whatever came of it."""
        self.trial = None if call is self.trial else self.trial

    @rule(seconds=WHOLE_SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.clock.pass_(float(seconds))

    @precondition(lambda self: not self.trial)
    @rule()
    def in_the_end_it_is_always_tried_again(self) -> None:
        """Whatever came before: a pause has an end, and a lost trial does not block the next."""
        self.clock.pass_(max(RULE.longest_pause, RULE.longest_retry_after))
        if MODEL in self.gate.unhealthy():
            assert "finding out" in self.gate.unhealthy()[MODEL]

    @invariant()
    def a_vendors_word_is_kept(self) -> None:
        held = self.gate.standing(MODEL) is Standing.HELD
        assert held == (self.clock.now < self.asked_until)

    @invariant()
    def nobody_is_out_without_failures(self) -> None:
        if not self.failures:
            assert self.gate.standing(MODEL) is Standing.IN

    @invariant()
    def the_sentences_agree_with_the_state(self) -> None:
        rows = {(row.provider, row.model): row for row in self.gate.report().providers}
        standing = self.gate.standing(MODEL)
        assert (MODEL in self.gate.unhealthy()) == (standing is not Standing.IN)
        if (row := rows.get(MODEL)) is None:
            return
        assert 0 <= row.error_rate <= 1
        if row.state == "healthy":
            assert standing is Standing.IN
        if standing is Standing.HELD:
            assert row.state == "unhealthy"
            assert row.retry_at is not None

    @invariant()
    def memory_is_bounded(self) -> None:
        for health in self.gate._candidates.values():
            assert len(health._slices) <= RULE.slices + 1


TestGateMachine = GateMachine.TestCase
TestGateMachine.settings = settings(max_examples=100, stateful_step_count=30)


def test_a_failed_trial_does_not_shorten_the_pause_that_its_vendor_asked_for() -> None:
    clock = SteppedClock()
    gate = HealthGate(clock, RULE)
    first = gate.begin(MODEL)
    gate.failed(MODEL, first, ProviderError(FailureCode.RATE_LIMITED, "no", retry_after=1.0))
    clock.pass_(RULE.longest_pause)
    trial, beside = gate.begin(MODEL), gate.begin(MODEL)
    pause = RULE.longest_retry_after
    gate.failed(MODEL, beside, ProviderError(FailureCode.RATE_LIMITED, "no", retry_after=pause))
    gate.failed(MODEL, trial, ProviderError(FailureCode.TIMEOUT, "timed out"))
    clock.pass_(pause - 1.0)
    (row,) = gate.report().providers
    assert (gate.standing(MODEL), row.state) == (Standing.HELD, "unhealthy")
