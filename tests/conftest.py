"""What holds for every test: no network beyond loopback, no keys, a data folder of its own.

The local model's file is the one thing shared with the user's real data folder: they are
98 MB, pinned by hash and read-only.

A run of whole folders is spread over several processes; a run of named files or tests stays in one,
where a debugger and printed lines work. A module's tests run in one process and in their order, so
they may share a server.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

from tests.network_guard import NetworkGuard

ROOT = Path(__file__).parent.parent
SETTING_PREFIX = "SPEKO_"
OTHERS_SUFFIXES = ("_API_KEY", "_BASE_URL", "OLLAMA_HOST")

# Examples are new in each run, but where CI is set: there Hypothesis draws the same ones each time.
# A failure prints the blob that replays it. Deadlines and the check for slow examples would assert
# on the machine's speed.
settings.register_profile(
    "playground", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("playground")

MARKED_FOLDERS = {"tests/e2e": "browser", "tests/gateway/fire": "fire", "tests/sdk": "slow"}
"""Which marker the tests of a folder get, besides those that they name themselves."""
RUN_LAST = ("slow", "fire", "browser")
"""What takes long comes late, in this order: a broken unit shows first."""
MOST_WORKERS = 4
REPORT: Final = "report"
"""The property of a test that holds a line to print at the end of the run."""

GUARD = NetworkGuard()
OUTSIDE_ENVIRONMENT = dict(os.environ)
DATA_DIR = Path(tempfile.mkdtemp(prefix="speko-playground-tests-"))


def is_ours(name: str) -> bool:
    """Whether an environment variable would change what the product does."""
    return name.startswith(SETTING_PREFIX) or name.endswith(OTHERS_SUFFIXES)


def pytest_configure(config: pytest.Config) -> None:
    """Runs before any test module is imported, so that nothing reads the outside at import."""
    if runs_no_tests(config):
        return  # the processes that do inherit the outside from this one
    for name in [name for name in os.environ if is_ours(name)]:
        del os.environ[name]
    os.environ["SPEKO_DATA_DIR"] = str(DATA_DIR)
    os.environ["SPEKO_MODEL_LISTS"] = (
        "false"  # the guard does not see what a gateway's process asks
    )
    GUARD.install()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Put the process back as it was."""
    if not runs_no_tests(config):
        GUARD.uninstall()
        os.environ.update(OUTSIDE_ENVIRONMENT)
    shutil.rmtree(DATA_DIR, ignore_errors=True)


def runs_no_tests(config: pytest.Config) -> bool:
    """Whether this process only hands out tests to others (pytest-xdist)."""
    hands_out = bool(config.option.tx) and not config.option.collectonly
    return hands_out and not hasattr(config, "workerinput")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A process per core, at most ``MOST_WORKERS``; none besides this one for named files."""
    if all("::" in each or Path(each).is_file() for each in config.args):
        return 0
    return min(os.cpu_count() or 1, MOST_WORKERS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folder, and put those that take long last."""
    for item in items:
        for folder, marker in MARKED_FOLDERS.items():
            if item.path.is_relative_to(ROOT / folder):
                item.add_marker(marker)
                if marker == "fire":
                    item.add_marker("no_cover")  # tracing would take from what is measured
    items.sort(key=lambda item: [bool(item.get_closest_marker(each)) for each in RUN_LAST[::-1]])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests report, whether they went well or not."""
    ended = [each for reports in terminalreporter.stats.values() for each in reports]
    told = [
        line
        for each in ended
        if isinstance(each, pytest.TestReport) and each.when == "teardown"
        for name, line in each.user_properties
        if name == REPORT
    ]
    if told:
        terminalreporter.section("under fire")
    for line in told:
        terminalreporter.write_line(str(line))


@pytest.fixture(autouse=True)
def network_guard() -> Iterator[NetworkGuard]:
    """Fails the test that reached for the network, also where the code swallowed the refusal."""
    GUARD.attempts.clear()
    yield GUARD
    assert not GUARD.attempts, f"the test reached beyond loopback: {GUARD.attempts}"


@pytest.fixture(scope="session")
def model_file() -> Path:
    """The local model's file, fetched where it is missing (by a process outside the guard)."""
    command = [sys.executable, "-m", "speko_gateway", "pull-model", "--progress", "json"]
    pulled = subprocess.run(
        command, cwd=ROOT, env=OUTSIDE_ENVIRONMENT, capture_output=True, text=True, check=False
    )
    lines = [json.loads(line) for line in pulled.stdout.splitlines()]
    paths = [Path(line["path"]) for line in lines if "path" in line]
    assert paths, f"the model's file could not be fetched: {pulled.stdout}{pulled.stderr}"
    return paths[0]
