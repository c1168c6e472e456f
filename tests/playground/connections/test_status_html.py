"""The status of all who can answer: one line each, the worst news not hidden."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from playground.connections.status_html import ago, status_html, status_rows
from speko_client.models import KnownProvider, ProviderFailure, ProviderHealth

NOW = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


def known(model: str | None = "gpt-4o", **more: Any) -> KnownProvider:
    """A provider row."""
    row = {"id": f"openai:{model}", "vendor": "openai", "vendor_name": "OpenAI", "model": model}
    return KnownProvider(**{**row, "available": True, **more})


def health(state: str = "healthy", **more: Any) -> ProviderHealth:
    """A health row of the same model."""
    row = {"provider": "openai", "model": "gpt-4o", "calls": 10, "error_rate": 0.3}
    return ProviderHealth(**{**row, "state": state, **more})


def test_who_can_answer_comes_first_and_wildcards_are_left_out() -> None:
    lacking = known("b", vendor="xai", available=False, reason="xAI needs a key")
    rows = status_rows([known(None), lacking, known()], [], NOW)
    assert [(row.vendor, row.state, row.reason) for row in rows] == [
        ("openai", "available", ""),
        ("xai", "unavailable", "xAI needs a key"),
    ]


def test_a_vendor_that_lacks_one_thing_has_one_line() -> None:
    lacks = {"available": False, "reason": "OpenAI needs a key"}
    (row,) = status_rows([known("a", **lacks), known("b", **lacks)], [], NOW)
    assert row.model == "2 models"
    rows = status_rows(
        [known("a", **lacks), known("b", available=False, reason="retired")], [], NOW
    )
    assert [row.model for row in rows] == ["a", "b"]


@pytest.mark.parametrize(
    ("day", "said"), [("2027-01-14", "retires on 14 January 2027"), (None, ""), ("soon", "")]
)
def test_a_model_that_will_retire_says_when(day: str | None, said: str) -> None:
    (row,) = status_rows([known("gpt-4o", retires_on=day)], [], NOW)
    assert (row.state, row.reason) == ("available", said)


@pytest.mark.parametrize(
    ("row", "state", "reason"),
    [
        (health(), "available", ""),
        (health("unhealthy"), "left-out", "too many of its recent calls failed"),
        (
            health("unhealthy", retry_at="2026-04-01T12:00:30Z"),
            "left-out",
            "it asked for a pause, 31 s more",
        ),
        (health("probing"), "probing", "a few calls test whether it has recovered"),
    ],
)
def test_health_decides_who_is_left_out(row: ProviderHealth, state: str, reason: str) -> None:
    (found,) = status_rows([known()], [row], NOW)
    assert (found.state, found.reason, found.health) == (state, reason, row)


def test_an_unknown_reason_is_said_to_be_one() -> None:
    (row,) = status_rows([known(available=False)], [], NOW)
    assert row.reason == "the server does not say why"


def test_what_comes_from_outside_is_escaped() -> None:
    error = ProviderFailure(code="X", message="<script>", at="2026-04-01T11:56:00Z")
    name = known(vendor_name="<b>Lab</b>", available=False, reason="<i>")
    html = status_html(status_rows([name], [health(last_error=error)], NOW), NOW)
    assert not [tag for tag in ("<script>", "<b>Lab", "<i>") if tag in html]
    assert "4 min ago" in html


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-04-01T11:59:30Z", "just now"),
        ("2026-04-01T12:00:05+00:00", "just now"),
        ("2026-04-01T11:18:00", "42 min ago"),
        ("2026-04-01T09:00:00Z", "3 h ago"),
        ("yesterday", ""),
    ],
)
def test_how_long_ago(at: str, said: str) -> None:
    assert ago(at, NOW) == said
