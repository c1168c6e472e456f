"""A sweep says what each single preview says."""

from __future__ import annotations

from typing import Any, get_args

import httpx
import pytest

from speko_client.models import OptimizeFor, RoutingPreview, Sweep, SweepCell, Vertical, WhatIf
from speko_gateway.config import Config
from speko_gateway.gateway import build_gateway
from tests.gateway.served import serving

LANGUAGES = ["en", "es-MX", "de", "ja"]
ALL = {
    "languages": LANGUAGES,
    "verticals": list(get_args(Vertical)),
    "optimizeFor": list(get_args(OptimizeFor)),
}


async def swept(client: httpx.AsyncClient, headers: dict[str, str], **body: Any) -> Sweep:
    answer = await client.post("/v1/routing/sweep", json={**ALL, **body}, headers=headers)
    assert answer.status_code == 200, answer.text
    return Sweep.model_validate(answer.json())


async def previewed(
    client: httpx.AsyncClient, cell: SweepCell, headers: dict[str, str], region: str, allowed: Any
) -> RoutingPreview:
    params = [
        ("language", cell.language),
        ("vertical", cell.vertical),
        ("optimize_for", cell.optimize_for),
        ("region", region),
        *(("allowed_provider", entry) for entry in allowed or ()),
    ]
    answer = await client.get("/v1/routing/preview", params=params, headers=headers)
    return RoutingPreview.model_validate(answer.json())


@pytest.mark.parametrize(
    ("region", "allowed", "what_if"),
    [
        ("global", None, None),
        ("europe-west3", ["google", "openai:gpt-6.1-sol"], None),
        ("global", None, {"without": ["google"], "weights": {"cost": [0.5, 0.25, 0.25]}}),
        ("global", ["openai:gpt-6.1-sol"], None),
    ],
)
async def test_every_cell_is_the_preview_of_its_intent(
    region: str, allowed: list[str] | None, what_if: dict[str, Any] | None
) -> None:
    headers = {}
    if what_if:
        axes = ("accuracy", "latency", "cost")
        weights = {k: dict(zip(axes, v, strict=True)) for k, v in what_if["weights"].items()}
        tried = WhatIf.model_validate({**what_if, "weights": weights})
        headers = {"X-Speko-What-If": tried.to_header()}
    async with serving(build_gateway(Config(fleet="demo"), {})) as client:
        found = await swept(client, headers, region=region, allowedProviders=allowed)
        asked = [(c.language, c.vertical, c.optimize_for) for c in found.cells]
        assert asked == [
            (language, vertical, preset)
            for language in LANGUAGES
            for vertical in get_args(Vertical)
            for preset in get_args(OptimizeFor)
        ]
        for cell in found.cells:
            single = await previewed(client, cell, headers, region, allowed)
            agrees(cell, single)
    assert len({c.winner.model_id for c in found.cells if c.winner}) > (1 if not allowed else 0)


def agrees(cell: SweepCell, single: RoutingPreview) -> None:
    """Winner, runner-up, margin."""
    assert cell.winner is not None
    assert (cell.winner.provider_id, cell.winner.model_id) == (
        single.provider_id,
        single.model_id,
    )
    assert cell.winner.score == single.score
    behind = single.runners_up[0] if single.runners_up else None
    assert (cell.runner_up.model_id if cell.runner_up else None) == (behind and behind.model_id)
    if behind is not None:
        assert cell.margin == pytest.approx(cell.winner.score - behind.score)
    told = [each for each in single.notes or () if "stand in" in each]
    assert cell.stood_in <= bool(told)


async def test_nobody_left_is_an_empty_cell() -> None:
    async with serving(build_gateway(Config(fleet="demo"), {})) as client:
        found = await swept(client, {}, allowedProviders=["nobody"])
    assert {(c.winner, c.runner_up, c.margin) for c in found.cells} == {(None, None, None)}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"languages": []}, "languages"),
        ({"languages": ["English"]}, "languages.0"),
        ({"optimizeFor": ["fame"]}, "optimizeFor.0"),
        ({"languages": ["en"] * 101}, "languages"),
    ],
)
async def test_a_sweep_of_nonsense_is_refused_by_field(body: dict[str, Any], field: str) -> None:
    async with serving(build_gateway(Config(fleet="demo"), {})) as client:
        answer = await client.post("/v1/routing/sweep", json={**ALL, **body})
    assert answer.status_code == 400
    assert field in answer.json()["error"]
