"""What can go wrong with the store, in plain words, picked by the error's code."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

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


@contextmanager
def translated(place: str) -> Iterator[None]:
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
