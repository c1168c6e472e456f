"""Where every attempt was refused for its rate: the caller is told when to ask again."""

from __future__ import annotations

import pytest

from speko_client import AsyncSpeko, SpekoRateLimitError
from speko_gateway.candidates import Candidate
from speko_gateway.errors import GatewayError
from speko_gateway.provider import FailureCode, ProviderError
from speko_gateway.routing.health import HealthGate
from tests.gateway.fleet_doubles import PlayedProvider, SteppedClock, failure, gateway, relay
from tests.gateway.served import BODY, KEY, serving

pytestmark = pytest.mark.leaping


def pausing(seconds: float | None) -> ProviderError:
    return ProviderError(FailureCode.RATE_LIMITED, "answered 429", retry_after=seconds)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_the_smallest_pause_is_passed_on_at_the_first_request(accept: str) -> None:
    served = gateway(
        PlayedProvider({"a": [pausing(30)], "b": [pausing(6.2)], "c": [pausing(None)]})
    )
    async with serving(served) as client:
        response = await client.post("/v1/complete", json=BODY, headers={"Accept": accept})
    assert (response.status_code, response.headers["retry-after"]) == (429, "7")
    body = response.json()
    assert body["code"] == "RATE_LIMITED"
    assert "Ask again in 7 s" in body["error"]
    assert [each["code"] for each in body["attempts"]] == ["RATE_LIMITED"] * 3


async def test_where_nobody_says_for_how_long_no_pause_is_made_up() -> None:
    async with serving(gateway(PlayedProvider({"a": [pausing(None)]}))) as client:
        response = await client.post("/v1/complete", json=BODY)
    assert response.status_code == 429
    assert "retry-after" not in response.headers
    assert "Ask again later" in response.json()["error"]


@pytest.mark.parametrize("form", ["whole", "streamed"])
async def test_the_client_raises_the_pause_as_its_own_error(form: str) -> None:
    said = {"messages": BODY["messages"], "intent": BODY["intent"]}
    async with (
        serving(gateway(PlayedProvider({"a": [pausing(7)]}))) as http,
        AsyncSpeko(api_key=KEY, base_url=str(http.base_url)) as client,
    ):
        stream = client.complete_stream(**said)
        with pytest.raises(SpekoRateLimitError) as caught:
            await (client.complete(**said) if form == "whole" else stream.result())
    assert (caught.value.retry_after, caught.value.code) == (7, "RATE_LIMITED")


async def test_one_other_failure_among_the_pauses_is_no_rate_limit() -> None:
    way = relay(PlayedProvider({"a": [pausing(7)], "b": [failure()]}), "a", "b")
    with pytest.raises(GatewayError) as caught:
        await way.open()
    assert (caught.value.status, caught.value.code) == (500, "ALL_PROVIDERS_FAILED")


async def test_one_that_rests_already_may_be_back_first() -> None:
    clock = SteppedClock()
    health, rests = HealthGate(clock), Candidate("acme", "a")
    health.failed(rests, health.begin(rests), pausing(30))
    clock.pass_(25)
    way = relay(PlayedProvider({"b": [pausing(7)]}), "a", "b", health=health)
    with pytest.raises(GatewayError) as caught:
        await way.open()
    assert caught.value.headers == {"retry-after": "5"}
