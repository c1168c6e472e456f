"""The database under the store: opened on first use, migrated, with one transaction at a time each.

SQLite runs in WAL mode with ``synchronous=FULL``: a committed turn survives the end of the process
and of the power alike, and readers never wait for a writer. Postgres comes by URL: it may restart,
and several processes may bring a new database up to date at once.

SQLite goes on writing into a file that was deleted or replaced under it, and all of that is lost
with the process. So the file is looked at before each transaction, and opened anew where it must.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import SQLITE_BUSY, OperationalError
from sqlite3 import Connection as SQLiteConnection

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from playground.sessions.migrations import migrate, outstanding
from playground.sessions.store_errors import StoreError, translated

_BUSY_MS = 2_000
_RETRY_SECONDS = 0.01
_BEGIN = "sqlite_begin"
_MIGRATION_LOCK = 7_735_636
"""A number of our own among Postgres's advisory locks."""


class Database:
    """Transactions on one database. ``place`` names it in errors, without a password."""

    def __init__(self, url: str) -> None:
        try:
            self._url = make_url(url)
        except ArgumentError:
            raise StoreError(
                "The store's URL is not one. Correct SPEKO_DATABASE_URL, for example "
                "postgresql+psycopg://user@host/playground."
            ) from None
        self._sqlite = self._url.get_backend_name() == "sqlite"
        self._file = Path(self._url.database or "") if self._sqlite else None
        self.place = str(self._file or self._url.render_as_string(hide_password=True))
        self._engine: Engine | None = None
        self._file_opened: tuple[int, int] | None = None
        self.openings = 0
        """How often it was opened: what was read before may come from another file."""
        self._opening = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view. Raises StoreError."""
        with translated(self.place):
            engine = self._opened()
            if not self._sqlite:
                engine = engine.execution_options(isolation_level="REPEATABLE READ")
            with engine.begin() as connection:
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, committed at the end, undone on an error. Raises StoreError."""
        with translated(self.place):
            engine = self._opened().execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
            with engine.begin() as connection:
                yield connection

    def close(self) -> None:
        """Let go of the connections; the next use opens them anew."""
        with self._opening:
            if self._engine is not None:
                self._engine.dispose()
            self._engine = None

    def _opened(self) -> Engine:
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

    def _open(self) -> Engine:
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        engine = self._made()
        if self._sqlite:
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "begin", _begin)
        try:
            self._bring_up_to_date(engine)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def _made(self) -> Engine:
        try:
            return create_engine(self._url, pool_pre_ping=not self._sqlite)
        except ImportError as error:
            package = "'.[postgres]'" if error.name == "psycopg" else error.name
            raise StoreError(
                f"The driver for {self.place} is not installed: pip install {package}."
            ) from error

    def _bring_up_to_date(self, engine: Engine) -> None:
        # An up-to-date store is not written to, so that a read-only one can be read.
        with engine.begin() as connection:
            lacking = outstanding(connection, self.place)
        if lacking:
            with engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}).begin() as connection:
                if not self._sqlite:
                    connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
                migrate(connection, self.place)


def _prepare(connection: SQLiteConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN comes too late for a read before a write; ``_begin`` sends it.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    _switch_to_wal(connection, time.monotonic() + _BUSY_MS / 1000)
    connection.execute("PRAGMA synchronous = FULL")


def _switch_to_wal(connection: SQLiteConnection, deadline: float) -> None:
    # Two processes that switch a new file together get "busy" at once: SQLite does not wait here.
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except OperationalError as error:
            if error.sqlite_errorcode != SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))
