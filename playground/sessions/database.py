"""The database under the store: opened on first use, migrated, with one transaction at a time each.

SQLite runs in WAL mode with ``synchronous=FULL``: a committed turn survives the end of the process
and of the power alike, and readers never wait for a writer. Postgres comes by URL: it may restart,
and several processes may bring a new database up to date at once.

SQLite goes on writing into a file that was deleted or replaced under it, and all of that is lost
with the process. So the file is looked at before each transaction, and opened anew where it must.

The store's shape is numbered steps. A step that was released is never edited; add another. The
number of steps done stands in ``schema_version``. All outstanding steps run in one transaction, so
a store is either as it was or wholly up to date.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

_BUSY_MS = 2_000
_RETRY_SECONDS = 0.01
_BEGIN = "sqlite_begin"
_MIGRATION_LOCK = 7_735_636
"""A number of our own among Postgres's advisory locks."""
_ADVICE = {
    sqlite3.SQLITE_FULL: "The disk that holds {place} is full. Free some space; what is not saved "
    "yet is kept in memory and saved with the next turn.",
    sqlite3.SQLITE_READONLY: "{place} is read-only. Make it writable, or set SPEKO_DATA_DIR to a "
    "folder that is.",
    sqlite3.SQLITE_PERM: "{place} may not be opened. Give this user the rights to it, or set "
    "SPEKO_DATA_DIR to another folder.",
    sqlite3.SQLITE_CANTOPEN: "{place} cannot be opened. Check that its folder exists and is "
    "writable, or set SPEKO_DATA_DIR to another folder.",
    sqlite3.SQLITE_BUSY: "{place} is locked by another program. Close what else has it open.",
    sqlite3.SQLITE_LOCKED: "{place} is locked by another program. Close what else has it open.",
    sqlite3.SQLITE_NOTADB: "{place} is not a database. Move it away; a new one is made.",
    sqlite3.SQLITE_CORRUPT: "{place} is damaged. Move it away and restore a backup; without one, a "
    "new one is made in its place.",
    sqlite3.SQLITE_IOERR: "{place} could not be read or written: the disk reports an error. Check "
    "the disk and its free space.",
}

Migration = Callable[[sa.Connection], None]


class StoreError(Exception):
    """The store could not be read or written; its text says why and what to do."""


class Database:
    """Transactions on one database. ``place`` names it in errors, without a password."""

    def __init__(self, url: str) -> None:
        try:
            self._url = sa.make_url(url)
        except ArgumentError:
            raise StoreError(
                "The store's URL is not one. Correct SPEKO_DATABASE_URL, for example "
                "postgresql+psycopg://user@host/playground."
            ) from None
        self._sqlite = self._url.get_backend_name() == "sqlite"
        self._file = Path(self._url.database or "") if self._sqlite else None
        self.place = str(self._file or self._url.render_as_string(hide_password=True))
        self._engine: sa.Engine | None = None
        self._file_opened: tuple[int, int] | None = None
        self.openings = 0
        """How often it was opened: what was read before may come from another file."""
        self._opening = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One consistent view. Raises StoreError."""
        with _translated(self.place):
            engine = self._opened()
            if not self._sqlite:
                engine = engine.execution_options(isolation_level="REPEATABLE READ")
            with engine.begin() as connection:
                yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction, committed at the end, undone on an error. Raises StoreError."""
        with _translated(self.place):
            engine = self._opened().execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
            with engine.begin() as connection:
                yield connection

    def close(self) -> None:
        """Let go of the connections; the next use opens them anew."""
        with self._opening:
            if self._engine is not None:
                self._engine.dispose()
            self._engine = None

    def _opened(self) -> sa.Engine:
        with self._opening:
            if self._engine is not None and self._file_opened != self._file_now():
                self._engine.dispose()
                self._engine = None
            if self._engine is None:
                self._engine = self._open()
                self._file_opened = self._file_now()
                self.openings += 1
            return self._engine

    def _file_now(self) -> tuple[int, int] | None:
        if self._file is None:
            return None
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return None
        except OSError:
            # Where the disk does not answer, the open file stays in use.
            return self._file_opened
        return found.st_dev, found.st_ino

    def _open(self) -> sa.Engine:
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        engine = self._made()
        if self._sqlite:
            sa.event.listen(engine, "connect", _prepare)
            sa.event.listen(engine, "begin", _begin)
        try:
            self._bring_up_to_date(engine)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def _made(self) -> sa.Engine:
        try:
            return sa.create_engine(self._url, pool_pre_ping=not self._sqlite)
        except ImportError as error:
            package = "'.[postgres]'" if error.name == "psycopg" else error.name
            raise StoreError(
                f"The driver for {self.place} is not installed: pip install {package}."
            ) from error

    def _bring_up_to_date(self, engine: sa.Engine) -> None:
        # An up-to-date store is not written to, so that a read-only one can be read.
        with engine.begin() as connection:
            lacking = outstanding(connection, self.place)
        if lacking:
            with engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}).begin() as connection:
                if not self._sqlite:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
                migrate(connection, self.place)


def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN comes too late for a read before a write; ``_begin`` sends it.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    _switch_to_wal(connection, time.monotonic() + _BUSY_MS / 1000)
    connection.execute("PRAGMA synchronous = FULL")


def _switch_to_wal(connection: sqlite3.Connection, deadline: float) -> None:
    # Two processes that switch a new file together get "busy" at once: SQLite does not wait here.
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


@contextmanager
def _translated(place: str) -> Iterator[None]:
    """Turn the driver's, SQLAlchemy's and the file system's errors into StoreError."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise StoreError(_sentence(error, place)) from error


def _sentence(error: Exception, place: str) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and (code & 0xFF) in _ADVICE:
        return _ADVICE[code & 0xFF].format(place=place)
    if isinstance(error, OSError):
        return (
            f"{place} cannot be used: {error.strerror or 'the system refused'}. Check its folder."
        )
    return (
        f"{place} refused the request ({type(cause).__name__}). Check that the database runs and "
        "that SPEKO_DATABASE_URL is right."
    )


def step_1_conversations_and_turns(connection: sa.Connection) -> None:
    """Sessions and their turns. A turn's ``body`` is its JSON; the columns are what is asked for.

    ``revision`` counts the changes of a conversation; a turn has the one it was last changed at.
    ``owner`` and ``heartbeat_at`` (Unix seconds) are set while a turn runs.
    """
    _execute(
        connection,
        """CREATE TABLE conversations (
            id VARCHAR(64) PRIMARY KEY,
            title TEXT NOT NULL,
            leaf_id VARCHAR(64),
            settings TEXT NOT NULL,
            created_at DOUBLE PRECISION NOT NULL,
            updated_at DOUBLE PRECISION NOT NULL,
            turn_count INTEGER NOT NULL,
            revision INTEGER NOT NULL)""",
        """CREATE TABLE turns (
            id VARCHAR(64) PRIMARY KEY,
            conversation_id VARCHAR(64) NOT NULL REFERENCES conversations (id),
            place INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            status VARCHAR(16) NOT NULL,
            owner VARCHAR(64),
            heartbeat_at DOUBLE PRECISION,
            body TEXT NOT NULL)""",
        "CREATE INDEX turns_by_revision ON turns (conversation_id, revision)",
        "CREATE INDEX conversations_by_time ON conversations (updated_at)",
    )


def step_2_what_ifs(connection: sa.Connection) -> None:
    """Saved what-ifs; ``body`` is the what-if's JSON, its name included."""
    _execute(
        connection,
        """CREATE TABLE what_ifs (
            id VARCHAR(64) PRIMARY KEY,
            name TEXT NOT NULL,
            body TEXT NOT NULL,
            created_at DOUBLE PRECISION NOT NULL)""",
    )


def step_3_owners(connection: sa.Connection) -> None:
    """Whose it is; what was there before belongs to this machine's user (``teams.owner``).

    A turn's ``runner`` is the process that runs it, called ``owner`` before. The ids of deleted
    conversations stay for a while, so that nothing that was on its way to one brings it back.
    """
    _execute(
        connection,
        "ALTER TABLE turns RENAME COLUMN owner TO runner",
        "ALTER TABLE conversations ADD COLUMN owner TEXT NOT NULL DEFAULT 'machine'",
        "ALTER TABLE what_ifs ADD COLUMN owner TEXT NOT NULL DEFAULT 'machine'",
        "DROP INDEX conversations_by_time",
        "CREATE INDEX conversations_by_owner ON conversations (owner, updated_at)",
        """CREATE TABLE deleted_conversations (
            id VARCHAR(64) PRIMARY KEY,
            deleted_at DOUBLE PRECISION NOT NULL)""",
    )


def step_4_spending(connection: sa.Connection) -> None:
    """What visitors spent on the host's keys, turn by turn; kept for a day, deleted sessions too.

    A table of its own, so that a visitor who deletes a session does not get its cost back.
    """
    _execute(
        connection,
        """CREATE TABLE spending (
            turn_id VARCHAR(64) PRIMARY KEY,
            owner TEXT NOT NULL,
            started_at DOUBLE PRECISION NOT NULL,
            cost_usd DOUBLE PRECISION NOT NULL)""",
        "CREATE INDEX spending_by_owner ON spending (owner, started_at)",
    )


STEPS: Sequence[Migration] = (
    step_1_conversations_and_turns,
    step_2_what_ifs,
    step_3_owners,
    step_4_spending,
)


def outstanding(connection: sa.Connection, place: str, steps: Sequence[Migration] = STEPS) -> int:
    """How many steps the store lacks; only reads. ``place`` names the store in errors.

    Raises StoreError where a newer version of the playground made it.
    """
    lacking = len(steps) - _version(connection)
    if lacking < 0:
        raise StoreError(
            f"{place} was made by a newer version of the playground. Get that version, or set "
            "SPEKO_DATA_DIR to another folder."
        )
    return lacking


def migrate(connection: sa.Connection, place: str, steps: Sequence[Migration] = STEPS) -> None:
    """Do the steps that the store lacks, inside the caller's transaction. Raises StoreError."""
    done = len(steps) - outstanding(connection, place, steps)
    if done == 0:
        _execute(connection, "CREATE TABLE schema_version (version INTEGER NOT NULL)")
        _execute(connection, "INSERT INTO schema_version (version) VALUES (0)")
    for step in steps[done:]:
        step(connection)
    connection.execute(sa.text("UPDATE schema_version SET version = :new"), {"new": len(steps)})


def _version(connection: sa.Connection) -> int:
    if not sa.inspect(connection).has_table("schema_version"):
        return 0
    return int(connection.execute(sa.text("SELECT version FROM schema_version")).scalar_one())


def _execute(connection: sa.Connection, *statements: str) -> None:
    for statement in statements:
        connection.execute(sa.text(statement))
