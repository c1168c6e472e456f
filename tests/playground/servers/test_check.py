"""What a Test button says of a Speko server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from playground.servers.connection import Checked, Connection, check_server, check_vendor, other
from speko_client import Speko
from tests.patience import PATIENCE
from tests.playground.servers.wire_server import Script, ThreadedWireServer, Wire


def answers(status: int, body: dict[str, Any]) -> Script:
    """A script: this answer to everything."""

    async def script(wire: Wire) -> None:
        await wire.fail(status, body)

    return script


def row(model: str | None, *, available: bool = True) -> dict[str, Any]:
    """A provider row as the wire has it."""
    return {
        "id": f"openai:{model}" if model else "openai",
        "vendor": "openai",
        "vendorName": "OpenAI",
        "model": model,
        "available": available,
    }


@pytest.fixture
def speko(wire: ThreadedWireServer) -> Connection:
    """A connection to ``wire`` as another Speko server."""
    return other(wire.base_url, SecretStr("k-mine"), takes_vertical=False)


@pytest.fixture
def client(speko: Connection) -> Iterator[Speko]:
    """A client of it."""
    with Speko(api_key="k-mine", base_url=speko.base_url, timeout=PATIENCE) as client:
        yield client


def test_a_server_that_works_says_how_many_models_can_answer(
    client: Speko, speko: Connection, wire: ThreadedWireServer
) -> None:
    wire.script = answers(200, {"llm": [row(None), row("gpt-4o"), row("o", available=False)]})
    ticks = iter([1.0, 1.25])
    found = check_server(client, speko, clock=lambda: next(ticks))
    assert found == Checked(True, "It works: 1 model can answer.", 250.0)


def test_a_server_where_nobody_can_answer_yet_says_so(
    client: Speko, speko: Connection, wire: ThreadedWireServer
) -> None:
    wire.script = answers(200, {"llm": []})
    assert "no model is available" in check_server(client, speko).message


@pytest.mark.parametrize(
    ("status", "code", "works", "said"),
    [
        (400, "VALIDATION_ERROR", True, "It works"),
        (401, "UNAUTHORIZED", False, "refused the key"),
        (404, "NOT_FOUND", False, "it is not a Speko server"),
        (400, "bad_thing", False, "What"),
        (200, "", False, "is not a Speko server"),
    ],
)
def test_a_server_without_a_provider_list_is_told_by_how_it_refuses_a_completion_of_nothing(
    status: int,
    code: str,
    works: bool,
    said: str,
    client: Speko,
    speko: Connection,
    wire: ThreadedWireServer,
) -> None:
    async def script(wire: Wire) -> None:
        asked = wire.asked.path == "/v1/complete"
        await wire.fail(status if asked else 404, {"error": "What", "code": code})

    wire.script = script
    found = check_server(client, speko)
    assert found.ok is works
    assert said in found.message
    assert [(each.path, each.body) for each in wire.asked] == [
        ("/v1/providers/known", {}),
        ("/v1/complete", {}),
    ]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, {"error": "Wrong key k-mine", "code": "UNAUTHORIZED"}, "refused the key"),
        (404, {"error": "no"}, "it is not a Speko server"),
        (200, {"llm": "x"}, "is not a Speko server"),
        (503, {"error": "Down for k-mine", "code": "DOWN"}, r"Down for \[key\]"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words_and_without_the_key(
    status: int,
    body: dict[str, Any],
    said: str,
    client: Speko,
    speko: Connection,
    wire: ThreadedWireServer,
) -> None:
    wire.script = answers(status, body)
    found = check_server(client, speko)
    assert not found.ok
    assert found.latency_ms is None
    assert re.search(said, found.message)
    assert "k-mine" not in found.message


def test_a_server_that_is_not_there_is_named_by_its_address(speko: Connection) -> None:
    away = replace(speko, base_url="http://127.0.0.1:1")
    with Speko(api_key="k-mine", base_url=away.base_url) as client:
        found = check_server(client, away)
    assert found.message.startswith("Nothing answers at http://127.0.0.1:1")


def test_a_server_that_speaks_no_tls_is_not_called_silent(
    speko: Connection, wire: ThreadedWireServer
) -> None:
    secure = replace(speko, base_url=wire.base_url.replace("http:", "https:"))
    with Speko(api_key="k-mine", base_url=secure.base_url) as client:
        found = check_server(client, secure)
    assert "or not over TLS. Check the address" in found.message


def test_a_vendors_test_is_the_gateways_word(
    client: Speko, speko: Connection, wire: ThreadedWireServer
) -> None:
    told = {"ok": True, "message": "It works.", "latencyMs": 12.5, "models": ["a", "b"]}
    wire.script = answers(200, told)
    assert check_vendor(client, speko, "ollama") == Checked(True, "It works.", 12.5, ("a", "b"))
