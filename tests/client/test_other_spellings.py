"""Answers and errors of servers that spell them in a way of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from speko_client import Speko, SpekoStreamError
from tests.client.calls import HELLO
from tests.client.wire_server import WireServer, buffered, events, head, wire

MESSAGE = "boom 42"
ERRORS: list[tuple[Any, str]] = [
    ({"error": {"message": MESSAGE}}, "STREAM_ERROR"),
    ({"error": MESSAGE}, "STREAM_ERROR"),
    ({"error": MESSAGE, "code": "PAUSED"}, "PAUSED"),
    ([{"error": {"message": MESSAGE, "code": 429}}], "RATE_LIMITED"),
    ({"error": {"message": MESSAGE, "code": "429"}}, "RATE_LIMITED"),
    ({"error": {"error": {"message": MESSAGE}}}, "STREAM_ERROR"),
    ({"error": "Too Many Requests", "message": MESSAGE, "code": "429"}, "RATE_LIMITED"),
]
META, DELTA, _, DONE = (
    block + b"\n\n" for block in wire("stream-current-generation.sse").split(b"\n\n")[:4]
)


def failing(client: Speko, server: WireServer, answer: bytes) -> SpekoStreamError:
    server.script(answer)
    with pytest.raises(SpekoStreamError) as caught:
        client.complete(**HELLO)
    return caught.value


@pytest.mark.parametrize(("error", "code"), ERRORS)
@pytest.mark.parametrize("before", [b"", META, META + DELTA], ids=["first", "later", "mid-text"])
@pytest.mark.parametrize("name", [b"", b"event: error\n"], ids=["unnamed", "named"])
def test_an_error_in_a_stream_keeps_its_words(
    client: Speko, server: WireServer, error: Any, code: str, before: bytes, name: bytes
) -> None:
    body = before + name + b"data: " + json.dumps(error).encode() + b"\n\n"
    found = failing(client, server, events(body))
    assert (str(found.message), found.code, found.status) == (MESSAGE, code, 200)
    assert found.partial_text == ("Tuesday at 3pm " if DELTA in before else "")


@pytest.mark.parametrize("data", ["boom 42", '"boom 42"', '{"message": "boom 42"}'])
def test_an_error_event_is_one_whatever_it_holds(
    client: Speko, server: WireServer, data: str
) -> None:
    answer = events(META + f"event: error\ndata: {data}\n\n".encode())
    assert str(failing(client, server, answer).message) == MESSAGE


@pytest.mark.parametrize(("error", "code"), ERRORS)
def test_an_error_in_place_of_a_body_keeps_its_words(
    client: Speko, server: WireServer, error: Any, code: str
) -> None:
    answer = buffered(json.dumps(error).encode())
    assert failing(client, server, answer).code == code
    server.script(answer)
    with pytest.raises(SpekoStreamError, match=MESSAGE) as caught:
        client.known_providers()
    assert caught.value.code == code


def test_the_key_is_cut_out_of_an_error_at_200(server: WireServer) -> None:
    error = json.dumps({"error": {"message": "sk-my-very-own-key is over its limit"}}).encode()
    with Speko(api_key="sk-my-very-own-key", base_url=server.url) as client:
        for ask in (lambda: client.complete(**HELLO), client.known_providers):
            server.script(buffered(error))
            with pytest.raises(SpekoStreamError, match="is over its limit") as caught:
                ask()
            assert "my-very-own" not in str(caught.value)


def test_events_need_no_blank_lines_between_them(client: Speko, server: WireServer) -> None:
    body = wire("stream-current-generation.sse").replace(b"\n\n", b"\n")
    server.script(events(body))
    with client.complete_stream(**HELLO) as stream:
        assert [event.type for event in stream] == ["meta", "delta", "delta", "done"]
    assert stream.text == "Tuesday at 3pm with Dr. Chen it is."


def piece(escaped: str) -> bytes:
    return b'event: delta\ndata: {"text": "' + escaped.encode() + b'"}\n\n'


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["Hi \\ud83d", "\\ude00!"], "Hi \U0001f600!"),
        (["Hi \\uD83D", "", "\\uDE00"], "Hi \U0001f600"),
        (["Hi \\ud83d", "you"], "Hi \ufffdyou"),
        (["Hi \\ude00"], "Hi \ufffd"),
        (["Hi \\ud83d"], "Hi \ufffd"),
    ],
)
def test_the_halves_of_a_character_meet(
    client: Speko, server: WireServer, pieces: list[str], text: str
) -> None:
    server.script(events(META + b"".join(map(piece, pieces)) + DONE))
    with client.complete_stream(**HELLO) as stream:
        assert "".join(stream.text_stream) == text
    assert stream.text.encode()


def test_no_text_of_an_answer_holds_half_a_character(client: Speko, server: WireServer) -> None:
    whole = json.loads(wire("answer-embedded-gateway.json"))
    call = {"id": "c", "name": "look", "args": '{"city": "\ud83d"}'}
    body = json.dumps({**whole, "text": "Hi \ud83d", "notes": ["\ude00"], "toolCalls": [call]})
    server.script(buffered(body.encode()))
    result = client.complete(**HELLO)
    assert (result.text, result.notes) == ("Hi \ufffd", ["\ufffd"])
    assert result.model_dump_json()


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\n\r\n"], ids=["", "BOM", "blanks"])
@pytest.mark.parametrize("name", ["answer-first-generation.json", "stream-current-generation.sse"])
def test_no_header_hides_an_answer(
    client: Speko, server: WireServer, kind: str, before: bytes, name: str
) -> None:
    server.script(head("200 OK", kind) + before, wire(name))
    assert client.complete(**HELLO).text == "Tuesday at 3pm with Dr. Chen it is."
