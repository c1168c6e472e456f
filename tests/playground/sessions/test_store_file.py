"""The store's file: for its user alone, never another program's, readable on a read-only disk."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.sessions.database import Database, StoreError
from playground.sessions.migrations import STEPS
from playground.sessions.store import OwnerStore
from playground.settings import load_settings
from tests.patience import PATIENCE
from tests.playground.stores import opened
from tests.turns import turn

NOBODY = 65_534

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="rights are POSIX's")


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def everything_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Each file's bytes, and when it was written; SQLite's index of locks is not a store's."""
    files = (each for each in folder.iterdir() if not each.name.endswith("-shm"))
    return {each.name: (each.read_bytes(), each.stat().st_mtime_ns) for each in files}


def killed_while_writing(file: Path, *statements: str) -> None:
    """Leave a database in WAL mode as a killed process does: the last writes in the WAL alone."""
    code = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA journal_mode = WAL')\n"
        "for each in sys.argv[2:]: c.execute(each)\n"
        "os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, file, *statements], check=True, timeout=PATIENCE)
    assert file.with_name(f"{file.name}-wal").stat().st_size


@pytest.fixture
def usual_umask() -> Iterator[None]:
    """Files are made for everybody to read, as on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def shut() -> Iterator[tuple[Path, Callable[[], None]]]:
    """A folder anybody may use, and what makes it and its files read-only for this process."""
    folder, user = Path(mkdtemp(prefix="read-only-")), os.geteuid()
    folder.chmod(0o777)

    def shut() -> None:
        for file in folder.iterdir():
            file.chmod(0o444)
        folder.chmod(0o555)
        if user == 0:  # whom no rights stop
            os.seteuid(NOBODY)

    yield folder, shut
    os.seteuid(user)
    folder.chmod(0o777)
    shutil.rmtree(folder)


@pytest.mark.usefixtures("usual_umask")
def test_a_new_store_is_for_its_user_alone(store: OwnerStore, store_file: Path) -> None:
    store.save_turn(turn("t1"))
    assert rights(store_file.parent) == 0o700
    assert {each.name: rights(each) for each in store_file.parent.iterdir()} == {
        "playground.db": 0o600,
        "playground.db-wal": 0o600,
        "playground.db-shm": 0o600,
    }


@pytest.mark.usefixtures("usual_umask")
def test_an_older_versions_store_is_closed_to_others_its_chosen_folder_is_not(
    store: OwnerStore, store_file: Path
) -> None:
    store.save_turn(turn("t1"))
    store.database.close()
    store_file.chmod(0o644)
    store_file.parent.chmod(0o755)
    store.recent(1)
    assert (rights(store_file), rights(store_file.parent)) == (0o600, 0o755)


@pytest.mark.usefixtures("usual_umask")
def test_the_folder_that_nobody_chose_is_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SPEKO_DATA_DIR", raising=False)
    settings = load_settings({})
    settings.data_dir.mkdir(parents=True)
    assert rights(settings.data_dir) == 0o755
    store = opened(settings.store_url)
    store.save_turn(turn("t1"))
    store.database.close()
    assert rights(settings.data_dir) == 0o700


@pytest.mark.parametrize("name", ["plain", "50%20 off?", "a#b", "ümlaut & co"])
def test_a_data_folder_may_have_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("SPEKO_DATA_DIR", str(tmp_path / name))
    store = opened(load_settings({}).store_url)
    store.save_turn(turn("t1"))
    store.database.close()
    assert (tmp_path / name / "playground.db").is_file()


@pytest.mark.parametrize("content", [b"A diary.\n" * 500, b"SQLite format 3\0" + b"x" * 4096])
def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "diary.db").write_bytes(content)
    before = everything_of(tmp_path)
    with pytest.raises(StoreError, match=r"diary\.db is not a database\. Move it away"):
        opened(f"sqlite:///{tmp_path / 'diary.db'}").recent(1)
    assert everything_of(tmp_path) == before


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE photos (id INTEGER)",),
        ("CREATE TABLE schema_version (version TEXT)", "INSERT INTO schema_version VALUES ('V7')"),
        ("PRAGMA application_id = 1196444487",),
    ],
)
@pytest.mark.parametrize("killed", [False, True])
def test_another_programs_database_is_left_as_it_is(
    tmp_path: Path, statements: tuple[str, ...], killed: bool
) -> None:
    file = tmp_path / "photos.db"
    if killed:
        killed_while_writing(file, *statements)
    else:
        with closing(sqlite3.connect(file)) as database:
            for statement in statements:
                database.execute(statement)
            database.commit()
    file.chmod(0o644)
    before = everything_of(tmp_path)
    store = opened(f"sqlite:///{file}")
    with pytest.raises(StoreError, match=r"photos\.db is another program's database"):
        store.recent(1)
    with pytest.raises(StoreError, match="left as it is"):
        store.save_turn(turn("t1"))
    assert everything_of(tmp_path) == before
    assert rights(file) == 0o644
    assert store.load("c") is not None


@pytest.mark.parametrize("killed", [False, True])
def test_a_newer_versions_store_is_left_as_it_is(
    store: OwnerStore, store_file: Path, killed: bool
) -> None:
    store.save_turn(turn("t1"))
    store.database.close()
    newer = "UPDATE schema_version SET version = 99"
    if killed:
        killed_while_writing(store_file, newer)
    else:
        with closing(sqlite3.connect(store_file)) as database:
            database.execute(newer)
            database.execute("PRAGMA journal_mode = DELETE")
            database.commit()
    before = everything_of(store_file.parent)
    with pytest.raises(StoreError, match="made by a newer version"):
        store.recent(1)
    assert everything_of(store_file.parent) == before


def test_a_pipe_in_the_files_place_stops_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "playground.db")
    with pytest.raises(StoreError, match="cannot be opened"):
        opened(f"sqlite:///{tmp_path / 'playground.db'}").recent(1)


@pytest.mark.parametrize("killed", [False, True])
def test_on_a_read_only_disk_old_sessions_are_read_and_new_ones_held_in_memory(
    shut: tuple[Path, Callable[[], None]], killed: bool
) -> None:
    folder, make_read_only = shut
    file = folder / "playground.db"
    store = opened(f"sqlite:///{file}")
    store.save_turn(turn("t1"))
    store.database.close()
    if killed:  # and the last write is in a WAL without its index, as in a backup
        killed_while_writing(file, "UPDATE conversations SET title = 'In the WAL'")
        (folder / "playground.db-shm").unlink()
    make_read_only()
    before = everything_of(folder)
    assert [each.title for each in store.recent(5)] == ["In the WAL" if killed else "Message t1"]
    with pytest.raises(StoreError, match=r"playground\.db is read-only\. Make it writable"):
        store.save_turn(turn("t2", "t1"))
    session = store.load("c")
    assert session is not None
    assert [each.id for each in session.path()] == ["t1", "t2"]
    assert everything_of(folder) == before
    store.database.close()


def test_an_older_versions_store_is_read_on_a_read_only_disk(
    shut: tuple[Path, Callable[[], None]],
) -> None:
    folder, make_read_only = shut
    with closing(sqlite3.connect(folder / "playground.db")) as database:
        database.executescript(
            """CREATE TABLE schema_version (version INTEGER NOT NULL);
            INSERT INTO schema_version VALUES (1);
            CREATE TABLE conversations (id VARCHAR(64) PRIMARY KEY, title TEXT NOT NULL,
                leaf_id VARCHAR(64), settings TEXT NOT NULL, created_at DOUBLE PRECISION NOT NULL,
                updated_at DOUBLE PRECISION NOT NULL, turn_count INTEGER NOT NULL,
                revision INTEGER NOT NULL);
            CREATE TABLE turns (id VARCHAR(64) PRIMARY KEY, conversation_id VARCHAR(64) NOT NULL,
                place INTEGER NOT NULL, revision INTEGER NOT NULL, status VARCHAR(16) NOT NULL,
                owner VARCHAR(64), heartbeat_at DOUBLE PRECISION, body TEXT NOT NULL);
            INSERT INTO conversations VALUES ('c', 'Old', NULL, '{}', 0, 0, 1, 1);"""
        )
    make_read_only()
    database_here = Database(f"sqlite:///{folder / 'playground.db'}")
    with database_here.read() as connection:
        found = connection.exec_driver_sql("SELECT version FROM schema_version").scalar_one()
    database_here.close()
    assert found == len(STEPS)


def test_a_store_that_can_be_written_again_takes_what_was_held(
    shut: tuple[Path, Callable[[], None]],
) -> None:
    folder, make_read_only = shut
    user = os.geteuid()
    store = opened(f"sqlite:///{folder / 'playground.db'}")
    store.save_turn(turn("t1"))
    store.database.close()
    make_read_only()
    with pytest.raises(StoreError, match="read-only"):
        store.save_turn(turn("t2", "t1"))
    os.seteuid(user)
    folder.chmod(0o700)
    (folder / "playground.db").chmod(0o600)
    store.save_turn(turn("t3", "t2"))
    store.database.close()
    fresh = opened(f"sqlite:///{folder / 'playground.db'}")
    session = fresh.load("c")
    fresh.database.close()
    assert session is not None
    assert [each.id for each in session.path()] == ["t1", "t2", "t3"]


PASSWORD = "k-very-secret"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{PASSWORD}@host:port/db",
        f"postgresql+psycopg://me:{PASSWORD}@[::1/db",
        f"postgresql+psycopg://me:x@{PASSWORD}@host/db",
        f"postgresql+nothing://me:{PASSWORD}@host/db",
        f"postgresql+asyncpg://me:{PASSWORD}@host/db",
        f"mysql://me:{PASSWORD}@host/db",
        f"me:{PASSWORD}@host/db",
        "sqlite://relative.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////data/playground.db?mode=memory",
        "",
    ],
)
def test_a_url_that_cannot_be_a_stores_ends_in_a_sentence_without_the_password(url: str) -> None:
    with pytest.raises(StoreError, match="SPEKO_DATABASE_URL") as caught:
        opened(url)
    assert PASSWORD not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{PASSWORD}@127.0.0.1:1/db",
        f"postgres://me:{PASSWORD}@127.0.0.1:1/db",
        f"postgresql://127.0.0.1:1/db?user=me&password={PASSWORD}",
        f"postgresql://me:{PASSWORD}@127.0.0.1:99999999/db",
        f"postgresql://me:{PASSWORD}@:1/db",
        f"postgresql://me:{PASSWORD}@127.0.0.1:1/db?bogus=1",
    ],
)
def test_a_postgres_that_does_not_answer_is_named_without_its_password(url: str) -> None:
    store = opened(url)
    with pytest.raises(StoreError, match="refused the request") as caught:
        store.recent(1)
    assert PASSWORD not in str(caught.value)


@given(
    st.text()
    | st.from_regex(r"(postgres|postgresql|sqlite|mysql)(\+\w+)?://[\w:@/?\[\]%=&#.-]{0,40}")
)
def test_any_url_makes_a_store_or_a_sentence(url: str) -> None:
    with suppress(StoreError):
        Database(url)
