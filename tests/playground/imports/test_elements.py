"""The values of a file are the same wherever its pieces are cut (hypothesis)."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from playground.imports.elements import elements, parsed

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='a"\\{}[],: \né你😀', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
_OBJECTS = st.dictionaries(st.text(max_size=3), _VALUES, min_size=1, max_size=3)
_CUTS = st.lists(st.integers(1, 30), min_size=1, max_size=8)


def _in_pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    pieces, place, number = [], 0, 0
    while place < len(data):
        size = cuts[number % len(cuts)]
        pieces.append(data[place : place + size])
        place, number = place + size, number + 1
    return pieces


def _read(data: bytes, cuts: list[int]) -> list[Any]:
    return [parsed(each) for each in elements(_in_pieces(data, cuts))]


@given(st.lists(_OBJECTS, max_size=4), _CUTS, st.sampled_from([None, 2]), st.booleans())
def test_a_list_gives_its_entries(
    values: list[Any], cuts: list[int], indent: int | None, ascii_only: bool
) -> None:
    data = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode()
    assert _read(data, cuts) == values


@given(st.lists(_OBJECTS, min_size=2, max_size=4), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_lines_give_each_line(values: list[Any], ending: str) -> None:
    data = ending.join(json.dumps(each) for each in values).encode()
    assert _read(data, [len(data)]) == values


@given(_OBJECTS, _CUTS, st.sampled_from([None, 2]))
def test_one_object_is_itself(value: Any, cuts: list[int], indent: int | None) -> None:
    assert _read(json.dumps(value, indent=indent).encode(), cuts) == [value]


def test_a_file_of_our_own_gives_a_file_for_each_session() -> None:
    head = {"format": "speko-session", "version": 1}
    sessions = [{"id": "a", "turns": [{"id": "t"}]}, {"id": "b", "turns": []}]
    data = json.dumps(head | {"sessions": sessions}, indent=1).encode()
    assert _read(data, [len(data)]) == [head | {"sessions": [each]} for each in sessions]
