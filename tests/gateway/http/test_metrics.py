"""What ``/metrics`` counts, for whom, and who may read it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from speko_client.models import Attempt
from speko_gateway.candidates import Candidate
from speko_gateway.config import Config
from speko_gateway.gateway import build_gateway
from speko_gateway.http.app import create_app
from speko_gateway.http.observing import Metrics, RequestRecord
from speko_gateway.provider import FailureCode
from speko_gateway.routing.health import HealthGate
from tests.gateway.fleet_doubles import Hang, PlayedProvider, SteppedClock, failure, gateway, said
from tests.gateway.served import AUTH, BODY, KEY, STREAM, serving
from tests.patience import PATIENCE

URL = "/v1/complete"


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Every sample by its name and its labels' values, those in the order of the labels' names."""
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def scraped(client: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    return samples(response.text)


async def test_requests_attempts_and_failovers_are_counted() -> None:
    provider = PlayedProvider({"a": [failure()], "b": said("Hi")})
    async with serving(gateway(provider)) as client:
        for headers in (AUTH, STREAM, STREAM):
            await client.post(URL, json=BODY, headers=headers)
        await client.post(URL, json={})
        await client.get("/v1/fleet")
        found = await scraped(client)
    assert found["speko_requests_total", "json", "answered"] == 1
    assert found["speko_requests_total", "stream", "answered"] == 2
    assert found["speko_requests_total", "none", "rejected"] == 1
    assert found["speko_attempts_total", "SERVER_ERROR", "a", "acme"] == 3
    assert found["speko_attempts_total", "OK", "b", "acme"] == 3
    assert found["speko_failovers_total",] == 3
    assert found["speko_ttft_seconds_count",] == 3
    assert found["speko_request_seconds_count",] == 4
    assert found["speko_requests_in_flight",] == 0
    assert found["speko_tasks",] > 0


async def test_what_is_under_way_and_what_was_cancelled_are_counted() -> None:
    provider = PlayedProvider({"a": [Hang()]})
    async with serving(gateway(provider)) as client:
        call = asyncio.ensure_future(client.post(URL, json=BODY))
        await provider.hanging.wait()
        assert (await scraped(client))["speko_requests_in_flight",] == 1
        call.cancel()
        await asyncio.wait({call})
        await asyncio.wait_for(provider.ended.wait(), PATIENCE)
        found = await scraped(client)
    assert found["speko_requests_total", "json", "cancelled"] == 1
    assert found["speko_attempts_total", "CANCELLED", "a", "acme"] == 1


async def test_a_candidates_health_can_be_read() -> None:
    provider = PlayedProvider({"a": [failure(FailureCode.TIMEOUT)], "b": said("Hi")})
    async with serving(gateway(provider)) as client:
        for _ in range(5):
            await client.post(URL, json=BODY)
        found = await scraped(client)
    assert found["speko_candidate_state", "a", "acme", "unhealthy"] == 1
    assert found["speko_candidate_state", "a", "acme", "healthy"] == 0
    assert found["speko_candidate_state", "b", "acme", "healthy"] == 1
    assert found["speko_candidate_error_rate", "a", "acme"] == 1


async def test_a_candidate_that_callers_bring_along_is_not_named() -> None:
    metrics = Metrics([Candidate("acme", "a")], HealthGate(SteppedClock()).report)
    attempt: dict[str, Any] = {"outcome": "answered", "duration_ms": 1.0}
    record = RequestRecord("1", outcome="answered", form="json")
    record.attempts = [
        Attempt(provider="acme", model="a", **attempt),
        Attempt(provider="custom-x", model="sk-pasted-by-mistake", **attempt),
    ]
    metrics.began()
    metrics.ended(record, 0.1)
    text = "\n".join(
        line for line in metrics.text().decode().splitlines() if "attempts_total{" in line
    )
    assert 'model="a"' in text
    assert 'model="other"' in text
    assert "pasted" not in text


@pytest.mark.parametrize(
    ("host", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {"host": "[::1]:8790"}, 200),
        ("127.0.0.1", {"host": "LocalHost"}, 200),
        ("127.0.0.1", {"host": "rebound.example:8790"}, 401),
        ("127.0.0.1", {"host": "localhost.example"}, 401),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}, 401),
        ("127.0.0.1", {"via": "1.1 proxy"}, 401),
        ("192.0.2.7", {}, 401),
        ("192.0.2.7", {"authorization": "Bearer wrong"}, 401),
        ("192.0.2.7", {"authorization": f"Bearer {KEY}"}, 200),
    ],
)
async def test_from_elsewhere_or_by_a_foreign_name_the_key_is_needed(
    host: str, headers: dict[str, str], status: int
) -> None:
    app = create_app(gateway(PlayedProvider({"a": said("Hi")})), KEY)
    transport = httpx.ASGITransport(app, client=(host, 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8790") as client:
        assert (await client.get("/metrics", headers=headers)).status_code == status


async def test_two_gateways_count_apart() -> None:
    async with (
        serving(gateway(PlayedProvider({"a": said("Hi")}))) as one,
        serving(gateway(PlayedProvider({"a": said("Hi")}))) as other,
    ):
        await one.post(URL, json=BODY)
        assert ("speko_requests_total", "json", "answered") in await scraped(one)
        assert ("speko_requests_total", "json", "answered") not in await scraped(other)


async def test_both_fleets_candidates_are_counted_by_name() -> None:
    both = build_gateway(Config(fleet="demo"), {"OPENAI_API_KEY": "fake"})
    demo = set(both.fleet.candidates)
    live = {each for each in both.candidates() - demo if each.provider == "openai"}
    assert demo < both.candidates()
    assert live, "models that the connected vendor offers and the demo fleet does not have"
    await both.close()
