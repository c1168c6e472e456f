"""The numbered steps: all or nothing, once, and never backwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from playground.routing.saved_what_ifs import saved_what_ifs
from playground.sessions.database import Database, StoreError, migrate, outstanding
from playground.sessions.migrations import STEPS
from playground.sessions.store import Store
from playground.sessions.tables import CONVERSATIONS, LABELS, TURN_FACTS, TURNS
from playground.teams.owner import MACHINE_OWNER, Owner
from speko_client.models import WhatIf
from tests.patience import PATIENCE
from tests.turns import turn


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The tests of this module run on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(store_url: str, store_file: Path) -> Iterator[Engine]:
    """An empty database."""
    store_file.parent.mkdir()
    engine = create_engine(store_url)
    yield engine
    engine.dispose()


def step_notes(connection: Connection) -> None:
    """A step that a later version might have."""
    connection.execute(text("CREATE TABLE notes (id INTEGER)"))


def test_a_new_store_has_the_tables_that_the_code_asks_for(database: Engine) -> None:
    with database.begin() as connection:
        migrate(connection, "it")
        for table in (CONVERSATIONS, TURNS, TURN_FACTS, LABELS):
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


def test_what_was_there_before_owners_belongs_to_this_machines_user(
    database: Engine, store_url: str
) -> None:
    written = turn("t1").model_dump_json(exclude={"number"})
    cheap = WhatIf(name="Cheap").model_dump_json(exclude_none=True)
    with database.begin() as connection:
        migrate(connection, "it", STEPS[:2])
        connection.execute(
            text(
                "INSERT INTO conversations (id, title, leaf_id, settings, created_at, updated_at,"
                " turn_count, revision) VALUES ('c', 'Old', 't1', '{}', 0, 0, 1, 1)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO turns (id, conversation_id, place, revision, status, owner, body)"
                " VALUES ('t1', 'c', 0, 1, 'done', NULL, :body)"
            ),
            {"body": written},
        )
        added = text("INSERT INTO what_ifs (id, name, body, created_at) VALUES ('w', 'C', :b, 0)")
        connection.execute(added, {"b": cheap})
    everyone = Store(store_url)
    mine, anns = everyone.of(MACHINE_OWNER), everyone.of(Owner("ann"))
    assert [each.title for each in mine.recent(5)] == ["Old"]
    conversation = mine.load("c")
    assert conversation is not None
    assert conversation.path() == (turn("t1").numbered(1),)
    assert [each.id for each in saved_what_ifs(mine)] == ["w"]
    assert (anns.load("c"), anns.recent(5), saved_what_ifs(anns)) == (None, [], [])
    everyone.close()


def test_a_store_from_a_newer_version_is_refused(database: Engine) -> None:
    with database.begin() as connection:
        migrate(connection, "it", [*STEPS, step_notes])
        with pytest.raises(StoreError, match=r"it was made by a newer version.*Get that version"):
            migrate(connection, "it")


def test_a_step_that_fails_leaves_the_store_as_it_was(store_url: str) -> None:
    def step_fails(connection: Connection) -> None:
        step_notes(connection)
        connection.execute(text("SELECT nothing FROM nowhere"))

    database = Database(store_url)
    with database.write() as connection:
        connection.execute(
            text("INSERT INTO what_ifs (id, name, body, created_at) VALUES ('w', 'Cheap', '{}', 0)")
        )
    with pytest.raises(StoreError), database.write() as connection:
        migrate(connection, "it", [*STEPS, step_fails])
    database.close()
    engine = create_engine(store_url)
    with engine.connect() as connection:
        assert not inspect(connection).has_table("notes")
        version = connection.execute(text("SELECT version FROM schema_version"))
        assert version.scalars().all() == [len(STEPS)]
        assert connection.execute(text("SELECT count(*) FROM what_ifs")).scalar_one() == 1
    engine.dispose()


def test_two_processes_may_open_a_new_store_at_once(store_url: str) -> None:
    databases = [Database(store_url) for _ in range(6)]
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
