"""A model's words as HTML: CommonMark with tables, tasks and code; line breaks stay. Pure.

A Markdown parser reads them. Only what its rules write is markup: HTML in an answer is text, a
picture becomes a link to it, and a link leads to an ``http``, ``https`` or ``mailto`` address. Each
block finds its own direction. What the parser would read slowly is shown as typed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Final

from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from playground.look.formulas import add_formulas, formula_html
from playground.look.parts import typed

MOST_CHARACTERS: Final = 100_000
"""What comes after so many characters of an answer is shown as typed."""
MOST_IN_A_BLOCK: Final = 8_000
"""A paragraph of more characters is shown as typed: its time may grow by the square of them."""
MOST_BLOCKS: Final = 20_000
"""So is an answer of more blocks (a table's cell is one, too)."""
MOST_BRACKETS: Final = 500

_DEEPEST: Final = 60
_MOST_OF_A_NAME: Final = 40
_ADDRESS = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_ELSEWHERE: Final = {"target": "_blank", "rel": "noopener noreferrer"}
_HOLDERS: Final = frozenset({"bullet_list", "ordered_list", "blockquote", "table"})
"""Blocks whose marks stand at the side at which their words begin."""


@lru_cache(maxsize=512)
def answer_html(text: str) -> str:
    """The whole answer as HTML: one ``sp-answer`` element."""
    drawn, rest = parted(text)
    return framed(html_of(parse(drawn), drawn) + rest)


def parted(text: str) -> tuple[str, str]:
    """What is read as Markdown, and the HTML of what is too much."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    rest = text[MOST_CHARACTERS:]
    return text[:MOST_CHARACTERS], typed(rest) if rest else ""


def framed(html: str) -> str:
    """The element of an answer with the HTML of its blocks."""
    return f'<div class="sp-answer">{html}</div>'


def parse(text: str, env: EnvType | None = None) -> list[Token]:
    """The blocks of ``text``; ``env["open"]`` gets the marks that its last words leave open."""
    return _PARSER.parse(text, env)


def html_of(tokens: Sequence[Token], text: str) -> str:
    """The HTML of the blocks, or of ``text`` as typed where they are too many or too deep."""
    if len(tokens) > MOST_BLOCKS or any(token.level >= _DEEPEST - 1 for token in tokens):
        return typed(text)
    return str(_PARSER.renderer.render(tokens, _PARSER.options, {}))


def code_html(code: str, name: str) -> str:
    """Code below its name, with a button that copies it."""
    return (
        f'<div class="sp-code" dir="ltr"><div class="sp-code-head"><span>{escape(name)}</span>'
        f'<button type="button" class="sp-copy" aria-label="Copy code">Copy</button></div>'
        f'<pre tabindex="0"><code>{escape(code)}</code></pre></div>\n'
    )


def _note_open(state: StateInline) -> None:
    signs = [chr(each.marker) for each in state.delimiters if each.open and each.end < 0]
    state.env["open"] = "".join(reversed(signs))


def _shape(state: StateCore) -> None:
    """Directions, headings below the page's own, links that open elsewhere."""
    depth = 0
    for token in state.tokens:
        holder = token.type.rpartition("_")[0] in _HOLDERS
        depth -= holder and token.nesting < 0
        if token.nesting > 0 and (holder or (not depth and token.tag != "li")):
            token.attrSet("dir", "auto")
        depth += holder and token.nesting > 0
        if token.type.startswith("heading"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
        _shape_links(token.children or ())


def _shape_links(children: Sequence[Token]) -> None:
    depth = 0
    for child in children:
        if child.tag == "a":
            depth += child.nesting
        if child.type == "link_open":
            child.attrs |= _ELSEWHERE
        elif child.type == "image":
            child.meta["in_link"] = depth > 0


def _inline(state: StateCore) -> None:
    """The parser's own rule, but for paragraphs that are too long."""
    for token in state.tokens:
        if token.type == "inline":
            token.children = []
            brackets = token.content.count("[")
            if len(token.content) > MOST_IN_A_BLOCK or brackets > MOST_BRACKETS:
                token.children.append(Token("typed", "", 0, content=token.content))
            else:
                state.md.inline.parse(token.content, state.md, state.env, token.children)


class _Renderer(RendererHTML):
    """The parser's own, but for code, tables and pictures."""

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Code below its language, with a button that copies it."""
        language = tokens[idx].info.split(maxsplit=1)[:1] or ["text"]
        return code_html(tokens[idx].content.removesuffix("\n"), language[0][:_MOST_OF_A_NAME])

    code_block = fence

    def formula(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A formula, in a line or on its own."""
        return formula_html(tokens[idx])

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A link to the picture, for the page must not fetch it; in a link, its name."""
        token = tokens[idx]
        address = str(token.attrs["src"])
        name = escape(self.renderInlineAsText(token.children, options, env) or address)
        if token.meta["in_link"]:
            return name
        link = Token("link_open", "a", 1, attrs={"href": address, **_ELSEWHERE})
        return f"<a{self.renderAttrs(link)}>{name}</a>"

    def list_item_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """A task's box has a name."""
        name = "Done" if tokens[idx].meta.get("checked") else "To do"
        html = super().list_item_open(tokens, idx, options, env)
        return html.replace("<input", f'<input aria-label="{name}"')

    def table_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """A table scrolls by itself: the page does not."""
        table = self.renderToken(tokens, idx, options, env)
        return f'<div class="sp-table" role="group" aria-label="Table" tabindex="0">{table}'

    def table_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """The end of both."""
        return f"{self.renderToken(tokens, idx, options, env)}</div>"

    def typed(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Words as they stand."""
        return typed(tokens[idx].content)


def _parser() -> MarkdownIt:
    options = {"html": False, "xhtmlOut": False, "breaks": True, "tasklists": True}
    parser = MarkdownIt("gfm-like", options | {"maxNesting": _DEEPEST}, renderer_cls=_Renderer)
    parser.validateLink = lambda url: _ADDRESS.match(url) is not None  # type: ignore[method-assign]
    fuzzy = dict.fromkeys(("fuzzy_link", "fuzzy_email", "fuzzy_ip"), False)
    parser.linkify = LinkifyIt({"ftp:": None, "//": None}, fuzzy)
    add_formulas(parser)
    parser.core.ruler.at("inline", _inline)
    parser.inline.ruler2.after("emphasis", "open", _note_open)
    parser.core.ruler.push("shape", _shape)
    return parser


_PARSER: Final = _parser()
