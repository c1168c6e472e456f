"""Which form of answer a caller gets, by CONTRACT.md, section 2."""

from __future__ import annotations

import pytest

from speko_gateway.negotiation import answer_form

PYTHON_OLD, PYTHON_NEW = "spekoai-python/0.1.3", "spekoai-python/0.2.2"


@pytest.mark.parametrize(
    ("accept", "user_agent", "form"),
    [
        (None, None, "json"),
        ("*/*", "curl/8.5.0", "json"),
        ("*/*", "spekoai-python/0.0.1", "json"),
        ("*/*", PYTHON_OLD, "json"),
        ("*/*", "spekoai-python/0.2.0", "stream"),
        ("*/*", PYTHON_NEW, "stream"),
        ("*/*", "spekoai-python/1.0.0", "stream"),
        ("*/*", "spekoai-python/0.0.0+unknown", "json"),
        ("*/*", "spekoai-python/dev", "stream"),
        ("*/*", "@spekoai/sdk/0.0.9", "stream"),
        ("text/event-stream", PYTHON_OLD, "stream"),
        ("application/json", PYTHON_NEW, "json"),
        ("Text/Event-Stream; charset=utf-8", None, "stream"),
        ("application/json, text/event-stream", None, "json"),
        ("text/event-stream, application/json", None, "stream"),
        ("application/json;q=0.5, text/event-stream", None, "stream"),
        ("application/json; q=0, */*", PYTHON_NEW, "stream"),
        ("text/event-stream;q=0", None, "json"),
        ("application/json;q=nonsense", PYTHON_NEW, "json"),
        ("text/html", PYTHON_NEW, "stream"),
        ("", "my-app (like spekoai-python/0.2.2)", "json"),
    ],
)
def test_the_answers_form(accept: str | None, user_agent: str | None, form: str) -> None:
    assert answer_form(accept, user_agent) == form
