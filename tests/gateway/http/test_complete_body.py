"""What the gateway takes for a request, and how it refuses the rest."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_gateway.errors import GatewayError
from speko_gateway.http.complete import WireRequest, parse_request
from tests.gateway.served import BODY


def changed(**fields: Any) -> bytes:
    return json.dumps({**BODY, **fields}).encode()


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b"", "Invalid JSON"),
        (b"[]", "body"),
        (b"null", "body"),
        (b'{"messages": "\xff"}', "Invalid JSON"),
        (b"[" * 100_000, "Invalid JSON"),
        (changed(tools=[{"a": None}]).replace(b"null", b"[" * 500 + b"]" * 500), "Invalid JSON"),
        (changed(systemPrompt="X").replace(b'"X"', rb'"\ud800"'), "Invalid JSON"),
        (changed(messages=[]), "messages"),
        (changed(messages=None), "messages"),
        (changed(messages=[{"role": "boss", "content": "x"}]), "messages.0.role"),
        (changed(messages=[{"role": "user", "content": 3}]), "messages.0.content"),
        (changed(messages=[{"role": "user"}]), "messages.0.content"),
        (changed(intent={}), "intent.language"),
        (changed(intent={"language": "english"}), "intent.language"),
        (changed(intent={"language": "en\n"}), "intent.language"),
        (changed(intent={"language": "en", "vertical": "sports"}), "intent.vertical"),
        (changed(intent={"language": "en", "region": "mars"}), "intent.region"),
        (changed(intent={"language": "en", "optimizeFor": "fun"}), "intent.optimizeFor"),
        (changed(temperature=2.1), "temperature"),
        (changed(temperature=-0.1), "temperature"),
        (changed(temperature="1"), "temperature"),
        (changed(temperature=True), "temperature"),
        (changed(temperature=float("nan")), "temperature"),
        (changed(maxTokens=0), "maxTokens"),
        (changed(maxTokens=1.5), "maxTokens"),
        (changed(maxTokens="10"), "maxTokens"),
        (changed(maxToolHops=17), "maxToolHops"),
        (changed(reasoningEffort="MAX"), "reasoningEffort"),
        (changed(parallelToolCalls="yes"), "parallelToolCalls"),
        (changed(constraints={"allowedProviders": {"llm": "acme"}}), "constraints.allowedProv"),
    ],
)
def test_a_bad_body_is_refused_by_the_name_of_its_field(body: bytes, names: str) -> None:
    with pytest.raises(GatewayError) as caught:
        parse_request(body)
    assert (caught.value.status, caught.value.code) == (400, "VALIDATION_ERROR")
    assert names in caught.value.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(WireRequest.model_json_schema()["properties"])), JSON)
def test_any_value_anywhere_is_taken_or_refused(field: str, value: Any) -> None:
    body = changed(**{field: value})
    with contextlib.suppress(GatewayError):
        assert isinstance(parse_request(body), WireRequest)


@given(st.binary())
def test_any_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(GatewayError):
        parse_request(body)


@pytest.mark.parametrize(
    ("field", "element", "named"),
    [
        ("messages", "{}", "messages.0.role: Field required; messages.0.content: Field required"),
        ("tools", "1", "tools.0: Input should be an object"),
    ],
)
def test_of_many_bad_elements_the_first_is_named(field: str, element: str, named: str) -> None:
    """To list them all would hold up everybody else for seconds."""
    with pytest.raises(GatewayError) as refused:
        parse_request(with_many(field, element, 30_000))
    assert refused.value.message == named


def with_many(field: str, element: str, count: int) -> bytes:
    """A body with as many equal elements in a field."""
    return (
        json.dumps({**BODY, field: []}).replace("[]", f"[{','.join([element] * count)}]").encode()
    )


CALL = '{"id": "a", "name": "b", "args": "{}"}'
CALLING = '{"role": "assistant", "content": "", "toolCalls": [%s]}'
WIDE_CALL = json.dumps({"id": "a", "name": "b", "args": "[" + "1," * 150_000 + "1]"})


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (with_many("messages", "{}", 500_000), "The body has more than 100,000 elements"),
        (with_many("tools", "1", 500_000), "The body has more than 100,000 elements"),
        (with_many("x", '""', 500_000), "The body has more than 100,000 elements"),
        (with_many("messages", '{"role": "user", "content": ""}', 2049), "at most 2048 items"),
        (with_many("messages", CALLING % ", ".join([CALL] * 7), 257), "more than 2048"),
        (with_many("messages", CALLING % WIDE_CALL, 1), "args have more than 100,000 elements"),
        (with_many("tools", "{}", 513), "at most 512 items"),
    ],
)
def test_what_costs_more_than_it_weighs_is_refused(body: bytes, named: str) -> None:
    with pytest.raises(GatewayError, match=named):
        parse_request(body)


def test_a_long_conversation_with_many_tools_is_taken() -> None:
    messages = [{"role": "user", "content": "Well, {that} is [long], isn't it? " * 20}] * 2048
    schema = {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(40)}}
    tools = [{"type": "function", "function": {"name": "f", "parameters": schema}}] * 128
    taken = parse_request(json.dumps({**BODY, "messages": messages, "tools": tools}).encode())
    assert len(taken.messages) == 2048
