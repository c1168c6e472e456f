"""Snapshots of one's own: a folder of JSON files, each looked at again when it changes.

A file that cannot be used is a problem with a name, a field and a sentence, and the others go on
working, whatever is in the folder: files without an end, pipes, bytes that are no text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from pydantic import Field, ValidationError

from speko_client.models import WHAT_IF_ID, ScoresProblem, SnapshotFile, SnapshotRow
from speko_gateway.breadth import is_too_wide
from speko_gateway.errors import SetupError
from speko_gateway.files import UnusableFileError, read_regular
from speko_gateway.routing.scores import Snapshot, index_snapshot

MOST_FILES: Final = 200
MOST_BYTES: Final = 4 * 1024 * 1024
"""Of one file: some 20,000 rows, which are read in a tenth of a second."""
MOST_BYTES_IN_ALL: Final = 32 * 1024 * 1024
MOST_ELEMENTS: Final = 500_000
_MOST_NAMES: Final = 10_000
_ENDING: Final = ".json"
_WHOLE: Final = "the file"
_BOM: Final = b"\xef\xbb\xbf"
_OWNED: Final = re.compile(r"\.[0-9a-f]{32}\.json$")
"""How the playground names a visitor's file: with the hash of whom it belongs to."""


class _BoundedFile(SnapshotFile):
    """A snapshot's file that is refused at its first bad row: to report them all takes long."""

    rows: Annotated[
        tuple[SnapshotRow, ...], Field(min_length=1, max_length=100_000, fail_fast=True)
    ]


class Fault(NamedTuple):
    """Why a snapshot cannot be used: the field, and what is wrong with it."""

    field: str
    message: str


class Stamp(NamedTuple):
    """What tells one state of a file from another."""

    changed: int
    size: int
    inode: int
    mode: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in the folder: usable snapshots in the order of their files' names, and the rest.

    ``owned`` are ids of snapshots that belong to one visitor, which others are not told.
    """

    snapshots: tuple[Snapshot, ...] = ()
    problems: tuple[ScoresProblem, ...] = ()
    owned: frozenset[str] = frozenset()


NOTHING: Final = Contents()


class SnapshotFolder:
    """The snapshots in one folder; ``taken`` are ids that no file may have.

    ``apart`` is a file that is passed over, where it lies in this folder: it is in force already.
    """

    def __init__(self, path: Path, taken: frozenset[str], apart: Path | None = None) -> None:
        self._path = path
        self._taken = taken
        lies_here = apart is not None and apart.absolute().parent == path.absolute()
        self._apart = apart.name if apart is not None and lies_here else None
        self._stamps: dict[str, Stamp | None] = {}
        self._read: dict[str, Snapshot | Fault] = {}
        self._contents = NOTHING

    def look(self) -> Contents:
        """What is there now; only files that have changed are read again. It never raises."""
        try:
            stamps = dict(sorted(islice(_stamps(self._path), _MOST_NAMES)))
            stamps.pop(self._apart or "", None)
        except FileNotFoundError:
            stamps = {}
        except OSError as error:
            fault = _unreadable(error)
            return Contents(problems=(_problem(str(self._path), fault),))
        if stamps != self._stamps:
            before, self._stamps = self._stamps, stamps
            self._read = dict(self._checked(before))
            self._contents = self._sorted_out()
        return self._contents

    def _checked(self, before: dict[str, Stamp | None]) -> Iterator[tuple[str, Snapshot | Fault]]:
        """Each file's snapshot, or its fault; what has not changed is taken as it was."""
        room = MOST_BYTES_IN_ALL
        for number, (name, stamp) in enumerate(self._stamps.items()):
            if number == MOST_FILES:
                more = len(self._stamps) - number
                yield name, Fault(_WHOLE, f"it and {more - 1} more are not read: {_TOO_MANY}")
                return
            room -= min(stamp.size if stamp else 0, MOST_BYTES)
            if room < 0:
                yield name, Fault(_WHOLE, f"it is not read: {_TOO_MUCH}")
            elif name in self._read and before.get(name) == stamp:
                yield name, self._read[name]
            else:
                yield name, read_file(self._path / name)

    def _sorted_out(self) -> Contents:
        """The usable ones; of two with the same id, the first counts."""
        found: dict[str, tuple[str, Snapshot]] = {}
        problems: list[ScoresProblem] = []
        for name, each in self._read.items():
            if isinstance(each, Snapshot):
                fault = self._id_fault(each.id, found)
                if fault is None:
                    found[each.id] = name, each
                    continue
            else:
                fault = each
            problems.append(_problem(name, fault))
        owned = frozenset(id for id, (name, _) in found.items() if _OWNED.search(name))
        return Contents(tuple(each for _, each in found.values()), tuple(problems), owned)

    def _id_fault(self, id: str, found: dict[str, tuple[str, Snapshot]]) -> Fault | None:
        if id in self._taken:
            return Fault("id", "a snapshot that is not in this folder has this id; choose another")
        if id.startswith(WHAT_IF_ID):
            return Fault("id", f"ids that begin with {WHAT_IF_ID} are those of what-ifs")
        if id in found:
            return Fault("id", f"{_shown(found[id][0])} has this id too; choose another")
        return None


_TOO_MANY: Final = f"a folder may have {MOST_FILES} files. Move some elsewhere"
_TOO_MUCH: Final = (
    f"the files of one folder may have {MOST_BYTES_IN_ALL // 1024 // 1024} MiB together. "
    "Move some elsewhere"
)


def read_file(path: Path) -> Snapshot | Fault:
    """The snapshot in this file, or why there is none. It never raises, and never waits."""
    try:
        return checked_snapshot(read_regular(path, MOST_BYTES))
    except UnusableFileError as error:
        return Fault(_WHOLE, str(error))
    except OSError as error:
        return _unreadable(error)


def checked_snapshot(content: bytes) -> Snapshot | Fault:
    """The snapshot that these bytes are, or why they are none."""
    content = content.removeprefix(_BOM)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        return Fault(_WHOLE, f"it is no UTF-8 text: byte {error.start + 1:,} is not")
    if is_too_wide(text, MOST_ELEMENTS):
        return Fault(_WHOLE, f"it has more than {MOST_ELEMENTS:,} elements")
    try:
        return index_snapshot(_BoundedFile.model_validate_json(content))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        return Fault(".".join(map(str, first["loc"])) or _WHOLE, first["msg"])
    except SetupError as error:
        field, _, message = str(error).partition(": ")
        return Fault(field, message)


def _stamps(path: Path) -> Iterator[tuple[str, Stamp | None]]:
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.name.endswith(_ENDING) and not entry.name.startswith("."):
                yield entry.name, _stamp(entry)


def _stamp(entry: os.DirEntry[str]) -> Stamp | None:
    try:
        found = entry.stat()
    except OSError:  # a link that leads nowhere: opening it says so
        return None
    return Stamp(found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode)


def _unreadable(error: OSError) -> Fault:
    return Fault(_WHOLE, f"it cannot be read: {error.strerror or type(error).__name__}")


def _problem(name: str, fault: Fault) -> ScoresProblem:
    return ScoresProblem(file=_shown(name), field=fault.field, message=fault.message)


def _shown(name: str) -> str:
    """A file's name as text; names may be any bytes."""
    return os.fsencode(name).decode(errors="replace")
