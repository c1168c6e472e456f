"""The numbered steps: all or nothing, once, and never backwards."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from playground.sessions.database import Database
from playground.sessions.migrations import STEPS, migrate, outstanding
from playground.sessions.rows import CONVERSATIONS, TURNS
from playground.sessions.store_errors import StoreError
from tests.patience import PATIENCE


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    engine = create_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    yield engine
    engine.dispose()


def step_notes(connection: Connection) -> None:
    """A step that a later version might have."""
    connection.execute(text("CREATE TABLE notes (id INTEGER)"))


def test_a_new_store_has_the_tables_that_the_code_asks_for(database: Engine) -> None:
    with database.begin() as connection:
        migrate(connection, "it")
        for table in (CONVERSATIONS, TURNS):
            made = {column["name"] for column in inspect(connection).get_columns(table.name)}
            assert made == {column.name for column in table.columns}
        assert outstanding(connection, "it") == 0


def test_only_the_steps_that_lack_are_done(database: Engine) -> None:
    with database.begin() as connection:
        migrate(connection, "it")
    with database.begin() as connection:
        migrate(connection, "it", [*STEPS, step_notes])
        migrate(connection, "it", [*STEPS, step_notes])
        assert inspect(connection).has_table("notes")


def test_a_store_from_a_newer_version_is_refused(database: Engine) -> None:
    with database.begin() as connection:
        migrate(connection, "it", [*STEPS, step_notes])
        with pytest.raises(StoreError, match=r"it was made by a newer version.*Get that version"):
            migrate(connection, "it")


def test_a_step_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    def step_fails(connection: Connection) -> None:
        step_notes(connection)
        connection.execute(text("SELECT nothing FROM nowhere"))

    file = tmp_path / "playground.db"
    database = Database(f"sqlite:///{file}")
    with database.write() as connection:
        connection.execute(text("INSERT INTO turns VALUES ('t', 'c', 0, 1, 'done', NULL, 0, '')"))
    with pytest.raises(StoreError), database.write() as connection:
        migrate(connection, "it", [*STEPS, step_fails])
    database.close()
    with closing(sqlite3.connect(file)) as raw:
        tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master")}
        assert "notes" not in tables
        assert raw.execute("SELECT version FROM schema_version").fetchone() == (len(STEPS),)
        assert raw.execute("SELECT count(*) FROM turns").fetchone() == (1,)


def test_two_processes_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    databases = [Database(f"sqlite:///{tmp_path / 'new.db'}") for _ in range(6)]
    start = threading.Barrier(len(databases))
    versions: list[int] = []

    def open_it(database: Database) -> None:
        start.wait(PATIENCE)
        with database.read() as connection:
            query = text("SELECT version FROM schema_version")
            versions.extend(connection.execute(query).scalars())

    threads = [threading.Thread(target=open_it, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in databases:
        database.close()
    assert versions == [len(STEPS)] * len(databases)
