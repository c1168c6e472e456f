"""A model's words as HTML look as they were meant, do no harm, and are read quickly."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.look.answer_html import answer_html
from playground.look.growing_answer import growing_html

MARKS = "ab \n#*_`~[]()!<>&\"'$:|-+=\\/1.שم😀"
TAG = re.compile(r"<(/?[a-z0-9]+)((?: [a-z-]+(?:=\"[^\"<>]*\")?)*)>")
TEXTS = st.one_of(st.text(max_size=200), st.text(alphabet=MARKS, max_size=200))


def words_of(html: str) -> str:
    """What a person reads."""
    return unescape(re.sub(r"<[^>]*>", "", html))


@given(TEXTS)
def test_any_text_becomes_harmless_html(text: str) -> None:
    for html in (answer_html(text), growing_html(text)):
        assert "<" not in TAG.sub("", html)
        names = {name.lstrip("/") for name, _ in TAG.findall(html)}
        assert not names & {"script", "style", "img", "iframe", "form", "svg"}
        assert not re.search(r"<[^>]* on[a-z]+=", html)
        assert all(
            re.match(r"(https?|mailto):", address, re.IGNORECASE)
            for address in re.findall(r'href="([^"]*)"', html)
        )


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=200))
def test_plain_words_are_all_there(text: str) -> None:
    assert text in words_of(answer_html(text))


@given(st.lists(TEXTS.filter(str.strip), max_size=8), st.integers(0, 2000))
def test_what_has_arrived_looks_as_it_will_in_the_end(parts: list[str], padding: int) -> None:
    text = "word " * padding + "\n\n" + "\n\n".join(parts)
    assert words_of(growing_html(text)).split() == words_of(answer_html(text)).split()


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "![" * 50_000, ">" * 100_000, "- " * 50_000, "word " * 400_000]
)
def test_a_text_made_to_be_slow_is_shown_as_typed(text: str) -> None:
    assert "word" not in text or words_of(answer_html(text)).split() == text.split()
    assert "sp-typed" in answer_html(text) or text.startswith((">", "-"))


def test_lists_in_lists_without_end_lose_no_word() -> None:
    text = "\n".join(f"{'  ' * depth}- word{depth}" for depth in range(100))
    assert [f"word{depth}" for depth in range(100)] == re.findall(r"word\d+", answer_html(text))
