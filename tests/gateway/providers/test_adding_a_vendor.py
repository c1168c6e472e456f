"""A new vendor is one row: the one that docs/adding-a-vendor.md shows, taken from there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from speko_gateway.config import Config
from speko_gateway.gateway import build_gateway
from speko_gateway.providers.vendors.catalogue import VENDORS, Vendor, read_vendors
from tests.gateway.providers.vendor_server import saying, vendor_server
from tests.gateway.served import BODY, serving

DOCUMENT = Path(__file__).parents[3] / "docs" / "adding-a-vendor.md"


@pytest.fixture
def row(monkeypatch: pytest.MonkeyPatch) -> Vendor:
    """The documented row, in the catalogue for this test."""
    shown = re.search(r"```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert shown is not None
    (made,) = read_vendors(f"[{shown[1]}]".encode()).values()
    monkeypatch.setitem(VENDORS, made.id, made)
    return made


async def test_one_row_makes_a_vendor_that_answers(row: Vendor) -> None:
    async with vendor_server(**saying("openai-text")) as vendor:
        environment = {row.key_env[0]: "test-key", f"{row.env_prefix}_BASE_URL": vendor.url}
        async with serving(build_gateway(Config(fleet="live"), environment)) as client:
            pinned = {"allowedProviders": {"llm": [f"{row.id}:{row.models[0]}"]}}
            answer = (
                await client.post("/v1/complete", json={**BODY, "constraints": pinned})
            ).json()
            known = (await client.get("/v1/providers/known")).json()["llm"]
            connections = (await client.get("/v1/connections")).json()["vendors"]
    assert (answer["provider"], answer["model"]) == (row.id, row.models[0])
    assert vendor.seen[0].headers["authorization"] == "Bearer test-key"
    assert [each["id"] for each in known if each["vendor"] == row.id] == [
        row.id,
        *(f"{row.id}:{model}" for model in row.models),
    ]
    assert [each["configured"] for each in connections if each["id"] == row.id] == [True]
