"""Which scores a request is ranked by: the list, one snapshot's rows, and the header."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest

from speko_client.models import (
    SCORES_HEADER,
    WHAT_IF_HEADER,
    ScoresList,
    ScoresRows,
    WhatIf,
)
from speko_gateway.config import Config
from speko_gateway.gateway import build_gateway
from tests.gateway.fleet.connections_header import connections
from tests.gateway.fleet_doubles import PlayedProvider, gateway, said
from tests.gateway.routing.snapshot_files import write
from tests.gateway.served import BODY, serving

DEMO, PUBLISHED = "demo-illustrative-2", "published-2026-04"
PREVIEW = "/v1/routing/preview?language=en"
SWEEP = {"languages": ["en"], "verticals": ["general"], "optimizeFor": ["balanced"]}


@pytest.fixture
async def client(tmp_path: Path) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the demo fleet, with an empty folder for snapshots."""
    config = Config(fleet="demo", words="scripted", pace=0.0, scores_folder=tmp_path)
    async with serving(build_gateway(config, {})) as client:
        yield client


def by(id: str) -> dict[str, str]:
    return {SCORES_HEADER: id}


async def get(client: httpx.AsyncClient, path: str, headers: dict[str, str] | None = None) -> Any:
    response = await client.get(path, headers=headers or {})
    assert response.status_code == 200, response.text
    return response.json()


async def test_the_list_says_which_is_in_force(client: httpx.AsyncClient) -> None:
    told = ScoresList.model_validate(await get(client, "/v1/scores"))
    assert told.in_force == DEMO
    assert {DEMO, PUBLISHED} <= {each.id for each in told.snapshots}
    assert not told.problems
    other = ScoresList.model_validate(await get(client, "/v1/scores", by(PUBLISHED)))
    assert other.in_force == PUBLISHED


async def test_a_file_is_usable_by_the_next_request(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    write(tmp_path)
    (tmp_path / "bad.json").write_text("{}")
    ranked = await get(client, PREVIEW, by("mine-1"))
    assert ranked["snapshot"]["id"] == ranked["scoresRunId"] == "mine-1"
    assert (ranked["providerId"], ranked["modelId"]) == ("openai", "gpt-6-luna")
    told = ScoresList.model_validate(await get(client, "/v1/scores"))
    assert [each.id for each in told.snapshots if each.origin == "file"] == ["mine-1"]
    (problem,) = told.problems
    assert (problem.file, problem.field, problem.message) == ("bad.json", "id", "Field required")


async def test_every_routed_request_takes_the_header(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    write(tmp_path)
    own = by("mine-1")
    answer = (await client.post("/v1/complete", json=BODY, headers=own)).json()
    assert (answer["scoresRunId"], answer["model"]) == ("mine-1", "gpt-6-luna")
    swept = (await client.post("/v1/routing/sweep", json=SWEEP, headers=own)).json()
    assert swept["scoresRunId"] == "mine-1"
    assert swept["cells"][0]["winner"]["modelId"] == "gpt-6-luna"
    assert (await get(client, "/v1/fleet", own))["snapshot"]["label"] == "Mine"
    known = (await get(client, "/v1/providers/known", own))["llm"]
    assert [row["id"] for row in known if row["model"] and row["benchmarked"]] == [
        "openai:gpt-6-luna"
    ]
    plain = (await client.post("/v1/complete", json=BODY)).json()
    assert plain["scoresRunId"] == DEMO


@pytest.mark.parametrize("id", ["nobody", "", "../demo", DEMO.upper(), "a" * 5000])
async def test_an_unknown_id_is_refused_everywhere(client: httpx.AsyncClient, id: str) -> None:
    refused = [
        await client.post("/v1/complete", json=BODY, headers=by(id)),
        await client.post("/v1/routing/sweep", json=SWEEP, headers=by(id)),
        *[
            await client.get(path, headers=by(id))
            for path in (PREVIEW, "/v1/providers/known", "/v1/fleet", "/v1/scores")
        ],
    ]
    for response in refused:
        assert response.status_code == 400
        told = response.json()
        assert told["code"] == "VALIDATION_ERROR"
        assert told["error"].startswith("X-Speko-Scores: there is no snapshot of this id here.")
        assert f"{DEMO}, {PUBLISHED}" in told["error"]


async def test_a_what_if_goes_on_top_of_the_snapshot_named(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    write(tmp_path)
    what_if = WhatIf(name="Without it", without=["openai:gpt-6-luna"]).to_header()
    ranked = await get(client, PREVIEW, by("mine-1") | {WHAT_IF_HEADER: what_if})
    assert ranked["scoresRunId"].startswith("whatif-")
    assert ranked["snapshot"]["label"] == "What-if: Without it (on Mine)"
    out = {each["modelId"]: each["code"] for each in ranked["filteredOut"]}
    assert out["gpt-6-luna"] == "what_if"


async def test_the_rows_of_one_snapshot(client: httpx.AsyncClient) -> None:
    told = ScoresRows.model_validate(await get(client, f"/v1/scores/{PUBLISHED}"))
    assert told.snapshot.id == PUBLISHED
    assert "openai:gpt-4o" in told.candidates
    (row,) = [each for each in told.rows if each.model == "gpt-4o"]
    assert (row.language, row.vertical, row.region, row.status) == (
        *("en", "general", "global", "production"),
    )
    figures = {each.axis: each for each in row.figures}
    assert figures["accuracy"].value == 67
    assert figures["latency"].value == 380
    assert figures["accuracy"].source == "Published figures, April 2026"
    assert figures["accuracy"].date == "2026-04-30"


async def test_rows_of_a_snapshot_that_is_not_there(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/scores/nobody")
    assert (response.status_code, response.json()["code"]) == (404, "NOT_FOUND")
    assert PUBLISHED in response.json()["error"]


async def test_the_demo_fleet_plays_the_models_that_were_published(
    client: httpx.AsyncClient,
) -> None:
    cast = {row["id"] for row in (await get(client, "/v1/providers/known"))["llm"] if row["model"]}
    second = (await get(client, "/v1/providers/known", by(PUBLISHED)))["llm"]
    models = [row for row in second if row["model"] and row["kind"] == "simulated"]
    assert len(models) == 8
    assert not cast & {row["id"] for row in models}
    assert all(row["available"] and row["simulated"] for row in models)
    only = {"constraints": {"allowedProviders": {"llm": ["anthropic:claude-3-5-haiku"]}}}
    answer = (await client.post("/v1/complete", json=BODY | only, headers=by(PUBLISHED))).json()
    assert (answer["model"], answer["simulated"]) == ("claude-3-5-haiku", True)
    assert answer["timing"]["ttftMs"] == 540
    refused = await client.post("/v1/complete", json=BODY | only)
    assert refused.json()["code"] == "COMPLETE_FAILED"


async def test_by_any_other_snapshot_the_cast_stays(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    write(tmp_path)
    cast = {row["id"] for row in (await get(client, "/v1/providers/known"))["llm"]}
    mine = {row["id"] for row in (await get(client, "/v1/providers/known", by("mine-1")))["llm"]}
    assert cast == mine


@pytest.mark.parametrize("name", ["demo", "published"])
async def test_the_command_line_names_the_default(name: str) -> None:
    config = Config(fleet="demo", words="scripted", pace=0.0, snapshot=name)
    default, other = (DEMO, PUBLISHED) if name == "demo" else (PUBLISHED, DEMO)
    async with serving(build_gateway(config, {})) as client:
        assert (await get(client, "/v1/scores"))["inForce"] == default
        models = {id: await _models(client, by(id)) for id in (default, other)}
        assert models[default] == await _models(client, {})
        assert not models[default] & models[other]


async def _models(client: httpx.AsyncClient, headers: dict[str, str]) -> set[str]:
    known = (await get(client, "/v1/providers/known", headers))["llm"]
    return {row["id"] for row in known if row["model"] and row["kind"] == "simulated"}


async def test_a_file_named_on_the_command_line_is_on_the_shelf(tmp_path: Path) -> None:
    path = write(tmp_path, "named-1")
    config = Config(fleet="demo", words="scripted", pace=0.0, snapshot=str(path))
    async with serving(build_gateway(config, {})) as client:
        told = ScoresList.model_validate(await get(client, "/v1/scores"))
        assert told.in_force == "named-1"
        assert [each.origin for each in told.snapshots if each.id == "named-1"] == ["file"]
        assert (await get(client, PREVIEW))["modelId"] == "gpt-6-luna"
        assert (await get(client, PREVIEW, by(DEMO)))["scoresRunId"] == DEMO


async def test_live_vendors_are_ranked_by_the_snapshot_named(tmp_path: Path) -> None:
    write(tmp_path)
    config = Config(fleet="live", scores_folder=tmp_path)
    async with serving(build_gateway(config, {"OPENAI_API_KEY": "fake-key"})) as client:
        assert (await get(client, PREVIEW, by("mine-1")))["modelId"] == "gpt-6-luna"
        assert (await get(client, PREVIEW))["scoresRunId"] != "mine-1"


async def test_brought_keys_and_a_snapshot_go_together(tmp_path: Path) -> None:
    write(tmp_path)
    headers = connections({"openai": {"key": "fake-key"}}) | by("mine-1")
    async with serving(build_gateway(Config(scores_folder=tmp_path), {})) as client:
        ranked = await get(client, PREVIEW, headers)
    assert (ranked["providerId"], ranked["modelId"]) == ("openai", "gpt-6-luna")
    assert ranked["scoresRunId"] == "mine-1"


async def test_a_gateway_without_a_shelf_has_its_own_snapshot() -> None:
    provider = PlayedProvider({"a": said("A")})
    async with serving(gateway(provider)) as client:
        assert (await get(client, "/v1/scores"))["inForce"] == "test-1"
        assert (await get(client, PREVIEW, by("test-1")))["scoresRunId"] == "test-1"
        assert (await client.get(PREVIEW, headers=by("other"))).status_code == 400
