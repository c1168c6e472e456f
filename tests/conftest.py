"""What holds for every test: no network beyond loopback, no keys, a data folder of its own.

The local model's file is the one thing shared with the user's real data folder: they are
98 MB, pinned by hash and read-only.
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

GUARD = NetworkGuard()
OUTSIDE_ENVIRONMENT = dict(os.environ)
DATA_DIR = Path(tempfile.mkdtemp(prefix="speko-playground-tests-"))


def is_ours(name: str) -> bool:
    """Whether an environment variable would change what the product does."""
    return name.startswith(SETTING_PREFIX) or name.endswith(OTHERS_SUFFIXES)


def pytest_configure() -> None:
    """Runs before any test module is imported, so that nothing reads the outside at import."""
    for name in [name for name in os.environ if is_ours(name)]:
        del os.environ[name]
    os.environ["SPEKO_DATA_DIR"] = str(DATA_DIR)
    GUARD.install()


def pytest_unconfigure() -> None:
    """Put the process back as it was."""
    GUARD.uninstall()
    os.environ.update(OUTSIDE_ENVIRONMENT)
    shutil.rmtree(DATA_DIR, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser journeys last: a broken unit shows first, and their event loop is in nobody's way."""
    items.sort(key=lambda item: "e2e" in item.path.parts)


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
