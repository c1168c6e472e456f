"""A vendor that repeats the key it was asked with: nothing that is passed on has it."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from typing import Any

import pytest

from speko_gateway.provider import ProviderError, TextDelta
from tests.gateway.providers.vendor_server import ask, drain, text_of, vendor_server

KEY = "sk-fake-" + "9fQ2xLmW7vRk4TzNc8HbYd1Gs5Jp3Ae"
SECRET_PART = "9fQ2xLmW7vRk4TzNc8HbYd1Gs5Jp3Ae"
FORMS = {
    "plain": KEY,
    "middle": KEY[12:30],
    "base64": base64.b64encode(f"Bearer {KEY}".encode()).decode(),
    "hex": KEY.encode().hex(),
}
MODELS = {"openai": "gpt-4o", "anthropic": "claude-sonnet-4-5", "google": "gemini-2.5-flash"}


def tells(text: str) -> bool:
    encoded = (base64.b64encode(b"\0" * shift + KEY.encode()).decode()[4:-4] for shift in range(3))
    forms = (SECRET_PART, SECRET_PART.encode().hex(), *encoded)
    return any(form[at : at + 12] in text for form in forms for at in range(len(form) - 11))


def openai_answer(text: str) -> dict[str, Any]:
    function = {"name": f"f-{text}", "arguments": json.dumps({"k": text})}
    call: dict[str, Any] = {"id": f"id {text}", "function": function}
    message = {"content": f"It is {text}.", "tool_calls": [call]}
    return {"choices": [{"message": message, "finish_reason": "tool_calls"}]}


def anthropic_answer(text: str) -> dict[str, Any]:
    words = {"type": "text", "text": f"It is {text}."}
    call = {"type": "tool_use", "id": f"id {text}", "name": f"f-{text}", "input": {"k": text}}
    return {"type": "message", "content": [words, call], "stop_reason": "tool_use"}


def google_answer(text: str) -> dict[str, Any]:
    call = {"functionCall": {"name": f"f-{text}", "args": {"k": text}}}
    parts = [{"text": f"It is {text}."}, call]
    return {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}


ANSWERS = {"openai": openai_answer, "anthropic": anthropic_answer, "google": google_answer}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("vendor", MODELS)
async def test_an_answer_has_it_neither_in_words_nor_in_tool_calls(vendor: str, form: str) -> None:
    body = json.dumps(ANSWERS[vendor](FORMS[form])).encode()
    async with vendor_server(chunks=[body], content_type="application/json") as server:
        events = await drain(server.provider(vendor, KEY), ask(MODELS[vendor], buffered=True))
    said = json.dumps([asdict(event) for event in events])
    assert text_of(events).startswith("It is ")
    assert said.count("[key]") >= 3
    assert not tells(said)


@pytest.mark.parametrize("size", [1, 3, 7, 20, 39])
@pytest.mark.parametrize("form", FORMS)
async def test_a_stream_has_it_not_even_in_pieces(form: str, size: int) -> None:
    text = f"Sure: {FORMS[form]}. More?"
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    events: list[Any] = [{"choices": [{"delta": {"content": piece}}]} for piece in pieces]
    events.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode()
    async with vendor_server(chunks=[body]) as server:
        answer = await drain(server.provider("openai", KEY), ask())
    said = text_of(answer)
    assert said.startswith("Sure: ")
    assert said.endswith(". More?")
    assert "[key]" in said
    assert not tells(said)
    assert all(event.text for event in answer if isinstance(event, TextDelta))


@pytest.mark.parametrize("form", FORMS)
async def test_a_list_of_models_has_it_not(form: str) -> None:
    listed = {"data": [{"id": "gpt-4o"}, {"id": f"my-{FORMS[form]}"}]}
    body = json.dumps(listed).encode()
    async with vendor_server(chunks=[body], content_type="application/json") as server:
        provider = server.provider("openai", KEY)
        models = await provider.list_models()
        await provider.close()
    assert models[0] == "gpt-4o"
    assert models[1].startswith("my-")
    assert not tells(models[1])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("status", [200, 400, 401, 500])
async def test_an_error_has_it_not(form: str, status: int) -> None:
    body = json.dumps({"error": {"message": f"Bad: {FORMS[form]}", "code": "x"}}).encode()
    async with vendor_server(
        status=status, chunks=[body], content_type="application/json"
    ) as server:
        provider = server.provider("openai", KEY)
        with pytest.raises(ProviderError) as caught:
            await drain(provider, ask(buffered=True))
    assert "[key]" in caught.value.message
    assert not tells(caught.value.message)
