"""Numbers as people type them, and text that is none."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.intent.numbers import Limits, read

TEMPERATURE = Limits(0, 2, 3)
CAP = Limits(1, 1_000_000)
COUNT = Limits(1, 100, empty=3)
ALL = st.sampled_from([TEMPERATURE, CAP, COUNT])


@pytest.mark.parametrize(
    ("typed", "value", "shown"),
    [
        ("0.7", 0.7, "0.7"),
        ("0,7", 0.7, "0.7"),
        (".5", 0.5, "0.5"),
        ("1.", 1, "1"),
        ("-0", 0, "0"),
        ("+1", 1, "1"),
        ("٠٫٧", 0.7, "0.7"),
        ("１．５", 1.5, "1.5"),
        ("\N{NO-BREAK SPACE}2 ", 2, "2"),
        ("5e-1", 0.5, "0.5"),
    ],
)
def test_a_number_is_read_however_it_is_written(typed: str, value: float, shown: str) -> None:
    entry = read(typed, TEMPERATURE)
    assert (entry.value, entry.text, entry.changed, entry.problem) == (value, shown, "", "")


@pytest.mark.parametrize(
    "typed", ["64000", "64,000", "64.000", "64 000", "64’000", "6.4e4", "٦٤٠٠٠"]
)
def test_so_is_a_whole_number_with_its_thousands(typed: str) -> None:
    entry = read(typed, CAP)
    assert (entry.value, entry.text, entry.changed, entry.problem) == (64_000, "64000", "", "")


@pytest.mark.parametrize(
    ("typed", "limits", "shown", "changed"),
    [
        ("5", TEMPERATURE, "2", "“5” is above the limit: 2 is used."),
        ("-1", TEMPERATURE, "0", "“-1” is below the limit: 0 is used."),
        ("−1", TEMPERATURE, "0", "“−1” is below the limit: 0 is used."),
        ("0.12345", TEMPERATURE, "0.123", "“0.12345” is rounded to 0.123."),
        ("999999999", CAP, "1000000", "“999999999” is above the limit: 1,000,000 is used."),
        ("1e999", CAP, "1000000", "“1e999” is above the limit: 1,000,000 is used."),
        ("0", CAP, "1", "“0” is below the limit: 1 is used."),
        ("12.5", CAP, "12", "“12.5” is rounded to 12."),
        ("0.500", CAP, "1", "“0.500” is below the limit: 1 is used."),
    ],
)
def test_beyond_a_limit_the_limit_is_used_and_said(
    typed: str, limits: Limits, shown: str, changed: str
) -> None:
    entry = read(typed, limits)
    assert (entry.text, entry.changed, entry.problem) == (shown, changed, "")


@pytest.mark.parametrize(
    "typed",
    ["abc", "nan", "inf", "1_0", "0x10", "1,2,3", "--1", "1 2", "½½", "2;", "1e", "9" * 5000, "\0"],
)
def test_what_is_no_number_stays_as_typed_and_says_so(typed: str) -> None:
    entry = read(typed, TEMPERATURE)
    assert entry.value is None
    assert entry.text == typed
    assert "is not a number. Write one from 0 to 2, or leave it empty." in entry.problem
    assert len(entry.problem) < 120


@pytest.mark.parametrize(("limits", "value", "shown"), [(CAP, None, ""), (COUNT, 3, "3")])
def test_an_empty_field_means_what_its_limits_say(
    limits: Limits, value: float | None, shown: str
) -> None:
    entry = read("  ", limits)
    assert (entry.value, entry.text, entry.problem) == (value, shown, "")


@given(st.text(), ALL)
def test_no_text_is_too_strange(typed: str, limits: Limits) -> None:
    entry = read(typed, limits)
    if entry.value is None:
        assert entry.problem or not typed.strip()
    else:
        assert limits.least <= entry.value <= limits.most


@given(st.floats(allow_nan=False, allow_infinity=False), ALL)
def test_what_the_field_then_shows_is_what_is_used(number: float, limits: Limits) -> None:
    entry = read(f"{number:.17e}", limits)
    again = read(entry.text, limits)
    assert again.value == entry.value
    assert (again.text, again.changed, again.problem) == (entry.text, "", "")
    within = min(max(number, limits.least), limits.most)
    assert entry.value is not None
    assert math.isclose(entry.value, within, abs_tol=0.5 * 10**-limits.digits)
