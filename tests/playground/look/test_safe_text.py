"""A model's words drawn as markdown do no harm and look as they were meant."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from playground.look.safe_text import literal, safe_markdown, safe_partial


def test_two_prices_are_no_formula() -> None:
    assert safe_markdown("$0.002 vs $0.0004") == r"\$0.002 vs \$0.0004"


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


def test_an_image_becomes_a_link() -> None:
    assert safe_markdown("![x](http://a.example/?q=1)") == "[x](http://a.example/?q=1)"


def test_code_is_left_alone() -> None:
    text = "```sh\necho $HOME ![x](y)\n```\nand `$a`"
    assert safe_markdown(text) == text


def test_an_open_fence_is_closed_while_the_text_arrives() -> None:
    assert safe_partial("```python\nprint(1)").endswith("\n```")


def test_a_closed_fence_stays() -> None:
    assert safe_partial("```\nx\n```") == "```\nx\n```"


@given(st.text(alphabet="ab$!`~[]()\n\\ ", max_size=60))
def test_no_image_is_left_outside_code(text: str) -> None:
    shown = safe_markdown(text)
    if "`" not in text and "~" not in text:
        assert "![" not in shown


@given(st.text(alphabet="ab$ \n", max_size=60))
def test_escaping_twice_changes_nothing(text: str) -> None:
    assert safe_markdown(safe_markdown(text)) == safe_markdown(text)
