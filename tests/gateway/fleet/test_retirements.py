"""Models that their vendors retire: callable until the day, and said before it."""

from __future__ import annotations

from datetime import date
from typing import Any

from speko_gateway.config import Config
from speko_gateway.gateway import build_gateway
from tests.gateway.fleet.connections_header import connections
from tests.gateway.served import serving

PREVIEW = "/v1/routing/preview?language=en&allowed_provider=openai"
KEYS = {"OPENAI_API_KEY": "test-key"}


async def told(today: date, **headers: str) -> tuple[dict[str, Any], Any]:
    """The rows of the provider list by model, and the preview."""
    gateway = build_gateway(Config(fleet="live"), KEYS, lambda: today)
    async with serving(gateway) as client:
        known = (await client.get("/v1/providers/known", headers=headers)).json()["llm"]
        preview = (await client.get(PREVIEW, headers=headers)).json()
    return {row["model"]: row for row in known if row["vendor"] == "openai"}, preview


async def test_before_the_day_it_can_be_called_and_the_day_is_said() -> None:
    rows, preview = await told(date(2027, 1, 13))
    assert rows["gpt-4o"]["available"]
    assert rows["gpt-4o"]["retiresOn"] == "2027-01-14"
    assert "retiresOn" not in rows["gpt-6-luna"]
    assert (
        "openai/gpt-4.1-mini, openai/gpt-4o, openai/gpt-4o-mini: retire on 14 January 2027."
    ) in preview["notes"]


async def test_from_the_day_on_it_is_unavailable() -> None:
    rows, preview = await told(date(2027, 1, 14))
    assert not rows["gpt-4o"]["available"]
    assert rows["gpt-4o"]["reason"] == "OpenAI retired gpt-4o on 2027-01-14"
    assert "retiresOn" not in rows["gpt-4o"]
    assert not any("retire on" in note for note in preview["notes"])
    out = {each["modelId"]: each["reason"] for each in preview["filteredOut"]}
    assert out["gpt-4o"] == "OpenAI retired gpt-4o on 2027-01-14"


async def test_a_callers_own_key_changes_nothing() -> None:
    rows, _ = await told(date(2027, 1, 14), **connections({"openai": {"key": "fake-key"}}))
    assert rows["gpt-4o"]["reason"] == "OpenAI retired gpt-4o on 2027-01-14"
    before, _ = await told(date(2026, 11, 26), **connections({"openai": {"key": "fake-key"}}))
    assert before["gpt-4o"]["retiresOn"] == "2027-01-14"


async def test_a_simulated_model_retires_never() -> None:
    gateway = build_gateway(
        Config(fleet="demo", snapshot="published"), {}, lambda: date(2028, 1, 1)
    )
    async with serving(gateway) as client:
        known = (await client.get("/v1/providers/known")).json()["llm"]
    (row,) = [each for each in known if each["id"] == "openai:gpt-4o"]
    assert row["available"]
    assert "retiresOn" not in row
