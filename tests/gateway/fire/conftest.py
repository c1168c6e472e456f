"""What tests under fire share: an address of nobody's, and counts told when the run is over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import REPORT
from tests.loopback_server import nobody_listens


@pytest.fixture
def nobody() -> Iterator[str]:
    """A base URL where every connection is refused."""
    with nobody_listens() as url:
        yield url


@pytest.fixture
def fire_report(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Lines that are printed once all tests are through."""
    lines: list[str] = []
    yield lines
    request.node.user_properties += [(REPORT, line) for line in lines]
