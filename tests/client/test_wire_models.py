"""What goes through the wire models comes back the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from speko_client.models import (
    CompleteRequest,
    CompleteResult,
    CompleteStreamDone,
    CompleteStreamMeta,
    Fleet,
    KnownProviders,
    RoutingIntent,
    RoutingPreview,
    ScoresList,
    ScoresRows,
    StreamError,
)
from tests.client.wire_server import wire

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=5,
)
ANSWERS = (CompleteResult, CompleteStreamMeta, CompleteStreamDone, StreamError)


@given(
    request=st.builds(
        CompleteRequest,
        intent=st.builds(RoutingIntent, language=st.sampled_from(["en", "es-MX", "fil"])),
        temperature=st.none() | st.floats(0, 2),
        tools=st.none() | st.lists(st.dictionaries(st.text("ab"), JSON_VALUES), max_size=2),
        tool_choice=st.none() | st.text("ab"),
    )
)
def test_requests_survive_the_wire(request: CompleteRequest) -> None:
    sent = json.loads(json.dumps(request.model_dump(by_alias=True, exclude_none=True)))
    assert CompleteRequest.model_validate(sent) == request
    assert not [key for key in sent if "_" in key]
    assert None not in sent.values()


@pytest.mark.parametrize("model", ANSWERS)
@given(data=st.data())
def test_answers_survive_the_wire(model: type[BaseModel], data: st.DataObject) -> None:
    answer = data.draw(st.builds(model))
    sent: dict[str, Any] = json.loads(answer.model_dump_json(by_alias=True))
    assert model.model_validate({**sent, "addedLater": [1, {"a": 2}]}) == answer


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("answer-first-generation.json", CompleteResult),
        ("answer-current-generation.json", CompleteResult),
        ("answer-embedded-gateway.json", CompleteResult),
        ("preview-hosted.json", RoutingPreview),
        ("preview-embedded-gateway.json", RoutingPreview),
        ("known-providers.json", KnownProviders),
        ("fleet.json", Fleet),
        ("scores.json", ScoresList),
        ("scores-rows.json", ScoresRows),
    ],
)
def test_the_golden_answers_lose_nothing(name: str, model: type[BaseModel]) -> None:
    """Every known field that the wire file has is read, and written again as it was."""
    told = json.loads(wire(name))
    told.pop("addedLater", None)
    read = model.model_validate(told)
    assert read.model_dump(by_alias=True, exclude_unset=True) == told
