"""Lists of prompts: pasted, as CSV, or built in; a list that cannot be used says why."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.compare.prompt_lists import PromptListError, built_in, from_csv, from_lines


def test_each_line_is_a_prompt_once() -> None:
    assert from_lines(" One, or two? \r\n\nThree\nThree\n") == ("One, or two?", "Three")


@pytest.mark.parametrize(
    ("content", "prompts"),
    [
        (b"id,prompt\n1,Why?\n2,How?\n", ("Why?", "How?")),
        (b'\xef\xbb\xbfPrompt\r\n"Two\nlines, and a comma"\r\n', ("Two\nlines, and a comma",)),
        (b"Why?\nHow?\n", ("Why?", "How?")),
        (b"a,prompt\nonly one cell\nb,Why?\n", ("Why?",)),
    ],
)
def test_a_csv_has_them_in_its_column_or_in_its_first(
    content: bytes, prompts: tuple[str, ...]
) -> None:
    assert from_csv(content) == prompts


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no prompt in this list"),
        (b"prompt\n\n", "no prompt in this list"),
        (b"\xff\xfe\x00x", "no text in UTF-8"),
        (b'prompt\n"open and never closed\n', "This CSV is broken"),
        (b"".join(b"Prompt %d\n" % n for n in range(100_000)), "100,000 prompts, and 200 is"),
        (b"x" * 4_001, "Prompt 1 has more than 4,000"),
    ],
)
def test_a_list_that_cannot_be_used_says_why(content: bytes, why: str) -> None:
    with pytest.raises(PromptListError, match=why):
        from_csv(content)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    with suppress(PromptListError):
        from_csv(content)


def test_the_built_in_list_is_in_the_forms_language() -> None:
    assert len(built_in("en-GB")) == len(built_in("es-MX")) == 25
    assert "¿" in built_in("es")[2]
    assert built_in("de") == built_in("en")
