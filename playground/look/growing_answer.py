"""An answer that still arrives, as HTML, many times a second. Pure.

Blocks that have ended are read once. Of the last one, what is half there must not flicker: marks
that are open are closed, and what cannot be told yet (a line of marks, the first row of a table, a
formula without its end) waits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from markdown_it.token import Token

from playground.look.answer_html import framed, html_of, parse, parted

_STEP: Final = 2_000
_LONG: Final = 8_000
_LONG_STEP: Final = 500
_MOST_HELD: Final = 500
_ONLY_MARKS = re.compile(r"[-=*+#>|:`~_$\\\[ \t]+|[ \t>]*\d{1,9}[.)]?[ \t]*")
_LINK = re.compile(r"!?\[([^\[\]`]*)(?:\]\([^()\s]*)?$")
_FORMULA = re.compile(r"(?:^\$\$|\\\(|\\\[)(?:(?!\$\$|\\\)|\\\]).)*\Z", re.MULTILINE | re.DOTALL)


def growing_html(text: str) -> str:
    """``answer_html`` of what has arrived so far."""
    drawn, rest = parted(text)
    html, length = _ended(drawn[: len(drawn) // _STEP * _STEP])
    last = drawn[length:]
    if len(last) > _LONG:
        last = last[: len(last) // _LONG_STEP * _LONG_STEP]
    return framed(html + _last_html(last) + rest)


@lru_cache(maxsize=128)
def _ended(text: str) -> tuple[str, int]:
    """The HTML of the blocks of ``text`` that more text cannot change, and their length."""
    if not text:
        return "", 0
    html, start = _ended(text[:-_STEP])
    lines = text[start:].split("\n")
    whole = "\n".join(lines[:-1])
    tokens = parse(whole)
    last, line = _last_block(tokens)
    length = sum(len(each) + 1 for each in lines[:line])
    return html + html_of(tokens[:last], whole[:length]), start + length


def _last_block(tokens: Sequence[Token]) -> tuple[int, int]:
    """Where it begins: its place among the tokens, and its line."""
    for place in reversed(range(len(tokens))):
        lines = tokens[place].map
        if tokens[place].level == 0 and lines is not None:
            return place, lines[0]
    return 0, 0


@lru_cache(maxsize=32)
def _last_html(text: str) -> str:
    whole = _closed(text)
    return html_of(_read(whole)[0], whole)


@lru_cache(maxsize=4)
def _read(text: str) -> tuple[list[Token], str]:
    """The blocks, and the marks that their last words leave open; mostly asked twice in a row."""
    env: dict[str, str] = {}
    return parse(text, env), env.get("open", "")


def _closed(text: str) -> str:
    """``text`` without what cannot be told yet, and with the ends of what is open."""
    before, _, line = text.rpartition("\n")
    # What is cut off below anyway: so that the same text is mostly read once, not twice.
    text = before if _ONLY_MARKS.fullmatch(line) else text.rstrip(" ")
    block = _last_words(_read(text)[0])
    if block is None:
        return text
    text = _held_back(text, block).rstrip("*_~`[!\\ \n")
    words = _last_words(_read(text)[0])
    return text if words is None else _with_ends(text, words)


def _last_words(tokens: Sequence[Token]) -> Token | None:
    """The paragraph, heading or cell at the end; none after code, formulas and rules."""
    last = next((token for token in reversed(tokens) if token.nesting >= 0), None)
    return last if last is not None and last.type == "inline" else None


def _held_back(text: str, block: Token) -> str:
    lines = block.content.split("\n")
    if block.level == 1 and lines[-1].startswith("|"):
        return text[: text.rfind(lines[-1])]
    formula = _FORMULA.search(block.content)
    if formula and len(formula[0]) < _MOST_HELD and text.rstrip().endswith(formula[0]):
        return text.rstrip()[: -len(formula[0])]
    return text


def _with_ends(text: str, words: Token) -> str:
    texts = [each.content for each in words.children or () if each.type == "text"]
    if ticks := re.search("`+", " ".join(texts)):
        text += ticks[0]
    elif (link := _LINK.search(words.content)) and text.endswith(link[0]):
        text = text[: -len(link[0])] + link[1]
    return text + _read(text)[1]
