"""Tool calls that servers spell in ways of their own are one call with the real arguments."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_gateway.provider import FailureCode, Finish, ProviderError, ToolCall
from tests.gateway.providers.wire_forms import ending, read

ARGS = '{"city": "Zürich"}'
ONE = [ToolCall("c1", "look", ARGS)]
HALVES = (ARGS[:9], ARGS[9:])
NOTHING: dict[str, Any] = {}


def fragment(
    args: Any = None, *, call_id: str | None = None, name: str | None = None, index: Any = 0
) -> dict[str, Any]:
    """A chunk with one fragment; what is None is left out."""
    function = {"name": name, "arguments": args}
    fields = {
        "index": index,
        "id": call_id,
        "function": {key: value for key, value in function.items() if value is not None},
    }
    found = {key: value for key, value in fields.items() if value is not None}
    return {"choices": [{"index": 0, "delta": {"tool_calls": [found]}}]}


def openai_calls(*chunks: dict[str, Any]) -> list[Any]:
    *calls, last = read("openai", [*chunks, ending("openai", "tool_calls")])
    assert isinstance(last, Finish)
    assert last.finish_reason == "tool_calls"
    return calls


ONE_CALL = {
    "as documented": [
        fragment("", call_id="c1", name="look"),
        fragment(HALVES[0]),
        fragment(HALVES[1]),
    ],
    "a placeholder before the arguments": [
        fragment("{}", call_id="c1", name="look"),
        fragment(HALVES[0]),
        fragment(HALVES[1]),
    ],
    "a placeholder before whole arguments": [
        fragment("{}", call_id="c1", name="look"),
        fragment(ARGS, call_id="c1", name="look"),
    ],
    "a placeholder behind the arguments": [
        fragment(ARGS, call_id="c1", name="look"),
        fragment("{}"),
    ],
    "a new id on each fragment": [
        fragment("", call_id="c1", name="look"),
        fragment(HALVES[0], call_id="c2"),
        fragment(HALVES[1], call_id="c3"),
    ],
    "a new id and the name on each fragment": [
        fragment("", call_id="c1", name="look"),
        fragment(HALVES[0], call_id="c2", name="look"),
        fragment(HALVES[1], call_id="c3", name="look"),
        fragment("", call_id="c4", name="look"),
    ],
    "a new id and a placeholder": [
        fragment("{}", call_id="c1", name="look"),
        fragment(ARGS, call_id="c2", name="look"),
    ],
    "the name on each fragment": [
        fragment(HALVES[0], call_id="c1", name="look"),
        fragment(HALVES[1], name="look"),
    ],
    "no index": [
        fragment("", call_id="c1", name="look", index=None),
        fragment(HALVES[0], index=None),
        fragment(HALVES[1], index=None),
    ],
    "an index as text": [
        fragment("", call_id="c1", name="look", index="0"),
        fragment(HALVES[0], index="0"),
        fragment(HALVES[1], index=0),
    ],
    "the whole call again": [
        fragment(ARGS, call_id="c1", name="look"),
        fragment(ARGS, call_id="c1", name="look"),
    ],
    "all of the arguments so far each time": [
        fragment(HALVES[0], call_id="c1", name="look"),
        fragment(ARGS),
        fragment(ARGS),
    ],
    "an object for arguments": [fragment(json.loads(ARGS), call_id="c1", name="look")],
}
TWO = [ToolCall("c1", "look", ARGS), ToolCall("c2", "look", '{"city": "Bern"}')]
TWO_CALLS = {
    "an index each": [
        fragment(HALVES[0], call_id="c1", name="look"),
        fragment(HALVES[1]),
        fragment(TWO[1].args, call_id="c2", name="look", index=1),
    ],
    "interleaved": [
        fragment(HALVES[0], call_id="c1", name="look"),
        fragment(TWO[1].args[:5], call_id="c2", name="look", index=1),
        fragment(HALVES[1]),
        fragment(TWO[1].args[5:], index=1),
    ],
    "one index for both": [
        fragment(ARGS, call_id="c1", name="look"),
        fragment(TWO[1].args, call_id="c2", name="look"),
    ],
    "no index, in fragments": [
        fragment("", call_id="c1", name="look", index=None),
        fragment(ARGS, index=None),
        fragment("", call_id="c2", name="look", index=None),
        fragment(TWO[1].args, index=None),
    ],
}


@pytest.mark.parametrize("way", ONE_CALL)
def test_one_call_has_its_arguments(way: str) -> None:
    assert openai_calls(*ONE_CALL[way]) == ONE


@pytest.mark.parametrize("way", TWO_CALLS)
def test_two_calls_stay_two(way: str) -> None:
    assert openai_calls(*TWO_CALLS[way]) == TWO


def test_two_tools_at_one_index_without_ids_are_two_calls() -> None:
    calls = openai_calls(fragment(ARGS, name="look"), fragment("{}", name="wait"))
    assert calls == [ToolCall("call_0", "look", ARGS), ToolCall("call_1", "wait", "{}")]


def test_the_former_spelling_of_a_call_is_read() -> None:
    delta = {"function_call": {"name": "look", "arguments": ARGS}}
    chunk = {"choices": [{"index": 0, "delta": delta}]}
    assert openai_calls(chunk) == [ToolCall("call_0", "look", ARGS)]


def test_arguments_that_are_no_sequence_of_objects_are_not_guessed() -> None:
    with pytest.raises(ProviderError) as caught:
        openai_calls(fragment('{"city": ', call_id="c1", name="look"), fragment('{"x": 1}'))
    assert caught.value.code is FailureCode.STREAM_BROKEN


@given(cuts=st.sets(st.integers(1, len(ARGS) - 1)), ids=st.booleans(), names=st.booleans())
def test_any_cutting_gives_the_same_call(cuts: set[int], ids: bool, names: bool) -> None:
    edges = [0, *sorted(cuts), len(ARGS)]
    pieces = [ARGS[start:end] for start, end in pairwise(edges)]
    rest = [
        fragment(each, call_id=f"c{number}" if ids else None, name="look" if names else None)
        for number, each in enumerate(pieces, 2)
    ]
    assert openai_calls(fragment("", call_id="c1", name="look"), *rest) == ONE


# Anthropic


def block(index: Any = 0, given: Any = None, call_id: str = "c1") -> dict[str, Any]:
    start = {"type": "tool_use", "id": call_id, "name": "look", "input": given or {}}
    return {"type": "content_block_start", "index": index, "content_block": start}


def part(text: str, index: Any = 0) -> dict[str, Any]:
    delta = {"type": "input_json_delta", "partial_json": text}
    event = {"type": "content_block_delta", "index": index, "delta": delta}
    return {name: value for name, value in event.items() if value is not None}


BLOCKS = {
    "as documented": [block(), part(HALVES[0]), part(HALVES[1])],
    "a placeholder first": [block(), part("{}"), part(HALVES[0]), part(HALVES[1])],
    "whole at the start": [block(given=json.loads(ARGS))],
    "whole at the start and again": [block(given=json.loads(ARGS)), part(ARGS)],
    "an index as text": [block("0"), part(HALVES[0], "0"), part(HALVES[1], 0)],
    "no index": [block(None), part(HALVES[0], None), part(HALVES[1], None)],
    "the start again": [block(), part(HALVES[0]), block(), part(HALVES[1])],
    "all so far each time": [block(), part(HALVES[0]), part(ARGS)],
}


@pytest.mark.parametrize("way", BLOCKS)
def test_a_claude_call_has_its_arguments(way: str) -> None:
    assert read("anthropic", [*BLOCKS[way], ending("anthropic", "tool_use")])[:-1] == ONE


def test_two_blocks_at_one_index_are_two_calls() -> None:
    events = [block(), part(ARGS), block(call_id="c2"), part(TWO[1].args)]
    assert read("anthropic", [*events, ending("anthropic", "tool_use")])[:-1] == TWO


# Gemini


def calling(call_id: str | None, args: Any) -> dict[str, Any]:
    call = {"name": "look", "args": args} | ({"id": call_id} if call_id else {})
    return {"candidates": [{"content": {"parts": [{"functionCall": call}]}}]}


@pytest.mark.parametrize(
    "events",
    [
        [calling("c1", json.loads(ARGS))],
        [calling("c1", ARGS)],
        [calling("c1", {}), calling("c1", json.loads(ARGS))],
        [calling("c1", json.loads(ARGS)), calling("c1", json.loads(ARGS))],
    ],
    ids=["object", "text", "placeholder", "again"],
)
def test_a_gemini_call_has_its_arguments(events: list[dict[str, Any]]) -> None:
    assert read("google", [*events, ending("google", "STOP")])[:-1] == ONE


def test_gemini_calls_without_ids_stay_apart() -> None:
    events = [calling(None, json.loads(ARGS)), calling(None, {"city": "Bern"})]
    calls = read("google", [*events, ending("google", "STOP")])[:-1]
    assert [each.id for each in calls if isinstance(each, ToolCall)] == ["call_0", "call_1"]


# Without end


@pytest.mark.parametrize("dialect", ["openai", "anthropic", "google"])
def test_calls_without_end_are_given_up(dialect: str) -> None:
    each = {
        "openai": [fragment("{}", call_id=f"c{n}", name="look", index=n) for n in range(1100)],
        "anthropic": [block(n, call_id=f"c{n}") for n in range(1100)],
        "google": [calling(f"c{n}", {}) for n in range(1100)],
    }
    with pytest.raises(ProviderError, match="more than 1,024 tool calls"):
        read(dialect, each[dialect])


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
def test_arguments_without_end_are_given_up(dialect: str) -> None:
    text = "x" * 2**20
    begun = fragment("", call_id="c", name="look") if dialect == "openai" else block()
    more = fragment(text) if dialect == "openai" else part(text)
    with pytest.raises(ProviderError, match="tool calls without end"):
        read(dialect, [begun, *[more] * 5])
