"""The faults, one by one: what the upstream does, and what must become of it.

``code`` is that of the failed attempt; None where the answer is good in spite of all. ``speaks``
says that words were heard before it went wrong, so that a stream can no longer fail over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tests.gateway.fire.hostile_upstream import Conversation, Play
from tests.gateway.fire.objects import (
    HALF,
    HUGE,
    USAGE,
    cut_object,
    cut_object_of_unknown_length,
    empty_object,
    good_text,
    huge_json,
    in_one_piece,
    malformed_call_in_object,
    no_object,
    object_in_shreds,
    object_of_wrong_type,
    stalled_object,
)


@dataclass(frozen=True)
class Fault:
    """One way to misbehave. ``weight`` is how often it comes up in the random run."""

    play: Play
    code: str | None
    speaks: bool = False
    weight: float = 1.0


def event(**chunk: object) -> bytes:
    """One event of the stream."""
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()


def delta(text: str) -> bytes:
    """A piece of text."""
    return event(choices=[{"index": 0, "delta": {"content": text}}])


def ending(reason: str = "stop", usage: Mapping[str, int] | None = None) -> bytes:
    """The last chunks."""
    choice = {"index": 0, "delta": {}, "finish_reason": reason}
    return event(choices=[choice], usage=usage) + b"data: [DONE]\n\n"


async def _stream(
    talk: Conversation, *pieces: bytes, content_type: str = "text/event-stream"
) -> None:
    await talk.head(content_type=content_type)
    await talk.chunk(*pieces, b"")


# Good in spite of all


async def good(talk: Conversation) -> None:
    await (streamed_unasked if talk.streamed else in_one_piece)(talk)


async def streamed_unasked(talk: Conversation) -> None:
    words = good_text(talk).split(" ")
    spaced = [words[0], *(f" {word}" for word in words[1:])]
    await _stream(talk, *map(delta, spaced), ending("stop", USAGE))


async def split_in_characters(talk: Conversation) -> None:
    body = delta(good_text(talk)) + ending("stop", USAGE)
    await _stream(talk, *(body[place : place + 7] for place in range(0, len(body), 7)))


async def two_terminal_events(talk: Conversation) -> None:
    twice = ending("stop", USAGE) + delta("And another voice.") + ending("stop", USAGE)
    await _stream(talk, delta(good_text(talk)), twice)


async def wrong_content_type(talk: Conversation) -> None:
    await _stream(talk, delta(good_text(talk)), ending("stop", USAGE), content_type="image/png")


async def negative_usage(talk: Conversation) -> None:
    usage = {"prompt_tokens": -5, "completion_tokens": -(2**70)}
    await _stream(talk, delta(good_text(talk)), ending("stop", usage))


async def no_usage(talk: Conversation) -> None:
    await _stream(talk, delta(good_text(talk)), ending())


# Before the answer


async def reset(talk: Conversation) -> None:
    talk.reset()


async def hang_up(talk: Conversation) -> None:
    talk.hang_up()


async def no_http(talk: Conversation) -> None:
    await talk.send(b"\x00\x01 this is no HTTP\r\n\r\n")
    talk.hang_up()


async def slow_first_byte(talk: Conversation) -> None:
    await talk.until_left()


async def only_a_head(talk: Conversation) -> None:
    await talk.head()
    await talk.until_left()


async def html(talk: Conversation) -> None:
    await talk.whole(200, "text/html", b"<!doctype html><html>Welcome to the captive portal</html>")


async def html_error(talk: Conversation) -> None:
    await talk.whole(502, "text/html", b"<html><h1>Bad Gateway</h1></html>")


async def huge_error(talk: Conversation) -> None:
    await talk.head(500, "text/plain")
    await talk.chunk(*[b"x" * 65_536] * 40)
    talk.hang_up()


async def endless_event(talk: Conversation) -> None:
    await talk.head()
    await talk.chunk(b"data: ", *[b"x" * 65_536] * (HUGE // 65_536))
    await talk.until_left()


async def unfinished_error(talk: Conversation) -> None:
    await talk.send(b"HTTP/1.1 500 X\r\ncontent-length: 1000\r\n\r\nthis is not all")
    talk.hang_up()


async def endless_blanks(talk: Conversation) -> None:
    await talk.head()
    await talk.chunk(*[delta("  \n")] * 50)
    await talk.until_left()


def status(number: int, extra: str = "") -> Play:
    """An error that quotes the very key it was asked with, as careless proxies do."""

    async def refuse(talk: Conversation) -> None:
        said = f"Not today. You sent Bearer {talk.key}, and {talk.key} is what we got."
        body = json.dumps({"error": {"message": said, "type": "whatever"}}).encode()
        await talk.whole(number, "application/json", body, extra)

    return refuse


# In place of an answer


async def empty_text(talk: Conversation) -> None:
    await _stream(talk, delta(""), ending())


async def only_whitespace(talk: Conversation) -> None:
    await _stream(talk, delta(" "), delta("\n\t "), ending())


async def no_events(talk: Conversation) -> None:
    await _stream(talk)


async def no_json(talk: Conversation) -> None:
    await _stream(talk, b"data: <oops>\n\n", ending())


async def error_event(talk: Conversation) -> None:
    await _stream(talk, event(error={"message": f"overloaded {talk.key}", "code": 503}))


async def malformed_tool_arguments(talk: Conversation) -> None:
    function = {"name": "book", "arguments": '{"day": "Tues'}
    calls = {"tool_calls": [{"index": 0, "id": "c1", "function": function}]}
    await _stream(talk, event(choices=[{"index": 0, "delta": calls}]), ending("tool_calls"))


# Wide, or many: little to send, and much to read


async def wide_event(talk: Conversation) -> None:
    """A million elements in one event of 4 MB."""
    await talk.head()
    await talk.chunk(b'data: {"choices":[{"index":0,"delta":{"tool_calls":[', *WIDE, b"{}]}}]}\n\n")
    await talk.until_left()


async def wide_object(talk: Conversation) -> None:
    await talk.head(content_type="application/json")
    await talk.chunk(b'{"choices":[', *WIDE, b"{}]}", b"")


async def wide_list(talk: Conversation) -> None:
    await talk.head(content_type="application/json")
    await talk.chunk(b'[{"choices":[', *WIDE, b"{}]}]", b"")


async def flood_of_nothing(talk: Conversation) -> None:
    await talk.head()
    await talk.chunk(*[b"data: {}\n\n" * 6_000] * 20)
    await talk.chunk(delta(good_text(talk)), ending("stop", USAGE), b"")


async def endless_data_lines(talk: Conversation) -> None:
    await talk.head()
    await talk.chunk(*[b"data:\n" * 10_000] * (HUGE // 60_000))
    await talk.until_left()


async def too_many_calls(talk: Conversation) -> None:
    function = {"name": "book", "arguments": "{}"}
    calls = (
        {"tool_calls": [{"index": number, "id": f"c{number}", "function": function}]}
        for number in range(2_000)
    )
    await _stream(talk, *(event(choices=[{"index": 0, "delta": each}]) for each in calls))


WIDE = [b"{}," * 20_000] * 65

# In the middle of an answer


async def stalled(talk: Conversation) -> None:
    await talk.head()
    await talk.chunk(delta(HALF))
    await talk.until_left()


async def no_terminal_event(talk: Conversation) -> None:
    await _stream(talk, delta(HALF))


async def cut_in_a_character(talk: Conversation) -> None:
    await talk.head()
    await talk.chunk(delta(HALF), delta("👋")[:-10])
    talk.hang_up()


async def reset_in_the_middle(talk: Conversation) -> None:
    await talk.head()
    await talk.chunk(delta(HALF))
    talk.reset()


async def error_in_the_middle(talk: Conversation) -> None:
    await _stream(talk, delta(HALF), event(error={"message": "the model crashed", "code": 500}))


async def malformed_call_after_words(talk: Conversation) -> None:
    function = {"name": "book", "arguments": "[1, 2"}
    calls = {"tool_calls": [{"index": 0, "id": "c1", "function": function}]}
    rest = event(choices=[{"index": 0, "delta": calls}]) + ending("tool_calls")
    await _stream(talk, delta(HALF), rest)


_STATUSES = {
    400: "INVALID_REQUEST",
    401: "AUTH_FAILED",
    403: "AUTH_FAILED",
    404: "MODEL_NOT_FOUND",
    408: "TIMEOUT",
    405: "MODEL_NOT_FOUND",
    407: "CONNECT_FAILED",
    409: "SERVER_ERROR",
    413: "INVALID_REQUEST",
    422: "INVALID_REQUEST",
    429: "RATE_LIMITED",
    500: "SERVER_ERROR",
    502: "SERVER_ERROR",
    503: "SERVER_ERROR",
    529: "RATE_LIMITED",
}

FAULTS: dict[str, Fault] = {
    "good": Fault(good, None, weight=60),
    "in one piece": Fault(in_one_piece, None, weight=4),
    "streamed unasked": Fault(streamed_unasked, None, weight=4),
    "object in shreds": Fault(object_in_shreds, None, weight=4),
    "object of wrong type": Fault(object_of_wrong_type, None, weight=3),
    "split in characters": Fault(split_in_characters, None, weight=4),
    "two terminal events": Fault(two_terminal_events, None, weight=3),
    "wrong content type": Fault(wrong_content_type, None, weight=3),
    "negative usage": Fault(negative_usage, None, weight=3),
    "no usage": Fault(no_usage, None, weight=3),
    "reset": Fault(reset, "CONNECT_FAILED"),
    "hang up": Fault(hang_up, "CONNECT_FAILED"),
    "no HTTP": Fault(no_http, "CONNECT_FAILED"),
    "slow first byte": Fault(slow_first_byte, "TIMEOUT"),
    "only a head": Fault(only_a_head, "TIMEOUT", weight=0.5),
    "HTML": Fault(html, "STREAM_BROKEN"),
    "HTML error": Fault(html_error, "SERVER_ERROR"),
    "huge error": Fault(huge_error, "SERVER_ERROR", weight=0.2),
    "huge JSON": Fault(huge_json, "STREAM_BROKEN", weight=0.2),
    "endless event": Fault(endless_event, "STREAM_BROKEN", weight=0.2),
    "unfinished error": Fault(unfinished_error, "SERVER_ERROR"),
    "endless blanks": Fault(endless_blanks, "TIMEOUT", weight=0.5),
    **{str(each): Fault(status(each), code) for each, code in _STATUSES.items()},
    "429 with a pause": Fault(status(429, "retry-after: 1\r\n"), "RATE_LIMITED", weight=0.1),
    "503 with a pause": Fault(status(503, "retry-after: 1\r\n"), "SERVER_ERROR", weight=0.1),
    "429 with a nonsensical pause": Fault(status(429, "retry-after: -x\r\n"), "RATE_LIMITED"),
    "empty text": Fault(empty_text, "EMPTY_ANSWER"),
    "only whitespace": Fault(only_whitespace, "EMPTY_ANSWER"),
    "no events": Fault(no_events, "STREAM_BROKEN"),
    "no JSON": Fault(no_json, "STREAM_BROKEN"),
    "error event": Fault(error_event, "SERVER_ERROR"),
    "malformed tool arguments": Fault(malformed_tool_arguments, "STREAM_BROKEN"),
    "empty object": Fault(empty_object, "EMPTY_ANSWER"),
    "no object": Fault(no_object, "STREAM_BROKEN"),
    "malformed call in object": Fault(malformed_call_in_object, "STREAM_BROKEN", speaks=True),
    "cut object": Fault(cut_object, "STREAM_BROKEN"),
    "cut object of unknown length": Fault(cut_object_of_unknown_length, "STREAM_BROKEN"),
    "stalled object": Fault(stalled_object, "TIMEOUT"),
    "wide event": Fault(wide_event, "STREAM_BROKEN", weight=0.3),
    "wide object": Fault(wide_object, "STREAM_BROKEN", weight=0.3),
    "wide list": Fault(wide_list, "STREAM_BROKEN", weight=0.3),
    "flood of nothing": Fault(flood_of_nothing, None, weight=0.3),
    "endless data lines": Fault(endless_data_lines, "STREAM_BROKEN", weight=0.2),
    "too many calls": Fault(too_many_calls, "STREAM_BROKEN", weight=0.3),
    "stalled": Fault(stalled, "TIMEOUT", speaks=True),
    "no terminal event": Fault(no_terminal_event, "STREAM_BROKEN", speaks=True),
    "cut in a character": Fault(cut_in_a_character, "STREAM_BROKEN", speaks=True),
    "reset in the middle": Fault(reset_in_the_middle, "STREAM_BROKEN", speaks=True),
    "error in the middle": Fault(error_in_the_middle, "SERVER_ERROR", speaks=True),
    "malformed call after words": Fault(malformed_call_after_words, "STREAM_BROKEN", speaks=True),
}
