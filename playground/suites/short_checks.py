"""Checks as one types them into a cell: ``contains: 42``, a line each. Pure.

A line without a kind before its colon is a text that the answer contains. Of a check whose fields
do not fit a line (a schema, a judge's criteria) there is no short form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from pydantic import ValidationError

from playground.suites.field_words import wrong_field
from playground.suites.patterns import PatternError, check_pattern
from playground.suites.suite import (
    AtMost,
    Check,
    Contains,
    Equals,
    Matches,
    NumberWithin,
    SuiteError,
)
from playground.suites.variables import has_names

_LINE: Final = re.compile(
    r"(not )?(contains|is|matches|number|ttft|total|cost|tokens): *(.*)", re.S
)
_WITHIN: Final = re.compile(r"(.+?)(?:±|\+-|\+/-)(.+)")


def checks_from(text: str) -> tuple[Check, ...]:
    """The checks of a cell, one a line. Raises SuiteError."""
    return tuple(_check(line.strip()) for line in text.splitlines() if line.strip())


def checks_text(checks: Iterable[Check]) -> tuple[str, tuple[Check, ...]]:
    """The checks as a cell, and those that have no short form."""
    lines: list[str] = []
    others: list[Check] = []
    for check in checks:
        line = _line(check)
        if line is None:
            others.append(check)
        else:
            lines.append(line)
    return "\n".join(lines), tuple(others)


def _check(line: str) -> Check:
    found = _LINE.fullmatch(line)
    negate, kind, value = (bool(found[1]), found[2], found[3]) if found else (False, "", line)
    try:
        match kind:
            case "is":
                return Equals(value=value, negate=negate)
            case "matches":
                if not has_names(value):
                    check_pattern(value)
                return Matches(value=value, negate=negate)
            case "contains" | "":
                return Contains(value=value, negate=negate)
            case _ if negate:
                raise SuiteError("only contains, is and matches take a “not”", f"“{line[:60]}”")
            case "number":
                within = _WITHIN.fullmatch(value)
                number, tolerance = within.groups() if within else (value, "0")
                return NumberWithin.model_validate(
                    {"value": number.strip(), "tolerance": tolerance.strip()}
                )
            case _:
                return AtMost.model_validate({"type": kind, "most": value})
    except PatternError as error:
        raise SuiteError(str(error), f"“{line[:60]}”") from None
    except ValidationError as error:
        raise SuiteError(wrong_field(error).problem, f"“{line[:60]}”") from None


def _line(check: Check) -> str | None:
    """The check as a line; None where the line would not be read as this check."""
    match check:
        case Contains():
            line = f"{_no(check.negate)}contains: {check.value}"
        case Equals():
            line = f"{_no(check.negate)}is: {check.value}"
        case Matches():
            line = f"{_no(check.negate)}matches: {check.value}"
        case NumberWithin():
            within = f" ± {check.tolerance!r}" if check.tolerance else ""
            line = f"number: {check.value!r}{within}"
        case AtMost():
            line = f"{check.type}: {check.most!r}"
        case _:
            return None
    try:
        return line if checks_from(line) == (check,) else None
    except SuiteError:
        return None


def _no(negate: bool) -> str:
    return "not " if negate else ""
