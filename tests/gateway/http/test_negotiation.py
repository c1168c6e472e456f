"""Which form of answer a caller gets, by docs/contract.md, section 2."""

from __future__ import annotations

import pytest

from speko_gateway.http.negotiation import answer_form, wants_errors_as_events

PYTHON_OLD, PYTHON_NEW = "spekoai-python/0.1.1", "spekoai-python/0.2.2"


@pytest.mark.parametrize(
    ("accept", "user_agent", "form"),
    [
        (None, None, "json"),
        ("*/*", "curl/8.5.0", "json"),
        ("*/*", "spekoai-python/0.0.1", "json"),
        ("*/*", PYTHON_OLD, "json"),
        ("*/*", "spekoai-python/0.1.2", "stream"),
        ("*/*", "spekoai-python/0.1.3", "stream"),
        ("*/*", "spekoai-python/0.2", "stream"),
        ("*/*", PYTHON_NEW, "stream"),
        ("*/*", "spekoai-python/1.0.0", "stream"),
        ("*/*", "spekoai-python/0.0.0+unknown", "json"),
        ("*/*", "spekoai-python/dev", "stream"),
        ("*/*", "@spekoai/sdk/0.0.9", "json"),
        ("text/event-stream", "@spekoai/sdk/0.0.1", "stream"),
        ("*/*", "@spekoai/sdk/0.0.1", "json"),
        ("*/*", "@spekoai/sdk-typescript/0.0.1", "json"),
        ("*/*", "@spekoai/sdk/0.1.0", "json"),
        ("*/*", "@spekoai/sdk/0.3.9", "json"),
        ("text/event-stream, application/json", "@spekoai/sdk/0.0.1", "stream"),
        ("*/*", "@spekoai/sdk/0.4.0", "stream"),
        ("*/*", "@spekoai/sdk/0.5.4", "stream"),
        ("*/*", "@spekoai/sdk/1.0", "stream"),
        ("*/*", "@spekoai/sdk/next", "stream"),
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
        ("*/*", f"spekoai-python/{'9' * 5000}.{'9' * 5000}.1", "stream"),
    ],
)
def test_the_answers_form(accept: str | None, user_agent: str | None, form: str) -> None:
    assert answer_form(accept, user_agent) == form


@pytest.mark.parametrize(
    ("accept", "user_agent", "form"),
    [
        ("*/*", "spekoai-python/dev", "json"),
        ("*/*", "@spekoai/sdk/next", "json"),
        (None, None, "json"),
        ("text/event-stream", "spekoai-python/dev", "stream"),
        # These read nothing but a stream, whatever their caller puts into the intent.
        ("*/*", "@spekoai/sdk/0.4.0", "stream"),
        ("*/*", PYTHON_NEW, "stream"),
    ],
)
def test_a_vertical_shows_the_first_generation(
    accept: str | None, user_agent: str | None, form: str
) -> None:
    assert answer_form(accept, user_agent, has_vertical=True) == form


@pytest.mark.parametrize(
    ("accept", "user_agent", "as_events"),
    [
        ("*/*", "spekoai-python/0.1.1", False),
        ("*/*", "spekoai-python/0.1.2", True),
        ("*/*", "spekoai-python/0.1.3", True),
        ("text/event-stream", "spekoai-python/0.1.3", False),
        ("*/*", "spekoai-python/0.2.0", False),
        ("*/*", "@spekoai/sdk/0.1.3", False),
        (None, None, False),
    ],
)
def test_who_is_told_of_errors_by_an_event(
    accept: str | None, user_agent: str | None, as_events: bool
) -> None:
    assert wants_errors_as_events(accept, user_agent) == as_events
