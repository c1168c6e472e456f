"""Any file of cases as a suite, told by what is in it, and notes about what was left out. Pure.

A suite file, a ``promptfooconfig.yaml``, JSONL, a JSON list, or a CSV. The name decides only where
the content may be two of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from playground.suites.case_lines import cases_from_lines
from playground.suites.case_tables import cases_from_csv
from playground.suites.gathering import Gathered
from playground.suites.promptfoo import carried, is_promptfoo
from playground.suites.suite import Suite, SuiteError
from playground.suites.suite_files import suite_of, value_of
from playground.suites.texts import text_of

ENDINGS: Final = ("csv", "tsv", "jsonl", "ndjson", "json", "yaml", "yml")
_TABLES: Final = ("csv", "tsv", "txt")
_LINES: Final = ("jsonl", "ndjson")


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The suite of a file, without arms where it brings none; ``notes`` say what is not in it."""

    suite: Suite
    notes: tuple[str, ...] = ()


def read_file(name: str, content: bytes) -> ReadFile:
    """The suite in a file. Raises SuiteError, which names the file and the place in it."""
    try:
        return _read(name, content)
    except SuiteError as error:
        raise error.within(name) from None


def _read(name: str, content: bytes) -> ReadFile:
    text = text_of(content, legacy=True)
    ending = name.rsplit(".", 1)[-1].lower()
    if ending in _LINES or text.lstrip()[:1] == "[" or _is_lines(text):
        return _cases(name, cases_from_lines(content))
    if ending in _TABLES or (ending not in ENDINGS and not _has_fields(text)):
        return _cases(name, cases_from_csv(content))
    text = text_of(content)
    value = value_of(text)
    if not is_promptfoo(value):
        return ReadFile(suite_of(value, text))
    found = carried(value)
    return ReadFile(found.suite, tuple(str(each) for each in found.left_out))


def _has_fields(text: str) -> bool:
    """Whether a file whose name says nothing is JSON or YAML, and no table."""
    try:
        return isinstance(value_of(text), dict)
    except SuiteError:
        return False


def _cases(name: str, found: Gathered) -> ReadFile:
    if not found.cases:
        first = str(found.left_out[0]) if found.left_out else "it is empty"
        raise SuiteError(f"there is no case in it; {first}")
    suite = Suite(name=name.rsplit(".", 1)[0][:200] or "Cases", cases=found.cases)
    return ReadFile(suite, tuple(str(each) for each in found.left_out))


def _is_lines(text: str) -> bool:
    """Whether the first lines are objects of their own, and there is more than one."""
    lines = [line for line in text.lstrip()[:200_000].split("\n", 3)[:3] if line.strip()]
    if len(lines) < 2 or not lines[0].startswith("{"):
        return False
    try:
        return isinstance(json.loads(lines[0]), dict)
    except (ValueError, RecursionError):
        return False
