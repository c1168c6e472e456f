"""What a damaged or hostile store holds ends in a sentence, and hides nothing beside it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Turn
from tests.playground.stores import opened
from tests.turns import turn

TEXTS = st.text() | st.sampled_from(["{}", "[]", "null", '{"id": 1}', '{"a":' * 5000, "\ud83d"])
CELLS = (
    st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.binary()
    | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
)
PLACES = st.sampled_from(
    [
        *(("conversations", name) for name in ("title", "leaf_id", "settings", "created_at")),
        *(("conversations", name) for name in ("updated_at", "turn_count", "revision", "owner")),
        *(("turns", name) for name in ("place", "revision", "status", "runner", "heartbeat_at")),
        ("turns", "body"),
    ]
)
FIELDS = st.sampled_from([name for name in Turn.model_fields if name != "conversation_id"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def written() -> Iterator[Path]:
    """A store with a session that will be damaged, and a sound one."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "playground.db")
        store = opened(f"sqlite:///{file}")
        store.save_turn(turn("b1", conversation_id="broken"))
        store.save_turn(turn("b2", "b1", conversation_id="broken"))
        store.save_turn(turn("s1", conversation_id="sound"))
        store.database.close()
        yield file


def damaged(file: Path, table: str, column: str, cell: Any) -> None:
    mine = {"conversations": "id = 'broken'", "turns": "id = 'b2'"}[table]
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA ignore_check_constraints = 1")
        try:
            database.execute(f"UPDATE {table} SET {column} = ? WHERE {mine}", (cell,))  # noqa: S608
        except sqlite3.IntegrityError:
            return  # NULL where none may be
        database.commit()


def bytes_of(file: Path) -> bytes:
    return file.read_bytes()


def assert_the_sound_one_is_there(store: OwnerStore) -> None:
    assert "sound" in [each.id for each in store.recent(10)]
    sound = store.load("sound")
    assert sound is not None
    assert [each.id for each in sound.path()] == ["s1"]


def read_all(store: OwnerStore) -> None:
    try:
        broken = store.load("broken")
    except StoreError:
        return
    if broken is not None:
        broken.path()


@settings(max_examples=150, deadline=None)
@given(place=PLACES, cell=CELLS)
def test_any_cell_may_hold_anything(written: Path, place: tuple[str, str], cell: Any) -> None:
    before = bytes_of(written)
    try:
        damaged(written, *place, cell)
        store = opened(f"sqlite:///{written}")
        read_all(store)
        assert_the_sound_one_is_there(store)
        store.database.close()
    finally:
        written.write_bytes(before)


@settings(max_examples=150, deadline=None)
@given(field=FIELDS, value=VALUES)
def test_any_field_of_a_turn_may_hold_anything(written: Path, field: str, value: Any) -> None:
    before = bytes_of(written)
    body = json.loads(turn("b2", "b1", conversation_id="broken").model_dump_json())
    try:
        damaged(written, "turns", "body", json.dumps({**body, field: value}))
        store = opened(f"sqlite:///{written}")
        read_all(store)
        assert_the_sound_one_is_there(store)
        store.database.close()
    finally:
        written.write_bytes(before)


def test_turns_that_follow_each_other_in_a_circle_end(store: OwnerStore, store_file: Path) -> None:
    store.save_turn(turn("t1"))
    store.save_turn(turn("t2", "t1"))
    with closing(sqlite3.connect(store_file)) as database:
        circle = turn("t1", "t2").model_dump_json(exclude={"number"})
        database.execute("UPDATE turns SET body = ? WHERE id = 't1'", (circle,))
        database.commit()
    store.database.close()
    session = opened(f"sqlite:///{store_file}").load("c")
    assert session is not None
    assert [each.id for each in session.path()] == ["t1", "t2"]
    assert session.latest_below(session.turns[0]).id in {"t1", "t2"}


@pytest.mark.parametrize("version", ["'seven'", "NULL", "1.5", "x'00'"])
def test_a_version_that_is_none_ends_in_a_sentence(
    store: OwnerStore, store_file: Path, version: str
) -> None:
    store.save_turn(turn("t1"))
    store.database.close()
    with closing(sqlite3.connect(store_file)) as database:
        database.execute("DROP TABLE schema_version")
        database.execute("CREATE TABLE schema_version (version)")
        database.execute(f"INSERT INTO schema_version VALUES ({version})")  # noqa: S608
        database.commit()
    with pytest.raises(StoreError, match="is damaged"):
        store.recent(1)
