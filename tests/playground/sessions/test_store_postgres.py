"""A store in Postgres: its server can be away or start again, and others write meanwhile."""

from __future__ import annotations

import sys
import threading

import pytest
from sqlalchemy import create_engine, text

from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore
from tests.patience import PATIENCE
from tests.playground.stores import opened
from tests.turns import turn

END_OTHER_CONNECTIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()"""


@pytest.fixture
def store_url(postgres_url: str) -> str:
    """The tests of this module run on Postgres."""
    return postgres_url


def test_a_server_that_is_away_is_named_without_its_password() -> None:
    store = opened("postgresql+psycopg://me:k-secret@127.0.0.1:1/playground")
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1/playground .*database runs") as caught:
        store.save_turn(turn("t1"))
    assert "k-secret" not in str(caught.value)
    conversation = store.load("c")
    assert conversation is not None
    assert [each.id for each in conversation.turns] == ["t1"]
    store.database.close()


def test_a_missing_driver_is_named_as_the_readme_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    store = opened("postgresql+psycopg://me@127.0.0.1:1/playground")
    with pytest.raises(StoreError, match=r"pip install '\.\[postgres\]'"):
        store.recent(1)


def test_a_restart_of_the_server_costs_no_turn(store: OwnerStore, store_url: str) -> None:
    store.save_turn(turn("t1"))
    engine = create_engine(store_url)
    with engine.begin() as connection:
        ended = connection.execute(text(END_OTHER_CONNECTIONS)).scalars().all()
    engine.dispose()
    assert ended == [True]
    store.save_turn(turn("t2", "t1"))
    conversation = store.load("c")
    assert conversation is not None
    assert [each.id for each in conversation.turns] == ["t1", "t2"]


def test_a_page_that_is_read_while_turns_are_written_shows_one_moment(
    store: OwnerStore, store_url: str
) -> None:
    other = opened(store_url)
    store.save_turn(turn("t0"))
    ended = threading.Event()

    def write() -> None:
        for number in range(1, 60):
            store.save_turn(turn(f"t{number}", f"t{number - 1}"))
        ended.set()

    writing = threading.Thread(target=write)
    writing.start()
    while not ended.is_set():
        seen = other.load("c")
        assert seen is not None
        assert seen.leaf_id == seen.turns[-1].id
    writing.join(PATIENCE)
    other.database.close()
