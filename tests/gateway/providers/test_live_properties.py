"""Whatever a caller sends becomes legal; however an answer is cut, it reads the same."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client.models import ChatMessage, ChatToolCall, RoutingIntent
from speko_client.wire.sse import SSEDecoder
from speko_gateway.conversation import unique_ids
from speko_gateway.provider import (
    Finish,
    Progress,
    ProviderError,
    ProviderEvent,
    ProviderRequest,
    TextDelta,
    ToolCall,
)
from speko_gateway.providers.vendors.catalogue import VENDORS
from speko_gateway.providers.vendors.live import DIALECTS
from tests.gateway.providers.vendor_server import WIRE, wire

CALL_IDS = st.sampled_from(["a", "b", "call/1", "", "x" * 90])
TEXTS = st.sampled_from(["", " \n", "Hi", "Grüezi 👋🏽", "\ud83d"])
CALLS = st.builds(
    ChatToolCall, id=CALL_IDS, name=st.just("look"), args=st.sampled_from(["{}", "", "[1]", "{no"])
)
MESSAGES = st.one_of(
    st.builds(ChatMessage, role=st.sampled_from(["system", "user", "assistant"]), content=TEXTS),
    st.builds(
        ChatMessage,
        role=st.just("assistant"),
        content=TEXTS,
        tool_calls=st.lists(CALLS, max_size=3),
    ),
    st.builds(
        ChatMessage,
        role=st.just("tool"),
        content=TEXTS,
        tool_call_id=st.none() | CALL_IDS,
        is_error=st.none() | st.booleans(),
    ),
)
REQUESTS = st.builds(
    ProviderRequest,
    model=st.sampled_from(["gpt-4o", "claude-haiku-4-5", "gemini-3.8-flash"]),
    messages=st.lists(MESSAGES, min_size=1, max_size=8).map(tuple),
    intent=st.just(RoutingIntent(language="en")),
    system_prompt=st.none() | TEXTS,
    temperature=st.none() | st.sampled_from([0.0, 1.0, 2.0]),
    max_tokens=st.none() | st.integers(1, 5000),
    reasoning_effort=st.none()
    | st.sampled_from(["none", "minimal", "low", "high", "xhigh", "max"]),
)


def sent(vendor: str, request: ProviderRequest) -> Any:
    row = VENDORS[vendor]
    return DIALECTS[row.dialect].outgoing(row, request).body


def check_calls(messages: list[dict[str, Any]], legal_id: str) -> None:
    """Calls are answered at once, in full, under legal ids that nobody else has."""
    used: list[str] = []
    for position, message in enumerate(messages):
        calls = message.get("tool_calls") or []
        answers = messages[position + 1 : position + 1 + len(calls)]
        ids = [call["id"] for call in calls]
        assert [answer.get("tool_call_id") for answer in answers] == ids
        used += ids
    assert len(set(used)) == len(used)
    assert all(re.fullmatch(legal_id, one, re.DOTALL) for one in used)
    assert len(used) == sum(message["role"] == "tool" for message in messages)


def test_an_id_used_again_and_again_costs_no_more_each_time() -> None:
    asked: list[str] = []

    def shorten(call_id: str) -> str:
        asked.append(call_id)
        return f"short-{call_id}"

    mapped = unique_ids(lambda _: True, shorten)
    found = [mapped("a") for _ in range(500)]
    assert found[:3] == ["a", "short-a/0", "short-a/1"]
    assert len(set(found)) == 500
    assert len(asked) == 499


@given(request=REQUESTS)
def test_openai_gets_a_legal_list(request: ProviderRequest) -> None:
    messages = sent("openai", request)["messages"]
    assert messages
    for message in messages:
        blank = not (message["content"] or "").strip()
        assert not blank or message["role"] == "tool" or message.get("tool_calls")
    check_calls(messages, r".{1,40}")


@pytest.mark.parametrize(("vendor", "ids"), [("mistral", "[a-zA-Z0-9]{9}"), ("vllm", ".{1,40}")])
@given(request=REQUESTS)
def test_strict_templates_get_alternating_roles(
    vendor: str, ids: str, request: ProviderRequest
) -> None:
    messages = sent(vendor, request)["messages"]
    roles = [message["role"] for message in messages]
    spoken = roles[1:] if roles[0] == "system" else roles
    assert "system" not in spoken
    assert spoken[0] == "user"
    assert spoken[-1] in ("user", "tool")
    assert all(first != second for first, second in pairwise(spoken) if first != "tool")
    check_calls(messages, ids)


@given(request=REQUESTS)
def test_anthropic_gets_a_legal_list(request: ProviderRequest) -> None:
    body = sent("anthropic", request)
    messages = body["messages"]
    assert [message["role"] for message in messages] == [
        "assistant" if position % 2 else "user" for position in range(len(messages))
    ]
    assert messages[-1]["role"] == "user"
    assert body["max_tokens"] >= 1
    assert body.get("system") is None or body["system"].strip()
    waiting: list[str] = []
    used: set[str] = set()
    for message in messages:
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        assert results == waiting
        assert [block["type"] for block in blocks[: len(results)]] == ["tool_result"] * len(results)
        assert all(block["text"].strip() for block in blocks if block["type"] == "text")
        assert all(isinstance(block.get("input", {}), dict) for block in blocks)
        waiting = [block["id"] for block in blocks if block["type"] == "tool_use"]
        assert not used & set(waiting)
        assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", one) for one in waiting)
        used |= set(waiting)


@given(request=REQUESTS)
def test_google_gets_a_legal_list(request: ProviderRequest) -> None:
    contents = sent("google", request)["contents"]
    assert [content["role"] for content in contents] == [
        "model" if position % 2 else "user" for position in range(len(contents))
    ]
    assert contents[-1]["role"] == "user"
    calls = 0
    for content in contents:
        assert content["parts"]
        assert all(part["text"].strip() for part in content["parts"] if "text" in part)
        assert sum("functionResponse" in part for part in content["parts"]) == calls
        calls = sum("functionCall" in part for part in content["parts"])


@given(request=REQUESTS)
def test_no_word_is_lost_or_said_twice(request: ProviderRequest) -> None:
    asked = [message.content for message in request.messages if message.role == "user"]
    body = json.dumps(sent("anthropic", request), ensure_ascii=False)
    for word in ("Grüezi 👋🏽", "Hi"):
        others = [message.content for message in request.messages if message.role != "user"]
        if word not in others and word != request.system_prompt:
            assert body.count(word) == asked.count(word)


# Reading


def read(dialect: Any, chunks: list[bytes]) -> list[ProviderEvent]:
    """What a reader makes of the chunks."""
    decoder, reader = SSEDecoder(), DIALECTS[dialect].reader((), None)
    events = [event for chunk in chunks for event in decoder.feed(chunk)] + decoder.flush()
    said = [one for event in events if not reader.done for one in reader.read(event.data)]
    return [one for one in said + reader.finish() if not isinstance(one, Progress)]


def outcome(dialect: str, chunks: list[bytes]) -> Any:
    try:
        return read(dialect, chunks)
    except ProviderError as error:
        return error.code, error.message


def dialect_of(name: str) -> str:
    family = name.partition("-")[0]
    return family if family in DIALECTS else "openai"


NAMES = sorted(path.stem for path in WIRE.glob("*.sse"))


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_chunks_do_not_matter(name: str, data: st.DataObject) -> None:
    whole = wire(name)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1), max_size=12)))
    edges = [0, *cuts, len(whole)]
    pieces = [whole[start:end] for start, end in pairwise(edges)]
    assert outcome(dialect_of(name), pieces) == outcome(dialect_of(name), [whole])


@pytest.mark.parametrize("name", NAMES)
def test_single_bytes_do_not_matter(name: str) -> None:
    whole = wire(name)
    single = [bytes([byte]) for byte in whole]
    assert outcome(dialect_of(name), single) == outcome(dialect_of(name), [whole])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "choices",
                    "delta",
                    "content",
                    "tool_calls",
                    "function",
                    "arguments",
                    "finish_reason",
                    "index",
                    "id",
                    "name",
                    "usage",
                    "error",
                    "type",
                    "message",
                    "content_block",
                    "text",
                    "candidates",
                    "parts",
                    "functionCall",
                    "args",
                    "finishReason",
                    "usageMetadata",
                    "promptFeedback",
                    "code",
                    "details",
                    "prompt_tokens",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(events=st.lists(JSON, max_size=4))
def test_nonsense_is_one_error_or_a_sound_answer(dialect: str, events: list[Any]) -> None:
    chunks = [f"data: {json.dumps(event)}\n\n".encode() for event in events]
    try:
        answer = read(dialect, chunks)
    except ProviderError:
        return
    *said, last = answer
    assert isinstance(last, Finish)
    assert last.finish_reason in ("stop", "length", "content_filter", "tool_calls", "other")
    for event in said:
        assert isinstance(event, TextDelta | ToolCall)
        if isinstance(event, TextDelta):
            assert event.text.encode()
        else:
            assert isinstance(json.loads(event.args), dict)
