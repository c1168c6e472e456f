"""Writes a run's cells as they are done, and its heartbeat, beside the loop that makes them.

While one transaction is on its way, the cells that are done meanwhile wait for the next: so each is
written at once where there are few, and many share one where there are many. What cannot be written
is held and tried again; nothing new is started meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from playground.evaluations.cells import Cell, RunStatus
from playground.evaluations.progress import LiveRun
from playground.evaluations.runs import CellTwiceError, RunGoneError, RunStore, RunTakenError
from playground.sessions.database import StoreError

BEAT_SECONDS: Final = 1.0
MOST_TOGETHER: Final = 1_000
"""So many cells share one transaction at most."""
AGAIN_SECONDS: Final = 2.0
_LAST_TRIES: Final = 3


class Recorder:
    """For one run and one loop. ``lost`` is called once where the run is somebody else's, or gone.

    ``wrote`` is called after each transaction.
    """

    def __init__(
        self,
        runs: RunStore,
        run_id: str,
        runner: str,
        live: LiveRun,
        *,
        wrote: Callable[[], None],
        lost: Callable[[str], None],
    ) -> None:
        self._runs, self._run_id, self._runner = runs, run_id, runner
        self._live = live
        self._wrote, self._lost = wrote, lost
        self._waiting: list[Cell] = []
        self._more = asyncio.Event()
        self._ending = False
        self._is_lost = False
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="cells")
        self._tasks = [asyncio.create_task(self._write_all()), asyncio.create_task(self._beat())]

    @property
    def waiting(self) -> int:
        """How many cells wait to be written."""
        return len(self._waiting)

    def add(self, cell: Cell) -> None:
        """A cell is done."""
        self._waiting.append(cell)
        self._more.set()

    async def end(self, status: RunStatus, note: str) -> str:
        """Write what waits, then how the run ended; returns what went wrong, if anything did."""
        self._ending = True
        self._more.set()
        writing, beating = self._tasks
        beating.cancel()
        await asyncio.wait({writing, beating})
        problem = "" if not self._waiting or self._is_lost else self._live.progress.problem
        try:
            if not self._is_lost:
                await self._aside(self._runs.end, self._run_id, self._runner, status, note)
        except StoreError as error:
            problem = problem or str(error)
        self._writer.shutdown(wait=False)
        return problem

    async def _write_all(self) -> None:
        tries = 0
        while self._waiting or not self._ending:
            if not self._waiting:
                self._more.clear()
                await self._more.wait()
                continue
            batch = self._waiting[:MOST_TOGETHER]
            try:
                await self._write(batch)
            except StoreError as error:
                if self._is_lost:
                    return
                tries += 1
                self._live.become(problem=str(error))
                if self._ending and tries >= _LAST_TRIES:
                    return
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            tries = 0
            del self._waiting[: len(batch)]
            self._count(batch)
            self._wrote()

    async def _write(self, batch: list[Cell]) -> None:
        try:
            await self._aside(self._runs.record, self._run_id, self._runner, batch)
        except CellTwiceError:
            # It was written, and the answer to that was lost.
            there = await self._aside(self._runs.keys, self._run_id)
            new = [cell for cell in batch if cell.key not in there]
            await self._aside(self._runs.record, self._run_id, self._runner, new)
        except (RunTakenError, RunGoneError) as error:
            self._give_up(error)
            raise

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            status = self._live.progress.status
            try:
                await self._aside(self._runs.beat, self._run_id, self._runner, status)
            except (RunTakenError, RunGoneError) as error:
                self._give_up(error)
                return
            except StoreError as error:
                self._live.become(problem=str(error))

    async def _aside(self, call: Callable[..., Any], *given: Any) -> Any:
        try:
            writing = self._writer.submit(call, *given)
        except RuntimeError:
            # As the interpreter ends no thread can start, and the loop has no other work.
            return call(*given)
        return await asyncio.wrap_future(writing)

    def _give_up(self, error: StoreError) -> None:
        if not self._is_lost:
            self._is_lost = True
            self._more.set()
            self._lost(str(error))

    def _count(self, batch: list[Cell]) -> None:
        before = self._live.progress
        verdicts = [cell.passed for cell in batch]
        self._live.become(
            done=before.done + len(batch),
            passed=before.passed + verdicts.count(True),
            failed=before.failed + verdicts.count(False),
            problem="",
        )
