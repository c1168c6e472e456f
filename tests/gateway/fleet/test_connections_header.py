"""The request headers that bring connections along: what is taken, and what is refused how."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client.models import MAX_CONNECTIONS_BYTES
from speko_gateway.config import Config
from speko_gateway.errors import GatewayError
from speko_gateway.fleet.vendors import fleet_request_in
from speko_gateway.gateway import build_gateway
from tests.gateway.fleet.connections_header import connections, fleet, raw
from tests.gateway.served import BODY, STREAM, serving

SECRET = "sk-hush"
DEMO = Config(fleet="demo", words="scripted", pace=0)

BAD = {
    "not base64url": {"X-Speko-Connections": f"{SECRET}!"},
    "standard base64": {"X-Speko-Connections": "+/+/"},
    "empty": {"X-Speko-Connections": ""},
    "not JSON": raw(SECRET.encode()),
    "not UTF-8": raw(b'{"vendors": {"openai": {"key": "\xff"}}}'),
    "no object": raw(b"[]"),
    "vendors no object": raw(f'{{"vendors": "{SECRET}"}}'.encode()),
    "an unknown vendor": connections({SECRET: {"key": SECRET}}),
    "a key of the wrong type": connections({"openai": {"key": [SECRET]}}),
    "a nameless field": connections({SECRET: SECRET}),
    "models of the wrong type": connections({"openai": {"key": SECRET, "models": SECRET}}),
    "a model with a line end": connections({"openai": {"models": [f"x\r\nset-cookie: {SECRET}"]}}),
    "an empty model": connections({"openai": {"key": SECRET, "models": [" "]}}),
    "a custom server without address": connections({"custom-lab": {"key": SECRET}}),
    "oversize": connections({"openai": {"key": SECRET * MAX_CONNECTIONS_BYTES}}),
}


@pytest.mark.parametrize("headers", BAD.values(), ids=BAD.keys())
async def test_a_bad_header_is_refused_by_name_everywhere_and_never_quoted(
    headers: dict[str, str],
) -> None:
    gets = ("fleet", "connections", "providers/known", "providers/health")
    async with serving(build_gateway(DEMO, {})) as client:
        responses = [await client.get(f"/v1/{path}", headers=headers) for path in gets]
        responses.append(
            await client.get("/v1/routing/preview", params={"language": "en"}, headers=headers)
        )
        for path, body in (("complete", BODY), ("connections/test", {"vendor": "openai"})):
            responses.append(await client.post(f"/v1/{path}", json=body, headers=headers))
        responses.append(
            await client.post("/v1/complete", json=BODY, headers={**headers, **STREAM})
        )
    for response in responses:
        assert response.status_code == 400
        assert response.json()["code"] == "VALIDATION_ERROR"
        assert response.json()["error"].startswith("X-Speko-Connections: ")
        assert SECRET not in response.text


async def test_without_the_gateways_key_the_header_is_not_even_read() -> None:
    async with serving(build_gateway(DEMO, {})) as client:
        headers = {"authorization": "Bearer no", **BAD["not JSON"]}
        assert (await client.get("/v1/fleet", headers=headers)).status_code == 401


@pytest.mark.parametrize("choice", ["", "Live", "live,demo"])
async def test_an_unknown_fleet_is_refused(choice: str) -> None:
    async with serving(build_gateway(DEMO, {})) as client:
        response = await client.get("/v1/fleet", headers=fleet(choice))
    assert response.status_code == 400
    assert response.json()["error"] == "X-Speko-Fleet: it takes auto, demo, live"


def test_no_header_asks_for_nothing() -> None:
    assert fleet_request_in({"accept": "*/*"}) is None


def test_what_is_asked_for_shows_no_key() -> None:
    headers = connections({"openai": {"key": SECRET}}, publicOnly=True) | fleet("auto")
    asked = fleet_request_in({name.lower(): value for name, value in headers.items()})
    assert asked is not None
    assert (asked.fleet, asked.public_only) == ("auto", True)
    assert SECRET not in repr(asked)


async def test_openapi_tells_of_both_headers_on_every_call_that_takes_them() -> None:
    async with serving(build_gateway(DEMO, {})) as client:
        document = (await client.get("/openapi.json")).json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            names = {each["name"] for each in operation.get("parameters", [])}
            both = {"X-Speko-Connections", "X-Speko-Fleet"}
            assert names & both == (both if path.startswith("/v1/") else set())
    content = document["components"]["schemas"]["RequestConnections"]["properties"]
    assert set(content) == {"vendors", "publicOnly"}


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("length", range(4))
def test_padding_is_optional(padded: bool, length: int) -> None:
    headers = connections({"openai": {"key": "k" * length}}, padded=padded)
    asked = fleet_request_in({"x-speko-connections": headers["X-Speko-Connections"]})
    assert asked is not None
    assert list(asked.vendors) == ["openai"]


def test_a_header_may_be_as_large_as_it_may_be() -> None:
    def sized(spare: int) -> str:
        text = json.dumps({"vendors": {"openai": {"key": "k" * spare}}})
        return raw(text.encode())["X-Speko-Connections"]

    fits = next(n for n in itertools.count(12_000) if len(sized(n + 3)) > MAX_CONNECTIONS_BYTES)
    assert fleet_request_in({"x-speko-connections": sized(fits)}) is not None
    with pytest.raises(GatewayError, match="larger than 16 KiB"):
        fleet_request_in({"x-speko-connections": sized(fits + 3)})


@given(st.one_of(st.text(), st.binary().map(lambda content: raw(content)["X-Speko-Connections"])))
def test_whatever_it_holds_it_is_taken_or_refused(value: str) -> None:
    refused: GatewayError | None = None
    try:
        fleet_request_in({"x-speko-connections": value})
    except GatewayError as error:
        refused = error
    assert refused is None or (refused.status, refused.code) == (400, "VALIDATION_ERROR")
