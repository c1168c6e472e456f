"""The server killed at any moment: no finished turn is lost, and the file stays whole."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.playground.stores import opened

pytestmark = pytest.mark.slow

WRITER = Path(__file__).with_name("turn_writer.py")
WHOLE = "".join(f"piece{index} " for index in range(20))


def run_until_killed(url: str, changes: int, pause_ms: int) -> tuple[list[str], list[str]]:
    """The turns that were started, and those that ended, when it was killed after so many lines."""
    with subprocess.Popen(
        [sys.executable, str(WRITER), url, str(pause_ms)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(changes)]
        writer.kill()
        lines += writer.stdout.readlines()
    words = [line.split() for line in lines if line.endswith("\n")]
    started = [word[1] for word in words if word[0] == "started"]
    return started, [word[1] for word in words if word[0] == "ended"]


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The tests of this module run on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.mark.parametrize("seed", range(4))
def test_a_kill_loses_no_finished_turn(seed: int, store_url: str, store_file: Path) -> None:
    moments = random.Random(seed)  # noqa: S311 (any moment will do)
    started: list[str] = []
    ended: list[str] = []
    for _ in range(2):
        begun, over = run_until_killed(
            store_url, moments.randint(2, 150), moments.choice([0, 1, 20])
        )
        started += begun
        ended += over
    if store_file.exists():
        with closing(sqlite3.connect(store_file)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    later = opened(store_url, now=lambda: datetime.now(UTC) + timedelta(seconds=10))
    conversation = later.load("c")
    later.database.close()
    assert conversation is not None
    found = {turn.id: turn for turn in conversation.turns}
    assert set(started) <= set(found)
    assert all(found[turn_id].status == "done" for turn_id in ended)
    assert all(found[turn_id].answer.text == WHOLE for turn_id in ended)
    for turn_id in set(found) - set(ended):
        assert found[turn_id].status in {"interrupted", "done"}
        assert WHOLE.startswith(found[turn_id].answer.text)
