"""The last number of an answer, as people of its language write it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.suites.written_numbers import last_number


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("The answer is 42.", "en", 42),
        ("First 3, then 5 of 12 km", "en", 12),
        ("1,234.5", "en", 1234.5),
        ("1.234,5", "de", 1234.5),
        ("1.234", "de", 1234),
        ("1.234", "en", 1.234),
        ("1,234", "en", 1234),
        ("1,234", "de", 1.234),
        ("3.14", "de", 3.14),
        ("0.125", "de", 0.125),
        ("2,5", "en", 2.5),
        ("1,234", "es-MX", 1234),
        ("1.234", "es", 1234),
        ("12 345", "fr", 12345),
        ("5\u202f200,50 €", "de", 5200.5),
        ("12 345", "en", 345),
        ("1'234'567.80", "de-CH", 1234567.8),
        ("1,23,456", "en", 123456),
        ("1.234.567,89", "en", 1234567.89),
        ("$1,299.00", "en", 1299),
        ("45 %", "en", 45),
        ("-5", "en", -5),
        ("−$3.50", "en", -3.5),
        ("(-7)", "en", -7),
        ("10-5", "en", 5),
        ("- 5", "en", 5),
        ("It is .5", "en", 0.5),
        ("1.5e6", "en", 1500000),
        ("2/3", "en", 3),
        ("**42**", "en", 42),
        ("\\boxed{42}", "en", 42),
        ("_42_", "en", 42),
        ("٤٢", "ar", 42),
        ("٣٫٥", "ar", 3.5),
        ("5, says GPT-4 of H2O", "en", 5),
        ("none", "en", None),
        ("v1.2.3.4", "en", None),
        ("9" * 500, "en", None),
        ("1e400", "en", None),
    ],
)
def test_the_last_number_is_found(text: str, language: str, number: float | None) -> None:
    assert last_number(text, language) == number


@given(st.integers(-(10**9), 10**9), st.sampled_from(["en", "de", "fr", "es-MX", "ar"]))
def test_a_whole_number_is_read_in_any_language(number: int, language: str) -> None:
    assert last_number(f"It is {number}", language) == number


@given(st.integers(-(10**12), 10**12))
def test_thousands_are_read_as_each_language_separates_them(number: int) -> None:
    english = f"{number:,}"
    assert last_number(english, "en") == number
    assert last_number(english.replace(",", "."), "de") == number
    assert last_number(english.replace(",", "\u202f"), "fr") == number


@given(st.decimals(-(10**6), 10**6, places=2))
def test_two_decimals_are_read_as_each_language_writes_them(number: object) -> None:
    english = f"{number:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert last_number(english, "en") == last_number(german, "de") == float(str(number))


@given(st.text(), st.sampled_from(["en", "de", "fr"]))
def test_any_text_has_a_number_or_none(text: str, language: str) -> None:
    number = last_number(text, language)
    assert number is None or math.isfinite(number)


@pytest.mark.parametrize("text", ["1 ", "1", "1,", "-", "1.1", "123 ", "a1"])
def test_a_long_answer_is_read_to_its_end(text: str) -> None:
    last_number(text * 300_000, "fr")
