"""What goes over the wire, byte by byte, for each generation of the endpoint."""

from __future__ import annotations

import json
from typing import Any

import pytest

from speko_client import (
    AllowedProviders,
    ChatMessage,
    ChatToolCall,
    PipelineConstraints,
    RoutingIntent,
    Speko,
    SpekoRequestError,
    __version__,
)
from tests.client.calls import HELLO
from tests.client.wire_server import Request, WireServer, buffered, events, wire

OF_THE_HTTP_LIBRARY = {"host", "connection", "accept-encoding", "content-length"}


def golden_request(name: str) -> Request:
    """A request file as the request it stands for."""
    told = json.loads(wire(name).decode().replace("{version}", __version__))
    body = told["body"]
    compact = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Request(told["request"], told["headers"], b"" if body is None else compact)


def without_transport(request: Request) -> Request:
    """The request without the headers that the HTTP library sets by itself."""
    ours = {k: v for k, v in request.headers.items() if k not in OF_THE_HTTP_LIBRARY}
    return Request(request.line, ours, request.body)


def test_first_generation_from_models(client: Speko, server: WireServer) -> None:
    server.script(buffered(wire("answer-first-generation.json")))
    client.complete(
        messages=[
            ChatMessage(role="user", content="Book me an appointment for Tuesday."),
            ChatMessage(role="assistant", content="At what time?"),
            ChatMessage(role="user", content="3pm, with Dr. Chen."),
        ],
        intent=RoutingIntent(language="en", vertical="healthcare", optimize_for="latency"),
        system_prompt="You book appointments.",
        temperature=0.2,
        max_tokens=80,
        constraints=PipelineConstraints(
            allowed_providers=AllowedProviders(llm=["anthropic", "openai:gpt-4o-mini"])
        ),
    )
    assert without_transport(server.requests[0]) == golden_request("request-first-generation.json")


def test_first_generation_from_dicts(client: Speko, server: WireServer) -> None:
    server.script(buffered(wire("answer-first-generation.json")))
    client.complete(
        messages=(
            {"role": "user", "content": "Book me an appointment for Tuesday."},
            {"role": "assistant", "content": "At what time?"},
            {"role": "user", "content": "3pm, with Dr. Chen."},
        ),
        intent={"language": "en", "vertical": "healthcare", "optimizeFor": "latency"},
        system_prompt="You book appointments.",
        temperature=0.2,
        max_tokens=80,
        constraints={"allowed_providers": {"llm": ("anthropic", "openai:gpt-4o-mini")}},
    )
    assert without_transport(server.requests[0]) == golden_request("request-first-generation.json")


def test_current_generation(client: Speko, server: WireServer) -> None:
    server.script(events(wire("stream-current-generation.sse")))
    schema = {"type": "object", "properties": {"city": {"type": "string", "default": None}}}
    call = ChatToolCall(id="call-1", name="weather", args='{"city":"Sevilla"}')
    with client.complete_stream(
        messages=[
            {"role": "user", "content": "¿Qué tiempo hace en Sevilla?"},
            ChatMessage(role="assistant", content="", tool_calls=[call]),
            {"role": "tool", "content": "timeout", "tool_call_id": "call-1", "is_error": True},
        ],
        intent={"language": "es-MX", "region": "europe-west3", "optimize_for": "cost"},
        constraints={
            "allowedProviders": {"llm": ["google"], "stt": ["deepgram"], "tts": ["cartesia"]}
        },
        reasoning_effort="low",
        tools=[{"name": "weather", "description": "Weather now", "parameters": schema}],
        tool_choice="auto",
        parallel_tool_calls=False,
        max_tool_hops=4,
        session_id=" session-1 ",
        extra_headers={"X-Speko-Simulate-Outage": "openai"},
    ) as stream:
        stream.result()
    assert without_transport(server.requests[0]) == golden_request(
        "request-current-generation.json"
    )


def test_what_is_not_set_is_not_sent(client: Speko, server: WireServer) -> None:
    server.script(buffered(wire("answer-first-generation.json")))
    client.complete(**HELLO)
    assert without_transport(server.requests[0]) == golden_request("request-least.json")


def test_preview(client: Speko, server: WireServer) -> None:
    server.script(buffered(wire("preview-hosted.json")))
    client.preview_routing(
        {
            "language": "es-MX",
            "vertical": "finance",
            "region": "us-east4",
            "optimize_for": "accuracy",
        },
        {"allowed_providers": {"llm": ["anthropic", "openai:gpt-4o"]}},
    )
    assert without_transport(server.requests[0]) == golden_request("request-preview.json")


def test_lists(client: Speko, server: WireServer) -> None:
    server.script(buffered(wire("known-providers.json")))
    server.script(buffered(wire("fleet.json")))
    server.script(buffered(wire("scores.json")))
    server.script(buffered(wire("scores-rows.json")))
    client.known_providers()
    client.fleet()
    client.scores()
    client.scores_rows("published-2026-04")
    assert [without_transport(request) for request in server.requests] == [
        golden_request("request-known-providers.json"),
        golden_request("request-fleet.json"),
        golden_request("request-scores.json"),
        golden_request("request-scores-rows.json"),
    ]


def test_whatever_is_in_a_snapshots_id_stays_in_its_place(
    client: Speko, server: WireServer
) -> None:
    server.script(buffered(wire("scores-rows.json")))
    client.scores_rows("../fleet?a=b c")
    assert server.requests[0].line == "GET /v1/scores/..%2Ffleet%3Fa%3Db%20c HTTP/1.1"


def test_a_base_url_may_have_a_path(connect: Any, server: WireServer) -> None:
    server.script(buffered(wire("answer-first-generation.json")))
    connect(base_url=f"{server.url}/speko/").complete(**HELLO)
    assert server.requests[0].line == "POST /speko/v1/complete HTTP/1.1"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages.0.role"),
        ({"intent": {"language": "english"}}, "intent.language"),
        ({"temperature": 2.5}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tool_hops": 17}, "max_tool_hops"),
        ({"tools": [{"name": "x", "parameters": {"y": object()}}]}, "JSON"),
        ({"tools": [{"name": "x", "weight": float("inf")}]}, "JSON"),
        ({"tools": [{"name": "x"}, {"description": "y"}]}, "tools.1.name"),
        ({"tools": [{"name": "x", "source": {"kind": "webhook"}}]}, "tools.0.source"),
        ({"tools": ["x"]}, "tools.0"),
        ({"messages": [{"role": "user", "content": "\ud800"}]}, "JSON"),
        ({"session_id": "sitzung\n1"}, "session_id"),
        ({"extra_headers": {"X-Note": "a\r\nb"}}, "X-Note"),
        ({"extra_headers": {"X-Note": "ü"}}, "X-Note"),
        ({"extra_headers": {"authorization": "Bearer other"}}, "authorization"),
    ],
)
def test_what_cannot_be_sent_is_refused_here(
    client: Speko, server: WireServer, change: dict[str, Any], named: str
) -> None:
    """Before anything is sent, naming the field, quoting no value."""
    with pytest.raises(SpekoRequestError, match=named) as refused:
        client.complete(**{**HELLO, **change})
    assert refused.value.status == 0
    assert isinstance(refused.value, ValueError)
    assert "Good morning" not in str(refused.value)
    assert not server.requests


@pytest.mark.parametrize("arguments", [{**HELLO, "temprature": 1.0}, {"intent": HELLO["intent"]}])
def test_a_slip_in_an_arguments_name_is_a_type_error(
    client: Speko, server: WireServer, arguments: dict[str, Any]
) -> None:
    with pytest.raises(TypeError, match=r"temprature|messages"):
        client.complete(**arguments)
    assert not server.requests
