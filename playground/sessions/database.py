"""The database under the store: opened on first use, migrated, with one transaction at a time each.

SQLite runs in WAL mode with ``synchronous=FULL``: a committed turn survives the end of the process
and of the power alike, and readers never wait for a writer. Postgres comes by URL: it may restart,
and several processes may bring a new database up to date at once.

A database that is another program's, or a newer version's, is left as it is: not a byte changes.

SQLite goes on writing into a file that was deleted or replaced under it, and all of that is lost
with the process. So the file is looked at before each transaction, and opened anew where it must.

All outstanding steps of ``migrations`` run in one transaction, so a store is either as it was or
wholly up to date.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from playground.sessions import store_file, store_url
from playground.sessions.migrations import STEPS, Migration, execute

_BEGIN = "sqlite_begin"
_MIGRATION_LOCK = 7_735_636
"""A number of our own among Postgres's advisory locks."""
_MERGED_PAGES = 500
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


class StoreError(Exception):
    """The store could not be read or written; its text says why and what to do."""


class Database:
    """Transactions on one database. ``place`` names it in errors, without a password."""

    def __init__(self, url: str) -> None:
        """Raises StoreError where the URL cannot be one of a store."""
        try:
            self._url = store_url.checked(url)
        except ValueError as error:
            raise StoreError(str(error)) from None
        self._sqlite = self._url.get_backend_name() == "sqlite"
        self._file = Path(self._url.database or "") if self._sqlite else None
        self.place = str(self._file or store_url.shown(self._url))
        self._engine: sa.Engine | None = None
        self._file_opened: tuple[int, ...] | None = None
        self._copy: TemporaryDirectory[str] | None = None
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
            if self._copy is not None:
                raise StoreError(_ADVICE[sqlite3.SQLITE_READONLY].format(place=self.place))
            with engine.begin() as connection:
                yield connection

    def erase_words(self) -> None:
        """Leave no deleted word in SQLite's index, where a word is only marked as deleted.

        It takes a second or so for a large index, in steps between which others can write.
        Raises StoreError.
        """
        # A negative number begins with the whole index, a positive one goes on.
        pages = -_MERGED_PAGES
        while self._sqlite:
            with self.write() as connection:
                changed = _merge(connection, pages)
            if changed <= 1:
                return
            pages = _MERGED_PAGES

    def erase(self) -> None:
        """Leave nothing of what was deleted in SQLite's files; Postgres sees to it by itself.

        Raises StoreError.
        """
        if not self._sqlite:
            return
        with _translated(self.place):
            engine = self._opened().execution_options(isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the connections; the next use opens them anew."""
        with self._opening:
            self._let_go()

    def _let_go(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
        if self._copy is not None:
            self._copy.cleanup()
        self._engine = self._copy = None

    def _opened(self) -> sa.Engine:
        with self._opening:
            if self._engine is not None and self._file_opened != self._file_now():
                self._let_go()
            if self._engine is None:
                self._engine = self._open()
                self._file_opened = self._file_now()
                self.openings += 1
            return self._engine

    def _file_now(self) -> tuple[int, ...] | None:
        if self._file is None:
            return None
        try:
            return store_file.identity(self._file)
        except OSError:
            # Where the disk does not answer, the open file stays in use.
            return self._file_opened

    def _open(self) -> sa.Engine:
        url = self._url
        if self._file is not None:
            url = url.set(database=str(self._usable(self._file)))
        engine = self._made(url)
        if self._sqlite:
            sa.event.listen(engine, "connect", _prepare)
            sa.event.listen(engine, "begin", _begin)
        try:
            self._bring_up_to_date(engine)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def _usable(self, file: Path) -> Path:
        """The file to open: this one where it is ours, or a copy where it is read-only."""
        if store_file.is_new(file):
            store_file.make_private(file)
            return file
        if not file.is_file():
            raise StoreError(_ADVICE[sqlite3.SQLITE_CANTOPEN].format(place=self.place))
        if not store_file.is_writable(file):
            self._copy = TemporaryDirectory(prefix="speko-playground-")
            return store_file.copy(file, self._copy.name)
        self._require_ours(file)
        store_file.take_from_others(file)
        return file

    def _require_ours(self, file: Path) -> None:
        """Look into the file without touching it. Raises StoreError where it must be left alone."""
        engine = sa.create_engine(
            "sqlite://", creator=lambda: store_file.look(file), poolclass=NullPool
        )
        while True:
            before = store_file.written(file)
            try:
                with engine.connect() as connection:
                    outstanding(connection, self.place)
            except DBAPIError:
                # Half a page was read where another process was writing just then.
                if store_file.written(file) == before:
                    raise
            else:
                return

    def _made(self, url: sa.URL) -> sa.Engine:
        try:
            return sa.create_engine(url, pool_pre_ping=not self._sqlite)
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
    # A damaged text shows as one; it does not hide its neighbours.
    connection.text_factory = lambda text: text.decode(errors="replace")
    connection.execute(f"PRAGMA busy_timeout = {store_file.BUSY_MS}")
    store_file.switch_to_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    # What is deleted is overwritten, and not only no longer listed.
    connection.execute("PRAGMA secure_delete = ON")


def _merge(connection: sa.Connection, pages: int) -> int:
    """Merge so much of the index of words; returns how many rows it changed, 1 where none."""
    driver = connection.connection.dbapi_connection
    before = driver.total_changes if driver else 0
    connection.exec_driver_sql("INSERT INTO search (search, rank) VALUES ('merge', ?)", (pages,))
    return (driver.total_changes if driver else 0) - before


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


_OURS = {"schema_version", "conversations", "turns"}
"""Tables of every store, whichever version made it."""


def outstanding(connection: sa.Connection, place: str, steps: Sequence[Migration] = STEPS) -> int:
    """How many steps the store lacks; only reads. ``place`` names the store in errors.

    Raises StoreError where another program, or a newer version of the playground, made it.
    """
    lacking = len(steps) - _version(connection, place)
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
        execute(connection, "CREATE TABLE schema_version (version INTEGER NOT NULL)")
        execute(connection, "INSERT INTO schema_version (version) VALUES (0)")
    for step in steps[done:]:
        step(connection)
    connection.execute(sa.text("UPDATE schema_version SET version = :new"), {"new": len(steps)})


def _version(connection: sa.Connection, place: str) -> int:
    tables = set(sa.inspect(connection).get_table_names())
    if not _OURS & tables and not _is_anothers(connection, tables):
        return 0
    if not tables >= _OURS:
        raise StoreError(
            f"{place} is another program's database, and was left as it is. Set SPEKO_DATABASE_URL "
            "or SPEKO_DATA_DIR to another place."
        )
    versions = connection.execute(sa.text("SELECT version FROM schema_version")).scalars().all()
    if len(versions) != 1 or not isinstance(versions[0], int):
        raise StoreError(f"{place} is damaged. Move it away and restore a backup.")
    return versions[0]


def _is_anothers(connection: sa.Connection, tables: set[str]) -> bool:
    """Whether somebody else uses it; in Postgres, a schema may be shared."""
    if connection.dialect.name != "sqlite":
        return False
    marked = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    return bool(tables or marked)
