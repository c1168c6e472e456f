"""Holm's procedure by hand, and as statsmodels has it."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from playground.compare.holm import adjusted, holm


@pytest.fixture(autouse=True, scope="module")
def nothing_old_to_search() -> None:
    """statsmodels searches for garbage in each call; what is there by now is kept out of that."""
    gc.freeze()


def test_it_stops_at_the_first_that_does_not_stand() -> None:
    assert holm([0.01, 0.04, 0.03], 0.05) == [True, False, False]
    assert holm([0.01, 0.02, 0.03], 0.05) == [True, True, True]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_adjusted_chances_are_those_of_statsmodels(chances: list[float]) -> None:
    theirs = multipletests(chances, method="holm")[1]
    assert adjusted(chances) == pytest.approx(list(theirs), abs=1e-12)
