"""``{{name}}`` in a suite's texts, filled from a case's variables. Pure.

One pass and no code: a value is put in as it is, and braces in it stay braces. A text that needs
braces of its own, such as ``{{x}}`` in a question about templates, comes as a variable's value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from playground.suites.suite import SuiteError

LONGEST: Final = 2_000_000
"""Characters that a text may have once it is filled."""
_NAMED: Final = re.compile(r"\{\{([^{}]*)\}\}")
_SHOWN: Final = 8


def filled(template: str, variables: Mapping[str, str], place: str = "") -> str:
    """The text with every ``{{name}}`` replaced; blanks inside the braces do not count.

    Raises SuiteError, naming ``place``, for a name that no variable has, and for a text that would
    be too long.
    """
    if "{{" not in template:
        return template
    parts: list[str] = []
    end = length = 0
    for found in _NAMED.finditer(template):
        value = _value(found[1].strip(), variables, place)
        parts += [template[end : found.start()], value]
        length += found.start() - end + len(value)
        end = found.end()
        if length > LONGEST:
            raise SuiteError(
                f"with its variables filled in, it has more than {LONGEST:,} characters", place
            )
    return "".join([*parts, template[end:]])


def names_in(template: str) -> frozenset[str]:
    """The names of the variables that a text asks for."""
    if "{{" not in template:
        return frozenset()
    return frozenset(name.strip() for name in _NAMED.findall(template))


def has_names(template: str) -> bool:
    """Whether ``filled`` would change the text, or refuse it."""
    return _NAMED.search(template) is not None


def _value(name: str, variables: Mapping[str, str], place: str) -> str:
    if name in variables:
        return variables[name]
    known = ", ".join(f"“{each}”" for each in list(variables)[:_SHOWN])
    there = f"the case has {known}" if known else "the case has no variables"
    raise SuiteError(f"there is no variable “{name[:100]}”; {there}", place)
