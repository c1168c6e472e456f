"""The same run by two workers of a cluster: the same cells, asked with the workers' own key."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from playground.evaluations import on_dask
from playground.evaluations.cells import Cell
from playground.evaluations.live_runs import Evaluations
from playground.evaluations.on_dask import DaskMissingError, on_cluster
from playground.servers.connection import other
from playground.suites.suite import Contains
from playground.teams.owner import MACHINE_OWNER
from tests.playground.evaluations.asked import asked_for, finished, pin_of
from tests.playground.findings.made_cells import suite
from tests.playground.servers.wire_server import ThreadedWireServer, Wire, says

pytestmark = pytest.mark.slow
pytest.importorskip("distributed", reason="the extra [dask] is not installed")

CLUSTER = Path(__file__).with_name("dask_cluster.py")
CALLERS_KEY = "k-of-the-caller"
WORKERS_KEY = "k-of-the-workers"


@contextmanager
def cluster(base_url: str, data_dir: Path) -> Iterator[str]:
    """A cluster whose workers ask this server."""
    environment = {
        **os.environ,
        "SPEKO_API_KEY": WORKERS_KEY,
        "SPEKO_BASE_URL": base_url,
        "SPEKO_DATA_DIR": str(data_dir),
        "PYTHONPATH": str(CLUSTER.parents[3]),
    }
    with subprocess.Popen(
        [sys.executable, str(CLUSTER)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        address = process.stdout.readline().strip()
        assert address.startswith("tcp://")
        try:
            yield address
        finally:
            process.stdin.close()
            process.stdin = None
            process.communicate(timeout=60)


def without_times(cell: Cell) -> dict[str, object]:
    """What must be the same whoever makes it."""
    told = cell.model_dump(exclude={"started_at", "ended_at"})
    told["answer"]["timing"] = None
    return told


async def echo(wire: Wire) -> None:
    """Says what it was asked, and by which name."""
    vendor, _, model = pin_of(wire).partition(":")
    if asked_for(wire) == "Say 3":
        await wire.fail(500, {"error": "It is down.", "code": "ALL_PROVIDERS_FAILED"})
        return
    itself = {"provider": vendor, "model": model}
    await says(f"{vendor}: {asked_for(wire)}", meta=itself, **itself)(wire)


def test_two_workers_make_the_same_run(
    evaluations: Evaluations, wire: ThreadedWireServer, tmp_path: Path
) -> None:
    wire.script = echo
    asked = suite(10, 2, repeats=2, checks=(Contains(value="vendor1"),))
    connection = other(wire.base_url, SecretStr(CALLERS_KEY), takes_vertical=False)
    here = finished(evaluations.start(MACHINE_OWNER, connection, asked, seed=1))
    with cluster(wire.base_url, tmp_path) as address:
        ask = on_cluster(address, None)
        there = finished(evaluations.start(MACHINE_OWNER, connection, asked, seed=1, ask=ask))
    assert there.progress.status == here.progress.status == "done"
    runs = evaluations.runs(MACHINE_OWNER)
    first, second = (map(without_times, runs.cells(run.run.id)) for run in (here, there))
    assert list(second) == list(first)
    keys = [each.headers["authorization"].removeprefix("Bearer ") for each in wire.asked]
    assert keys == [CALLERS_KEY] * 40 + [WORKERS_KEY] * 40


def test_a_scheduler_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_dask, "CONNECT_SECONDS", 0.2)
    with pytest.raises(DaskMissingError, match="No Dask scheduler answers"):
        on_cluster("tcp://127.0.0.1:9", None)
