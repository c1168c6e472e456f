"""The prompts of a blind run over a list: pasted, from a CSV, or the built-in ones. Pure.

A CSV has one prompt a row, in its column ``prompt`` or in its first one. Text without a comma or a
quote is the same with a line each.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

MOST: Final = 200
LONGEST: Final = 4_000
"""Characters of one prompt."""
_COLUMN: Final = "prompt"
_HERE: Final = Path(__file__).parent


class PromptListError(Exception):
    """The list cannot be used; its words say why, and what to do."""


def built_in(language: str) -> tuple[str, ...]:
    """Our own prompts: Spanish ones for a Spanish form, else English ones."""
    lists = json.loads((_HERE / "prompts.json").read_text("utf-8"))
    return tuple(lists["es" if language.split("-")[0] == "es" else "en"])


def from_lines(text: str) -> tuple[str, ...]:
    """What was pasted, a prompt a line. Raises PromptListError."""
    return _checked(text.splitlines())


def from_csv(content: bytes) -> tuple[str, ...]:
    """The prompts in a CSV file. Raises PromptListError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PromptListError("This file is no text in UTF-8. Save it as CSV, in UTF-8.") from None
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error as error:
        raise PromptListError(f"This CSV is broken: {error}. Save it again, then upload it.") from (
            error
        )
    head = [cell.strip().casefold() for cell in rows[0]] if rows else []
    column = head.index(_COLUMN) if _COLUMN in head else 0
    return _checked(row[column] for row in rows[_COLUMN in head :] if len(row) > column)


def _checked(found: Iterable[str]) -> tuple[str, ...]:
    prompts = tuple(dict.fromkeys(filter(None, map(str.strip, found))))
    if not prompts:
        raise PromptListError("There is no prompt in this list. Write one in each line.")
    if len(prompts) > MOST:
        raise PromptListError(
            f"This list has {len(prompts):,} prompts, and {MOST} is the most. Cut it into parts."
        )
    if long := [place for place, prompt in enumerate(prompts, 1) if len(prompt) > LONGEST]:
        raise PromptListError(
            f"Prompt {long[0]} has more than {LONGEST:,} characters. Shorten it, then try again."
        )
    return prompts
