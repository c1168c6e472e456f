"""What people do with the official SDK works here, by its import alone."""

from __future__ import annotations

import copy
import json
import pickle
from contextlib import closing
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from speko_client import (
    AsyncSpeko,
    ChatTool,
    ChatToolSourceWebhook,
    CompleteStreamServerToolCall,
    Speko,
    SpekoAnswerTooLargeError,
    SpekoApiError,
    SpekoAuthError,
    SpekoConnectionError,
    SpekoRateLimitError,
    SpekoRequestError,
    SpekoStreamError,
    SpekoTimeoutError,
)
from tests.client.calls import HELLO
from tests.client.conftest import KEY
from tests.client.wire_server import Do, WireServer, buffered, events, wire
from tests.patience import PATIENCE

SCHEMA = {"type": "object", "properties": {"zip_code": {"type": "string"}}}
GOOD = buffered(wire("answer-first-generation.json"))
STREAM = events(wire("stream-current-generation.sse"))


class OfficialTool(BaseModel):
    """As the official SDK's own class is made."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    name: str
    parameters: dict[str, Any]
    execution_mode: Literal["inline", "webhook"] | None = None
    source: dict[str, Any] | None = None


WANTED_SOURCE = {
    "kind": "webhook",
    "url": "https://example.org",
    "secretRef": "s",
    "timeoutMs": 500,
}
OWN = ChatTool(
    name="look_up",
    parameters=SCHEMA,
    execution_mode="webhook",
    source=ChatToolSourceWebhook.model_validate(WANTED_SOURCE),
)
WANTED = {
    "name": "look_up",
    "parameters": SCHEMA,
    "executionMode": "webhook",
    "source": WANTED_SOURCE,
}
FORMS: dict[str, Any] = {
    "our model": OWN,
    "another's model": OfficialTool(
        name="look_up", parameters=SCHEMA, execution_mode="webhook", source=WANTED_SOURCE
    ),
    "snake case": {
        "name": "look_up",
        "parameters": SCHEMA,
        "execution_mode": "webhook",
        "source": {"url": "https://example.org", "secret_ref": "s", "timeout_ms": 500},
    },
    "camel case": WANTED,
}


@pytest.mark.parametrize("tool", FORMS.values(), ids=FORMS)
def test_a_tool_of_any_form(client: Speko, server: WireServer, tool: Any) -> None:
    """Its keys are the wire's; those of its schema are the caller's own."""
    server.script(GOOD)
    client.complete(**HELLO, tools=(tool,))
    assert json.loads(server.requests[0].body)["tools"] == [WANTED]


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "function", "function": {"name": "look_up", "strict_mode": True}},
        {"name": "look_up", "callLimit": 3, "new_field": {"as_is": 1}},
    ],
)
def test_what_is_not_ours_is_sent_as_it_is(
    client: Speko, server: WireServer, tool: dict[str, Any]
) -> None:
    server.script(GOOD)
    client.complete(**HELLO, tools=[tool])
    assert json.loads(server.requests[0].body)["tools"] == [tool]


def test_a_message_of_another_model(client: Speko, server: WireServer) -> None:
    class Message(BaseModel):
        role: str = "user"
        content: str = "Good morning."

    server.script(GOOD)
    client.complete(**{**HELLO, "messages": [Message()]})
    sent = json.loads(server.requests[0].body)
    assert sent["messages"] == [{"role": "user", "content": "Good morning."}]


@pytest.mark.parametrize("status", ["started", "completed", "failed", "queued"])
def test_a_tool_that_the_server_runs(client: Speko, server: WireServer, status: str) -> None:
    call = json.dumps({"id": "1", "name": "look_up", "status": status}).encode()
    server.script(events(b"event: server_tool_call\ndata: " + call + b"\n\n") + STREAM[-900:])
    server_call = next(iter(client.complete_stream(**HELLO)))
    assert isinstance(server_call, CompleteStreamServerToolCall)
    assert (server_call.type, server_call.name, server_call.status) == (
        "server_tool_call",
        "look_up",
        status,
    )


# The stream as an iterator


def test_the_next_event_can_be_asked_for(server: WireServer) -> None:
    server.script(STREAM)
    with closing(Speko(api_key=KEY, base_url=server.url)) as client:
        stream = client.complete_stream(**HELLO)
        assert [next(stream).type, next(stream).type] == ["meta", "delta"]
        assert [event.type for event in stream] == ["delta", "done"]
        with pytest.raises(StopIteration):
            next(stream)
        assert next(stream, None) is None


async def test_the_next_event_can_be_awaited(server: WireServer) -> None:
    server.script(STREAM)
    async with AsyncSpeko(api_key=KEY, base_url=server.url) as client:
        stream = client.complete_stream(**HELLO)
        assert [(await anext(stream)).type, (await anext(stream)).type] == ["meta", "delta"]
        assert [event.type async for event in stream] == ["delta", "done"]
        with pytest.raises(StopAsyncIteration):
            await anext(stream)


def test_a_stream_that_is_dropped_hangs_up(server: WireServer) -> None:
    server.script(events(wire("stream-unfinished.sse")), Do.WAIT_FOR_HANG_UP)
    with closing(Speko(api_key=KEY, base_url=server.url)) as client:
        stream = client.complete_stream(**HELLO)
        assert next(stream).type == "meta"
        stream.close()
        assert server.hung_up.wait(PATIENCE)
        assert next(stream, None) is None


async def test_an_async_stream_is_closed_as_a_generator_is(server: WireServer) -> None:
    server.script(events(wire("stream-unfinished.sse")), Do.WAIT_FOR_HANG_UP)
    async with AsyncSpeko(api_key=KEY, base_url=server.url) as client:
        stream = client.complete_stream(**HELLO)
        await anext(stream)
        await stream.aclose()
        assert stream.text == ""


def test_an_error_event_in_plain_text(client: Speko, server: WireServer) -> None:
    server.script(events(b"event: error\ndata: out of cake\n\n"))
    with pytest.raises(SpekoStreamError, match="out of cake") as failed:
        client.complete(**HELLO)
    assert (failed.value.status, failed.value.code) == (200, "STREAM_ERROR")


# Errors


ERRORS: list[SpekoApiError] = [
    SpekoApiError("Busy", 503, "BUSY", body={"attempts": [{"model": "m"}]}, advice="Wait."),
    SpekoRequestError("No", advice="Correct it."),
    SpekoAuthError(),
    SpekoRateLimitError("Slow down", 7.5, body={"error": "Slow down"}),
    SpekoConnectionError("Gone"),
    SpekoTimeoutError("Late", partial_text="Tues"),
    SpekoStreamError("Broken", 200, "STREAM_ENDED", partial_text="Tuesday"),
    SpekoAnswerTooLargeError("The answer", 1_000, "max_answer_bytes"),
]


def _pickled(error: SpekoApiError) -> Any:
    return pickle.loads(pickle.dumps(error))  # noqa: S301


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("copied", [_pickled, copy.copy, copy.deepcopy])
def test_an_error_can_be_copied_and_pickled(error: SpekoApiError, copied: Any) -> None:
    """As a process pool does with what its workers raise."""
    error.retry_after = error.retry_after or 3.0
    error.add_note("seen by a worker")
    other = copied(error)
    assert type(other) is type(error)
    assert (str(other), vars(other)) == (str(error), vars(error))


def test_each_error_is_tried() -> None:
    def below(kind: type[SpekoApiError]) -> set[type[SpekoApiError]]:
        return {kind}.union(*map(below, kind.__subclasses__()))

    assert {type(error) for error in ERRORS} == below(SpekoApiError)
