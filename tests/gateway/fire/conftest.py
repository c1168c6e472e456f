"""Prints what the run under fire counted, at the end of the test run."""

from __future__ import annotations

import pytest

REPORT = pytest.StashKey[list[str]]()


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
