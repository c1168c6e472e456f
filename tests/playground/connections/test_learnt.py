"""The line that says what a server was found to take."""

from __future__ import annotations

import pytest

from playground.connections.learnt import learnt_line
from speko_client.models import LearntHabits


def habits(model: str | None, takes: list[str], refuses: list[str]) -> LearntHabits:
    """What is known of one model."""
    return LearntHabits(model=model, takes=takes, refuses=refuses)


CAP, OPTIONS = ["max_completion_tokens"], ["stream_options"]


@pytest.mark.parametrize(
    ("known", "line"),
    [
        ([], ""),
        ([habits("m", [], [])], ""),
        (
            [habits(None, CAP, OPTIONS)],
            "Takes max_completion_tokens, no stream_options (learnt from its answers)",
        ),
        (
            [habits("a", CAP, []), habits("b", CAP, []), habits("c", [], ["temperature 1.5"])],
            "a, b: takes max_completion_tokens; c: takes no temperature 1.5 "
            "(learnt from its answers)",
        ),
        (
            [habits(name, [], OPTIONS) for name in "abcde"],
            "a, b, c, 2 more: takes no stream_options (learnt from its answers)",
        ),
    ],
)
def test_it_says_what_is_known_and_how(known: list[LearntHabits], line: str) -> None:
    assert learnt_line(known) == line
