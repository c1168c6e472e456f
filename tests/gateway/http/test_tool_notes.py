"""Tools that the hosted service would run go to the model as functions, and the answer says so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client.models import CompleteRequest
from speko_gateway.http.tool_notes import notes_on_tools
from tests.gateway.fleet_doubles import PlayedProvider, gateway, said
from tests.gateway.served import BODY, STREAM, events, serving

WEBHOOK = {"name": "look_up", "executionMode": "webhook"}
KEYS = st.sampled_from(["name", "executionMode", "source", "kind", "function"])
JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8) | st.sampled_from(["webhook", "inline"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner),
    max_leaves=8,
)


def noted(**options: Any) -> str:
    """The notes on a request with these options."""
    request = CompleteRequest.model_validate({**BODY, **options})
    return " ".join(notes_on_tools(request.tools or (), request.max_tool_hops))


@pytest.mark.parametrize(
    "tool",
    [
        WEBHOOK,
        {"name": "look_up", "executionMode": "builtin"},
        {"name": "look_up", "source": {"kind": "integration"}},
        {"type": "function", "function": {"name": "look_up"}, "executionMode": "webhook"},
        {"type": "function", "function": WEBHOOK},
        {"name": "look_up", "executionMode": ["a", {"newer": "form"}]},
    ],
)
def test_a_tool_for_the_server_is_named(tool: dict[str, Any]) -> None:
    assert "runs no tools" in noted(tools=[tool, {"name": "own"}])
    assert noted(tools=[tool]).endswith(": look_up.")


@pytest.mark.parametrize(
    "tool", [{"name": "a"}, {"name": "a", "executionMode": "inline", "source": {"kind": "inline"}}]
)
def test_a_tool_of_the_callers_needs_no_note(tool: dict[str, Any]) -> None:
    assert noted(tools=[tool]) == ""


def test_many_tools_make_no_long_note() -> None:
    assert len(noted(tools=[{**WEBHOOK, "name": "x" * 9_000}] * 100)) < 600


@given(st.lists(st.dictionaries(KEYS, JSON), max_size=3))
def test_tools_of_any_shape(tools: list[dict[str, Any]]) -> None:
    noted(tools=tools)


async def test_both_forms_of_an_answer_say_it() -> None:
    provider = PlayedProvider({"a": said("A")})
    body = {**BODY, "tools": [WEBHOOK], "maxToolHops": 3}
    async with serving(gateway(provider)) as client:
        whole = (await client.post("/v1/complete", json=body)).json()
        stream = (await client.post("/v1/complete", json=body, headers=STREAM)).text
    for answer in (whole, events(stream)[-1][1]):
        assert [note.split()[0] for note in answer["notes"]] == ["This", "maxToolHops"]
    assert [request.tools for request in provider.asked] == [(WEBHOOK,), (WEBHOOK,)]
