"""Cases from a file or a grid: those that can be used, and why the others cannot. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from playground.suites.field_words import wrong_field
from playground.suites.suite import MOST_CASES, Case
from playground.suites.variables import has_names, names_in

FULL: Final = f"a suite has {MOST_CASES:,} cases at most; from here on nothing was read"
MOST_REPORTED: Final = 100
"""So many of the things left out are named; of the rest only the number is."""


class LeftOut(NamedTuple):
    """What of a file is not carried over: where it stands, and why."""

    place: str
    why: str

    def __str__(self) -> str:
        return f"{self.place}: {self.why}" if self.place else self.why


@dataclass(frozen=True, slots=True)
class Gathered:
    """The cases of a file, and what of it was left out."""

    cases: tuple[Case, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass
class Gathering:
    """Takes one case after the other; each gets an id of its own where it brings none."""

    _cases: dict[str, Case] = field(default_factory=dict)
    _left_out: list[LeftOut] = field(default_factory=list)
    _more: int = 0
    _number: int = 0

    def take(self, place: str, fields: Mapping[str, Any]) -> None:
        """A case as a value, without ``id`` where it is to get one."""
        if self.full:
            self.leave(place, FULL)
            return
        given = fields.get("id")
        if given is None or given == "":
            given = self._free_id()
        if str(given) in self._cases:
            self.leave(place, f"the id “{str(given)[:60]}” is there already; give it another")
            return
        try:
            case = Case.model_validate({**fields, "id": given})
        except ValidationError as error:
            self.leave(place, str(wrong_field(error)))
            return
        self._cases[case.id] = case

    @property
    def full(self) -> bool:
        """Whether no more cases are taken."""
        return len(self._cases) >= MOST_CASES

    def has(self, case_id: str) -> bool:
        """Whether a case has this id."""
        return case_id in self._cases

    def leave(self, place: str, why: str) -> None:
        """Something that cannot be used."""
        if len(self._left_out) < MOST_REPORTED:
            self._left_out.append(LeftOut(place, why))
        else:
            self._more += 1

    def done(self) -> Gathered:
        """All of it, in the order in which it came."""
        more = [LeftOut("", f"and {self._more:,} more")] if self._more else []
        return Gathered(tuple(self._cases.values()), (*self._left_out, *more))

    def _free_id(self) -> str:
        self._number = max(self._number, len(self._cases)) + 1
        while str(self._number) in self._cases:
            self._number += 1
        return str(self._number)


def as_said(
    messages: Sequence[Mapping[str, str]], variables: Mapping[str, str]
) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Messages that nobody wrote as templates, and the variables with what they need.

    One with braces whose names are no variables becomes a variable itself, to be said as it is.
    """
    said: list[dict[str, str]] = []
    own = dict(variables)
    for message in messages:
        text = message["content"]
        if has_names(text) and not names_in(text) <= set(variables):
            name = next(each for n in range(len(own) + 1) if (each := f"text {n + 1}") not in own)
            own[name], text = text, f"{{{{{name}}}}}"
        said.append({"role": message["role"], "content": text})
    return said, own
