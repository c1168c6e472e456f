"""A broken disk never stops a conversation, and the error says what to do."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine as Database

from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore
from playground.sessions.turns import TurnSettings
from tests.playground.conftest import Clock
from tests.playground.stores import opened
from tests.turns import turn

Limit = Callable[[str], None]


@pytest.fixture
def limit(store: OwnerStore) -> Iterator[Limit]:
    """Puts a pragma on every connection opened from now on; an empty one takes it off."""
    pragmas: list[str] = []

    def on_connect(connection: Any, _: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    def limit(pragma: str) -> None:
        pragmas[:] = [pragma] if pragma else []
        store.database.close()

    event.listen(Database, "connect", on_connect)
    yield limit
    event.remove(Database, "connect", on_connect)


def texts(store: OwnerStore) -> list[str]:
    conversation = store.load("c")
    assert conversation is not None
    return [t.answer.text for t in conversation.path()]


def test_on_a_full_disk_the_turn_stays_and_a_later_save_writes_it(
    store: OwnerStore, store_file: Path, limit: Limit, clock: Clock
) -> None:
    store.save_turn(turn("t1"))
    limit("max_page_count = 1")
    with pytest.raises(StoreError, match=r"playground\.db is full\. Free some space"):
        store.save_turn(turn("t2", "t1", text="long " * 20_000))
    assert len(texts(store)) == 2
    limit("")
    store.save_turn(turn("t3", "t2"))
    fresh = opened(f"sqlite:///{store_file}", now=clock)
    assert [t.split()[0] for t in texts(fresh)] == ["Answer", "long", "Answer"]
    fresh.database.close()


def test_a_checkpoint_on_a_full_disk_says_so_and_the_end_is_still_kept(
    store: OwnerStore, limit: Limit
) -> None:
    store.save_turn(turn("t1", status="running", text=""))
    limit("max_page_count = 1")
    with pytest.raises(StoreError, match="is full"):
        store.checkpoint(turn("t1", status="running", text="long " * 20_000))
    with pytest.raises(StoreError, match="is full"):
        store.save_turn(turn("t1", text="whole " * 20_000))
    assert texts(store)[0].startswith("whole")


def test_what_another_session_could_not_save_is_written_with_the_next_save(
    store: OwnerStore, store_file: Path, limit: Limit, clock: Clock
) -> None:
    store.save_turn(turn("t1"))
    limit("query_only = 1")
    with pytest.raises(StoreError):
        store.save_turn(turn("t2", "t1"))
    limit("")
    store.save_turn(turn("o1", conversation_id="other"))
    fresh = opened(f"sqlite:///{store_file}", now=clock)
    assert len(texts(fresh)) == 2
    fresh.database.close()


def test_a_read_only_store_shows_what_it_has_and_what_is_new(
    store: OwnerStore, limit: Limit
) -> None:
    store.save_turn(turn("t1"))
    limit("query_only = 1")
    with pytest.raises(StoreError, match="read-only"):
        store.save_turn(turn("t2", "t1"))
    with pytest.raises(StoreError, match="read-only"):
        store.save_settings("c", TurnSettings(language="es"))
    conversation = store.load("c")
    assert conversation is not None
    assert [t.id for t in conversation.path()] == ["t1", "t2"]
    assert conversation.settings.language == "es"


def test_a_store_that_cannot_be_opened_still_chats_from_memory(tmp_path: Path) -> None:
    (tmp_path / "playground.db").mkdir()
    store = opened(f"sqlite:///{tmp_path / 'playground.db'}")
    for number, parent in ((1, None), (2, "t1")):
        with pytest.raises(StoreError, match=r"playground\.db cannot be opened"):
            store.save_turn(turn(f"t{number}", parent))
    conversation = store.load("c")
    assert conversation is not None
    assert (conversation.title, [t.id for t in conversation.path()]) == ("Message t1", ["t1", "t2"])
    with pytest.raises(StoreError):
        store.load("another")
    with pytest.raises(StoreError):
        store.recent(5)


def test_a_session_seen_before_is_still_shown_when_the_store_breaks(
    store: OwnerStore, store_file: Path
) -> None:
    store.save_turn(turn("t1"))
    texts(store)
    store.database.close()
    for file in store_file.parent.iterdir():
        file.write_bytes(b"no database " * 1000)
    with pytest.raises(StoreError, match="is not a database"):
        store.save_turn(turn("t2", "t1"))
    assert len(texts(store)) == 2


def test_a_locked_store_names_the_cause(store: OwnerStore, store_file: Path) -> None:
    store.save_turn(turn("t1"))
    with closing(sqlite3.connect(store_file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another program"):
            store.save_turn(turn("t2", "t1"))
        other.rollback()
    store.save_turn(turn("t3", "t2"))
    assert len(texts(store)) == 3


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = opened(f"sqlite:///{tmp_path}/file/data/playground.db")
    with pytest.raises(StoreError, match="cannot be used: Not a directory"):
        store.recent(1)


def test_a_store_from_a_newer_version_is_refused_and_left_alone(
    store: OwnerStore, store_file: Path
) -> None:
    store.save_turn(turn("t1"))
    store.database.close()
    with closing(sqlite3.connect(store_file)) as database:
        database.execute("UPDATE schema_version SET version = 99")
        database.commit()
    with pytest.raises(StoreError, match="made by a newer version of the playground"):
        store.recent(1)


def test_a_session_that_cannot_be_understood_is_told_apart_from_a_missing_one(
    store: OwnerStore, store_file: Path
) -> None:
    store.save_turn(turn("t1"))
    with closing(sqlite3.connect(store_file)) as database:
        database.execute("UPDATE turns SET body = '{}'")
        database.commit()
    with pytest.raises(StoreError, match="in a form that this version cannot read"):
        store.load("c")


def test_a_url_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(StoreError, match="Correct SPEKO_DATABASE_URL"):
        opened("not a url")


def test_a_missing_driver_is_named_and_the_password_is_not() -> None:
    store = opened("postgresql+pg8000://me:k-secret@127.0.0.1:1/playground")
    with pytest.raises(StoreError, match="pip install pg8000") as caught:
        store.recent(1)
    assert "127.0.0.1:1/playground" in str(caught.value)
    assert "k-secret" not in str(caught.value)


def test_what_is_saved_after_the_data_folder_was_deleted_is_there_at_the_next_start(
    store: OwnerStore, store_file: Path, clock: Clock
) -> None:
    store.save_turn(turn("t1"))
    shutil.rmtree(store_file.parent)
    assert store.load("c") is None
    store.save_turn(turn("t2"))
    fresh = opened(f"sqlite:///{store_file}", now=clock)
    found = fresh.load("c")
    assert found is not None
    assert [t.id for t in found.path()] == ["t2"]
    fresh.database.close()


def test_a_backup_put_back_under_a_running_server_is_shown(
    store: OwnerStore, store_file: Path, tmp_path: Path
) -> None:
    store.save_turn(turn("t1"))
    store.database.close()
    backup = shutil.copy(store_file, tmp_path / "backup")
    store.save_turn(turn("t2", "t1"))
    assert len(texts(store)) == 2
    Path(backup).replace(store_file)
    for side in ("-wal", "-shm"):
        store_file.with_name(store_file.name + side).unlink()
    assert len(texts(store)) == 1
    store.save_turn(turn("t3", "t1"))
    assert len(texts(store)) == 2
