"""How many elements a JSON text has, counted before it is parsed.

A text's length says little about what it costs: 4 MB in one string are read in some milliseconds, 4
MB of ``{},{},`` take seconds and hundreds of megabytes. So its elements are counted first, up
to the limit. What stands in strings is skipped, and a small text costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_MARKS: Final = "{[,"
_STEP: Final = 65_536
_SHORT: Final = 16


def is_too_wide(text: str, most: int) -> bool:
    """Whether this JSON has more than ``most`` elements."""
    return len(text) > most and elements(text, most) > most


def elements(text: str, most: int) -> int:
    """How many elements this JSON has: objects, lists, strings, and commas. Stops above ``most``.

    What stands in strings does not count. For a text that is no JSON the result means nothing.
    """
    found = 0
    known: dict[str, int] = {}  # the same few stand between most strings
    for between in _between_strings(text):
        if (count := known.get(between)) is None:
            count = 1 + sum(map(between.count, _MARKS))
            if len(between) < _SHORT:
                known[between] = count
        found += count
        if found > most:
            break
    return found


def _between_strings(text: str) -> Iterator[str]:
    """What stands outside of strings, piece by piece."""
    if "\\" in text:
        text = text.replace("\\\\", "").replace('\\"', "")
    place = 0
    while place < len(text):
        quote = text.find('"', place, place + _STEP)
        if quote < 0:
            yield text[place : place + _STEP]
            place += _STEP
            continue
        yield text[place:quote]
        place = text.find('"', quote + 1) + 1 or len(text)
