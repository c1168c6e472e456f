"""Checks as rows to type into: a kind, a value, and a detail where the kind has one. Pure.

A row that makes no check yet is kept as it was typed, and a sentence says what it lacks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from pydantic import ValidationError

from playground.suites.suite import (
    AtMost,
    Check,
    Contains,
    ContainsAny,
    Equals,
    ExcludedBecause,
    FailoversAtMost,
    HasSchema,
    Judged,
    Matches,
    NumberWithin,
    PredictedServed,
    ProviderIn,
)

_BETWEEN: Final = "|"
"""Between the texts of which one is to be contained."""


class CheckRow(NamedTuple):
    """One row as it was typed; ``kind`` is one of ``KINDS``, or empty."""

    kind: str = ""
    value: str = ""
    detail: str = ""


class RowError(Exception):
    """A row makes no check; the message is a clause that says why."""


_Make = Callable[[str, str], Check]


def _needed(value: str) -> str:
    if not value.strip():
        raise RowError("needs a value")
    return value


def _number(value: str, what: str = "the value") -> float:
    try:
        return float(_needed(value).replace(",", "").strip().lstrip("$"))
    except ValueError:
        raise RowError(f"{what} must be a number, not “{value}”") from None


def _at_most(kind: str) -> _Make:
    return lambda value, detail: AtMost.model_validate({"type": kind, "most": _number(value)})


def _schema(value: str, detail: str) -> Check:
    try:
        found = json.loads(_needed(value))
    except ValueError as error:
        raise RowError(f"the schema is not JSON ({error})") from None
    if not isinstance(found, dict):
        raise RowError("the schema must be a JSON object")
    return HasSchema(value=found)


def _number_within(value: str, detail: str) -> Check:
    tolerance = _number(detail, "the tolerance") if detail.strip() else 0.0
    return NumberWithin(value=_number(value), tolerance=tolerance)


def _parts(value: str) -> tuple[str, ...]:
    return tuple(filter(None, (each.strip() for each in _needed(value).split(_BETWEEN))))


def _provider_in(value: str, detail: str) -> Check:
    names = [each.strip() for each in _needed(value).replace("\n", ",").split(",")]
    return ProviderIn(value=tuple(filter(None, names)))


_CASE: Final = {True: "", False: ", same case"}
_TEXT_VERBS: Final = {
    (Contains, False): "contains",
    (Contains, True): "does not contain",
    (ContainsAny, False): "contains one of",
    (ContainsAny, True): "contains none of",
    (Equals, False): "equals",
    (Equals, True): "does not equal",
}


def _of_text(
    kind: type[Contains] | type[ContainsAny] | type[Equals], negate: bool, ignore_case: bool
) -> _Make:
    def make(value: str, detail: str) -> Check:
        text = _parts(value) if kind is ContainsAny else _needed(value)
        fields = {"value": text, "negate": negate, "ignore_case": ignore_case}
        return kind.model_validate(fields)

    return make


_MAKE: Final[Mapping[str, _Make]] = {
    **{
        f"{_TEXT_VERBS[kind, negate]}{_CASE[ignore_case]}": _of_text(kind, negate, ignore_case)
        for kind in (Contains, ContainsAny, Equals)
        for negate in (False, True)
        for ignore_case in (True, False)
    },
    "matches (regex)": lambda value, _: Matches(value=_needed(value)),
    "does not match (regex)": lambda value, _: Matches(value=_needed(value), negate=True),
    "number, give or take": _number_within,
    "JSON of this schema": _schema,
    "first token at most, ms": _at_most("ttft"),
    "whole answer at most, ms": _at_most("total"),
    "cost at most, $": _at_most("cost"),
    "tokens at most": _at_most("tokens"),
    "answered by one of": _provider_in,
    "failovers at most": lambda value, _: FailoversAtMost(most=int(_number(value))),
    "answered as predicted": lambda value, detail: PredictedServed(),
    "left out": lambda value, code: ExcludedBecause(
        value=_needed(value).strip(), code=code.strip() or None
    ),
    "judged no worse than the ideal": lambda value, ideal: Judged(
        criteria=value, ideal=ideal or None
    ),
}
KINDS: Final = tuple(_MAKE)


def checks_of(rows: Sequence[CheckRow]) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """The checks that the rows make, and a sentence for each that makes none.

    A row without a kind is not begun yet, and nothing is wrong with it.
    """
    made: list[Check] = []
    problems: list[str] = []
    for place, row in enumerate(rows, 1):
        if not row.kind:
            continue
        try:
            made.append(check_of(row))
        except RowError as error:
            problems.append(f"Check {place} ({row.kind}): {error}.")
    return tuple(made), tuple(problems)


def check_of(row: CheckRow) -> Check:
    """The check that a row makes. Raises RowError."""
    make = _MAKE.get(row.kind)
    if make is None:
        raise RowError(f"there is no check “{row.kind}”")
    try:
        return make(row.value, row.detail)
    except ValidationError as error:
        raise RowError(error.errors()[0]["msg"].lower()) from None


def row_of(check: Check) -> CheckRow:
    """The row that makes this check."""
    match check:
        case Contains() | ContainsAny() | Equals():
            kind = f"{_TEXT_VERBS[type(check), check.negate]}{_CASE[check.ignore_case]}"
            value = (
                f" {_BETWEEN} ".join(check.value) if check.type == "contains_any" else check.value
            )
            return CheckRow(kind, value)
        case Matches():
            kind = "does not match (regex)" if check.negate else "matches (regex)"
            return CheckRow(kind, check.value)
        case NumberWithin():
            tolerance = f"{check.tolerance:g}" if check.tolerance else ""
            return CheckRow("number, give or take", f"{check.value:.12g}", tolerance)
        case HasSchema():
            return CheckRow("JSON of this schema", json.dumps(check.value, ensure_ascii=False))
        case AtMost():
            return CheckRow(_AT_MOST[check.type], f"{check.most:.12g}")
        case ProviderIn():
            return CheckRow("answered by one of", ", ".join(check.value))
        case FailoversAtMost():
            return CheckRow("failovers at most", str(check.most))
        case PredictedServed():
            return CheckRow("answered as predicted")
        case ExcludedBecause():
            return CheckRow("left out", check.value, check.code or "")
        case Judged():
            return CheckRow("judged no worse than the ideal", check.criteria, check.ideal or "")


_AT_MOST: Final = {
    "ttft": "first token at most, ms",
    "total": "whole answer at most, ms",
    "cost": "cost at most, $",
    "tokens": "tokens at most",
}
