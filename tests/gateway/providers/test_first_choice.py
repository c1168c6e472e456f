"""One answer was asked for: the first choice, however its number is spelled."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gateway.providers.vendor_server import text_of
from tests.gateway.providers.wire_forms import ending, piece, read

FIRST: list[Any] = [0, "0", 0.0, None]


def numbered(dialect: str, event: dict[str, Any], index: Any) -> dict[str, Any]:
    """The event with this number on its choice; with None it has none."""
    field = "candidates" if dialect == "google" else "choices"
    choice = {name: value for name, value in event[field][0].items() if name != "index"}
    return {**event, field: [choice if index is None else {**choice, "index": index}]}


@pytest.mark.parametrize("dialect", ["openai", "google"])
@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("second", [1, "1", 7])
def test_only_the_first_choice_is_read(dialect: str, first: Any, second: Any) -> None:
    mine, other = piece(dialect, "Hi "), piece(dialect, "No ")
    events = [
        numbered(dialect, other, second),
        numbered(dialect, mine, first),
        numbered(dialect, other, second),
        numbered(dialect, mine, first),
        numbered(dialect, ending(dialect, "length"), second),
        numbered(dialect, ending(dialect, "stop"), first),
    ]
    said = read(dialect, events)
    assert text_of(said) == "Hi Hi "
    assert said[-1].finish_reason == "stop"  # type: ignore[union-attr]


@pytest.mark.parametrize("dialect", ["openai", "google"])
def test_of_two_choices_in_one_event_the_first_is_read(dialect: str) -> None:
    field = "candidates" if dialect == "google" else "choices"
    both = [numbered(dialect, piece(dialect, text), None)[field][0] for text in ("Hi", "No")]
    assert text_of(read(dialect, [{field: both}, ending(dialect, "stop")])) == "Hi"
