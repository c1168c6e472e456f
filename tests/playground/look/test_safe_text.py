"""A name from outside does no harm in our own Markdown."""

from __future__ import annotations

import re
from html import unescape

import pytest
from markdown_it import MarkdownIt

from playground.look.safe_text import literal


def test_what_a_person_typed_is_no_markdown() -> None:
    assert literal("A *b* $5 [x](y)") == r"A \*b\* \$5 \[x\]\(y\)"


@pytest.mark.parametrize(
    "name",
    [
        "**bold** _it_ ~~out~~ `code`",
        "[win](http://evil.test) ![i](http://evil.test/i.png)",
        "<http://evil.test> <me@evil.test>",
        "<b onclick=x>b</b> &lt;i&gt; &copy;",
        ":red[danger] :material/warning: :smile: $x^2$ $$y$$",
        "# head\n## head\n- item\n+ item\n* item\n> quote\nhead\n====\nhead\n---",
        "| a | b |\n|--|--|\n| c | d |",
        "~~~\ncode\n~~~",
        "a\\b [x]: http://evil.test",
    ],
)
def test_a_name_is_shown_as_it_is(name: str) -> None:
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    html = markdown.render(literal(name))
    assert " ".join(unescape(re.sub(r"</?p>", " ", html)).split()) == " ".join(name.split())
