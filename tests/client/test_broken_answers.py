"""A 200 that is no answer, or only half of one."""

from __future__ import annotations

import gzip
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client import (
    CompleteStreamEvent,
    Speko,
    SpekoAnswerTooLargeError,
    SpekoApiError,
    SpekoStreamError,
)
from speko_client.events import reader_for
from speko_client.limits import MAX_ANSWER_BYTES
from tests.client.calls import HELLO
from tests.client.wire_server import Do, Step, WireServer, buffered, events, head, wire

UNFINISHED = events(wire("stream-unfinished.sse"))
KINDS = {"meta", "delta", "tool_call", "done", "error"}
SHARDS = [
    *(b"event: " + kind.encode() + b"\ndata: " for kind in sorted(KINDS)),
    *(b'{"text":', b'"Hi"', b"}", b"[", b"null", b"\n\n", b"\r\n", b'{"error": {"code": 1}}'),
    wire("stream-current-generation.sse"),
    wire("answer-embedded-gateway.json"),
]


def until_it_breaks(stream: Any) -> tuple[list[str], SpekoApiError]:
    """The kinds of event that came, and what came instead of the next one."""
    kinds: list[str] = []
    try:
        kinds.extend(event.type for event in stream)
    except SpekoApiError as error:
        return kinds, error
    raise AssertionError(f"it did not break: {kinds}")


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param((UNFINISHED,), id="ends"),
        pytest.param((UNFINISHED + b'event: delta\ndata: {"te',), id="ends in half an event"),
        pytest.param(
            (
                head("200 OK", "text/event-stream", Content_Length="9999"),
                wire("stream-unfinished.sse"),
            ),
            id="is shorter than said",
        ),
        pytest.param(
            (
                head("200 OK", "text/event-stream", Transfer_Encoding="chunked"),
                b"%x\r\n" % len(wire("stream-unfinished.sse")),
                wire("stream-unfinished.sse") + b"\r\n",
            ),
            id="lacks its last chunk",
        ),
    ],
)
def test_a_stream_without_its_end(client: Speko, server: WireServer, steps: list[Step]) -> None:
    """What arrived is handed out first; then, and each time after, it is said to be broken."""
    server.script(*steps)
    with client.complete_stream(**HELLO) as stream:
        kinds, error = until_it_breaks(stream)
        with pytest.raises(SpekoStreamError):
            stream.result()
    assert kinds == ["meta", "delta"]
    assert isinstance(error, SpekoStreamError)
    assert (error.status, error.code) == (200, "STREAM_ENDED")
    assert error.partial_text == stream.text == "Tuesday at"


def test_a_reset_in_the_middle(client: Speko, server: WireServer) -> None:
    server.script(UNFINISHED, Do.WAIT_FOR_GO, Do.RESET)
    with client.complete_stream(**HELLO) as stream:
        assert next(stream.text_stream) == "Tuesday at"
        server.go()
        with pytest.raises(SpekoStreamError) as failed:
            stream.result()
    assert (failed.value.code, failed.value.partial_text) == ("STREAM_ENDED", "Tuesday at")


def test_complete_says_what_had_arrived(client: Speko, server: WireServer) -> None:
    server.script(UNFINISHED)
    with pytest.raises(SpekoStreamError) as failed:
        client.complete(**HELLO)
    assert (failed.value.code, failed.value.partial_text) == ("STREAM_ENDED", "Tuesday at")


def test_json_that_breaks_off(client: Speko, server: WireServer) -> None:
    server.script(head("200 OK", "application/json", Content_Length="999") + b'{"text": "Hal')
    with pytest.raises(SpekoStreamError) as failed:
        client.complete(**HELLO)
    assert failed.value.code == "STREAM_ENDED"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(head("200 OK", "text/html") + b"<html>Welcome</html>", id="a page"),
        pytest.param(head("200 OK") + b"{}", id="no type"),
        pytest.param(head("204 No Content"), id="nothing"),
        pytest.param(buffered(b"<html>"), id="a page that says it is JSON"),
        pytest.param(buffered(b""), id="empty"),
        pytest.param(buffered(b"[1, 2]"), id="no object"),
        pytest.param(buffered(b"\xff\xfe\xfd"), id="no UTF-8"),
        pytest.param(buffered(b'{"text": "Hi"}'), id="no provider"),
        pytest.param(buffered(b"[" * 100_000), id="nested too deep"),
        pytest.param(buffered(b"plain", Content_Encoding="gzip"), id="not compressed"),
        pytest.param(events(b"event: delta\ndata: oops\n\n"), id="an event that is no JSON"),
        pytest.param(events(b'event: delta\ndata: {"text": 5}\n\n'), id="an event out of shape"),
        pytest.param(events(b'event: done\ndata: {"text": "Hi"}\n\n'), id="done without provider"),
    ],
)
def test_what_is_no_answer(client: Speko, server: WireServer, answer: bytes) -> None:
    server.script(answer)
    with pytest.raises(SpekoStreamError) as failed:
        client.complete(**HELLO)
    assert (failed.value.status, failed.value.code) == (200, "INVALID_ANSWER")
    assert "base_url" in failed.value.advice


@given(pieces=st.lists(st.sampled_from(SHARDS) | st.binary(max_size=12), max_size=12))
@pytest.mark.parametrize("content_type", ["text/event-stream", "application/json"])
def test_no_bytes_raise_a_foreign_error(content_type: str, pieces: list[bytes]) -> None:
    """Whatever comes, a reader gives events or says that this is no answer."""
    reader = reader_for(content_type)
    read: list[CompleteStreamEvent] = []
    with suppress(SpekoStreamError):
        for piece in pieces:
            read.extend(reader.feed(piece))
        read.extend(reader.end())
    assert all(event.type in KINDS for event in read)


def test_a_list_that_is_none(client: Speko, server: WireServer) -> None:
    server.script(buffered(b'{"llm": "all of them"}'))
    with pytest.raises(SpekoStreamError, match="llm") as failed:
        client.known_providers()
    assert failed.value.code == "INVALID_ANSWER"


def test_an_error_event_of_another_shape(client: Speko, server: WireServer) -> None:
    server.script(events(b'event: error\ndata: {"message": "Gone", "type": "fatal"}\n\n'))
    with pytest.raises(SpekoStreamError, match="Gone") as failed:
        client.complete(**HELLO)
    assert failed.value.code == "STREAM_ERROR"


def test_a_broken_event_loses_nothing_before_it(client: Speko, server: WireServer) -> None:
    server.script(UNFINISHED + b"event: delta\ndata: oops\n\n")
    with client.complete_stream(**HELLO) as stream:
        kinds, error = until_it_breaks(stream)
    assert kinds == ["meta", "delta"]
    assert (error.code, error.partial_text) == ("INVALID_ANSWER", "Tuesday at")


def test_a_body_too_large_is_given_up(client: Speko, server: WireServer) -> None:
    """Compressed, it is small on the wire; it is bounded as it unfolds."""
    bomb = gzip.compress(b" " * (MAX_ANSWER_BYTES + 1), 1)
    server.script(buffered(bomb, Content_Encoding="gzip"))
    with pytest.raises(SpekoAnswerTooLargeError, match="16,777,216 bytes") as failed:
        client.complete(**HELLO)
    assert failed.value.code == "ANSWER_TOO_LARGE"
