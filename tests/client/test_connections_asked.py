"""The embedded gateway's own questions: whom it can ask, whether that works, how it went."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr

from speko_client import SpekoApiError, SpekoRequestError
from speko_client.models import VendorCredentials
from tests.client.conftest import Connect
from tests.client.wire_server import WireServer, buffered, refused

OLLAMA = {
    "id": "ollama",
    "name": "Ollama",
    "dialect": "openai",
    "needsKey": False,
    "keyEnv": ["OLLAMA_API_KEY"],
    "baseUrl": "http://127.0.0.1:11434/v1",
    "source": None,
    "configured": False,
    "reason": "is not running",
    "local": True,
    "running": False,
}


def answer(body: dict[str, Any]) -> bytes:
    """A JSON answer."""
    return buffered(json.dumps(body).encode())


def test_whom_a_gateway_can_ask(connect: Connect, server: WireServer) -> None:
    server.script(answer({"vendors": [OLLAMA]}))
    (vendor,) = connect().vendors().vendors
    assert server.requests[0].line == "GET /v1/connections HTTP/1.1"
    assert (vendor.id, vendor.local, vendor.running, vendor.configured) == (
        "ollama",
        True,
        False,
        False,
    )


def test_a_vendor_is_tested_by_its_id(connect: Connect, server: WireServer) -> None:
    told = {"ok": True, "message": "It works.", "code": None, "latencyMs": 12.5, "models": ["m"]}
    server.script(answer(told))
    tested = connect().test_vendor("ollama")
    assert server.requests[0].line == "POST /v1/connections/test HTTP/1.1"
    assert json.loads(server.requests[0].body) == {"vendor": "ollama"}
    assert (tested.ok, tested.latency_ms, tested.models) == (True, 12.5, ["m"])


def test_how_recent_calls_went(connect: Connect, server: WireServer) -> None:
    error = {"code": "TIMEOUT", "message": "timed out", "at": "2026-04-01T12:00:00Z"}
    row = {"provider": "openai", "model": "gpt-4o", "calls": 4, "errorRate": 0.75}
    row |= {"state": "unhealthy", "lastError": error, "retryAt": None}
    server.script(answer({"windowSeconds": 60, "providers": [row]}))
    health = connect().provider_health()
    assert server.requests[0].line == "GET /v1/providers/health HTTP/1.1"
    assert health.providers[0].error_rate == 0.75
    assert health.providers[0].last_error is not None
    assert health.providers[0].last_error.code == "TIMEOUT"


def test_whether_completions_are_taken_is_asked_without_a_message(
    connect: Connect, server: WireServer
) -> None:
    server.script(refused("400 Bad Request", "messages: Field required", "VALIDATION_ERROR"))
    connect().check_completions()
    assert server.requests[0].line == "POST /v1/complete HTTP/1.1"
    assert json.loads(server.requests[0].body) == {}


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "OTHER"), (401, "UNAUTHORIZED"), (404, "NOT_FOUND"), (200, "")],
)
def test_where_completions_are_not_taken_that_is_raised(
    connect: Connect, server: WireServer, status: int, code: str
) -> None:
    server.script(refused(f"{status} Such", "No", code))
    with pytest.raises(SpekoApiError) as raised:
        connect().check_completions()
    assert raised.value.status == status


def test_headers_of_the_client_go_with_every_call(connect: Connect, server: WireServer) -> None:
    server.script(answer({"vendors": []}))
    connect(extra_headers={"X-Speko-Fleet": "live"}).vendors()
    assert server.requests[0].headers["x-speko-fleet"] == "live"
    assert server.requests[0].headers["authorization"] == "Bearer test-key"


def test_a_server_that_wants_no_key_gets_none(connect: Connect, server: WireServer) -> None:
    server.script(answer({"vendors": []}))
    connect(api_key=None, keyless=True).vendors()
    assert "authorization" not in server.requests[0].headers


def test_a_header_that_cannot_be_sent_is_refused_unquoted(connect: Connect) -> None:
    with pytest.raises(SpekoRequestError) as raised:
        connect(extra_headers={"X-Speko-Connections": "hunter2\nX-Evil: 1"})
    assert "hunter2" not in str(raised.value)


def test_credentials_show_no_key() -> None:
    credentials = VendorCredentials(key=SecretStr("k-hidden"))
    assert "k-hidden" not in repr(credentials) + str(credentials) + credentials.model_dump_json()
