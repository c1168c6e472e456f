"""Regular expressions of people one does not know: they end after a moment, and take little memory.

The library ``regex`` reads Python's syntax and takes a limit of processor time, which ``re`` does
not. It lets other threads run while it looks. Its memory grows with what it repeats, so large
counted repetitions are refused, and one pattern is looked for at a time.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Final

import regex

from playground.suites.allowances import Allowances

SECONDS: Final = 0.25
"""Of processor time. Ordinary patterns take a millisecond for a long answer."""
LONGEST: Final = 2_000
"""Characters of a pattern."""
MOST_REPEATED: Final = 20_000
"""So many steps a pattern may have once its ``{n}`` are written out, one inside the other."""

_REFUSED: Final = regex.compile(r"\(\?(?:[R&#]|P>|[+-]?\d|[a-zA-Z]*x)")
"""A pattern that calls itself, which fills a gigabyte at once; comments, which hide what counts."""
_TOKEN: Final = regex.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*+\]?|\{ *(?P<least>\d*) *(?:, *(?P<most>\d*) *)?\}|.",
    regex.DOTALL,
)
_ALLOWANCES: Final = Allowances()
_ONE_AT_A_TIME: Final = threading.Lock()


class PatternError(ValueError):
    """The pattern is none, or took too long; its words say which."""


def check_pattern(pattern: str) -> None:
    """Raises PatternError where it is no regular expression that is used here."""
    _compiled(pattern)


def found(pattern: str, text: str) -> bool:
    """Whether the pattern is found anywhere in the text. Raises PatternError."""
    compiled = _compiled(pattern)
    seconds = SECONDS * _ALLOWANCES.share(pattern)
    try:
        with _ONE_AT_A_TIME:
            return compiled.search(text, timeout=seconds) is not None
    except TimeoutError:
        _ALLOWANCES.used_up(pattern)
        raise PatternError(
            f"the regular expression took more than {seconds:g} s; avoid a repetition inside a "
            "repetition, such as (a+)+"
        ) from None
    except MemoryError:
        raise PatternError("the regular expression needs too much memory") from None


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> regex.Pattern[str]:
    if len(pattern) > LONGEST:
        raise PatternError(f"a regular expression has {LONGEST:,} characters at most")
    if _REFUSED.search(pattern):
        raise PatternError(
            "a regular expression that calls itself, such as (?R), or has comments is not used here"
        )
    if _steps(pattern) > MOST_REPEATED:
        raise PatternError(
            "the regular expression repeats too much: write + or * in place of a large {n}"
        )
    try:
        return regex.compile(pattern, regex.VERSION0)
    except (regex.error, RecursionError, OverflowError, MemoryError, ValueError) as error:
        why = str(error) if isinstance(error, regex.error) else "it is nested too deeply"
        raise PatternError(f"this is no regular expression: {why}") from None


def _steps(pattern: str) -> int:
    """How many steps there are once each ``{n}`` is written out. A ``*`` counts once."""
    groups = [0]
    last = 0
    for token in _TOKEN.finditer(pattern):
        counted = token["most"] or token["least"]
        if counted:
            groups[-1] += last * (int(counted[:9]) - 1)
            last *= int(counted[:9])
        elif token[0] == "(":
            groups.append(0)
        elif token[0] == ")" and len(groups) > 1:
            last = groups.pop() + 1
            groups[-1] += last
        else:
            last = 1
            groups[-1] += 1
    return sum(groups)
