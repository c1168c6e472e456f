"""Runs of a store, on a server that speaks the wire."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from playground.evaluations.live_runs import Evaluations
from playground.sessions.store import Store
from tests.playground.running import price


@pytest.fixture
def evaluations(everyone: Store) -> Iterator[Evaluations]:
    """The runs of a process, with prices of its own: half a dollar a call."""
    runs = Evaluations(everyone, price=price)
    yield runs
    runs.close()
