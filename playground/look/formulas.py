r"""Formulas in Markdown: ``$$...$$``, ``\(...\)`` and ``\[...\]``, as MathML. Pure.

A single dollar is a dollar, and two are only where what stands between them looks like a formula.
Streamlit takes MathML out of HTML, so a formula's element carries it, and ``answer.js`` draws it.
"""

from __future__ import annotations

import re
from html import escape
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from math_core import LatexError, LatexToMathML

MOST_CHARACTERS: Final = 2_000
_DEEPEST: Final = 50
_CLOSERS: Final = {"$$": "$$", r"\[": r"\]", r"\(": r"\)"}
_OPENERS_OF_BLOCKS: Final = ("$$", r"\[")
_SIGN = re.compile(r"[\\^_=+*/<>|\d-]|^\S{1,2}$")
_INTERRUPTS: Final = ["paragraph", "reference", "blockquote", "list"]


def add_formulas(parser: MarkdownIt) -> None:
    """Teach ``parser`` formulas, and its renderer how to draw them."""
    parser.inline.ruler.before("escape", "formula", _in_line)
    parser.block.ruler.before("fence", "formula", _on_its_own, {"alt": _INTERRUPTS})


def formula_html(token: Token) -> str:
    """The formula's element; one that cannot be read is shown as it was written."""
    name = "sp-formula sp-block" if token.block else "sp-formula"
    mathml = _mathml(token.content, display=token.block)
    if mathml:
        data, source = escape(mathml), escape(token.content)
        return f'<span class="{name}" dir="ltr" data-math="{data}">{source}</span>'
    written = escape(f"{token.markup}{token.content}{_CLOSERS[token.markup]}")
    return f'<span class="{name}" dir="ltr"><code>{written}</code></span>'


def _mathml(source: str, *, display: bool) -> str:
    """Nothing where it cannot be read. The converter's stack is small: it gets no deep source."""
    if _nested(source) > _DEEPEST or len(source) > MOST_CHARACTERS:
        return ""
    converter = LatexToMathML(fancy_error=False, max_expansions=_DEEPEST)
    try:
        return converter.convert_with_local_state(source, displaystyle=display)
    except LatexError:
        return ""


def _in_line(state: StateInline, silent: bool) -> bool:
    opener = state.src[state.pos : state.pos + 2]
    start, closer = state.pos + 2, _CLOSERS.get(opener)
    end = -1 if closer is None else state.src.find(closer, start, start + MOST_CHARACTERS)
    content = state.src[start:end]
    if end < 0 or not content.strip() or (opener != r"\(" and not _is_formula(state, end)):
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content, token.markup = content.strip(), opener
        token.block = opener != r"\(" and (state.pos, end + 2) == (0, state.posMax)
    state.pos = end + 2
    return True


def _is_formula(state: StateInline, end: int) -> bool:
    """Whether pairs of dollars or brackets are no prices, no "cheap" and "dear", and no remark."""
    content = state.src[state.pos + 2 : end]
    around = f"{state.src[state.pos - 1 : state.pos]}{content[:1]}{state.src[end + 2 : end + 3]}"
    even = content[:1].isspace() == content[-1:].isspace()
    dollars = state.src[state.pos] == "$"
    return _SIGN.search(content.strip()) is not None and (
        not dollars or (even and "$" not in around)
    )


def _on_its_own(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """From a line that begins with an opener to the first that ends with its closer."""
    opener = _line(state, start)[:2]
    if opener not in _OPENERS_OF_BLOCKS or state.is_code_block(start):
        return False
    last = _last_line(state, start, end, _CLOSERS[opener])
    content = state.getLines(start, last + 1, state.sCount[start], False).strip()[2:-2].strip()
    if not content or (last == start and _SIGN.search(content) is None):
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content, token.markup, token.map = content, opener, [start, last + 1]
        state.line = last + 1
    return True


def _last_line(state: StateBlock, start: int, end: int, closer: str) -> int:
    """The formula's; -1 where it has no end, or more follows in the same line."""
    for line in range(start, end):
        source = _line(state, line)[2 if line == start else 0 :]
        left = line > start and source and state.sCount[line] < state.blkIndent
        if left or state.eMarks[line] - state.bMarks[start] > MOST_CHARACTERS:
            break
        if closer in source:
            return line if source.index(closer) == len(source) - 2 else -1
    return -1


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()


def _nested(source: str) -> int:
    deepest = depth = 0
    for sign in source:
        depth += (sign in "{[") - (sign in "}]")
        deepest = max(deepest, depth)
    return deepest
