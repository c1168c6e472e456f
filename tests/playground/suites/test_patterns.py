"""Regular expressions of people one does not know: each decides, or ends in a sentence."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.suites.patterns import PatternError, check_pattern, found


def test_a_pattern_is_found_or_not() -> None:
    assert found(r"(?i)\bÜBER\b", "Es ist über 5.")
    assert found(r"\d+(?= €)", "5 €")
    assert not found(r"^\d+$", "5 €")


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "this is no regular expression: missing )"),
        ("(" * 900 + ")" * 900, "nested too deeply"),
        ("(?R)", "calls itself"),
        ("(?1)(a)", "calls itself"),
        ("(?i)(?#[)a", "has comments"),
        ("(?ix)a", "has comments"),
        ("x" * 2001, "2,000 characters at most"),
        ("a{1,999999999}b", "repeats too much"),
        ("(?:(?:.?){900}){900}x", "repeats too much"),
        ("(?:(?:a?){1000}b?){1000}$x", "repeats too much"),
        (r"(?:[)(\]]{200}){200}", "repeats too much"),
    ],
    ids=lambda given: given[:20],
)
def test_what_is_no_pattern_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(PatternError) as refused:
        check_pattern(pattern)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    "pattern", [r"\d{1,100}.{1,200}", "a{2", "[{9}]", r"\p{L}{3}", "(?:ab){2,}", "{", "(?i:x)"]
)
def test_ordinary_repetitions_are_used(pattern: str) -> None:
    check_pattern(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "(?:x+x+)+y", "(?b)(?:abcdef){e}z"])
def test_a_pattern_that_never_ends_is_stopped(pattern: str) -> None:
    text = "a" * 5_000 + "x" * 5_000 + "b"
    for _ in range(20):
        with suppress(PatternError):
            found(pattern, text)
    assert not found("^b", text)


_HUNGRY = r"""
import resource
from contextlib import suppress
from playground.suites.patterns import PatternError, found

PATTERNS = (
    r"(?:(?:(?:(?:a?)?)?)?b?)*\d",
    r"(?:(?:.?)*?)*\d",
    r"(?:a|(b))*(?=[xyz])",
    "(?:(a)?(b)?){9000}x",
    r"((a)|(b)|(ab))*\d$",
    r"(\w+\s?)+\1$",
    "(?:a(?=.*b)|ab?){4000}x",
    r"(?<=(a*))b",
)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for pattern in PATTERNS:
    for text in ("ab" * 200_000, "a" * 400_000 + "b"):
        with suppress(PatternError):
            found(pattern, text)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_no_pattern_takes_much_memory() -> None:
    run = subprocess.run(
        [sys.executable, "-c", _HUNGRY], capture_output=True, text=True, check=True
    )
    assert int(run.stdout) < 400


@given(st.text(alphabet=r"ab()[]{}*+?|\^$.,0123<>=!:P-'", max_size=25))
def test_any_text_is_a_pattern_or_none(pattern: str) -> None:
    with suppress(PatternError):
        check_pattern(pattern)
        found(pattern, "ab" * 20)
