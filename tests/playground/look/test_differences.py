"""Differences word by word: both texts can be read out of them, whatever they hold."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from playground.look.differences import MOST_WORDS, difference_html

BODY = re.compile(r'<div class="sp-difference" dir="auto">(.*)</div>', re.DOTALL)


def without(tag: str, html: str) -> str:
    """The text that is left without what this tag marks."""
    (body,) = BODY.findall(html)
    left = re.sub(f"<{tag}>.*?</{tag}>", "", body, flags=re.DOTALL)
    return unescape(re.sub("</?(del|ins)>", "", left))


def test_a_word_that_changed_is_marked_in_both() -> None:
    html = difference_html("The cat sat.", "The dog sat.")
    assert "The <del>cat </del><ins>dog </ins>sat." in html


def test_equal_texts_have_no_marks() -> None:
    assert "<del>" not in difference_html("Same words.", "Same words.")


def test_markup_in_an_answer_stays_text() -> None:
    assert "<img" not in difference_html("<img src=x>", "<script>")


@given(st.text(max_size=80), st.text(max_size=80))
def test_both_texts_are_in_it(first: str, second: str) -> None:
    html = difference_html(first, second)
    assert (without("ins", html), without("del", html)) == (first, second)


def test_what_is_too_long_is_left_out_and_said() -> None:
    html = difference_html("word " * (MOST_WORDS + 1), "word")
    assert "Only the first 4,000 words of each are compared." in html
    assert "compared" not in difference_html("word " * MOST_WORDS, "word")
