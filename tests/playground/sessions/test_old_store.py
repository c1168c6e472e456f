"""A store that an earlier version wrote: all opens as before, and is found once it is indexed.

``store_of_version_5.db`` was written by the version before the library: branches, several scripts,
a failed, a stopped and a drilled turn, a comparison, and a session of another owner.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import MetaData, Table, create_engine, insert

from playground.library.selection import Selection
from playground.library.shelf import page_of
from playground.sessions.database import migrate
from playground.sessions.migrations import STEPS
from playground.sessions.store import OwnerStore, Store
from playground.sessions.turns import Turn
from playground.teams.owner import MACHINE_OWNER, Owner

WRITTEN = Path(__file__).with_name("store_of_version_5.db")
TABLES = ("conversations", "turns")


def rows_of(table: str) -> list[dict[str, object]]:
    """What the old store has."""
    with closing(sqlite3.connect(f"{WRITTEN.as_uri()}?mode=ro&immutable=1", uri=True)) as old:
        old.row_factory = sqlite3.Row
        return [dict(row) for row in old.execute(f"SELECT * FROM {table}")]  # noqa: S608 (our own)


@pytest.fixture(params=["sqlite", "postgres"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The old store: the file itself, and its rows in Postgres."""
    if request.param == "sqlite":
        shutil.copy(WRITTEN, tmp_path / "old.db")
        return f"sqlite:///{tmp_path / 'old.db'}"
    url = str(request.getfixturevalue("postgres_url"))
    engine = create_engine(url)
    with engine.begin() as connection:
        migrate(connection, "it", STEPS[:5])
        for name in TABLES:
            table = Table(name, MetaData(), autoload_with=connection)
            connection.execute(insert(table), rows_of(name))
    engine.dispose()
    return url


@pytest.fixture
def everyone(old_url: str) -> Iterator[Store]:
    """The old store, as this version opens it."""
    everyone = Store(old_url)
    yield everyone
    everyone.close()


@pytest.fixture
def mine(everyone: Store) -> OwnerStore:
    """What belongs to this machine's user."""
    return everyone.of(MACHINE_OWNER)


def found(store: OwnerStore, query: str) -> list[str]:
    """The ids of the sessions that say it."""
    return sorted(each.session.id for each in page_of(store, Selection(query=query)).sessions)


def test_every_session_opens_as_before(mine: OwnerStore, everyone: Store) -> None:
    written = {str(row["id"]): row for row in rows_of("conversations")}
    for name, row in written.items():
        owner = everyone.of(Owner(str(row["owner"])))
        session = owner.load(name)
        assert session is not None
        assert (session.title, session.leaf_id) == (row["title"], row["leaf_id"])
        assert session.settings.model_dump_json() == row["settings"]
        assert session.comparison == row["comparison"]
        bodies = [each["body"] for each in rows_of("turns") if each["conversation_id"] == name]
        assert [Turn.model_validate_json(str(body)) for body in bodies] == [
            turn.numbered(0) for turn in session.turns
        ]
    assert [each.id for each in mine.recent(9)] == ["compared", "failures", "scripts", "branches"]
    assert everyone.of(Owner("ann")).load("branches") is None


def test_it_is_listed_at_once_and_found_once_it_is_indexed(
    mine: OwnerStore, everyone: Store
) -> None:
    page = page_of(mine, Selection())
    assert (len(page.sessions), page.unindexed) == (4, 4)
    assert found(mine, "北京") == []
    assert everyone.index_some(2) == 3
    assert everyone.index_some() == 0
    assert found(mine, "北京") == ["branches"]
    assert found(mine, "كيف") == found(mine, "สวัสดี") == found(mine, "привет") == ["scripts"]
    assert found(mine, "secret") == []
    assert found(everyone.of(Owner("ann")), "secret") == ["anns"]
    assert page_of(mine, Selection()).unindexed == 0


def test_its_sums_and_labels_are_made_up_for(mine: OwnerStore, everyone: Store) -> None:
    everyone.index_some()
    sessions = {each.session.id: each for each in page_of(mine, Selection()).sessions}
    assert sessions["branches"].providers == ("anthropic", "openai")
    assert sessions["branches"].session.tokens_in == 36
    failures = sessions["failures"].session
    assert (failures.failed, failures.failovers, failures.tokens_out) == (1, 1, 30)
    assert sessions["compared"].session.compared


def test_a_turn_that_cannot_be_read_keeps_no_other_from_being_found(
    old_url: str, mine: OwnerStore, everyone: Store
) -> None:
    mine.recent(1)
    engine = create_engine(old_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE turns SET body = '{' WHERE id = 'b2'")
    engine.dispose()
    assert everyone.index_some() == 0
    assert found(mine, "second try") == ["branches"]


def test_what_is_said_in_an_old_session_before_it_is_indexed_is_not_lost(
    mine: OwnerStore, everyone: Store
) -> None:
    old = mine.load("scripts")
    assert old is not None
    later = old.turns[-1].model_copy(
        update={"id": "s4", "parent_id": "s3", "message": "Something new"}
    )
    mine.save_turn(later)
    assert found(mine, "something") == ["scripts"]
    assert everyone.index_some() == 0
    assert found(mine, "something new") == found(mine, "привет") == ["scripts"]


def written(folder: Path) -> bytes:
    """All bytes of the store and its WAL."""
    return b"".join(each.read_bytes() for each in folder.glob("old.db*"))


def test_the_words_of_a_deleted_session_are_gone_from_the_file(tmp_path: Path) -> None:
    shutil.copy(WRITTEN, tmp_path / "old.db")
    everyone = Store(f"sqlite:///{tmp_path / 'old.db'}")
    everyone.index_some()
    mine = everyone.of(MACHINE_OWNER)
    assert found(mine, "Привет") == ["scripts"]
    assert "كيف".encode() in written(tmp_path)
    mine.delete("scripts")
    left = written(tmp_path)
    everyone.close()
    for word in ("Привет", "привет", "كيف", "здравствуй"):
        assert word.encode() not in left
    assert b"sunny" in left
