"""An error inside an answer that began with 200: its message is kept, its code classified."""

from __future__ import annotations

import json
from typing import Any

import pytest

from speko_gateway.provider import FailureCode, ProviderError, TextDelta
from speko_gateway.providers.vendors.live import DIALECTS
from tests.gateway.providers.vendor_server import ask, vendor_server
from tests.gateway.providers.wire_forms import piece, sse

MODELS = {
    "openai": "gpt-4o",
    "anthropic": "claude-haiku-4-5-20251001",
    "google": "gemini-2.5-flash",
}
FAILED = FailureCode.SERVER_ERROR
SLOW_DOWN = FailureCode.RATE_LIMITED
FORMS: list[tuple[Any, FailureCode]] = [
    ({"error": {"message": "boom 42"}}, FAILED),
    ({"error": "boom 42"}, FAILED),
    ([{"error": {"message": "boom 42", "code": 429}}], SLOW_DOWN),
    ({"type": "error", "error": {"type": "overloaded_error", "message": "boom 42"}}, SLOW_DOWN),
    ({"error": {"message": "boom 42", "code": "429"}}, SLOW_DOWN),
    ({"error": "boom 42", "code": "429"}, SLOW_DOWN),
    ({"error": {"message": "boom 42", "status": "UNAUTHENTICATED"}}, FailureCode.AUTH_FAILED),
    ({"error": {"error": {"message": "boom 42", "code": 404}}}, FailureCode.MODEL_NOT_FOUND),
    ({"error": "Too Many Requests", "message": "boom 42", "statusCode": 429}, SLOW_DOWN),
    ({"error": True, "message": "boom 42"}, FAILED),
    ({"errors": [{"message": "boom 42", "code": 401}]}, FailureCode.AUTH_FAILED),
    ({"object": "error", "message": "boom 42", "code": 400}, FailureCode.INVALID_REQUEST),
    ({"message": "boom 42"}, FAILED),
    ({"type": "rate_limit_error", "message": "boom 42"}, SLOW_DOWN),
    ({"detail": "boom 42", "status": 503}, FAILED),
    ({"error": {"detail": ["boom 42"], "message": "boom 42"}, "code": 400.0}, FAILED),
]
NAMED: list[tuple[str, FailureCode]] = [
    (json.dumps({"message": "boom 42"}), FAILED),
    (json.dumps({"code": "429", "message": "boom 42"}), SLOW_DOWN),
    ('"boom 42"', FAILED),
    ("boom 42", FAILED),
]


async def failing(vendor: str, body: bytes, *, whole: bool = False) -> tuple[str, ProviderError]:
    """The words that came, and the error that followed."""
    kind = "application/json" if whole else "text/event-stream"
    words = ""
    async with vendor_server(chunks=[body], content_type=kind) as server:
        provider = server.provider(vendor)
        try:
            async for event in provider.stream(ask(MODELS[vendor], buffered=whole)):
                words += event.text if isinstance(event, TextDelta) else ""
        except ProviderError as error:
            return words, error
        finally:
            await provider.close()
    raise AssertionError(f"it did not fail: {words}")


@pytest.mark.parametrize("vendor", MODELS)
async def test_an_error_in_any_form_keeps_its_words_and_its_kind(vendor: str) -> None:
    for form, code in FORMS:
        whole = await failing(vendor, json.dumps(form).encode(), whole=True)
        first = await failing(vendor, sse([form]))
        later = await failing(vendor, sse([piece(vendor, "Half"), form]))
        for words, error in (whole, first, later):
            assert (error.code, error.message) == (code, "reported an error: boom 42"), form
            assert words == ("Half" if error is later[1] else "")


@pytest.mark.parametrize("vendor", MODELS)
async def test_an_event_called_error_is_one_whatever_it_holds(vendor: str) -> None:
    for data, code in NAMED:
        body = sse([piece(vendor, "Half")]) + f"event: error\ndata: {data}\n\n".encode()
        words, error = await failing(vendor, body)
        assert (words, error.code) == ("Half", code), data
        assert error.message == "reported an error: boom 42"


async def test_an_error_inside_a_choice_is_told() -> None:
    choice = {"index": 0, "error": {"code": 429, "message": "boom 42"}, "finish_reason": "error"}
    _, error = await failing("openai", sse([{"choices": [choice]}]))
    assert (error.code, error.message) == (SLOW_DOWN, "reported an error: boom 42")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("none", [None, "", {}, False])
def test_no_error_is_none(dialect: Any, none: Any) -> None:
    event = {**piece(dialect, "Hi"), "error": none}
    assert DIALECTS[dialect].reader((), None).read(json.dumps(event)) == [TextDelta("Hi")]
