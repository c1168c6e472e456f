"""An upload becomes conversations of ours, one by one: for the preview, and again to store them.

Both readings give the same conversations in the same order, so a number names one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final

from playground.imports.elements import elements, parsed
from playground.imports.files import JsonFile, Look, json_files
from playground.imports.foreign import BrokenError, ImportFileError
from playground.imports.own import is_own, own
from playground.imports.shapes import conversations_in, name_of, reader_of
from playground.imports.tree import Woven, woven
from playground.imports.values import fields, line

_LOG = logging.getLogger(__name__)

MOST_VALUES: Final = 200_000
"""So many values in all files: nobody has had so many conversations."""


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation of the file, or why it cannot be imported: one of both is None."""

    number: int
    title: str
    woven: Woven | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A file that could not be read to its end, and why. What was found in it before stays."""

    name: str
    problem: str


def conversations(file: BinaryIO, name: str, look: Look, now: datetime) -> Iterator[Found | Ended]:
    """Everything that is found in an upload. Raises ImportFileError where nothing can be."""
    number = values = 0
    for part in json_files(file, name, look):
        try:
            for entry in _entries(part):
                values += 1
                if values > MOST_VALUES:
                    raise ImportFileError(f"It has more than {MOST_VALUES:,} entries.")
                for found in _found(entry, number, now):
                    number += 1
                    yield found
        except ImportFileError as error:
            yield Ended(line(part.name), str(error))


def _entries(part: JsonFile) -> Iterator[Any | BrokenError]:
    for element in elements(part.pieces):
        try:
            yield parsed(element)
        except BrokenError as error:
            yield error


def _found(entry: Any | BrokenError, number: int, now: datetime) -> Iterator[Found]:
    if isinstance(entry, BrokenError):
        yield Found(number, "Untitled", None, str(entry))
        return
    if is_own(fields(entry)):
        yield from _own(entry, number)
        return
    for place, inner in enumerate(conversations_in(entry)):
        yield _read(inner, number + place, now)


def _own(entry: dict[str, Any], number: int) -> Iterator[Found]:
    try:
        for place, session in enumerate(own(entry)):
            if session.turns:
                yield Found(number + place, session.title or "Untitled", Woven(session))
    except BrokenError as error:
        yield Found(number, "Untitled", None, str(error))


def _read(entry: dict[str, Any], number: int, now: datetime) -> Found:
    read = reader_of(fields(entry))
    if read is None:
        return Found(number, name_of(entry), None, "It is not known what it is.")
    try:
        made = woven(read(entry), now)
    except BrokenError as error:
        return Found(number, name_of(entry), None, str(error))
    except Exception:
        # A bug in reading one must not lose the others.
        _LOG.exception("A conversation could not be read")
        return Found(number, name_of(entry), None, "The playground failed on it; its log says why.")
    return Found(number, made.conversation.title or "Untitled", made)
