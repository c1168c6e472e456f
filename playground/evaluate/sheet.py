"""Cases as a sheet to type into: a line for each, a column for each variable. Pure.

What a sheet has no column for (a conversation, most checks, tags) stays with its case, as long as
the line is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pydantic import ValidationError

from playground.evaluate.check_words import clause
from playground.evaluate.grid import asked_in
from playground.evaluate.suite import Case, Check, Contains

ID: Final = "id"
IDEAL: Final = "ideal"
CONTAINS: Final = "must contain"
MORE: Final = "more"
OWN: Final = (ID, IDEAL, CONTAINS, MORE)
"""Columns that are no variables; ``MORE`` is only for reading."""
INPUT: Final = "input"

_VARIABLE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")

Line = Mapping[str, str | None]


def variables_in(*templates: str) -> list[str]:
    """The names in ``{{...}}``, in order, each once."""
    found = (match.strip() for text in templates for match in _VARIABLE.findall(text))
    return list(dict.fromkeys(found))


def columns(cases: Iterable[Case], wanted: Sequence[str]) -> list[str]:
    """The variables of a sheet: those ``wanted`` by the prompt, and those that the cases have.

    A variable that is called as one of our own columns is not shown, and stays as it is.
    """
    names = dict.fromkeys([*wanted, *(name for case in cases for name in case.vars)])
    return [name for name in names if name not in OWN] or [INPUT]


def lines(cases: Sequence[Case], names: Sequence[str]) -> list[dict[str, str | None]]:
    """A line for each case: its id, its variables, its ideal, and what else there is."""
    return [_line(case, names) for case in cases]


def _line(case: Case, names: Sequence[str]) -> dict[str, str | None]:
    plain = _plain_contains(case)
    return {
        ID: case.id,
        **{name: case.vars.get(name) for name in names},
        IDEAL: case.ideal,
        CONTAINS: plain.value if plain else None,
        MORE: _more(case, plain),
    }


def _plain_contains(case: Case) -> Contains | None:
    """The check that the sheet has a column for: the first of its kind."""
    plain = (c for c in case.checks if isinstance(c, Contains) and c.ignore_case and not c.negate)
    return next(plain, None)


def _more(case: Case, plain: Check | None) -> str | None:
    rest = [clause(check) for check in case.checks if check is not plain]
    if case.messages:
        rest.insert(0, f"a conversation that ends with “{asked_in(case)[:80]}”")
    return "; ".join(rest) or None


def cases_of(
    typed: Mapping[int, Line], before: Sequence[Case], names: Sequence[str]
) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """The cases of a sheet as it was typed, and a sentence for each line that makes none.

    ``typed`` has the lines by their place; those below ``len(before)`` belong to these cases.
    Lines that are empty are left out.
    """
    made: dict[str, Case] = {}
    problems: list[str] = []
    for place, line in typed.items():
        base = before[place] if place < len(before) else None
        if base is None and not any((value or "").strip() for value in line.values()):
            continue
        try:
            case = _case(line, base, names, place, made)
        except ValidationError as error:
            where, text = error.errors()[0]["loc"], error.errors()[0]["msg"]
            problems.append(f"Case {place + 1}, {where[0]}: {text}.")
            if base is not None:
                made.setdefault(base.id, base)
            continue
        made[case.id] = case
    return tuple(made.values()), tuple(problems)


def _case(
    line: Line, base: Case | None, names: Sequence[str], place: int, taken: Mapping[str, Case]
) -> Case:
    base = base or Case(id="new")
    texts = {name: line.get(name) for name in names}
    kept = {name: value for name, value in base.vars.items() if name not in texts}
    found = {name: value for name, value in texts.items() if value is not None}
    return Case.model_validate(
        {
            **base.model_dump(),
            "id": _id((line.get(ID) or "").strip() or f"case-{place + 1}", taken),
            "vars": {**found, **kept},
            "ideal": line.get(IDEAL) or None,
            "checks": _checks(base, line.get(CONTAINS) or ""),
        }
    )


def _checks(base: Case, contains: str) -> tuple[Check, ...]:
    plain = _plain_contains(base)
    if plain is not None and plain.value == contains:
        return base.checks
    rest = tuple(check for check in base.checks if check is not plain)
    return (Contains(value=contains), *rest) if contains.strip() else rest


def _id(wanted: str, taken: Mapping[str, Case]) -> str:
    """The id, or with a number behind it where another case has it."""
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted}-{number}", number + 1
    return found
