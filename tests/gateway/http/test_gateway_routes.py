"""Everything around the answer: the key, the envelope, the preview, the lists."""

from __future__ import annotations

import itertools
from typing import Any, get_args

import pytest

from speko_client.models import (
    CONNECTIONS_HEADER,
    DRILL_HEADER,
    FLEET_HEADER,
    MAX_CONNECTIONS_BYTES,
    OUTAGE_HEADER,
    REASONING_HEADER,
    REPLY_HEADER,
    SCORES_HEADER,
    WHAT_IF_HEADER,
    Fleet,
    FleetChoice,
    KnownProviders,
    RoutingPreview,
)
from speko_gateway.headers import MAX_HEADER_BYTES
from tests.gateway.fleet_doubles import PlayedProvider, gateway, said
from tests.gateway.served import BODY, serving

PREVIEW = "/v1/routing/preview"


def played(**choices: Any) -> PlayedProvider:
    return PlayedProvider({"a": said("A"), "b": said("B"), "c": said("C")}, **choices)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer no", "Basic test-key", "Bearer é"])
async def test_without_the_key_nothing_under_v1_is_told(header: str | None) -> None:
    headers = {} if header is None else {b"authorization": header.encode()}
    paths = ("complete", "routing/preview", "providers/known", "fleet", "", "nothing")
    async with serving(gateway(played())) as client:
        del client.headers["authorization"]
        for method, path in itertools.product(("GET", "POST"), paths):
            response = await client.request(method, f"/v1/{path}", headers=headers, json=BODY)
            assert response.status_code == 401
            assert response.json()["code"] == "UNAUTHORIZED"
            assert response.headers["www-authenticate"] == "Bearer"
            assert "test-key" not in response.text


async def test_the_scheme_may_be_written_in_any_case() -> None:
    async with serving(gateway(played())) as client:
        response = await client.get("/v1/fleet", headers={"authorization": "bearer  test-key"})
    assert response.status_code == 200


async def test_health_needs_no_key() -> None:
    async with serving(gateway(played())) as client:
        del client.headers["authorization"]
        response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "allow"),
    [
        ("GET", "/v1/nothing", 404, "NOT_FOUND", None),
        ("GET", "/", 404, "NOT_FOUND", None),
        ("POST", "/v1/complete/", 404, "NOT_FOUND", None),
        ("GET", "/v1/complete", 405, "METHOD_NOT_ALLOWED", "POST"),
        ("DELETE", "/v1/fleet", 405, "METHOD_NOT_ALLOWED", "GET"),
    ],
)
async def test_what_is_not_there_has_the_envelope_too(
    method: str, path: str, status: int, code: str, allow: str | None
) -> None:
    async with serving(gateway(played())) as client:
        response = await client.request(method, path)
    assert response.status_code == status
    assert response.json()["code"] == code
    assert response.headers.get("allow") == allow


TAKES_A_BODY = ("/v1/complete", "/v1/routing/sweep", "/v1/connections/test")


@pytest.mark.parametrize("path", TAKES_A_BODY)
async def test_a_body_of_any_size_is_not_taken_in(path: str) -> None:
    async with serving(gateway(played())) as client:
        response = await client.post(path, content=b'{"vendor": "' + b"a" * 2 * 1024 * 1024)
    assert response.status_code == 400
    assert response.json() == {
        "error": "The body is larger than 2 MiB",
        "code": "VALIDATION_ERROR",
    }


@pytest.mark.parametrize("path", TAKES_A_BODY)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
async def test_a_body_is_read_as_json_whatever_it_is_sent_as(path: str, kind: str) -> None:
    async with serving(gateway(played())) as client:
        headers = {"content-type": kind}
        told = []
        for content in (b"{}", b"[" * 100_000, b"\xff"):
            response = await client.post(path, content=content, headers=headers)
            assert (response.status_code, response.json()["code"]) == (400, "VALIDATION_ERROR")
            told.append(response.json()["error"])
    assert "Field required" in told[0]
    assert all("Invalid JSON" in each for each in told[1:])


async def test_the_preview_is_the_ranking_that_complete_takes() -> None:
    provider = played()
    async with serving(gateway(provider)) as client:
        preview = (await client.get(PREVIEW, params={"language": "en"})).json()
        assert not provider.asked
        answer = (await client.post("/v1/complete", json=BODY)).json()
    assert (preview["providerId"], preview["modelId"]) == (answer["provider"], answer["model"])
    assert preview["scoresRunId"] == answer["scoresRunId"]
    assert [each["modelId"] for each in preview["runnersUp"]] == ["b", "c"]
    assert preview["winner"]["axes"]["accuracy"] == 1.0
    assert preview["weights"] == {"accuracy": 0.5, "latency": 0.3, "cost": 0.2}
    assert preview["notes"] == []
    RoutingPreview.model_validate(preview)


async def test_the_preview_narrows_with_an_allow_list_and_says_who_is_out() -> None:
    params = {"language": "es", "allowed_provider": ["acme:b", "acme:c"]}
    async with serving(gateway(played())) as client:
        preview = (await client.get(PREVIEW, params=params)).json()
    assert preview["modelId"] == "b"
    assert preview["filteredOut"] == [
        {
            "providerId": "acme",
            "modelId": "a",
            "reason": "not on the allow-list",
            "code": "not_allowed",
        }
    ]
    assert preview["notes"] == ["No figures for es, those for en stand in."]


async def test_the_preview_of_nobody_is_null() -> None:
    params = {"language": "en", "allowed_provider": "nobody"}
    async with serving(gateway(played())) as client:
        preview = (await client.get(PREVIEW, params=params)).json()
    assert [preview[name] for name in ("providerId", "modelId", "score")] == [None] * 3
    assert len(preview["filteredOut"]) == 3


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({}, "language"),
        ({"language": "English"}, "language"),
        ({"language": "en", "vertical": "sports"}, "vertical"),
        ({"language": "en", "region": "mars"}, "region"),
        ({"language": "en", "optimize_for": "fun"}, "optimize_for"),
    ],
)
async def test_a_bad_preview_query_names_the_parameter(params: dict[str, str], names: str) -> None:
    async with serving(gateway(played())) as client:
        response = await client.get(PREVIEW, params=params)
    assert response.status_code == 400
    assert response.json()["code"] == "VALIDATION_ERROR"
    assert names in response.json()["error"]


async def test_known_providers_are_a_wildcard_and_a_row_per_model() -> None:
    async with serving(gateway(played(kind="simulated", words="scripted"))) as client:
        known = (await client.get("/v1/providers/known")).json()
    assert (known["stt"], known["tts"]) == ([], [])
    assert [row["id"] for row in known["llm"]] == ["acme", "acme:a", "acme:b", "acme:c"]
    assert known["llm"][0] == {
        "id": "acme",
        "vendor": "acme",
        "vendorName": "Acme",
        "model": None,
        "benchmarked": True,
        "kind": "simulated",
        "simulated": True,
        "words": "scripted",
        "available": True,
    }
    KnownProviders.model_validate(known)


async def test_who_cannot_be_called_says_why() -> None:
    async with serving(gateway(played(unavailable="Acme needs a key"))) as client:
        known = (await client.get("/v1/providers/known")).json()["llm"]
        preview = (await client.get(PREVIEW, params={"language": "en"})).json()
    assert {(row["available"], row["reason"]) for row in known} == {(False, "Acme needs a key")}
    assert {each["code"] for each in preview["filteredOut"]} == {"unavailable"}


async def test_the_fleet_says_what_answers() -> None:
    async with serving(gateway(played(), demo=True)) as client:
        told = (await client.get("/v1/fleet")).json()
    assert told == {
        "fleet": "demo",
        "demo": True,
        "weightsPresent": False,
        "words": "scripted",
        "snapshot": {
            "id": "test-1",
            "label": "Test",
            "source": "made up",
            "date": "2026-01-01",
            "scale": "an index of 0 to 100, higher is better",
        },
        "drills": False,
    }
    Fleet.model_validate(told)


async def test_closing_the_gateway_closes_its_providers() -> None:
    provider = played()
    async with serving(gateway(provider)):
        pass
    assert provider.closed == ["the provider"]


async def test_openapi_describes_both_forms_and_every_status() -> None:
    async with serving(gateway(played())) as client:
        document = (await client.get("/openapi.json")).json()
    complete = document["paths"]["/v1/complete"]["post"]
    assert set(complete["responses"]) == {"200", "400", "401", "429", "500"}
    assert set(complete["responses"]["200"]["content"]) == {"application/json", "text/event-stream"}
    assert complete["security"] == [{"bearer": []}]
    assert document["paths"]["/healthz"]["get"]["security"] == []


async def test_openapi_describes_the_headers_that_the_gateway_reads() -> None:
    async with serving(gateway(played())) as client:
        document = (await client.get("/openapi.json")).json()
    parameters = document["paths"]["/v1/complete"]["post"]["parameters"]
    described = {each["name"]: each for each in parameters}
    most = {
        DRILL_HEADER: MAX_HEADER_BYTES,
        WHAT_IF_HEADER: MAX_HEADER_BYTES,
        CONNECTIONS_HEADER: MAX_CONNECTIONS_BYTES,
    }
    others = {OUTAGE_HEADER, REPLY_HEADER, REASONING_HEADER, FLEET_HEADER, SCORES_HEADER}
    assert set(described) == {*most, *others, "x-session-id"}
    for name, size in most.items():
        assert f"at most {size // 1024} KiB" in described[name]["description"]
    assert described[FLEET_HEADER]["schema"]["enum"] == list(get_args(FleetChoice))
