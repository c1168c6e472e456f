"""A server that repeats the key it was asked with: nothing that is handed out has it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from speko_client import CompleteStreamDelta, SpekoApiError
from tests.client.calls import HELLO
from tests.client.conftest import Connect
from tests.client.wire_server import WireServer, buffered, events

KEY = "sk-fake-" + "9fQ2xLmW7vRk4TzNc8HbYd1Gs5Jp3Ae"
FORMS = {
    "plain": KEY,
    "middle": KEY[12:30],
    "base64": base64.b64encode(KEY.encode()).decode(),
    "hex": KEY.encode().hex(),
}


def tells(said: object) -> bool:
    forms = (KEY, KEY.encode().hex(), base64.b64encode(KEY.encode()).decode()[:-4])
    # The first eight characters are those of every such key.
    return any(
        form[at : at + 12] in repr(said) for form in forms for at in range(8, len(form) - 11)
    )


def answer(text: str) -> dict[str, Any]:
    return {
        "text": f"It is {text}.",
        "provider": f"p {text}",
        "model": f"m {text}",
        "usage": {"promptTokens": 1, "completionTokens": 1},
        "failoverCount": 0,
        "scoresRunId": text,
        "toolCalls": [{"id": text, "name": f"f {text}", "args": json.dumps({"k": text})}],
        "notes": [text],
    }


def event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


@pytest.mark.parametrize("form", FORMS)
def test_a_result_has_it_nowhere(connect: Connect, server: WireServer, form: str) -> None:
    server.script(buffered(json.dumps(answer(FORMS[form])).encode()))
    result = connect(api_key=KEY).complete(**HELLO)
    assert result.text == "It is [key]."
    assert not tells(result)


@pytest.mark.parametrize("size", [1, 5, 24])
@pytest.mark.parametrize("form", FORMS)
def test_a_stream_has_it_nowhere(
    connect: Connect, server: WireServer, form: str, size: int
) -> None:
    whole = answer(FORMS[form])
    text = whole["text"]
    said = event("meta", {**whole, "totalFailoverCount": 0, "hop": 0})
    for at in range(0, len(text), size):
        said += event("delta", {"text": text[at : at + size]})
    said += event("done", whole)
    server.script(events(said.encode()))
    with connect(api_key=KEY).complete_stream(**HELLO) as stream:
        seen = list(stream)
        assert not tells(stream.text)
        assert not tells(stream.result())
    shown = "".join(each.text for each in seen if isinstance(each, CompleteStreamDelta))
    assert shown.startswith("It is ")
    assert shown.endswith("[key].")
    assert not tells(seen)


def test_what_was_held_back_comes_before_the_break(connect: Connect, server: WireServer) -> None:
    server.script(events(event("delta", {"text": f"It is {KEY}"}).encode()))
    with pytest.raises(SpekoApiError) as failed:
        list(connect(api_key=KEY).complete_stream(**HELLO))
    assert failed.value.partial_text == "It is [key]"


@pytest.mark.parametrize("form", FORMS)
def test_a_list_of_models_and_a_preview_have_it_nowhere(
    connect: Connect, server: WireServer, form: str
) -> None:
    row = {"id": f"acme:{FORMS[form]}", "vendor": "acme", "vendorName": FORMS[form]}
    listed = {"stt": [], "tts": [], "llm": [{**row, "model": FORMS[form], "benchmarked": False}]}
    server.script(buffered(json.dumps(listed).encode()))
    known = connect(api_key=KEY).known_providers()
    assert known.llm[0].vendor_name == "[key]"
    assert not tells(known)


@pytest.mark.parametrize("form", FORMS)
def test_an_error_has_it_nowhere(connect: Connect, server: WireServer, form: str) -> None:
    body = {"error": f"Bad: {FORMS[form]}", "code": "NO", FORMS[form]: {"x": [FORMS[form]]}}
    server.script(buffered(json.dumps(body).encode(), status="400 Bad Request"))
    with pytest.raises(SpekoApiError) as failed:
        connect(api_key=KEY).complete(**HELLO)
    assert "[key]" in failed.value.message
    assert not tells((str(failed.value), failed.value.body))
