"""The decoder gives the same events however the bytes are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client.wire.sse import EventTooLargeError, ServerSentEvent, SSEDecoder

LINE_ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])
LINES = st.one_of(
    st.sampled_from([b"", b"", b"data", b"data:", b"id: 7", b"id: a\0b", b": note", b"retry: 250"]),
    st.text(max_size=8).map(lambda text: b"data: " + text.encode("utf-8", "replace")),
    st.text(alphabet="abcé🙂", max_size=4).map(lambda text: b"event:" + text.encode()),
    st.binary(max_size=8),
)
STREAMS = st.lists(st.tuples(LINES, LINE_ENDS).map(b"".join), max_size=20).map(b"".join)


def decoded(*chunks: bytes | str) -> list[ServerSentEvent]:
    """All events of these chunks, the unfinished last block too."""
    decoder = SSEDecoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)] + decoder.flush()


def told(*chunks: bytes | str) -> list[tuple[str, str]]:
    """Names and data only."""
    return [(event.event, event.data) for event in decoded(*chunks)]


def by_the_standard(stream: bytes) -> list[tuple[str, str]]:
    """Names and data, by the standard's own words on the decoded whole; nothing is incremental."""
    text = stream.decode("utf-8", "replace").removeprefix("\ufeff")
    found: list[tuple[str, str]] = []
    data: list[str] = []
    name = ""
    for line in [*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "":
            found += [(name or "message", "\n".join(data))] if data else []
            name, data = "", []
        elif field == "data":
            data.append(value)
        elif field == "event":
            name = value
    return found


@given(stream=STREAMS | st.binary(max_size=60), cuts=st.lists(st.integers(0, 400), max_size=12))
def test_any_cutting_gives_the_same_events(stream: bytes, cuts: list[int]) -> None:
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    chunks = [stream[a:b] for a, b in pairwise(places)]
    assert decoded(*chunks) == decoded(stream)


@given(stream=STREAMS | st.binary(max_size=60))
def test_one_byte_at_a_time_gives_what_the_standard_says(stream: bytes) -> None:
    assert told(*(stream[i : i + 1] for i in range(len(stream)))) == by_the_standard(stream)


@given(texts=st.lists(st.text(), max_size=5), end=LINE_ENDS)
def test_what_was_written_is_read(texts: list[str], end: bytes) -> None:
    """Line breaks in the data become lines of data."""
    clean = [text.encode("utf-8", "replace").decode().replace("\r", "") for text in texts]
    lines = [
        [b"event: delta", *(b"data: " + p.encode() for p in t.split("\n")), b""] for t in clean
    ]
    stream = b"".join(line + end for block in lines for line in block)
    assert told(stream) == [("delta", text) for text in clean]


def test_an_event_is_there_with_its_blank_line() -> None:
    """Also where that is a lone CR that might have become a CRLF."""
    decoder = SSEDecoder()
    assert decoder.feed(b"data: a\r\r") == [ServerSentEvent("message", "a")]
    assert decoder.feed(b"\ndata: b\r\n") == []
    assert decoder.feed(b"\r") == [ServerSentEvent("message", "b")]
    assert decoder.feed(b"\n") == []
    assert decoder.flush() == []


def test_fields() -> None:
    stream = (
        "\ufeffevent: greeting\nid: 1\nretry: 2500\ndata: one\ndata:  two\ndata\n: a comment\n"
        "unknown: x\n\ndata:three\nretry: soon\n\nevent: without data\n\ndata: four"
    )
    assert decoded(stream) == [
        ServerSentEvent("greeting", "one\n two\n", "1", 2500),
        ServerSentEvent("message", "three", "1", 2500),
        ServerSentEvent("message", "four", "1", 2500),
    ]


def test_an_absurd_retry_is_ignored() -> None:
    assert decoded(b"retry: " + b"9" * 6_000 + b"\ndata: x\n\n")[0].retry is None


@pytest.mark.parametrize("chunk", [b"data: " + b"x" * 60, b"data: " + b"x" * 20 + b"\n"])
def test_an_event_without_end_is_given_up(chunk: bytes) -> None:
    decoder = SSEDecoder(max_event_bytes=64)
    with pytest.raises(EventTooLargeError, match="64 bytes"):
        assert not [decoder.feed(chunk) for _ in range(4)]


def test_many_small_events_are_not_too_large() -> None:
    decoder = SSEDecoder(max_event_bytes=64)
    assert sum(len(decoder.feed(b"data: 0123456789\n\nda")) for _ in range(3)) == 1
    decoder = SSEDecoder(max_event_bytes=64)
    assert sum(len(decoder.feed(b"data: 0123456789\n\n")) for _ in range(1_000)) == 1_000


OBJECTS = ['{"text": "Hi"}', '{"text": "{}"}', "{}", '{"a": {"b": [1]}}']


@given(
    objects=st.lists(st.sampled_from(OBJECTS), min_size=1, max_size=5),
    blanks=st.lists(st.booleans(), min_size=5, max_size=5),
    name=st.sampled_from(["", "delta"]),
    end=LINE_ENDS,
)
def test_objects_are_events_with_and_without_blank_lines(
    objects: list[str], blanks: list[bool], name: str, end: bytes
) -> None:
    named = f"event: {name}".encode() + end if name else b""
    stream = b"".join(
        named + b"data: " + each.encode() + end + (end if blank else b"")
        for each, blank in zip(objects, blanks, strict=False)
    )
    assert told(stream) == [(name or "message", each) for each in objects]


def test_an_event_without_its_blank_line_is_there_with_the_next_one() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b'event: a\ndata: {"n": 1}\n') == []
    assert decoder.feed(b'event: b\ndata: {"n": 2}\n') == [ServerSentEvent("a", '{"n": 1}')]
    assert decoder.feed(b"data: [DONE]\n") == [ServerSentEvent("b", '{"n": 2}')]
    assert decoder.flush() == [ServerSentEvent("b", "[DONE]")]


def test_json_over_several_lines_is_one_event() -> None:
    stream = b'data: {"n": 1,\ndata: "m":\ndata: {}}\n\ndata: {}\ndata:\n\n'
    assert told(stream) == [("message", '{"n": 1,\n"m":\n{}}'), ("message", "{}\n")]
