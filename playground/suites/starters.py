"""The starter sets that ship: short tasks of our own writing that are checked without a judge.

Each is a suite file in ``starters/``, one per vertical and language: 15 cases, of which 5 are
easy, 6 medium and 4 hard; the tags of a case say which, and what skill it asks for. Everything
that an answer needs is in its prompt, and rules in it are made up where they look like law,
medicine or tax.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from playground.intent import languages
from playground.look.words import VERTICALS
from playground.suites.suite import Suite, SuiteError
from playground.suites.suite_files import read_suite
from speko_client.models import Vertical

LANGUAGES: Final = ("en", "es", "de", "fr")
_SHIPPED: Final = Path(__file__).with_name("starters")


@dataclass(frozen=True, slots=True)
class Starter:
    """One set that ships; ``name`` is also the name of its suite."""

    vertical: Vertical
    language: str
    name: str
    path: Path


def starters() -> tuple[Starter, ...]:
    """All sets, by vertical and then language, English first; no file is read."""
    return tuple(
        Starter(
            vertical=vertical,
            language=language,
            name=f"{VERTICALS[vertical]}, {languages.name(language)}",
            path=_SHIPPED / f"{vertical}-{language}.yaml",
        )
        for vertical in get_args(Vertical)
        for language in LANGUAGES
    )


def load_starter(vertical: str, language: str) -> Suite:
    """The suite of a set. Raises SuiteError where none is for this vertical and language."""
    for starter in starters():
        if (starter.vertical, starter.language) == (vertical, language):
            return read_suite(starter.path.read_bytes(), starter.path.name)
    raise SuiteError(
        f"there is no starter set “{vertical}-{language}”; there is one for each of "
        f"{', '.join(get_args(Vertical))}, in {', '.join(LANGUAGES)}"
    )
