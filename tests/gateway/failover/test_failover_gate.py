"""Failover and routing by the health gate: trials, vendors' pauses, and nobody left."""

from __future__ import annotations

import asyncio

import pytest

from speko_gateway.candidates import Candidate
from speko_gateway.errors import GatewayError
from speko_gateway.failover.attempts import Option
from speko_gateway.failover.relay import Limits, Relay
from speko_gateway.gateway import Gateway
from speko_gateway.provider import FailureCode, ProviderError, TextDelta
from speko_gateway.routing.candidate_health import Standing
from speko_gateway.routing.health import HealthGate
from tests.gateway.fleet_doubles import (
    ENGLISH,
    Hang,
    PlayedProvider,
    SteppedClock,
    failure,
    gateway,
    relay,
    said,
)
from tests.gateway.served import BODY, serving

pytestmark = pytest.mark.leaping

A, B = Candidate("acme", "a"), Candidate("acme", "b")
PAUSE = ProviderError(FailureCode.RATE_LIMITED, "answered 429", status=429, retry_after=30)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def health(clock: SteppedClock) -> HealthGate:
    return HealthGate(clock)


def put_out(health: HealthGate, candidate: Candidate, answers: int = 0) -> None:
    """Out of the pool, after so many answers among its failures."""
    for _ in range(answers):
        health.answered(candidate, health.begin(candidate))
    while health.standing(candidate) is Standing.IN:
        health.failed(candidate, health.begin(candidate), ProviderError(FailureCode.TIMEOUT, "x"))


def hold(health: HealthGate, candidate: Candidate) -> None:
    health.failed(candidate, health.begin(candidate), PAUSE)


async def heard(way: Relay) -> str:
    speaker = await way.open()
    try:
        pieces = [piece async for batch in speaker.batches() for piece in batch]
    finally:
        await speaker.close()
    return "".join(piece.text for piece in pieces if isinstance(piece, TextDelta))


# At each candidate's turn


async def test_a_drill_does_not_take_the_trial_from_a_real_request(
    clock: SteppedClock, health: HealthGate
) -> None:
    put_out(health, A)
    clock.pass_(60)
    assert A in health.on_trial()
    provider = PlayedProvider({"a": [Hang()]})
    way = relay(provider, health=health)
    options = [Option(A, provider, drill=Limits())]
    drilled = asyncio.ensure_future(Relay(options, way.request, way.limits, clock, health).open())
    await provider.hanging.wait()
    assert health.standing(A) is Standing.IN
    drilled.cancel()
    await asyncio.wait({drilled})
    assert health.standing(A) is Standing.IN


async def test_who_left_since_the_routing_comes_last(health: HealthGate) -> None:
    provider = PlayedProvider({"a": said("A"), "b": [failure()]})
    put_out(health, A)
    way = relay(provider, "a", "b", health=health)
    assert await heard(way) == "A"
    assert [each.model for each in way.attempts] == ["b", "a"]


async def test_whose_vendor_asked_for_a_pause_since_is_not_called(health: HealthGate) -> None:
    provider = PlayedProvider({"a": said("A"), "b": [failure()]})
    hold(health, A)
    way = relay(provider, "a", "b", health=health)
    with pytest.raises(GatewayError) as caught:
        await way.open()
    assert caught.value.code == "ALL_PROVIDERS_FAILED"
    assert [each.model for each in provider.asked] == ["b"]


async def test_where_all_rest_the_caller_is_told_for_how_long(health: HealthGate) -> None:
    hold(health, A)
    with pytest.raises(GatewayError) as caught:
        await relay(PlayedProvider({"a": said("A")}), "a", health=health).open()
    assert (caught.value.status, caught.value.code) == (429, "RATE_LIMITED")
    assert caught.value.headers == {"retry-after": "30"}


async def test_one_request_at_a_time_is_the_trial(health: HealthGate, clock: SteppedClock) -> None:
    put_out(health, A)
    clock.pass_(health.rule.pause)
    first = PlayedProvider({"a": [Hang()], "b": said("B")})
    trial = asyncio.ensure_future(heard(relay(first, "a", "b", health=health)))
    await first.hanging.wait()
    second = PlayedProvider({"a": said("A"), "b": said("B")})
    assert await heard(relay(second, "a", "b", health=health)) == "B"
    trial.cancel()
    await asyncio.wait({trial})
    assert await heard(relay(second, "a", "b", health=health)) == "A"
    assert not health.on_trial()


async def test_a_vendors_pause_is_kept_from_the_next_request_on() -> None:
    provider = PlayedProvider({"a": [PAUSE], "b": said("B")})
    served = gateway(provider)
    async with serving(served) as client:
        for _ in range(3):
            assert (await client.post("/v1/complete", json=BODY)).json()["text"] == "B"
    assert [each.model for each in provider.asked] == ["a", "b", "b", "b"]


async def test_a_cut_off_by_a_deadline_that_others_used_up_is_no_fault(health: HealthGate) -> None:
    provider = PlayedProvider({"a": [TextDelta("Half"), Hang()], "b": [Hang()]})
    limits = Limits(idle=20, deadline=30)
    way = relay(provider, "a", "b", health=health, limits=limits)
    with pytest.raises(ProviderError):
        await heard(way)
    with pytest.raises(GatewayError):
        await heard(way)
    assert health.error_rate(A) == (1.0, 1)
    assert health.error_rate(B) == (0.0, 0)


async def test_a_candidate_that_takes_the_whole_deadline_is_at_fault(health: HealthGate) -> None:
    way = relay(PlayedProvider({"a": [Hang()]}), "a", health=health, limits=Limits(deadline=10))
    with pytest.raises(GatewayError):
        await way.open()
    assert health.error_rate(A) == (1.0, 1)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(idle=7), "timed out after 7.0 s of silence"),
        (Limits(answer=7), "timed out after 7.0 s, its answer incomplete"),
        (Limits(deadline=7), "timed out as the 7.0 s for the whole request were up"),
    ],
)
async def test_an_attempt_says_which_limit_ran_out(limits: Limits, message: str) -> None:
    way = relay(PlayedProvider({"a": [TextDelta("Half"), Hang()]}), "a", limits=limits)
    with pytest.raises(ProviderError):
        await heard(way)
    assert way.attempts[0].message == message


# In the routing


def ordered(served: Gateway) -> list[str]:
    return [each.candidate.model for each in served.ranking(ENGLISH, None).ordered]


def filtered(served: Gateway) -> dict[str, str]:
    return {
        each.candidate.model: each.reason for each in served.ranking(ENGLISH, None).filtered_out
    }


def notes(served: Gateway) -> str:
    return " ".join(served.ranking(ENGLISH, None).notes)


@pytest.fixture
def served() -> Gateway:
    return gateway(PlayedProvider({"a": said("A"), "b": said("B"), "c": said("C")}))


def test_who_is_out_is_filtered_out_with_rate_and_time(served: Gateway) -> None:
    put_out(served.health, A)
    assert ordered(served) == ["b", "c"]
    assert filtered(served) == {
        "a": "100% of its last 5 calls failed (within 60 seconds); tried again in 5 s"
    }


def test_who_is_on_trial_is_in_the_pool_and_said_to_be(served: Gateway) -> None:
    put_out(served.health, A)
    assert isinstance(served.clock, SteppedClock)
    served.clock.pass_(5)
    assert ordered(served) == ["a", "b", "c"]
    assert "acme/a is on trial, one call at a time: 100% of its last 5 calls" in notes(served)


def test_where_all_are_out_the_least_bad_are_tried_first(served: Gateway) -> None:
    put_out(served.health, A)
    put_out(served.health, B, answers=4)
    put_out(served.health, Candidate("acme", "c"), answers=2)
    assert ordered(served) == ["b", "c", "a"]
    assert "the least bad are tried anyway" in notes(served)
    assert not filtered(served)


def test_where_all_are_out_who_asked_for_a_pause_still_gets_it(served: Gateway) -> None:
    hold(served.health, A)
    put_out(served.health, B)
    put_out(served.health, Candidate("acme", "c"))
    assert ordered(served) == ["b", "c"]
    assert filtered(served) == {"a": "it asked for a pause (answered 429); tried again in 30 s"}


async def test_where_all_asked_for_a_pause_the_caller_is_asked_for_one() -> None:
    served = gateway(PlayedProvider({"a": said("A"), "b": said("B")}))
    hold(served.health, A)
    hold(served.health, B)
    async with serving(served) as client:
        response = await client.post("/v1/complete", json=BODY)
    assert response.status_code == 429
    assert response.headers["retry-after"] == "30"
    assert response.json()["code"] == "RATE_LIMITED"
    assert "acme/a: it asked for a pause (answered 429)" in response.json()["error"]


async def test_the_provider_list_and_the_report_say_who_is_out() -> None:
    served = gateway(PlayedProvider({"a": said("A"), "b": said("B")}))
    put_out(served.health, A)
    async with serving(served) as client:
        known = (await client.get("/v1/providers/known")).json()["llm"]
        report = (await client.get("/v1/providers/health")).json()
    vendor, a, b = known
    assert (vendor["available"], a["available"], b["available"]) == (True, False, True)
    assert a["reason"].startswith("100% of its last 5 calls failed")
    (row,) = report["providers"]
    assert (row["model"], row["state"], row["errorRate"]) == ("a", "unhealthy", 1.0)
    assert row["lastError"]["code"] == "TIMEOUT"
    assert row["retryAt"].endswith("Z")
