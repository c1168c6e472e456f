"""What is no word of the answer yet shows that the vendor works on it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from speko_gateway.provider import PROGRESS
from speko_gateway.providers.vendors.live import DIALECTS


def chunk(**delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta}]}


def part(**fields: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": [fields]}}]}


def block_delta(**delta: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": delta}


CALL = {"index": 0, "function": {"arguments": '{"ci'}}
AT_WORK: list[tuple[Any, dict[str, Any]]] = [
    ("openai", chunk(reasoning_content="Let me")),
    ("openai", chunk(reasoning="Let me", content="")),
    ("openai", chunk(reasoning_details=[{"type": "reasoning.encrypted", "data": "x"}])),
    ("openai", chunk(content=[{"type": "thinking", "thinking": [{"text": "Let me"}]}])),
    ("openai", chunk(tool_calls=[CALL])),
    ("anthropic", block_delta(type="thinking_delta", thinking="Let me")),
    ("anthropic", block_delta(type="signature_delta", signature="x")),
    ("anthropic", block_delta(type="input_json_delta", partial_json='{"ci')),
    (
        "anthropic",
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking"}},
    ),
    ("google", part(thought=True, text="Let me")),
    ("google", part(functionCall={"name": "look", "args": {}})),
]
SILENT: list[tuple[Any, dict[str, Any]]] = [
    ("openai", chunk(role="assistant", content="", refusal=None)),
    ("openai", {"choices": []}),
    ("anthropic", {"type": "ping"}),
    ("anthropic", block_delta(type="text_delta", text="")),
    ("google", part(text="")),
]


@pytest.mark.parametrize(("dialect", "event"), AT_WORK)
def test_reasoning_and_pieces_of_calls_are_progress(dialect: Any, event: dict[str, Any]) -> None:
    assert DIALECTS[dialect].reader((), None).read(json.dumps(event)) == [PROGRESS]


@pytest.mark.parametrize(("dialect", "event"), SILENT)
def test_an_event_that_says_nothing_is_none(dialect: Any, event: dict[str, Any]) -> None:
    assert DIALECTS[dialect].reader((), None).read(json.dumps(event)) == []
