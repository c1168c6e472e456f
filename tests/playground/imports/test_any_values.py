"""Whatever stands in any field, and however messages follow each other (hypothesis)."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.imports.foreign import BrokenError, ImportFileError
from playground.imports.reading import Ended, Found
from playground.imports.shapes import reader_of
from playground.imports.tree import woven
from playground.sessions.turns import Conversation
from tests.playground.imports.exports_of_others import (
    ALL,
    NOW,
    as_read,
    branches,
    chatgpt,
    found_in,
    node,
)

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -1, 2**63, 253402300800, -1e308, float("nan"), float("inf")])
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["\0", "\ud800", "user", "assistant", "all", "<b>", "99999-01-01", "u1", "a1"]
    )
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["parts", "text", "content", "role", "parent", "id", "x", ""]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def _places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*above, name)
            yield from _places(inner, (*above, name))
    if isinstance(value, list):
        for place, inner in enumerate(value):
            yield (*above, place)
            yield from _places(inner, (*above, place))


def _put(entry: Any, place: tuple[Any, ...], value: Any) -> None:
    try:
        for name in place[:-1]:
            entry = entry[name]
        entry[place[-1]] = value
    except (TypeError, KeyError, IndexError):
        pass  # another change took it away


@pytest.mark.parametrize("tool", ALL)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_any_value_in_any_field_gives_a_session_or_a_sentence(tool: str, data: Any) -> None:
    entry = copy.deepcopy(ALL[tool]())
    places = list(_places(entry))
    for place in data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=4)):
        _put(entry, place, data.draw(_VALUES))
    read = reader_of(entry)
    if read is None:
        return
    try:
        made = woven(read(entry), NOW)
    except BrokenError:
        return
    stored = made.conversation.model_dump_json()
    # Postgres takes no NUL; a tool's arguments may spell one.
    assert "\\u0000" not in stored.replace("\\\\", "")
    assert Conversation.model_validate_json(stored) == made.conversation


@given(_VALUES, st.booleans())
@settings(deadline=None)
def test_a_file_of_any_json_is_read_to_its_end(value: Any, in_lines: bool) -> None:
    data = json.dumps(value).encode()
    for found in found_in(b"\n".join([data] * 3) if in_lines else data):
        assert isinstance(found, (Found, Ended))


@given(st.binary(max_size=60))
@settings(deadline=None)
def test_a_file_of_any_bytes_is_read_to_its_end_or_is_a_sentence(data: bytes) -> None:
    with suppress(ImportFileError):
        for found in found_in(data):
            assert isinstance(found, (Found, Ended))


_ROLES = st.sampled_from(["user", "assistant", "system", "tool", None])


@st.composite
def _forests(draw: st.DrawFn) -> list[tuple[str, str | None, str | None]]:
    """Ids, parents (an earlier message, none, or one that is not there), and roles."""
    size = draw(st.integers(1, 12))
    nodes: list[tuple[str, str | None, str | None]] = []
    for number in range(size):
        parents = [None, "missing", *(own for own, _, _ in nodes)]
        nodes.append((f"n{number}", draw(st.sampled_from(parents)), draw(_ROLES)))
    return draw(st.permutations(nodes))


def _ways(nodes: list[tuple[str, str | None, str | None]]) -> list[list[str]]:
    """What was said on the way to each message that nobody follows, without what nobody saw."""
    by_id = {own: (parent, role) for own, parent, role in nodes}

    def seen(own: str | None) -> list[str]:
        way: list[str] = []
        while own in by_id:
            parent, role = by_id[own]
            way += [own] if role in ("user", "assistant") else []
            own = parent
        return way[::-1]

    ways = [way for own, _, role in nodes if role in ("user", "assistant") and (way := seen(own))]
    return sorted(
        way for way in ways if not any(way == other[: len(way)] for other in ways if other != way)
    )


@given(_forests())
@settings(deadline=None)
def test_every_branch_of_any_tree_is_kept_in_its_order(
    nodes: list[tuple[str, str | None, str | None]],
) -> None:
    entry = chatgpt(*(node(own, parent, role, own) for own, parent, role in nodes))
    # A tool's result is shown beside the answer, and so is not part of what was said.
    for each in entry["mapping"].values():
        if each["message"] and each["message"]["author"]["role"] == "tool":
            each["message"]["content"] = {"content_type": "text", "parts": []}
    ways = _ways(nodes)
    try:
        conversation = as_read(entry).conversation
    except BrokenError:
        assert not ways
        return
    found = [
        [word for message, answer in branch for word in (message, *answer.split("\n\n")) if word]
        for branch in branches(conversation)
    ]
    assert sorted(found) == ways
    assert conversation.path(), "a branch is shown"
