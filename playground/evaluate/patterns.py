"""Regular expressions of people one does not know: they end after a second at the latest.

The library ``regex`` reads Python's syntax and takes a time limit, which ``re`` does not. It lets
other threads run while it looks.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import regex

SECONDS: Final = 1.0
LONGEST: Final = 2_000
"""Characters of a pattern."""
_RECURSION: Final = regex.compile(r"\(\?(?:[R&]|P>|[+-]?\d)")
"""A pattern that calls itself: it fills a gigabyte within its second."""


class PatternError(ValueError):
    """The pattern is none, or took too long; its words say which."""


def check_pattern(pattern: str) -> None:
    """Raises PatternError where it is no regular expression that is used here."""
    _compiled(pattern)


def found(pattern: str, text: str, seconds: float = SECONDS) -> bool:
    """Whether the pattern is found anywhere in the text. Raises PatternError."""
    try:
        return _compiled(pattern).search(text, timeout=seconds) is not None
    except TimeoutError:
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
    if _RECURSION.search(pattern):
        raise PatternError("a regular expression that calls itself, such as (?R), is not used here")
    try:
        return regex.compile(pattern, regex.VERSION0)
    except (regex.error, RecursionError, OverflowError, MemoryError, ValueError) as error:
        why = str(error) if isinstance(error, regex.error) else "it is nested too deeply"
        raise PatternError(f"this is no regular expression: {why}") from None
