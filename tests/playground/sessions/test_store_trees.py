"""Whatever the tree of turns, it comes back from the store as it was, and a path is a branch."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.sessions.turns import Answer, Conversation, Turn, TurnError, TurnSettings
from speko_client.models import Attempt, CompleteUsage, Timing
from tests.playground.postgres import empty_postgres
from tests.playground.stores import opened
from tests.turns import conversation, turn

TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
SIZES = st.floats(0, 1e6)

# The wire models are built by their names on the wire, as a server would.
SETTINGS = st.builds(
    TurnSettings,
    language=st.sampled_from(["en", "es-MX"]),
    vertical=st.sampled_from([None, "legal"]),
    temperature=st.none() | st.floats(0, 2),
    max_tokens=st.none() | st.integers(1, 10**6),
    system_prompt=TEXT,
    allowed=st.lists(TEXT, max_size=2).map(tuple),
)
ATTEMPTS = st.builds(
    Attempt,
    provider=TEXT,
    model=TEXT,
    outcome=st.sampled_from(["answered", "failed", "cancelled"]),
    message=st.none() | TEXT,
    durationMs=SIZES,
)
USAGE = st.builds(CompleteUsage, promptTokens=st.integers(0), completionTokens=st.integers(0))
ANSWERS = st.builds(
    Answer,
    text=TEXT,
    provider=st.none() | TEXT,
    usage=st.none() | USAGE,
    attempts=st.lists(ATTEMPTS, max_size=2).map(tuple),
    timing=st.none() | st.builds(Timing, ttftMs=st.none() | SIZES, totalMs=SIZES),
    cost_usd=st.none() | SIZES,
)
ERRORS = st.none() | st.builds(TurnError, message=TEXT, code=TEXT)


@st.composite
def trees(draw: st.DrawFn) -> tuple[Turn, ...]:
    """Turns in the order they were asked, each below an earlier one or at the root."""
    turns: list[Turn] = []
    for index in range(draw(st.integers(1, 8))):
        parent = draw(st.sampled_from([None, *(t.id for t in turns)]))
        turns.append(
            turn(
                f"t{index}",
                parent,
                message=draw(TEXT),
                settings=draw(SETTINGS),
                status=draw(st.sampled_from(["done", "stopped", "failed", "interrupted"])),
                answer=draw(ANSWERS),
                error=draw(ERRORS),
            )
        )
    return tuple(turns)


def depth(whole: Conversation, leaf: Turn) -> int:
    parents = {t.id: t.parent_id for t in whole.turns}
    steps, current = 0, leaf.parent_id
    while current is not None:
        steps, current = steps + 1, parents[current]
    return steps + 1


@contextmanager
def empty_sqlite() -> Iterator[str]:
    """The URL of a database that is deleted in the end."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'playground.db'}"


@pytest.mark.parametrize(
    "empty_database", [empty_sqlite, pytest.param(empty_postgres, marks=pytest.mark.slow)]
)
@settings(max_examples=40)
@given(turns=trees())
def test_a_tree_comes_back_as_it_was(
    empty_database: Callable[[], AbstractContextManager[str]], turns: tuple[Turn, ...]
) -> None:
    with empty_database() as url:
        store, other = opened(url), opened(url)
        for saved in turns:
            store.save_turn(saved)
            seen = other.load("c")
            assert seen is not None
            assert seen.leaf_id == saved.id
        whole = other.load("c")
        store.database.close()
        other.database.close()
    assert whole is not None
    assert whole.leaf_id == turns[-1].id
    assert tuple(t.numbered(0) for t in whole.turns) == turns
    assert all(t.number == depth(whole, t) for t in whole.turns)


@given(turns=trees(), data=st.data())
def test_a_path_runs_from_a_root_to_the_leaf(turns: tuple[Turn, ...], data: st.DataObject) -> None:
    whole = conversation(*turns)
    leaf = data.draw(st.sampled_from(turns))
    path = whole.path_to(leaf.id)
    assert path[0].parent_id is None
    assert path[-1].id == leaf.id
    assert [t.number for t in path] == list(range(1, len(path) + 1))
    assert all(child.parent_id == parent.id for parent, child in itertools.pairwise(path))
    assert whole.path_to(path[-1].parent_id) == path[:-1]


def test_no_leaf_and_an_unknown_leaf_have_no_path() -> None:
    assert conversation(turn("a"), leaf_id=None).path() == ()
    assert conversation(turn("a"), leaf_id="gone").path() == ()
