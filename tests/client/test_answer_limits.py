"""Whatever a server sends without end, an answer is bounded: in bytes, per event, and in time."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from itertools import chain

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client import (
    AsyncSpeko,
    Speko,
    SpekoAnswerTooLargeError,
    SpekoApiError,
    SpekoStreamError,
    SpekoTimeoutError,
)
from speko_client.answers import PIECE_BYTES, Body
from speko_client.events import EventStreamReader
from tests.client.calls import HELLO
from tests.client.conftest import Connect
from tests.client.wire_server import Endless, Step, WireServer, buffered, events, head, wire
from tests.patience import PATIENCE

UNFINISHED = events(wire("stream-unfinished.sse"))
PREVIEW: Callable[[Speko], object] = lambda client: client.preview_routing({"language": "en"})  # noqa: E731
WITHOUT_END = {
    "data lines without data": b"data:\n" * 1_000,
    "data lines": b"data: never mind\n" * 1_000,
    "one line": b"x" * 10_000,
    "comments": b": ping\n\n" * 1_000,
    "blank lines": b"\n" * 10_000,
    "events of no known name": b"event: tick\ndata: {}\n\n" * 1_000,
    "words": b'event: delta\ndata: {"text": "la "}\n\n' * 1_000,
}


@pytest.mark.parametrize("block", WITHOUT_END.values(), ids=WITHOUT_END)
def test_a_stream_without_end(connect: Connect, server: WireServer, block: bytes) -> None:
    """It is given up, the server hears it, and what had arrived is kept."""
    server.script(UNFINISHED, Endless(block))
    client = connect(max_answer_bytes=1_000_000, max_event_bytes=100_000)
    with client.complete_stream(**HELLO) as stream:
        with pytest.raises(SpekoAnswerTooLargeError) as failed:
            stream.result()
        assert server.hung_up.wait(PATIENCE)
    assert (failed.value.status, failed.value.code) == (200, "ANSWER_TOO_LARGE")
    assert failed.value.partial_text.startswith("Tuesday at")
    assert failed.value.partial_text == stream.text
    assert "max_" in failed.value.advice


def test_the_words_before_an_event_that_is_too_large_are_kept(
    connect: Connect, server: WireServer
) -> None:
    """Also those that came in one chunk with it."""
    server.script(UNFINISHED + b"data: " + b"x" * 5_000)
    with pytest.raises(SpekoAnswerTooLargeError, match="One event") as failed:
        connect(max_event_bytes=1_000).complete(**HELLO)
    assert failed.value.partial_text == "Tuesday at"


@pytest.mark.parametrize("default", [Speko, AsyncSpeko])
def test_the_limits_hold_by_default(default: type[Speko]) -> None:
    limits = default(api_key="test-key")._server.limits
    assert (limits.seconds, limits.answer_bytes, limits.event_bytes) == (900, 2**24, 2**22)


@pytest.mark.parametrize("size", [None, 10_000_000])
def test_a_long_answer_within_its_limits(
    connect: Connect, server: WireServer, size: int | None
) -> None:
    words = b'event: delta\ndata: {"text": "la "}\n\n' * 50_000
    server.script(UNFINISHED + words + wire("stream-current-generation.sse"))
    client = connect(max_answer_bytes=size, max_event_bytes=size, answer_timeout=size)
    assert client.complete(**HELLO).text


@pytest.mark.parametrize("call", [lambda client: client.complete(**HELLO), PREVIEW])
def test_json_without_end(
    connect: Connect, server: WireServer, call: Callable[[Speko], object]
) -> None:
    server.script(head("200 OK", "application/json"), Endless(b'{"a": ' * 1_000))
    with pytest.raises(SpekoAnswerTooLargeError, match="The answer is larger than 500,000 bytes"):
        call(connect(max_answer_bytes=500_000))
    assert server.hung_up.wait(PATIENCE)


@pytest.mark.parametrize("status", ["200 OK", "500 Internal Server Error"])
@pytest.mark.parametrize(
    "block",
    [gzip.compress(bytes(2**28), 9), b"\x1f\x8b\x08" + bytes(7) + b"\0\0\0\xff\xff" * 2**20],
)
def test_what_unfolds_without_end(
    connect: Connect, server: WireServer, status: str, block: bytes
) -> None:
    """Zeros that shrink a thousandfold, and blocks that hold nothing at all."""
    server.script(head(status, "application/json", Content_Encoding="gzip") + block)
    with pytest.raises(SpekoApiError) as failed:
        connect(max_answer_bytes=2**20).complete(**HELLO)
    assert failed.value.status == int(status[:3])


def test_a_packed_answer_is_read(client: Speko, server: WireServer) -> None:
    packed = gzip.compress(wire("answer-current-generation.json"))
    server.script(buffered(packed, Content_Encoding="gzip"))
    assert client.complete(**HELLO).provider
    assert server.requests[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "nonsense"])
def test_packing_that_nobody_asked_for(client: Speko, server: WireServer, encoding: str) -> None:
    server.script(buffered(b"{}", Content_Encoding=encoding))
    with pytest.raises(SpekoStreamError, match=encoding) as failed:
        client.complete(**HELLO)
    assert failed.value.code == "INVALID_ANSWER"


@given(st.binary(max_size=4 * PIECE_BYTES), st.integers(1, 5_000))
def test_unpacking_loses_nothing(content: bytes, step: int) -> None:
    packed = gzip.compress(content * 3)
    body = Body("gzip", None)
    chunks = (packed[at : at + step] for at in range(0, len(packed), step))
    pieces = [piece for chunk in chunks for piece in body.feed(chunk)]
    assert b"".join(pieces) == content * 3
    assert all(len(piece) <= PIECE_BYTES for piece in pieces)


@given(st.lists(st.sampled_from([b"data:\n", b"data: x\n", b"data:" + b"y" * 50, b"\r", b"z"])))
def test_no_event_is_kept_beyond_its_limit(lines: list[bytes]) -> None:
    """Twice the limit without a blank line is too much, however the bytes are cut."""
    reader = EventStreamReader(64)
    endless = [line.replace(b"\r", b"data\r") for line in lines] + [b"data:\n"] * 60
    with pytest.raises(SpekoAnswerTooLargeError):
        list(chain.from_iterable(map(reader.feed, endless)))


WIDE = {
    "toolCalls": (b"{}", "toolCalls.0.id, toolCalls.0.name, toolCalls.0.args."),
    "attempts": (b"[]", "attempts.0."),
    "notes": (b"1", "notes.0."),
}


@pytest.mark.parametrize(("field", "bad"), WIDE.items(), ids=WIDE)
def test_a_million_bad_elements_are_one_bad_element(
    client: Speko, server: WireServer, field: str, bad: tuple[bytes, str]
) -> None:
    """A list of all that is wrong would be a thousand times as large as the answer."""
    element, named = bad
    done = b'{"text": "", "provider": "p", "model": "m", "%b": [%b]}' % (
        field.encode(),
        b",".join([element] * 1_000_000),
    )
    server.script(events(b"event: done\ndata: " + done + b"\n\n"))
    with pytest.raises(SpekoStreamError) as failed:
        client.complete(**HELLO)
    assert failed.value.message.endswith(named)


def test_a_million_bad_names_are_counted(client: Speko, server: WireServer) -> None:
    weights = b",".join(b'"%d": "x"' % number for number in range(10_000))
    server.script(buffered(b'{"weights": {%b}}' % weights))
    with pytest.raises(SpekoStreamError, match=r"wrong: 10,00\d of them"):
        PREVIEW(client)


# In time


DRIPPING: dict[str, tuple[Step, ...]] = {
    "its status line": (Endless(b"H", 0.01),),
    "its headers": (b"HTTP/1.1 200 OK\r\n", Endless(b"X-More: 1\r\n", 0.01)),
    "announcements": (Endless(b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.01),),
    "comments": (UNFINISHED, Endless(b": ping\n\n", 0.01)),
    "a line, byte by byte": (UNFINISHED, Endless(b"x", 0.01)),
    "JSON, byte by byte": (head("200 OK", "application/json"), Endless(b" ", 0.01)),
    "the sizes of chunks": (
        head("200 OK", "text/event-stream", Transfer_Encoding="chunked"),
        Endless(b"0", 0.01),
    ),
}


@pytest.mark.parametrize("steps", DRIPPING.values(), ids=DRIPPING)
def test_what_drips_without_end(
    connect: Connect, server: WireServer, steps: tuple[Step, ...]
) -> None:
    """No single wait is long, and yet the whole is bounded."""
    server.script(*steps)
    client = connect(timeout=PATIENCE, answer_timeout=0.5)
    with pytest.raises(SpekoTimeoutError, match=r"within 0\.5 s in all") as failed:
        client.complete(**HELLO)
    assert (failed.value.status, failed.value.code) == (0, "TIMEOUT")
    assert "answer_timeout" in failed.value.advice
    assert server.hung_up.wait(PATIENCE)
    assert failed.value.partial_text == ("Tuesday at" if UNFINISHED in steps else "")


def test_a_preview_that_drips(connect: Connect, server: WireServer) -> None:
    server.script(head("200 OK", "application/json"), Endless(b" ", 0.01))
    with pytest.raises(SpekoTimeoutError, match="in all"):
        PREVIEW(connect(timeout=PATIENCE, answer_timeout=0.5))
    assert server.hung_up.wait(PATIENCE)


def test_an_error_that_drips_keeps_its_status(connect: Connect, server: WireServer) -> None:
    server.script(head("503 Service Unavailable", "text/plain") + b"Busy", Endless(b" ", 0.01))
    with pytest.raises(SpekoApiError, match="Busy") as failed:
        connect(timeout=PATIENCE, answer_timeout=0.5).complete(**HELLO)
    assert failed.value.status == 503


def test_a_kept_connection_has_a_deadline_for_each_answer(
    connect: Connect, server: WireServer
) -> None:
    server.script(buffered(wire("answer-first-generation.json")))
    server.script(Endless(b"HTTP/1.1 102 Processing\r\n\r\n", 0.01))
    client = connect(timeout=PATIENCE, answer_timeout=0.5)
    assert client.complete(**HELLO).provider == "anthropic"
    with pytest.raises(SpekoTimeoutError, match="in all"):
        client.complete(**HELLO)


def test_a_deadline_holds_behind_a_proxy(
    connect: Connect, server: WireServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    server.script(Endless(b"HTTP/1.1 102 Processing\r\n\r\n", 0.01))
    client = connect(base_url="http://192.0.2.1", timeout=PATIENCE, answer_timeout=0.5)
    with pytest.raises(SpekoTimeoutError, match="in all"):
        client.complete(**HELLO)
    assert server.requests[0].line.startswith("POST http://192.0.2.1/v1/complete")


def test_a_closed_stream_holds_nothing(connect: Connect, server: WireServer) -> None:
    server.script(UNFINISHED + b"data: " + b"x" * 500_000, Endless(b": ping\n", 0.01))
    with connect().complete_stream(**HELLO) as stream:
        assert next(stream.text_stream) == "Tuesday at"
        held = getattr(stream, "_stream", stream)
        stream.close()
        assert (held._reader, held._body) == (None, None)


@pytest.mark.parametrize("kind", [Speko, AsyncSpeko])
@pytest.mark.parametrize("name", ["answer_timeout", "max_answer_bytes", "max_event_bytes"])
@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_a_limit_that_is_none(kind: type[Speko], name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        kind(**{"api_key": "test-key", name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("timeout", [None, httpx.Timeout(5.0, read=None), httpx.Timeout(1, pool=9)])
def test_a_timeout_as_httpx_has_it(
    connect: Connect, server: WireServer, timeout: httpx.Timeout | None
) -> None:
    server.script(buffered(wire("answer-first-generation.json")))
    assert connect(timeout=timeout).complete(**HELLO).provider == "anthropic"


def test_each_wait_says_its_own_limit(connect: Connect, server: WireServer) -> None:
    server.script(UNFINISHED, Endless(b"", 60))
    with pytest.raises(SpekoTimeoutError, match=r"sent nothing for 0\.2 s"):
        connect(timeout=httpx.Timeout(60, read=0.2)).complete(**HELLO)


@pytest.mark.parametrize("timeout", [httpx.Timeout(-1), httpx.Timeout(5, read=float("nan")), "30"])
def test_a_timeout_that_is_none(timeout: httpx.Timeout) -> None:
    with pytest.raises(ValueError, match="timeout must be"):
        Speko(api_key="test-key", timeout=timeout)


def test_broken_packing(client: Speko, server: WireServer) -> None:
    broken = bytearray(zlib.compress(b"x" * 5_000))
    server.script(buffered(bytes(broken), Content_Encoding="gzip"))
    with pytest.raises(SpekoStreamError, match="compression is broken"):
        client.complete(**HELLO)
