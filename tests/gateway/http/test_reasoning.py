"""What a model thinks, on the wire: for callers who ask, as it comes; for all others nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from speko_client.models import REASONING_HEADER
from speko_gateway.provider import PROGRESS, Finish, Reasoning, TextDelta
from tests.client.wire_server import wire
from tests.gateway.fleet_doubles import Hang, PlayedProvider, Step, failure, gateway, said
from tests.gateway.served import AUTH, BODY, STREAM, events, serving

URL = "/v1/complete"
ASKED = {REASONING_HEADER: "true"}
FIRST: list[Step] = [Reasoning("Tuesday, "), Reasoning("then."), failure()]
SECOND: list[Step] = [
    Reasoning("Better "),
    PROGRESS,
    Reasoning("on Wednesday."),
    TextDelta("Wednesday it is."),
    Finish(9, 40, reasoning_tokens=33),
]


async def answers(headers: dict[str, str], **steps: list[Step]) -> tuple[Any, Any]:
    """The answer in both forms."""
    async with serving(gateway(PlayedProvider(steps))) as client:
        streamed = await client.post(URL, json=BODY, headers=STREAM | headers)
        buffered = await client.post(URL, json=BODY, headers=AUTH | headers)
    return streamed, buffered


async def test_who_asks_gets_it_as_it_comes_apart_from_the_text() -> None:
    streamed, buffered = await answers(ASKED, a=FIRST, b=SECOND)
    assert streamed.content == wire("stream-reasoning.sse")
    assert buffered.json() == json.loads(wire("answer-reasoning.json"))


@pytest.mark.parametrize("headers", [{}, {REASONING_HEADER: "false"}])
async def test_who_does_not_ask_gets_what_came_before_it_was_known(
    headers: dict[str, str],
) -> None:
    streamed, buffered = await answers(headers, a=FIRST, b=SECOND)
    names = [name for name, _ in events(streamed.text)]
    assert names == ["meta", "delta", "done"]
    assert "easoning" not in streamed.text + buffered.text
    assert buffered.json()["usage"] == {
        "promptTokens": 9,
        "completionTokens": 40,
        "estimated": False,
    }
    assert streamed.headers["x-speko-model"] == "b"


async def test_it_comes_before_there_is_a_word() -> None:
    provider = PlayedProvider({"a": [Reasoning("Hm."), Hang()]})
    async with (
        serving(gateway(provider)) as client,
        client.stream("POST", URL, json=BODY, headers=STREAM | ASKED) as response,
    ):
        assert response.headers["x-speko-model"] == "a"
        seen = ""
        async for chunk in response.aiter_text():
            seen += chunk
            if "Hm." in seen:
                break
    assert [name for name, _ in events(seen)] == ["meta", "reasoning"]


@pytest.mark.parametrize("batch", [(), (PROGRESS,)])
async def test_thoughts_that_lead_to_no_word_end_in_an_error_that_names_who_was_tried(
    batch: tuple[Step, ...],
) -> None:
    wordless: list[Step] = [Reasoning("Hm."), *batch, Finish(finish_reason="length")]
    streamed, buffered = await answers(ASKED, a=wordless)
    assert streamed.status_code == 200
    *_, (thought, said_), (last, error) = events(streamed.text)
    assert (thought, said_["text"], last) == ("reasoning", "Hm.", "error")
    assert error["code"] == "ALL_PROVIDERS_FAILED"
    assert error["attempts"][0]["code"] == "TOKEN_LIMIT"
    assert buffered.status_code == 500
    assert buffered.json()["error"] == error["error"]


async def test_thoughts_after_the_first_word_are_passed_on_too() -> None:
    steps: list[Step] = [TextDelta("One"), Reasoning("And?"), TextDelta(" two"), Finish(3, 9)]
    streamed, buffered = await answers(ASKED, a=steps)
    names = [name for name, _ in events(streamed.text)]
    assert names == ["meta", "delta", "reasoning", "delta", "done"]
    assert (buffered.json()["text"], buffered.json()["reasoning"]) == ("One two", "And?")


async def test_an_answer_without_thoughts_is_the_same_for_everybody() -> None:
    asked = await answers(ASKED, a=said("Hi", "!"))
    plain = await answers({}, a=said("Hi", "!"))
    assert [each.content for each in asked] == [each.content for each in plain]


async def test_very_many_thoughts_arrive_whole() -> None:
    pieces: list[Step] = [Reasoning(f"{number} ") for number in range(10_000)]
    streamed, buffered = await answers(ASKED, a=[*pieces, *said("Done.")])
    whole = "".join(f"{number} " for number in range(10_000))
    assert buffered.json()["reasoning"] == whole
    assert "".join(d["text"] for name, d in events(streamed.text) if name == "reasoning") == whole
