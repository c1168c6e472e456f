"""The demo scripts to choose from: those that ship, and the person's own in the data folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playground.demos.script import DemoScript
from playground.demos.script_file import MAX_BYTES, DemoScriptError, parse_script

SHIPPED: Final = Path(__file__).with_name("shipped")
OWN: Final = "demos"
"""The folder of a person's own scripts, in the data folder."""

_ENDINGS: Final = (".yaml", ".yml")
_MOST_FILES: Final = 100


@dataclass(frozen=True, slots=True)
class ShelfEntry:
    """One file: its script, or the problem with it. ``own``: the person's own."""

    name: str
    own: bool
    content: bytes = b""
    script: DemoScript | None = None
    problem: str | None = None


def shelf(data_dir: Path) -> list[ShelfEntry]:
    """Every script, those that ship first, each kind by name."""
    return [*_entries(SHIPPED, own=False), *_entries(data_dir / OWN, own=True)]


def read_entry(content: bytes, name: str, *, own: bool) -> ShelfEntry:
    """An entry from a file's content."""
    try:
        return ShelfEntry(name, own, content, script=parse_script(content, name))
    except DemoScriptError as error:
        return ShelfEntry(name, own, content, problem=error.message)


def _entries(folder: Path, *, own: bool) -> Iterator[ShelfEntry]:
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in _ENDINGS)
    except FileNotFoundError:
        return
    except OSError as error:
        yield ShelfEntry(folder.name, own, problem=f"{folder} cannot be read: {error.strerror}.")
        return
    for path in found[:_MOST_FILES]:
        yield _entry(path, own=own)


def _entry(path: Path, *, own: bool) -> ShelfEntry:
    try:
        with path.open("rb") as file:
            # One byte more than is allowed: enough to see that the file is too long.
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        problem = f"{path.name} cannot be read: {error.strerror}. Check its permissions."
        return ShelfEntry(path.name, own, problem=problem)
    return read_entry(content, path.name, own=own)
