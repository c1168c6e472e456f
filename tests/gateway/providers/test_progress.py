"""What is no word of the answer yet shows that the vendor works on it; its reasoning is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from speko_gateway.provider import PROGRESS, Finish, ProviderError, Reasoning, TextDelta
from speko_gateway.providers.vendors.live import DIALECTS
from speko_gateway.providers.vendors.reading import MOST_CHARACTERS


def chunk(**delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta}]}


def part(**fields: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": [fields]}}]}


def block_delta(**delta: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": delta}


CALL = {"index": 0, "function": {"arguments": '{"ci'}}
THOUGHT: list[tuple[Any, dict[str, Any]]] = [
    ("openai", chunk(reasoning_content="Let me")),
    ("openai", chunk(reasoning="Let me", content="")),
    ("openai", chunk(reasoning="Let me", reasoning_content="Let me", content=None)),
    ("openai", chunk(thinking="Let me")),
    ("openai", chunk(content=[{"type": "thinking", "thinking": [{"text": "Let me"}]}])),
    ("openai", {"choices": [{"message": {"reasoning_content": "Let me", "content": None}}]}),
    ("anthropic", block_delta(type="thinking_delta", thinking="Let me")),
    (
        "anthropic",
        {"type": "message", "content": [{"type": "thinking", "thinking": "Let me"}]},
    ),
    ("google", part(thought=True, text="Let me")),
]
AT_WORK: list[tuple[Any, dict[str, Any]]] = [
    ("openai", chunk(reasoning_details=[{"type": "reasoning.encrypted", "data": "x"}])),
    ("openai", chunk(reasoning={"summary": "Let me"})),
    ("openai", chunk(tool_calls=[CALL])),
    ("anthropic", block_delta(type="signature_delta", signature="x")),
    ("anthropic", block_delta(type="input_json_delta", partial_json='{"ci')),
    (
        "anthropic",
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking"}},
    ),
    (
        "anthropic",
        {"type": "content_block_start", "content_block": {"type": "redacted_thinking"}},
    ),
    ("google", part(thought=True, thoughtSignature="x")),
    ("google", part(functionCall={"name": "look", "args": {}})),
]
SILENT: list[tuple[Any, dict[str, Any]]] = [
    ("openai", chunk(role="assistant", content="", refusal=None)),
    ("openai", {"choices": []}),
    ("anthropic", {"type": "ping"}),
    ("anthropic", block_delta(type="text_delta", text="")),
    ("google", part(text="")),
]


@pytest.mark.parametrize(("dialect", "event"), THOUGHT)
def test_reasoning_is_read_once_under_each_of_its_names(
    dialect: Any, event: dict[str, Any]
) -> None:
    assert DIALECTS[dialect].reader((), None).read(json.dumps(event)) == [Reasoning("Let me")]


def test_one_event_may_hold_the_last_thought_and_the_first_word() -> None:
    event = chunk(reasoning_content="So:", content="Hi")
    said = DIALECTS["openai"].reader((), None).read(json.dumps(event))
    assert said == [Reasoning("So:"), TextDelta("Hi")]


@pytest.mark.parametrize(
    ("dialect", "counts"),
    [
        (
            "openai",
            {
                "choices": [{"delta": {}, "finish_reason": "stop"}],
                "usage": {
                    "prompt_tokens": 9,
                    "completion_tokens": 45,
                    "completion_tokens_details": {"reasoning_tokens": 33},
                },
            },
        ),
        (
            "google",
            {
                "candidates": [{"finishReason": "STOP"}],
                "usageMetadata": {
                    "promptTokenCount": 9,
                    "candidatesTokenCount": 12,
                    "thoughtsTokenCount": 33,
                },
            },
        ),
    ],
)
def test_its_tokens_are_counted_once(dialect: Any, counts: dict[str, Any]) -> None:
    reader = DIALECTS[dialect].reader((), None)
    reader.read(json.dumps(counts))
    assert reader.finish()[-1] == Finish(9, 45, reasoning_tokens=33)


@pytest.mark.parametrize("nothing", [0, None, "many", -1])
def test_what_is_no_count_of_its_tokens_is_unknown(nothing: object) -> None:
    usage = {"completion_tokens": 5, "completion_tokens_details": {"reasoning_tokens": nothing}}
    reader = DIALECTS["openai"].reader((), None)
    reader.read(json.dumps({"choices": [{"finish_reason": "stop"}], "usage": usage}))
    assert reader.finish()[-1] == Finish(None, 5)


def test_a_key_in_a_thought_is_not_shown_however_it_is_cut() -> None:
    key = "sk-fake-" + "9fQ2xLmW7vRk4TzNc8HbYd1Gs5Jp3Ae"
    reader = DIALECTS["openai"].reader((), key)
    events = [chunk(reasoning_content=piece) for piece in (f"It is {key[:20]}", f"{key[20:]}.")]
    events.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    said = [each for event in events for each in reader.read(json.dumps(event))]
    thoughts = [each.text for each in [*said, *reader.finish()] if isinstance(each, Reasoning)]
    assert "".join(thoughts) == "It is [key]."


def test_thoughts_without_end_are_bounded() -> None:
    reader = DIALECTS["openai"].reader((), None)
    event = json.dumps(chunk(reasoning_content="x" * MOST_CHARACTERS))
    reader.read(event)
    with pytest.raises(ProviderError, match="more than any answer can be"):
        reader.read(event)


@pytest.mark.parametrize(("dialect", "event"), AT_WORK)
def test_pieces_of_calls_and_hidden_reasoning_are_progress(
    dialect: Any, event: dict[str, Any]
) -> None:
    assert DIALECTS[dialect].reader((), None).read(json.dumps(event)) == [PROGRESS]


@pytest.mark.parametrize(("dialect", "event"), SILENT)
def test_an_event_that_says_nothing_is_none(dialect: Any, event: dict[str, Any]) -> None:
    assert DIALECTS[dialect].reader((), None).read(json.dumps(event)) == []
