"""Verdicts are looked at after 25, 50, 100 and 200, and what is missing leads to such a look."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.compare.looks import FIRST, last_look, until


@pytest.mark.parametrize(
    ("count", "look"), [(0, 0), (24, 0), (25, 25), (49, 25), (99, 50), (200, 200), (399, 200)]
)
def test_verdicts_are_looked_at_only_at_certain_counts(count: int, look: int) -> None:
    assert last_look(count) == look


@given(st.integers(0, 9_000), st.floats(0, 1e9))
def test_what_is_missing_leads_to_a_look_that_is_late_enough(count: int, needed: float) -> None:
    more = until(needed, count)
    if more is None:
        assert needed > 5_000 or count > 5_000
        return
    assert more > 0
    assert last_look(count + more) == count + more >= max(needed, FIRST)
