"""What tests under fire share: an address of nobody's, and counts told when the run is over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.loopback_server import nobody_listens

REPORT = pytest.StashKey[list[str]]()


@pytest.fixture
def nobody() -> Iterator[str]:
    """A base URL where every connection is refused."""
    with nobody_listens() as url:
        yield url


@pytest.fixture
def fire_report(request: pytest.FixtureRequest) -> list[str]:
    """Lines that are printed once all tests are through."""
    return request.config.stash.setdefault(REPORT, [])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """The counts, whether all went well or not."""
    if lines := config.stash.get(REPORT, []):
        terminalreporter.section("under fire")
        for line in lines:
            terminalreporter.write_line(line)
