"""Both forms, both generations: one way to read them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from speko_client import (
    CompleteResult,
    CompleteStreamDelta,
    CompleteStreamDone,
    CompleteStreamMeta,
    CompleteStreamToolCall,
    Speko,
    SpekoStreamError,
    StreamError,
)
from tests.client.calls import HELLO
from tests.client.wire_server import Do, Step, WireServer, buffered, events, wire
from tests.patience import PATIENCE

BOTH_FORMS = [
    pytest.param(buffered(wire("answer-first-generation.json")), id="buffered"),
    pytest.param(events(wire("stream-current-generation.sse")), id="events"),
]
TEXT = "Tuesday at 3pm with Dr. Chen it is."


@pytest.mark.parametrize("answer", BOTH_FORMS)
def test_a_result_is_the_same_from_either_form(
    client: Speko, server: WireServer, answer: bytes
) -> None:
    server.script(answer)
    result = client.complete(**HELLO)
    assert result == CompleteResult.model_validate_json(wire("answer-first-generation.json"))
    assert (result.text, result.provider, result.model) == (TEXT, "anthropic", "claude-3-5-haiku")
    assert result.usage is not None
    assert (result.usage.prompt_tokens, result.usage.completion_tokens) == (41, 12)
    assert (result.failover_count, result.scores_run_id) == (1, "2026-04")


@pytest.mark.parametrize("answer", BOTH_FORMS)
def test_a_stream_tells_either_form_as_events(
    client: Speko, server: WireServer, answer: bytes
) -> None:
    server.script(answer)
    with client.complete_stream(**HELLO) as stream:
        meta, *deltas, done = list(stream)
    assert isinstance(meta, CompleteStreamMeta)
    assert (meta.provider, meta.failover_count, meta.scores_run_id) == ("anthropic", 1, "2026-04")
    pieces = [delta.text for delta in deltas if isinstance(delta, CompleteStreamDelta)]
    assert len(pieces) == len(deltas)
    assert "".join(pieces) == TEXT
    assert isinstance(done, CompleteStreamDone)
    assert done.text == TEXT


@pytest.mark.parametrize("answer", BOTH_FORMS)
def test_text_then_result(client: Speko, server: WireServer, answer: bytes) -> None:
    server.script(answer)
    with client.complete_stream(**HELLO) as stream:
        assert "".join(stream.text_stream) == TEXT
        result = stream.result()
    assert type(result) is CompleteResult
    assert result.text == stream.text == TEXT


def test_a_stream_needs_no_with(client: Speko, server: WireServer) -> None:
    server.script(events(wire("stream-current-generation.sse")))
    kinds = [event.type for event in client.complete_stream(**HELLO)]
    assert kinds == ["meta", "delta", "delta", "done"]


def test_nothing_is_sent_before_the_stream_is_read(client: Speko, server: WireServer) -> None:
    client.complete_stream(**HELLO).close()
    assert not server.requests


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(buffered(wire("answer-current-generation.json")), id="buffered"),
        pytest.param(events(wire("stream-tool-call.sse")), id="events"),
    ],
)
def test_tool_calls_and_what_nobody_knows(client: Speko, server: WireServer, answer: bytes) -> None:
    """Unknown events and fields are passed over; no text makes no delta."""
    server.script(answer)
    with client.complete_stream(**HELLO) as stream:
        kinds = [(event.type, event) for event in stream]
        result = stream.result()
    kinds = [(kind, event) for kind, event in kinds if kind != "server_tool_call"]
    assert [kind for kind, _ in kinds] == ["meta", "tool_call", "done"]
    call = kinds[1][1]
    assert isinstance(call, CompleteStreamToolCall)
    assert json.loads(call.args) == {"city": "Sevilla"}
    assert result.text == ""
    assert [made.id for made in result.tool_calls or []] == ["call-2"]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(buffered(wire("answer-embedded-gateway.json")), id="buffered"),
        pytest.param(events(wire("stream-embedded-gateway.sse")), id="events"),
    ],
)
def test_what_the_embedded_gateway_adds(client: Speko, server: WireServer, answer: bytes) -> None:
    server.script(answer)
    with client.complete_stream(**HELLO) as stream:
        meta = next(iter(stream))
        result = stream.result()
    assert isinstance(meta, CompleteStreamMeta)
    for told in (meta, result):
        assert (told.kind, told.simulated, told.words) == ("simulated", True, "scripted")
        assert [attempt.outcome for attempt in told.attempts or []] == ["failed", "answered"]
    assert result.timing is not None
    assert (result.timing.ttft_ms, result.timing.total_ms) == (290.0, 640.5)
    assert result.usage is not None
    assert result.usage.estimated
    assert result.notes == ["The region was widened to global."]


def test_events_come_as_they_are_sent(client: Speko, server: WireServer) -> None:
    """The first piece is there while the server still holds the rest."""
    whole = events(wire("stream-current-generation.sse"))
    cut = whole.index(b"event: delta", whole.index(b"3pm"))
    server.script(whole[:cut], Do.WAIT_FOR_GO, whole[cut:])
    with client.complete_stream(**HELLO) as stream:
        pieces = stream.text_stream
        assert next(pieces) == "Tuesday at 3pm "
        assert stream.text == "Tuesday at 3pm "
        server.go()
        assert "".join(pieces) == "with Dr. Chen it is."


def test_bytes_may_be_cut_anywhere(client: Speko, server: WireServer) -> None:
    whole = events('event: delta\r\ndata: {"text":"¿Qué?"}\r\n\r\n'.encode())
    done = wire("stream-current-generation.sse").partition(b"event: done")[2]
    pieces: list[Step] = [whole[i : i + 1] for i in range(len(whole))]
    server.script(*pieces, b"event: done" + done.rstrip(b"\n"))
    with client.complete_stream(**HELLO) as stream:
        assert "".join(stream.text_stream) == "¿Qué?"
        assert stream.result().text == TEXT


def test_an_error_event_is_yielded_and_then_raised(client: Speko, server: WireServer) -> None:
    server.script(events(wire("stream-error.sse")))
    with client.complete_stream(**HELLO) as stream:
        *_, last = stream
        assert isinstance(last, StreamError)
        assert (last.error, last.code) == ("openai/gpt-4o broke off", "STREAM_FAILED")
        with pytest.raises(SpekoStreamError) as failed:
            stream.result()
    _is_the_golden_error(failed.value)


def test_an_error_event_ends_the_text(client: Speko, server: WireServer) -> None:
    server.script(events(wire("stream-error.sse")))
    pieces: list[str] = []
    with client.complete_stream(**HELLO) as stream, pytest.raises(SpekoStreamError) as failed:
        pieces.extend(stream.text_stream)
    assert pieces == ["Tuesday at"]
    _is_the_golden_error(failed.value)


def test_an_error_event_is_raised_by_complete(client: Speko, server: WireServer) -> None:
    server.script(events(wire("stream-error.sse")))
    with pytest.raises(SpekoStreamError) as failed:
        client.complete(**HELLO)
    _is_the_golden_error(failed.value)


def test_an_error_event_of_plain_text_keeps_its_words(client: Speko, server: WireServer) -> None:
    server.script(events(b"event: error\ndata: out of memory\n\n"))
    with pytest.raises(SpekoStreamError, match="out of memory"):
        client.complete(**HELLO)


def test_an_event_without_data_only_keeps_the_stream_alive(
    client: Speko, server: WireServer
) -> None:
    server.script(events(b"event: delta\ndata:\n\n" + wire("stream-current-generation.sse")))
    assert client.complete(**HELLO).text == TEXT


def _is_the_golden_error(error: SpekoStreamError) -> None:
    assert (error.message, error.status) == ("openai/gpt-4o broke off", 200)
    assert error.code == "STREAM_FAILED"
    assert error.partial_text == "Tuesday at"
    attempts: Any = error.body["attempts"]
    assert [(tried["provider"], tried["outcome"]) for tried in attempts] == [("openai", "failed")]


def test_after_the_terminal_event_nothing_is_read(client: Speko, server: WireServer) -> None:
    """Also where the server goes on sending, or never hangs up."""
    server.script(
        events(wire("stream-current-generation.sse") + wire("stream-error.sse")),
        Do.WAIT_FOR_HANG_UP,
    )
    with client.complete_stream(**HELLO) as stream:
        assert [event.type for event in stream] == ["meta", "delta", "delta", "done"]
        assert stream.result().text == TEXT
    assert server.hung_up.wait(PATIENCE)


def test_previews_and_lists(client: Speko, server: WireServer) -> None:
    for name in ("preview-hosted", "preview-embedded-gateway", "known-providers", "fleet"):
        server.script(buffered(wire(f"{name}.json")))
    hosted = client.preview_routing({"language": "en"})
    ours = client.preview_routing({"language": "es-MX"})
    vendor, model = client.known_providers().llm
    fleet = client.fleet()
    assert (hosted.provider_id, hosted.runners_up[0].model_id) == ("openai", "gemini-2.0-flash")
    assert hosted.filtered_out is None
    assert [out.code for out in ours.filtered_out or []] == ["not_allowed"]
    assert ours.winner is not None
    assert ours.winner.axes is not None
    assert (vendor.id, vendor.model, model.id) == ("openai", None, "openai:gpt-4o")
    assert (fleet.fleet, fleet.words, fleet.snapshot.id) == ("demo", "scripted", "demo-1")
