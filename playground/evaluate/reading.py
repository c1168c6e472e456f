"""Any file of cases as a suite, told by what is in it, and notes about what was left out. Pure.

A suite file, a ``promptfooconfig.yaml``, JSONL, a JSON list, or a CSV. The name decides only where
the content may be two of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from playground.evaluate.case_lines import cases_from_lines
from playground.evaluate.case_tables import cases_from_csv
from playground.evaluate.gathering import Gathered
from playground.evaluate.promptfoo import carried, is_promptfoo
from playground.evaluate.suite import Suite, SuiteError
from playground.evaluate.suite_files import read_suite
from playground.evaluate.texts import text_of
from playground.evaluate.yaml_values import with_nulls, yaml_value

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
    text = _text(content)
    ending = name.rsplit(".", 1)[-1].lower()
    if ending in _LINES or text.lstrip()[:1] == "[" or _is_lines(text):
        return _cases(name, content, cases_from_lines)
    if ending in _TABLES:
        return _cases(name, content, cases_from_csv)
    if text.lstrip()[:1] == "{" or ending in ENDINGS:
        return _suite_or_promptfoo(name, content, text)
    return _guessed(name, content, text)


def _text(content: bytes) -> str:
    try:
        return text_of(content, legacy=True)
    except SuiteError:
        # Whoever reads it says what is wrong with it.
        return ""


def _suite_or_promptfoo(name: str, content: bytes, text: str) -> ReadFile:
    value = _value(text)
    if not is_promptfoo(value):
        return ReadFile(read_suite(content, name))
    try:
        found = carried(with_nulls(value))
    except SuiteError as error:
        raise SuiteError(error.problem, f"{name}, {error.place}" if error.place else name) from None
    return ReadFile(found.suite, tuple(str(each) for each in found.left_out))


def _value(text: str) -> Any:
    """The file's value to tell its kind by; None where it has none that can be read."""
    try:
        return yaml_value(text)
    except SuiteError:
        return None


def _guessed(name: str, content: bytes, text: str) -> ReadFile:
    """A file whose name says nothing: YAML with fields, else a table."""
    if isinstance(_value(text), dict):
        return _suite_or_promptfoo(name, content, text)
    return _cases(name, content, cases_from_csv)


def _cases(name: str, content: bytes, read: Callable[[bytes], Gathered]) -> ReadFile:
    try:
        found = read(content)
        if not found.cases:
            first = str(found.left_out[0]) if found.left_out else "it is empty"
            raise SuiteError(f"there is no case in it; {first}")
    except SuiteError as error:
        raise SuiteError(error.problem, f"{name}, {error.place}" if error.place else name) from None
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
