"""Answers in one piece, good ones and bad ones: what comes where no stream was asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.gateway.fire.hostile_upstream import Conversation

HALF = "Half of"
HUGE = 5 * 1024 * 1024
USAGE = {"prompt_tokens": 7, "completion_tokens": 9}


def answer_text(call: int, vendor: str, model: str) -> str:
    """The good answer: no two are alike, so that none can pass for another."""
    return f"Grüezi 👋🏽 Nr. {call}, from {vendor}/{model} in 東京."


def good_text(talk: Conversation) -> str:
    """That of this call, from the candidate it was meant for."""
    return answer_text(talk.seen.call, talk.seen.vendor, talk.seen.model)


def completion(text: str | None, usage: Mapping[str, int] | None = None, **more: object) -> bytes:
    """An answer in one piece."""
    message = {"role": "assistant", "content": text, **more}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({"choices": [choice], "usage": usage}, ensure_ascii=False).encode()


async def in_one_piece(talk: Conversation) -> None:
    await talk.whole(200, "application/json", completion(good_text(talk), USAGE))


async def object_in_shreds(talk: Conversation) -> None:
    body = b"\n\n" + completion(good_text(talk))
    await talk.head(content_type="application/json")
    await talk.chunk(*(body[place : place + 7] for place in range(0, len(body), 7)), b"")


async def object_of_wrong_type(talk: Conversation) -> None:
    # A caller who streams is answered by a stream: there an object under this name is none.
    kind = "image/png" if not talk.streamed else "application/json"
    await talk.whole(200, kind, completion(good_text(talk), {"prompt_tokens": -5}))


async def empty_object(talk: Conversation) -> None:
    await talk.whole(200, "application/json", completion(None, USAGE))


async def no_object(talk: Conversation) -> None:
    await talk.whole(200, "application/json", b"[" * 100_000)


async def malformed_call_in_object(talk: Conversation) -> None:
    function = {"name": "book", "arguments": '{"day": "Tues'}
    calls = [{"id": "c1", "type": "function", "function": function}]
    await talk.whole(200, "application/json", completion(HALF, USAGE, tool_calls=calls))


async def cut_object(talk: Conversation) -> None:
    body = completion(HALF, USAGE)
    await talk.send(b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\n")
    await talk.send(b"content-length: %d\r\n\r\n" % len(body), body[:-9])
    talk.hang_up()


async def cut_object_of_unknown_length(talk: Conversation) -> None:
    await talk.send(b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\n\r\n")
    await talk.send(completion(HALF, USAGE)[:-9])
    talk.hang_up()


async def stalled_object(talk: Conversation) -> None:
    await talk.head(content_type="application/json")
    await talk.chunk(completion(HALF, USAGE)[:-9])
    await talk.until_left()


async def huge_json(talk: Conversation) -> None:
    await talk.whole(200, "application/json", b'{"choices":["' + b"x" * HUGE + b'"]}')
