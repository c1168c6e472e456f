"""Cases as a sheet to type into, which ``case_tables`` reads; what makes no case stays. Pure.

What a sheet has no column for (a conversation, a schema) stays with its case as long as the line is
there, whatever id is typed there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from playground.evaluate.grid import asked_in
from playground.suites.case_tables import cases_from_grid, grid_of
from playground.suites.check_words import clause
from playground.suites.short_checks import checks_text
from playground.suites.suite import Case
from playground.suites.variables import names_in

ID: Final = "id"
MORE: Final = "more"
"""The one column that is only for reading."""
OURS: Final = {
    ID: "Id",
    "ideal": "Ideal answer",
    "check": "Checks",
    "language": "Language",
    "vertical": "Vertical",
    "tags": "Tags",
    MORE: "Also asked or checked",
}
"""Columns that are no variables, with their headings."""

Line = Mapping[str, str | None]


class Typed(NamedTuple):
    """What a sheet says: its cases, a sentence for each line that makes none, and all its lines.

    ``lines`` are empty where each of them makes a case: then the cases say it all.
    """

    cases: tuple[Case, ...]
    problems: tuple[str, ...] = ()
    lines: tuple[dict[str, str], ...] = ()


def lines(cases: Sequence[Case], prompts: Sequence[str]) -> list[dict[str, str]]:
    """A line for each case, with a column for each variable that it, or a prompt, has."""
    wanted = dict.fromkeys(name for prompt in prompts for name in sorted(names_in(prompt)))
    rows = grid_of(cases)
    return [
        {ID: row[ID], **dict.fromkeys(wanted, ""), **row, MORE: _more(case)}
        for row, case in zip(rows, cases, strict=True)
    ]


def columns(first: Sequence[Mapping[str, str]], prompts: Sequence[str]) -> list[str]:
    """The columns of a sheet that begins with these lines, the id first; variables before ours."""
    wanted = [name for prompt in prompts for name in sorted(names_in(prompt))]
    names = dict.fromkeys([*wanted, *(name for line in first for name in line)])
    return [ID, *(name for name in names if name not in OURS), *list(OURS)[1:]]


def _more(case: Case) -> str:
    rest = [clause(check) for check in checks_text(case.checks)[1]]
    if case.messages:
        rest.insert(0, f"a conversation that ends with “{asked_in(case)[:80]}”")
    return "; ".join(rest)


def owners(first: Sequence[Mapping[str, str]], cases: Sequence[Case]) -> dict[int, Case]:
    """Whose lines these are: the case of each line's id, by the line's place."""
    known = {case.id: case for case in cases}
    return {place: known[line[ID]] for place, line in enumerate(first) if line.get(ID) in known}


def cases_of(typed: Mapping[int, Line], before: Mapping[int, Case]) -> Typed:
    """The cases of a sheet as it was typed; ``typed`` has the lines by their place.

    ``before`` says whose line it was at first. Where a line makes no case now, its case is as it
    was.
    """
    rows = {
        place: {name: value or "" for name, value in line.items() if name != MORE}
        for place, line in typed.items()
    }
    known = {
        place: case.model_copy(update={"id": rows[place][ID].strip() or case.id})
        for place, case in before.items()
        if place in rows
    }
    found = cases_from_grid(rows.values(), list(known.values()))
    if not found.left_out:
        return Typed(found.cases)
    made = {case.id for case in found.cases}
    kept = {case.id: case for case in known.values() if case.id not in made}
    problems = tuple(f"Cases, {each}." for each in found.left_out)
    return Typed((*found.cases, *kept.values()), problems, tuple(rows.values()))
