"""Two answers word by word: what both say, what only the first says, what only the second. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from html import escape
from typing import Final

MOST_WORDS: Final = 4_000
"""Of each answer; what comes after is left out, and said."""

# A word or a sign, with the blanks that follow it: a token of blanks would match everywhere.
_WORD = re.compile(r"\s+|(?:[^\W_]+|[\W_])\s*")


def difference_html(first: str, second: str) -> str:
    """Both as one text: deletions are only in the first, insertions only in the second."""
    one, other = _words(first), _words(second)
    left_out = len(one) > MOST_WORDS or len(other) > MOST_WORDS
    one, other = one[:MOST_WORDS], other[:MOST_WORDS]
    html = "".join(_pieces(one, other))
    note = f"<p>Only the first {MOST_WORDS:,} words of each are compared.</p>" if left_out else ""
    return f'<div class="sp-difference" dir="auto">{html}</div>{note}'


def _pieces(one: list[str], other: list[str]) -> Iterator[str]:
    matcher = SequenceMatcher(None, one, other)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield escape("".join(one[a:b]))
        else:
            yield _marked("del", one[a:b])
            yield _marked("ins", other[c:d])


def _marked(tag: str, words: list[str]) -> str:
    return f"<{tag}>{escape(''.join(words))}</{tag}>" if words else ""


def _words(text: str) -> list[str]:
    return _WORD.findall(text)
