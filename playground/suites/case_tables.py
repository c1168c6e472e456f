"""Cases from tables: CSV, and a grid that is typed in. Pure.

The head names the columns. ``id``, ``ideal`` (or ``expected``), ``language``, ``vertical``,
``tags`` and ``check`` (see ``short_checks``) are what they say; every other column is a variable,
``var:tags`` one called so. What stands in ``prompt`` or ``question`` is the ``input`` too, where
there is no such column. A cell that looks like a formula is a text like any other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from playground.suites.gathering import FULL, Gathered, Gathering
from playground.suites.short_checks import checks_from, checks_text
from playground.suites.suite import MOST_VARIABLES, Case, SuiteError, first_twice
from playground.suites.texts import bounded, text_of

INPUT: Final = "input"
_INPUTS: Final = (INPUT, "prompt", "question")
_IDEALS: Final = ("ideal", "expected")
_TAGS: Final = "tags"
_CHECK: Final = "check"
_OURS: Final = ("id", *_IDEALS, "language", "vertical", _TAGS, _CHECK)
_DELIMITERS: Final = ",;\t|"
_NONE: Final = "\x1f"
"""For a file of one column, where a comma is a comma."""
_SAMPLE: Final = 20_000


def cases_from_csv(content: bytes) -> Gathered:
    """The cases of a CSV file, and its lines that cannot be used. Raises SuiteError.

    Commas, semicolons, tabs or bars; UTF-8, UTF-16, or what a spreadsheet saves in the West.
    """
    text = text_of(content, legacy=True)
    rows = _rows(text, _delimiter(text))
    head = _head(next(rows, (1, []))[1])
    gathering = Gathering()
    if len(head) == 1 and head[0].casefold() not in (*_INPUTS, *_OURS):
        # A list of questions without a head: its first line is one of them.
        gathering.take("line 1", {"vars": {INPUT: head[0]}})
        head = [INPUT]
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if gathering.full:
            gathering.leave(f"line {line}", FULL)
            break
        if any(cell.strip() for cell in row[len(head) :]):
            gathering.leave(
                f"line {line}", f"it has {len(row)} cells, and the head has {len(head)}"
            )
            continue
        _take(gathering, f"line {line}", dict(zip(head, row, strict=False)))
    return gathering.done()


def cases_from_grid(rows: Iterable[Mapping[str, Any]], before: Sequence[Case] = ()) -> Gathered:
    """The cases of a grid's rows (column to value), and the rows that cannot be used.

    What a grid does not show (a conversation, a schema) is kept from the case in ``before`` that
    has the row's id.
    """
    known = {case.id: case for case in before}
    gathering = Gathering()
    for number, row in enumerate(rows, 1):
        cells = {name: "" if value is None else str(value) for name, value in row.items()}
        if gathering.full:
            gathering.leave(f"row {number}", FULL)
            break
        if any(cell.strip() for cell in cells.values()):
            _take(gathering, f"row {number}", cells, known.get(cells.get("id", "").strip()))
    return gathering.done()


def grid_of(cases: Sequence[Case]) -> list[dict[str, str]]:
    """The cases as a grid's rows, all with the same columns; ``cases_from_grid`` reads them."""
    names = dict.fromkeys([INPUT, *(name for case in cases for name in case.vars)])
    return [
        {
            "id": case.id,
            **{_column(name): case.vars.get(name, "") for name in names},
            "ideal": case.ideal or "",
            _CHECK: checks_text(case.checks)[0],
            "language": case.language or "",
            "vertical": case.vertical or "",
            _TAGS: ", ".join(case.tags),
        }
        for case in cases
    ]


def _column(variable: str) -> str:
    """A variable with the name of a column of ours stands in one with a mark before it."""
    return f"var:{variable}" if variable.casefold().removeprefix("var:") in _OURS else variable


def _variable(column: str) -> str:
    return column[4:] if column.casefold().startswith("var:") else column


def _take(
    gathering: Gathering, place: str, cells: Mapping[str, str], before: Case | None = None
) -> None:
    try:
        gathering.take(place, _fields(cells, before))
    except SuiteError as error:
        gathering.leave(place, str(error))


def _fields(cells: Mapping[str, str], before: Case | None) -> dict[str, Any]:
    own = {name.casefold(): value for name, value in cells.items() if name.casefold() in _OURS}
    variables = {
        _variable(name): value for name, value in cells.items() if name.casefold() not in _OURS
    }
    if before is not None:
        # An empty cell is also how a grid shows a variable that this case does not have.
        variables = {k: v for k, v in variables.items() if v or k in before.vars}
    elif INPUT not in variables:
        asked = [value for name, value in variables.items() if name.casefold() in _INPUTS]
        variables |= dict.fromkeys([INPUT] if asked else [], "".join(asked[:1]))
    others = checks_text(before.checks)[1] if before else ()
    return {
        "id": own.get("id", "").strip(),
        "vars": variables,
        "messages": before.messages if before else (),
        "ideal": next((own[name] for name in _IDEALS if own.get(name)), None),
        "language": own.get("language", "").strip() or None,
        "vertical": own.get("vertical", "").strip() or None,
        "tags": _tags(own.get(_TAGS, "")),
        "checks": (*checks_from(own.get(_CHECK, "")), *others),
    }


def _tags(text: str) -> tuple[str, ...]:
    parts = text.replace(";", ",").split(",")
    return tuple(dict.fromkeys(filter(None, map(str.strip, parts))))


def _head(row: Sequence[str]) -> list[str]:
    head = [cell.strip() for cell in row]
    while head and not head[-1]:
        head.pop()
    if not head:
        raise SuiteError("it is empty; its first line must name the columns", "line 1")
    if len(head) > MOST_VARIABLES:
        raise SuiteError(f"it has {len(head):,} columns; {MOST_VARIABLES} is the most", "line 1")
    named = [name or f"column {place}" for place, name in enumerate(head, 1)]
    if twice := first_twice(name.casefold() for name in named):
        raise SuiteError(f"two columns are called “{twice[:60]}”; rename one", "line 1")
    return named


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line that it begins in. Raises SuiteError."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            bounded(line)
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise SuiteError(
            f"this CSV is broken: {error}; save it again from your spreadsheet", f"line {line}"
        ) from None


def _delimiter(text: str) -> str:
    """What parts the head into most columns that the next rows have too."""
    sample = text[:_SAMPLE]

    def columns(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        try:
            widths = [len(row) for row, _ in zip(reader, range(6), strict=False)] or [0]
        except csv.Error:
            return 0, 0
        alike = sum(width == widths[0] for width in widths)
        return (alike if widths[0] > 1 else 0), widths[0]

    found = max(_DELIMITERS, key=columns)
    return found if columns(found)[1] > 1 else _NONE
