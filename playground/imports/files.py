"""The files of an upload: a JSON file itself, or each JSON file in a ZIP; read in pieces.

Nothing is unpacked onto a disk, and what is no JSON (images, sounds) is not unpacked at all. The
bounds are those of a hostile file: an honest export is far below each of them.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from lzma import LZMAError
from typing import IO, BinaryIO, Final

from playground.imports.foreign import ImportFileError

MOST_BYTES: Final = 1_000_000_000
"""So many bytes of JSON in all, unpacked."""
MOST_RATIO: Final = 200
"""So many times as large unpacked as packed; JSON of conversations is some 5 to 20 times."""
MOST_FILES: Final = 100_000
"""So many files in one ZIP; those with images have thousands."""
_SMALL: Final = 1_000_000
"""Below that many bytes the ratio says nothing."""
_PIECE: Final = 1_000_000

_DAMAGED: Final = "This ZIP is damaged, or not whole. Download the export once more."

Look = Callable[[int, int], None]
"""Told how many bytes were read, of how many; raises to stop the reading."""


@dataclass(frozen=True, slots=True)
class JsonFile:
    """One JSON file: its name, and its bytes in pieces, which raise ImportFileError."""

    name: str
    pieces: Iterator[bytes]


def json_files(file: BinaryIO, name: str, look: Look) -> Iterator[JsonFile]:
    """The JSON files of an upload, in the order of the ZIP. Raises ImportFileError."""
    file.seek(0)
    if zipfile.is_zipfile(file):
        yield from _in_zip(file, look)
        return
    file.seek(0)
    if file.read(2) == b"PK":
        raise ImportFileError(_DAMAGED)
    size = file.seek(0, 2)
    file.seek(0)
    if size > MOST_BYTES:
        raise ImportFileError(_too_large(size))
    yield JsonFile(name, _pieces(file, look, 0, size))


def _in_zip(file: BinaryIO, look: Look) -> Iterator[JsonFile]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise ImportFileError(_DAMAGED) from error
    with archive:
        entries = _checked(archive.infolist())
        total = sum(entry.file_size for entry in entries)
        done = 0
        for entry in entries:
            yield JsonFile(entry.filename, _unpacked(archive, entry, look, done, total))
            done += entry.file_size


def _checked(entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    if len(entries) > MOST_FILES:
        raise ImportFileError(
            f"This ZIP has {len(entries):,} files; the playground opens up to {MOST_FILES:,}."
        )
    chosen = [entry for entry in entries if _is_json(entry.filename)]
    if not chosen:
        raise ImportFileError("This ZIP has no JSON file. Choose the ZIP of the export as it came.")
    total = sum(entry.file_size for entry in chosen)
    if total > MOST_BYTES:
        raise ImportFileError(_too_large(total))
    for entry in chosen:
        if entry.file_size > max(_SMALL, MOST_RATIO * entry.compress_size):
            raise ImportFileError(
                "This ZIP unpacks to far more than text does, as only a harmful one would. "
                "Nothing was read."
            )
    return chosen


def _is_json(name: str) -> bool:
    # A Mac adds a file of its own beside each, with the same ending.
    hidden = name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")
    return not hidden and name.lower().endswith((".json", ".jsonl", ".ndjson"))


def _unpacked(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, look: Look, before: int, total: int
) -> Iterator[bytes]:
    try:
        with archive.open(entry) as packed:
            yield from _pieces(packed, look, before, total)
    except RuntimeError as error:
        raise ImportFileError(
            "This ZIP needs a password. Unpack it, and choose the JSON."
        ) from error
    except NotImplementedError as error:
        raise ImportFileError("This ZIP is packed in a way that is not known here.") from error
    except (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError) as error:
        raise ImportFileError("It is damaged in the ZIP. Download the export once more.") from error


def _pieces(file: IO[bytes], look: Look, done: int, total: int) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        done += len(piece)
        look(done, total)
        yield piece


def _too_large(size: int) -> str:
    return (
        f"It has {size / 1e6:,.0f} MB of JSON; the playground reads up to "
        f"{MOST_BYTES // 10**6:,} MB. Split it, or choose its JSON files one by one."
    )
