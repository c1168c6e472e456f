"""The process killed in the middle of a run: only what was in flight is asked again."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from playground.evaluations.cells import CellKey
from playground.evaluations.live_runs import Evaluations
from playground.evaluations.runs import RunTakenError
from playground.servers.connection import embedded
from playground.sessions.store import Store
from playground.sessions.tables import RUNS
from playground.teams.owner import MACHINE_OWNER
from tests.playground.evaluations.asked import finished
from tests.playground.servers.wire_server import Asked, ThreadedWireServer

pytestmark = pytest.mark.slow

MAKER = Path(__file__).with_name("run_maker.py")
CASES = 60


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The tests of this module run on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


def made_until_killed(url: str, server: str, changes: int) -> tuple[str, int]:
    """The run's id, and how many cells were said to be done, when it was killed."""
    command = [sys.executable, str(MAKER), url, server, str(CASES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as maker:
        assert maker.stdout is not None
        lines = [maker.stdout.readline() for _ in range(1 + changes)]
        maker.kill()
        lines += maker.stdout.readlines()
    words = [line.split() for line in lines if line.endswith("\n")]
    assert words[-1] != ["over"], "it was over before it could be killed"
    done = [int(word[1]) for word in words if word[0] == "done"]
    return words[0][1], max(done, default=0)


def key_of(asked: Asked) -> CellKey:
    """Which cell a request was for."""
    case = asked.body["messages"][-1]["content"].removeprefix("Say ")
    pin = asked.body["constraints"]["allowedProviders"]["llm"][0]
    return CellKey(f"c{case}", pin.replace("vendor", "a").removesuffix(":model"), 0)


@pytest.mark.parametrize("seed", range(3))
def test_a_kill_loses_what_was_in_flight_and_nothing_else(
    seed: int, store_url: str, wire: ThreadedWireServer
) -> None:
    changes = random.Random(seed).randint(1, 30)  # noqa: S311 (any moment will do)
    run_id, said = made_until_killed(store_url, wire.base_url, changes)
    store = Store(store_url)
    evaluations = Evaluations(store)
    runs = evaluations.runs(MACHINE_OWNER)
    kept = runs.keys(run_id)
    assert said <= len(kept) < 2 * CASES
    first = Counter(map(key_of, wire.asked))
    assert set(first.values()) == {1}
    assert len(first) - len(kept) <= 8 + 8, "more was lost than was in flight or being written"
    connection = embedded(wire.base_url, "k-1")
    with pytest.raises(RunTakenError):
        evaluations.go_on(MACHINE_OWNER, connection, run_id)
    with store.database.write() as transaction:
        transaction.execute(sa.update(RUNS).values(heartbeat_at=0.0))
    found = runs.load(run_id)
    assert found is not None
    assert (found.status, found.done) == ("interrupted", len(kept))
    wire.asked.clear()
    live = finished(evaluations.go_on(MACHINE_OWNER, connection, run_id))
    evaluations.close()
    assert (live.progress.status, live.progress.done) == ("done", 2 * CASES)
    second = {key_of(each) for each in wire.asked}
    assert len(wire.asked) == len(second)
    assert not second & kept
    assert len(second | kept) == 2 * CASES
    assert runs.keys(run_id) == second | kept
    store.close()
