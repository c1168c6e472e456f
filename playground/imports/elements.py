"""The values of a JSON file one by one, without ever holding all of it. Pure.

A list gives its entries, a file of lines (JSONL) its lines, a file of our own sessions such a file
for each of them, anything else itself. Where one of them ends is found by counting brackets, so
that one that is broken does not take the next along.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NoReturn

from playground.imports.foreign import BrokenError, ImportFileError

MOST_LETTERS: Final = 32_000_000
"""So many characters in one value; a longer one is no conversation anybody had."""

_PLAIN: Final = re.compile(r'(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)
"""Everything up to the next bracket, or up to a text whose end is still to come."""
_SESSIONS: Final = re.compile(
    r'\ufeff?\s*\{\s*"format"\s*:\s*"speko-session"\s*,\s*"version"\s*:\s*[^,{}\[\]]{1,20},'
    r'\s*"sessions"\s*:\s*\['
)
"""How a file of ours begins, up to its first session."""
_NOT_UTF: Final = "It is neither UTF-8 nor UTF-16 text. Save it as UTF-8, then choose it again."
_TOO_LARGE: Final = f"It is larger than {MOST_LETTERS // 1_000_000} million characters."


def elements(chunks: Iterable[bytes]) -> Iterator[str]:
    """Each value's text, or why there is none. Raises ImportFileError where it cannot go on."""
    texts = _decoded(chunks)
    first = next(texts, "")
    if _is_lines(first):
        yield from _lines(first, texts)
    elif head := _SESSIONS.match(first):
        yield from (f"{head[0]}{each}]}}" for each in _bracketed(first, texts, within=2))
    else:
        yield from _bracketed(first, texts)


def parsed(element: str) -> Any:
    """The value. Raises BrokenError."""
    try:
        return json.loads(element, parse_constant=_refuse)
    except RecursionError:
        raise BrokenError(
            "It is nested too deeply. LibreChat can export it without “recursive”."
        ) from None
    except ValueError as error:
        raise BrokenError(f"It is not valid JSON: {error}.") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _decoded(chunks: Iterable[bytes]) -> Iterator[str]:
    """Text in pieces that are not empty; the first one has at least four bytes of the file."""
    decoder: codecs.IncrementalDecoder | None = None
    begun = b""
    try:
        for chunk in chunks:
            if decoder is None:
                begun += chunk
                if len(begun) < 4:
                    continue
                decoder, chunk = _decoder(begun), begun
            if text := decoder.decode(chunk):
                yield text
        if text := (decoder or _decoder(begun)).decode(b"" if decoder else begun, final=True):
            yield text
    except UnicodeDecodeError as error:
        raise ImportFileError(_NOT_UTF) from error


def _decoder(begun: bytes) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder(json.detect_encoding(begun))()


def _is_lines(first: str) -> bool:
    """Whether one of the first lines is an object of its own, and there are more lines."""
    if not first.lstrip("\ufeff \t\r\n").startswith("{"):
        return False
    lines = first.split("\n", 4)
    return len(lines) > 1 and any(map(_is_object, lines[:4]))


def _is_object(line: str) -> bool:
    line = line.strip("\ufeff \t\r")
    if not (line.startswith("{") and line.endswith("}") and len(line) > 2):
        return False
    try:
        return isinstance(parsed(line), dict)
    except BrokenError:
        return False


def _lines(first: str, texts: Iterator[str]) -> Iterator[str]:
    rest = first
    while True:
        *whole, rest = rest.split("\n")
        yield from (line for each in whole if (line := each.strip("\ufeff \t\r")))
        if len(rest) > MOST_LETTERS:
            raise ImportFileError(f"A line of it is too long. {_TOO_LARGE}")
        more = next(texts, None)
        if more is None:
            break
        rest += more
    if line := rest.strip("\ufeff \t\r"):
        yield line


def _bracketed(first: str, texts: Iterator[str], within: int | None = None) -> Iterator[str]:
    """As the brackets say. ``base`` is the depth around the values: ``within``, or 1 in a list."""
    buffer, place, depth, base, start = first, 0, 0, 0, -1
    while True:
        place = _PLAIN.match(buffer, place).end()  # type: ignore[union-attr]
        if place == len(buffer) or buffer[place] == '"':
            more = next(texts, None)
            if more is None:
                break
            kept = start if start >= 0 else place
            buffer, place, start = buffer[kept:] + more, place - kept, min(start, 0)
            if len(buffer) > MOST_LETTERS + len(more):
                raise ImportFileError(
                    f"A part of it is too large to be a conversation. {_TOO_LARGE}"
                )
            continue
        bracket = buffer[place]
        place += 1
        if bracket in "{[":
            if depth == 0:
                base = within or (1 if bracket == "[" else 0)
            if depth == base:
                start = place - 1
            depth += 1
        elif depth:
            depth -= 1
            if depth == base and start >= 0:
                yield buffer[start:place]
                start = -1
    if depth:
        raise ImportFileError(
            "It ends in the middle: the file is cut off, or its brackets do not match."
        )
