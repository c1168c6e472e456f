"""What the model thinks comes apart from the answer's text, to callers who ask for it."""

from __future__ import annotations

import pytest

from speko_client import (
    CompleteStreamEvent,
    CompleteStreamReasoning,
    CompleteUsage,
    Speko,
    SpekoStreamError,
)
from speko_client.models import REASONING_HEADER
from tests.client.calls import HELLO
from tests.client.conftest import Connect
from tests.client.wire_server import WireServer, buffered, events, wire

BOTH_FORMS = [
    pytest.param(buffered(wire("answer-reasoning.json")), id="buffered"),
    pytest.param(events(wire("stream-reasoning.sse")), id="events"),
]
KEY = "sk-fake-" + "9fQ2xLmW7vRk4TzNc8HbYd1Gs5Jp3Ae"


@pytest.mark.parametrize("answer", BOTH_FORMS)
def test_it_is_no_part_of_the_text(client: Speko, server: WireServer, answer: bytes) -> None:
    server.script(answer)
    with client.complete_stream(**HELLO, reasoning=True) as stream:
        assert "".join(stream.text_stream) == stream.text == "Wednesday it is."
        result = stream.result()
    assert stream.reasoning == result.reasoning == "Better on Wednesday."
    assert result.usage == CompleteUsage(prompt_tokens=9, completion_tokens=40, reasoning_tokens=33)


def test_each_piece_is_an_event_and_the_next_candidate_begins_anew(
    client: Speko, server: WireServer
) -> None:
    server.script(events(wire("stream-reasoning.sse")))
    with client.complete_stream(**HELLO, reasoning=True) as stream:
        seen = [(event.type, stream.reasoning) for event in stream]
    assert [kind for kind, _ in seen] == [
        "meta",
        *["reasoning"] * 2,
        "meta",
        *["reasoning"] * 2,
        "delta",
        "done",
    ]
    assert [so_far for _, so_far in seen[:4]] == ["", "Tuesday, ", "Tuesday, then.", ""]


@pytest.mark.parametrize("asked", [True, False])
def test_it_is_asked_for_by_a_header(client: Speko, server: WireServer, asked: bool) -> None:
    server.script(buffered(wire("answer-reasoning.json")))
    client.complete(**HELLO, reasoning=asked)
    assert server.requests[0].headers.get(REASONING_HEADER.lower()) == ("true" if asked else None)


def test_a_key_that_a_server_repeats_in_it_is_not_shown(
    connect: Connect, server: WireServer
) -> None:
    pieces = [f"It is {KEY[:20]}", f"{KEY[20:]}", "."]
    thoughts = "".join(f'event: reasoning\ndata: {{"text":"{each}"}}\n\n' for each in pieces)
    server.script(events(thoughts.encode()))
    stream = connect(api_key=KEY).complete_stream(**HELLO, reasoning=True)
    shown: list[CompleteStreamEvent] = []
    with stream, pytest.raises(SpekoStreamError):
        shown.extend(stream)
    said = [event.text for event in shown if isinstance(event, CompleteStreamReasoning)]
    assert "".join(said) == stream.reasoning == "It is [key]."
