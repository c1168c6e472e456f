"""What does Evaluate add to the time that servers take? 10,000 cells of 50 ms, 256 in flight.

Twice: the engine alone, whose calls are timers of 50 ms (order, pace, checks, the store), and over
HTTP to a mock server in a process of its own, through the client, as a run really asks. Each cell
is checked, and counts once SQLite has it. The ideal time is cells x 50 ms / 256. Memory is what the
process has more at the end than when a tenth of the cells were done; the second half alone says
whether it goes on growing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from benchmarks.mock_complete import SECONDS, TEXT
from benchmarks.processes import Child, listening
from benchmarks.report import print_heading, print_table, verdict
from playground.evaluations.cells import Cell
from playground.evaluations.live_runs import AskOf, Evaluations
from playground.evaluations.order import Planned
from playground.servers.connection import Connection, embedded
from playground.sessions.store import Store
from playground.sessions.turns import Answer, TurnError, TurnSettings, utc_now
from playground.suites.suite import Arm, Case, Contains, Suite
from playground.teams.owner import MACHINE_OWNER
from speko_client.models import CompleteUsage, Timing

CELLS: Final = 10_000
IN_FLIGHT: Final = 256
AIM: Final = 1.5
_LOOK_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds from the start to the last cell in the store, processor seconds of this process, and
    how much memory (MB) it grew by after a tenth and after half of the cells."""

    seconds: float
    processor: float
    grew: float
    grew_late: float
    summaries_ms: float


def suite(cells: int) -> Suite:
    """One pinned arm; a check that passes."""
    return Suite(
        name="Benchmark",
        cases=tuple(
            Case(id=f"c{n}", vars={"input": f"{n}: what is the capital of France?"})
            for n in range(cells)
        ),
        arms=(Arm(id="a", pin="openai:gpt-4o-mini"),),
        checks=(Contains(value="Paris"),),
    )


class Timers:
    """Cells whose calls are timers: what is left is the engine itself."""

    def __init__(self, asked: Suite, connection: Connection) -> None:
        self._answer = Answer(
            text=TEXT,
            provider="openai",
            model="gpt-4o-mini",
            usage=CompleteUsage(prompt_tokens=12, completion_tokens=8),
            timing=Timing(ttft_ms=50.0, total_ms=50.0),
        )

    async def __call__(self, planned: Planned) -> Cell:
        """A cell, 50 ms later."""
        started = utc_now()
        await asyncio.sleep(SECONDS)
        return Cell(
            **planned.key._asdict(), answer=self._answer, started_at=started, ended_at=utc_now()
        )

    async def beside(self, message: str, settings: TurnSettings) -> tuple[Answer, TurnError | None]:
        """There is no judge."""
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing is open."""


def measure(url: str, cells: int, ask: AskOf | None) -> Measured:
    """One run in a new store."""
    this = Child("", os.getpid())
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'playground.db'}")
        store.open()
        evaluations = Evaluations(store)
        memory: dict[float, float] = {}
        begun, worked = perf_counter(), process_time()
        connection = embedded(url, "benchmark")
        live = evaluations.start(MACHINE_OWNER, connection, suite(cells), most=IN_FLIGHT, ask=ask)
        while not live.wait(_LOOK_SECONDS):
            for share in (0.1, 0.5):
                if live.progress.done >= share * cells:
                    memory.setdefault(share, this.memory_mb() or 0.0)
        took = perf_counter() - begun, process_time() - worked
        end = this.memory_mb() or 0.0
        assert live.progress.passed == cells, live.progress
        begun = perf_counter()
        assert len(evaluations.runs(MACHINE_OWNER).summaries(live.run.id)) == cells
        summaries = (perf_counter() - begun) * 1000
        evaluations.close()
        store.close()
    early, late = (end - memory.get(share, end) for share in (0.1, 0.5))
    return Measured(*took, early, late, summaries)


def main(arguments: list[str] | None = None) -> None:
    """Measure both, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=CELLS)
    parser.add_argument("--only", choices=("engine", "http"))
    chosen = parser.parse_args(arguments)
    ideal = chosen.cells * SECONDS / IN_FLIGHT
    print_heading(f"Evaluate: {chosen.cells:,} cells of 50 ms, {IN_FLIGHT} in flight")
    rows = []
    ways: dict[str, Callable[[str], Measured]] = {
        "engine": lambda url: measure(url, chosen.cells, Timers),
        "http": lambda url: measure(url, chosen.cells, None),
    }
    with listening("benchmarks.mock_complete") as server:
        for name, run in ways.items():
            if chosen.only not in (None, name):
                continue
            before = server.cpu_seconds() or 0.0
            found = run(server.url)
            ratio = found.seconds / ideal
            rows.append(
                (
                    name,
                    f"{found.seconds:.2f}",
                    f"{ratio:.2f}",
                    verdict(ratio, AIM),
                    f"{found.processor:.2f}",
                    f"{(server.cpu_seconds() or 0.0) - before:.2f}",
                    f"{found.processor / chosen.cells * 1000:.2f}",
                    f"{found.grew:+.1f} / {found.grew_late:+.1f}",
                    f"{found.summaries_ms:.0f}",
                )
            )
    print_table(
        (
            "calls",
            "seconds",
            f"times the ideal {ideal:.2f} s",
            f"aim {AIM}",
            "processor s",
            "server's",
            "ms a cell",
            "MB since a tenth / half",
            "summaries ms",
        ),
        rows,
    )


if __name__ == "__main__":
    main()
