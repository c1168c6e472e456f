"""Words to search by: the same for every script, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playground.sessions.segments import (
    LONGEST,
    Phrase,
    hits,
    pairs,
    parts,
    phrases,
    segmented,
    words_of,
)

TEXTS = st.text(max_size=60)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, WORLD-wide web!", "hello world wide web"),
        ("Café São Straße", "cafe sao strasse"),
        ("北京的天气 is nice", "北 京 的 天 气 is nice"),
        ("ｶﾞギ ﬁｎ", "ガ ギ fin"),
        ("الْعَرَبِيَّة", "العربية"),
        ("สวัสดี", "ส ว ั ส ด ี"),
        ("서울에서", "서 울 에 서"),
        ("हिन्दी में", "हिन्दी में"),
        ("gpt-4o_mini v2.5", "gpt 4o mini v2 5"),
        ("🎉 done", "🎉 done"),
        ("... --- !!!", ""),
    ],
)
def test_a_text_becomes_words(text: str, words: str) -> None:
    assert segmented(text) == words


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("weather", [Phrase(("weather",), open=True)]),
        ("to be", [Phrase(("to",)), Phrase(("be",))]),
        ('"to be" not', [Phrase(("to", "be")), Phrase(("not",), open=True)]),
        ("北京", [Phrase(("北", "京"))]),
        ("gpt-4o", [Phrase(("gpt", "4o"))]),
        ("a a A", [Phrase(("a",))]),
        ('"unfinished quote', [Phrase(("unfinished", "quote"))]),
        ("?!", []),
    ],
)
def test_a_query_is_read_as_phrases(query: str, wanted: list[Phrase]) -> None:
    assert [*phrases(query)] == wanted


def test_what_was_looked_for_is_marked_where_it_stands() -> None:
    text = "In 北京 and Beijing: GPT-4o-mini"
    found = [text[start:end] for start, end in hits(text, phrases('北京 beij "gpt 4o"'))]
    assert found == ["北京", "Beijing", "GPT-4o"]


def test_hits_that_overlap_are_marked_once() -> None:
    assert hits("one two three", phrases('"one two" "two three"')) == [(0, 13)]


def test_two_characters_in_a_row_are_a_pair_and_words_are_none() -> None:
    assert [*pairs(segmented("a 北京的 b 京").split())] == [(1, "北京"), (2, "京的")]


def test_a_long_text_comes_in_parts_that_begin_with_the_last_ones_end() -> None:
    words = [f"w{number}" for number in range(9_000)]
    found = [part.split() for part in parts(" ".join(words))]
    assert max(map(len, found)) <= 4_000
    assert {*words} == {word for part in found for word in part}
    assert found[1][:32] == found[0][-32:]


def test_a_word_without_an_end_is_cut() -> None:
    assert segmented("x" * 1_000_000) == "x" * LONGEST


@given(TEXTS)
@example("İI ǅ ﷺ ½ ẛ̣")
def test_words_are_the_same_whatever_the_case_and_stay_what_they_are(text: str) -> None:
    words = segmented(text).split()
    assert [word.word for word in words_of(text)] == words
    assert segmented(" ".join(words)).split() == words
    assert all(word.isprintable() and "'" not in word and '"' not in word for word in words)


@given(TEXTS, TEXTS)
def test_what_is_in_a_text_is_hit_in_it(before: str, after: str) -> None:
    text = f"{before} {after}"
    for word in segmented(after).split():
        assert hits(text, [Phrase((word,))])
