"""Elements are counted without parsing, and as JSON has them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_gateway.breadth import is_too_wide


@pytest.mark.parametrize(
    "text",
    [
        "[" + "{}," * 60_000 + "1]",
        "[" + '"",' * 60_000 + "1]",
        "[" * 120_000 + "]" * 120_000,
        '{"a":[' + "1," * 110_000 + "1]}",
        '{"choices":[{"delta":{"tool_calls":[' + "{}, " * 60_000 + "{}]}}]}",
    ],
)
def test_many_elements_are_too_wide(text: str) -> None:
    assert is_too_wide(text, 100_000)


@pytest.mark.parametrize(
    "said",
    ["{[,", 'a "quoted" word, and {braces}', "back\\slashes\\\\, ", "中文,{", '\\"', "\n\t,"],
)
def test_what_stands_in_a_text_does_not_count(said: str) -> None:
    for ascii_only in (True, False):
        text = json.dumps({"choices": [{"text": said * 50_000}]}, ensure_ascii=ascii_only)
        assert not is_too_wide(text, 20)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=40,
)


def elements(value: Any) -> int:
    """Objects, lists, strings (names too), and commas."""
    if isinstance(value, str):
        return 1
    if isinstance(value, list):
        return 1 + max(0, len(value) - 1) + sum(map(elements, value))
    if isinstance(value, dict):
        return 1 + max(0, len(value) - 1) + sum(1 + elements(each) for each in value.values())
    return 0


@given(VALUES)
def test_it_counts_as_a_parser_would(value: Any) -> None:
    count = elements(value)
    for text in (json.dumps(value), json.dumps(value, indent=1, ensure_ascii=False)):
        # A name is told from a string that stands alone only by the colon behind it.
        assert not is_too_wide(text, 2 * count + 2)
        assert is_too_wide(text + " " * 200_000, count // 2 - 1) or count < 4
