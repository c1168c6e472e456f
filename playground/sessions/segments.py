"""Texts as words to search by, the same for every database and every script. Pure.

A word is a run of letters and digits. Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese are
written without spaces or with endings, so there each character is a word, and what a person types
is looked for as a phrase. Case, width and accents make no difference, nor do Arabic and Hebrew
vowel marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import Final, NamedTuple
from unicodedata import category, normalize

VERSION: Final = 1
"""Grows whenever the same text becomes other words: what was indexed before is indexed anew."""
LEAST_PREFIX: Final = 3
"""A word of so many letters also finds longer words that begin with it."""
LONGEST: Final = 64
"""So many characters of a word count."""

_LONGEST_PIECE: Final = 4 * LONGEST
_MOST_PHRASES: Final = 16
_PART: Final = 4_000
_OVERLAP: Final = 32
_UNSPACED: Final = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\uaa60-\uaa7f\ua9e0-\ua9ff"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9d"  # Japanese
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese
    "\uac00-\ud7a3"  # Korean
)
_VOICED: Final = "\u3099\u309a\uff9e\uff9f"
_MARKS: Final = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]"
)
_PIECES: Final = re.compile(
    rf"[{_UNSPACED}][{_VOICED}]*|(?:(?![{_UNSPACED}])[^\W_]|[{_VOICED}]"
    r"|[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    r"\u0900-\u0dff\u0f00-\u0fff\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d])+|[^\x00-\x7f\s]"
)
_CHARACTER: Final = re.compile(f"[{_UNSPACED}]")
_QUERY: Final = re.compile(r'"([^"]*)"?|([^\s"]+)')


class Word(NamedTuple):
    """A word, and where it stands in the text that it was read from."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other. ``open``: the last one may be the beginning of a longer one."""

    words: tuple[str, ...]
    open: bool = False


def words_of(text: str) -> Iterator[Word]:
    """The words of a text, in order."""
    for piece in _PIECES.finditer(text):
        for word in _folded(piece.group()[:_LONGEST_PIECE]):
            yield Word(word, *piece.span())


def segmented(text: str) -> str:
    """The words of a text with a space between: what is looked through."""
    pieces = (piece[:_LONGEST_PIECE] for piece in _PIECES.findall(text))
    return " ".join(chain.from_iterable(map(_folded, pieces)))


def parts(text: str) -> list[str]:
    """The text segmented, in parts that any database can hold; each begins with the last's end."""
    words = segmented(text).split()
    starts = range(0, max(len(words) - _OVERLAP, 1), _PART - _OVERLAP)
    return [" ".join(words[start : start + _PART]) for start in starts] if words else []


def phrases(query: str) -> tuple[Phrase, ...]:
    """What a person looks for: each word, and each text in quotes, has to be found.

    Empty where the query has no word.
    """
    found = []
    for quoted, loose in _QUERY.findall(query)[:_MOST_PHRASES]:
        words = tuple(segmented(quoted or loose).split()[:_OVERLAP])
        is_open = not quoted and bool(words) and _may_go_on(words[-1])
        found.append(Phrase(words, is_open))
    return tuple(dict.fromkeys(phrase for phrase in found if phrase.words))


def pairs(words: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Two characters in a row as one word, with the place of the first.

    For a database to which a phrase is slow: most such phrases are of two characters.
    """
    for place, (first, second) in enumerate(pairwise(words)):
        if _CHARACTER.fullmatch(first) and _CHARACTER.fullmatch(second):
            yield place, first + second


def hits(text: str, wanted: Iterable[Phrase]) -> list[tuple[int, int]]:
    """Where the phrases stand in the text, as pairs of start and end; in order, none overlaps."""
    words = list(words_of(text))
    spans = sorted(span for phrase in wanted for span in _found(words, phrase))
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _found(words: list[Word], phrase: Phrase) -> Iterator[tuple[int, int]]:
    *before, last = phrase.words
    length = len(phrase.words)
    for at, word in enumerate(words[length - 1 :]):
        same = word.word.startswith(last) if phrase.open else word.word == last
        if same and [each.word for each in words[at : at + length - 1]] == before:
            yield words[at].start, word.end


def _may_go_on(word: str) -> bool:
    return len(word) >= LEAST_PREFIX and word.isalnum()


@lru_cache(maxsize=65_536)
def _folded(piece: str) -> tuple[str, ...]:
    if piece.isascii():
        return (piece.lower()[:LONGEST],)
    plain = normalize("NFKC", _MARKS.sub("", normalize("NFKD", piece).casefold()))
    # A sign such as ½ or ℡ becomes several characters, and not all of them letters.
    again = [each for each in _PIECES.findall(plain) if _counts(each)]
    return tuple(each[:LONGEST] for each in again)


def _counts(piece: str) -> bool:
    return len(piece) > 1 or category(piece)[0] in "LNM" or category(piece) == "So"
