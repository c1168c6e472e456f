"""A model's words as HTML look as they were meant, do no harm, and are read quickly."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.token import Token

from playground.look import growing_answer
from playground.look.answer_html import answer_html, parse
from playground.look.growing_answer import growing_html
from tests.answer_samples import SAMPLES, expected_html, made_html

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


@given(st.lists(TEXTS, max_size=8), st.integers(0, 900))
def test_what_has_arrived_looks_as_it_will_in_the_end(parts: list[str], words: int) -> None:
    text = "\n\n".join([*parts, "word " * words, *parts, "The end."])
    assert growing_html(text) == answer_html(text)


def test_blocks_that_have_ended_are_not_read_again_in_each_frame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[int] = []

    def counted(text: str, env: dict[str, str] | None = None) -> list[Token]:
        read.append(len(text))
        return parse(text, env)

    monkeypatch.setattr(growing_answer, "parse", counted)
    text = "\n\n".join(f"Paragraph {number} of them, with **bold** words." for number in range(450))
    frames = range(0, len(text), 20)
    for length in frames:
        growing_html(text[:length])
    assert sum(read) / len(frames) < 4_000


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "![" * 50_000, ">" * 100_000, "- " * 50_000, "word " * 400_000]
)
def test_a_text_made_to_be_slow_is_shown_as_typed(text: str) -> None:
    assert "word" not in text or words_of(answer_html(text)).split() == text.split()
    assert "sp-typed" in answer_html(text) or text.startswith((">", "-"))


def test_lists_in_lists_without_end_lose_no_word() -> None:
    text = "\n".join(f"{'  ' * depth}- word{depth}" for depth in range(100))
    assert [f"word{depth}" for depth in range(100)] == re.findall(r"word\d+", answer_html(text))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_sample_becomes_what_it_should(sample: Path) -> None:
    assert made_html(sample) == expected_html(sample)
