"""SQLite's file under the store: made for its user alone, looked at before it is touched.

A file that is opened the usual way is changed at once: it goes into WAL mode. So whose it is, is
found out through a connection that cannot write. A store on a read-only disk is read from a copy:
a WAL cannot be opened there, and an older version's store must be migrated before it can be read.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import time
from pathlib import Path

from platformdirs import user_data_path

BUSY_MS = 2_000
_RETRY_SECONDS = 0.01
_SIDES = ("", "-wal", "-shm")
_EFFECTIVE = os.access in os.supports_effective_ids


def is_new(file: Path) -> bool:
    """Whether there is nothing in it yet. Raises OSError."""
    return not file.exists() or (file.is_file() and file.stat().st_size == 0)


def is_writable(file: Path) -> bool:
    """Whether SQLite can write: to the file, and to its folder for the WAL."""
    return all(os.access(path, os.W_OK, effective_ids=_EFFECTIVE) for path in (file, file.parent))


def identity(file: Path) -> tuple[int, ...] | None:
    """What changes when another file stands there, or, in a read-only one, when it was written.

    None where there is none. Raises OSError.
    """
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    same = (found.st_dev, found.st_ino)
    return same if is_writable(file) else (*same, *written(file))


def make_private(file: Path) -> None:
    """Make an empty file that only this user can read, and its folder. Raises OSError.

    SQLite gives the WAL the rights of the file. A folder that was there keeps its own rights,
    unless it is the one that nobody chose: others may have a part in it.
    """
    folder = file.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    take_from_others(file)


def take_from_others(file: Path) -> None:
    """Take all rights from others to a store of this user's, as older versions gave them."""
    if sys.platform == "win32":
        return
    mine = [file.with_name(file.name + side) for side in _SIDES]
    mine += [file.parent] if file.parent == user_data_path("speko-playground") else []
    for path in mine:
        try:
            found = path.stat()
            if found.st_uid == os.geteuid() and found.st_mode & 0o077:
                path.chmod(found.st_mode & 0o700)
        except OSError:
            # It is gone, or the disk knows no rights.
            continue


def look(file: Path) -> sqlite3.Connection:
    """A connection that cannot write. Raises sqlite3.Error."""
    # Where there is no WAL, "mode=ro" would make one; where there is one, "immutable" misses it.
    mode = "mode=ro" if _state(_wal(file))[0] else "immutable=1"
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?{mode}", uri=True)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    return connection


def written(file: Path) -> tuple[int, ...]:
    """What changes when the store is written. Raises OSError."""
    return (*_state(file), *_state(_wal(file)))


def copy(file: Path, folder: str) -> Path:
    """Copy the store and its WAL into the folder; returns the copy. Raises OSError."""
    place = Path(folder, file.name)
    before: tuple[int, ...] = ()
    # Once more where another user's process was writing meanwhile.
    while before != (before := written(file)):
        for source, target in ((file, place), (_wal(file), _wal(place))):
            target.unlink(missing_ok=True)
            if source.exists():
                shutil.copyfile(source, target)
    return place


def switch_to_wal(connection: sqlite3.Connection) -> None:
    """Go into WAL mode. Two processes that do so with a new file get "busy" at once: SQLite does
    not wait here."""
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _wal(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _state(path: Path) -> tuple[int, int]:
    """How many bytes, and when they were written; zeros where there is no file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_size, found.st_mtime_ns
