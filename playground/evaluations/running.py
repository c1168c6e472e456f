"""One run, driven on an event loop: cells are started in order, made, and written when done.

What a vendor takes decides how many calls it gets at once (``pacing``), ``most`` how many there are
in all. A call that gets a 429 is made again within its cell for as long as the vendor asks, up to
``MOST_WAIT``. A cell counts as done once it is in the store. When the process is killed, those in
flight are lost and no others; whoever goes on asks no finished one again.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Coroutine, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from playground.evaluations.cell_asking import Ask, with_checks
from playground.evaluations.cells import Cell, CellKey, Run, RunStatus
from playground.evaluations.judges import JudgeAtWork, undecided
from playground.evaluations.ledger import Ledger
from playground.evaluations.order import Planned, Queue
from playground.evaluations.progress import LiveRun, Speed
from playground.evaluations.recording import Recorder
from playground.evaluations.rows_of_run import Ready, Rows
from playground.evaluations.runs import RunStore
from playground.evaluations.vendors import Paces, is_rate_limit
from playground.sessions.spending import CapReachedError
from playground.sessions.turn_words import internal_error
from playground.sessions.turns import Answer, TurnError, TurnSettings

MOST_AT_ONCE: Final = 256
AT_ONCE: Final = 16
"""Calls in flight, where nobody asks for another number."""
MOST_TRIES: Final = 30
"""So often is one cell asked while the vendor says 429."""
MOST_WAIT: Final = 600.0
"""Seconds for which one cell waits for a vendor's pauses; then the 429 is its result."""
CONNECTION_TRIES: Final = 3
_LONG_PAUSE: Final = 5.0
_WAITING: Final = 4
"""So many times the calls in flight may be cells that wait for a judge."""
MOST_BROKEN: Final = 10
"""So many cells one after the other that do not reach the server end the run: it can go on."""

_UNREACHED: Final = "CONNECTION_FAILED"
_BROKEN: Final = frozenset({_UNREACHED, "AUTH_ERROR", "UNAUTHORIZED"})
_AT_CAP: Final = "The most that this run may cost is reached."
_STEERED: Final[Mapping[str, RunStatus]] = {"cancel": "cancelled", "interrupt": "interrupted"}
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """What a run is to make.

    ``done`` are the cells that are in the store already, ``expected`` is what one cell of an arm
    may cost (US$, by its id), ``most`` how many calls are in flight at most. ``runner`` has claimed
    the run.
    """

    run: Run
    runner: str
    done: Set[CellKey] = frozenset()
    expected: Mapping[str, float] = field(default_factory=dict)
    most: int = AT_ONCE


class Running:
    """Makes one run's cells; ``drive`` does it all, on the loop that it is awaited on."""

    def __init__(self, work: Work, ask: Ask, live: LiveRun, runs: RunStore) -> None:
        self._ask, self._live = ask, live
        self._stored = partial(runs.cell, work.run.id)
        self._suite = suite = work.run.suite
        self._most = max(1, min(MOST_AT_ONCE, work.most))
        self._paces = Paces(self._most)
        self._ledger = Ledger(work.run.max_cost_usd, work.run.spent_usd, work.expected)
        self._queue = Queue(suite, work.run.seed, work.done, self._most)
        self._rows = Rows(suite, work.done)
        self._tasks: set[asyncio.Task[None]] = set()
        self._calls = 0
        self._ended: tuple[RunStatus, str] | None = None
        self._unreached: list[tuple[Planned, Cell]] = []
        self._has_reached = False
        self._loop = asyncio.get_running_loop()
        self._look, self._freed = asyncio.Event(), asyncio.Event()
        self._speed = Speed(self._loop.time)
        self._judge = JudgeAtWork(suite, suite.judge, self._ask_judge) if suite.judge else None
        lost = partial(self._end, "interrupted")
        self._recorder = Recorder(
            runs, work.run.id, work.runner, live, wrote=self._look.set, lost=lost
        )

    async def drive(self) -> None:
        """Make all that is left, until the end, the cap, or somebody who ends it."""
        self._live.wake = self._wake
        try:
            while True:
                self._look.clear()
                wait = self._start_and_show()
                if self._is_over():
                    break
                await _set_within(self._look, wait)
        finally:
            await self._finish()

    def _wake(self) -> None:
        self._loop.call_soon_threadsafe(self._look.set)

    def _is_over(self) -> bool:
        if (steered := _STEERED.get(self._live.steering)) is not None:
            self._ended = (steered, "")
        if self._ended is None:
            return not self._tasks and self._live.steering == "go" and not self._queue.has_more
        if self._ended[0] != "capped":
            for task in self._tasks:
                task.cancel()
        return not self._tasks

    def _end(self, status: RunStatus, note: str = "") -> None:
        """Start nothing more, for this reason; the first one given counts."""
        self._ended = self._ended or (status, note)
        self._look.set()

    def _start_what_may(self) -> float | None:
        """Start cells; returns the seconds until another may start, None where something ends."""
        wait: float | None = None
        while self._may_start():
            planned, wait = self._queue.next(self._wait_for)
            if planned is None:
                break
            if not self._ledger.fits(planned.arm.id):
                self._queue.put_back(planned)
                if not self._tasks:
                    self._end("capped", _AT_CAP)
                break
            # Counted at once, and not when the task begins: the next cell is chosen by it.
            vendor = self._paces.vendor_of(planned)
            self._paces.of(vendor).start()
            self._ledger.reserve(planned.key)
            self._calls += 1
            self._start(self._make(planned, vendor))
        return wait

    def _start_and_show(self) -> float | None:
        wait = self._start_what_may()
        self._show()
        if wait is not None and wait > _LONG_PAUSE and not self._tasks:
            self._live.become(problem=f"All who are left to ask want a pause of {wait:.0f} s.")
        return wait

    def _may_start(self) -> bool:
        return (
            self._calls < self._most
            and len(self._tasks) < _WAITING * self._most
            and self._ended is None
            and self._live.steering == "go"
            and self._unwritten() <= self._most
        )

    def _unwritten(self) -> int:
        """Answers that are not written yet, and are as easily lost as those in flight.

        Those that wait for a judge are in flight once more, and limited by themselves.
        """
        looked_at = 0 if self._judge is not None else len(self._tasks) - self._calls
        return self._recorder.waiting + looked_at

    def _wait_for(self, planned: Planned) -> float | None:
        return self._paces.of(self._paces.vendor_of(planned)).wait(self._loop.time())

    def _start(self, making: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(making)
        self._tasks.add(task)
        task.add_done_callback(self._is_done)

    def _is_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._look.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOG.error("A cell could not be made", exc_info=error)
            self._end("interrupted", internal_error(error).message)

    async def _make(self, planned: Planned, vendor: str) -> None:
        began, is_kept = self._loop.time(), False
        try:
            try:
                cell = await self._ask(planned)
            finally:
                self._calls -= 1
                self._has_ended(vendor)
            self._ledger.spend(planned.key, cell.answer.cost_usd)
            self._paces.learn(planned, vendor, cell, began, self._loop.time())
            # The next call goes out before this one's answer is looked at.
            is_asked_again = self._asks_again(planned, cell, vendor)
            self._start_what_may()
            await asyncio.sleep(0)
            if not is_asked_again and self._is_reached(planned, cell):
                cell = await with_checks(self._suite, planned, cell)
                if self._judge is not None:
                    cell = await self._judge.each(planned, cell)
                is_kept = True
                self._go_on_with(planned, cell)
        except CapReachedError as error:
            self._end("capped", str(error))
        finally:
            if not is_kept:
                self._ledger.release(planned.key)

    def _go_on_with(self, planned: Planned, cell: Cell) -> None:
        for ready in self._rows.answered(planned, cell):
            if ready.baseline is None or self._judge is None:
                self._settle(ready.cell)
            else:
                self._start(self._judge_pair(self._judge, ready))

    async def _judge_pair(self, judge: JudgeAtWork, ready: Ready) -> None:
        try:
            baseline = ready.baseline
            if isinstance(baseline, CellKey):
                baseline = await asyncio.to_thread(self._stored, baseline)
            cell = await judge.against(ready.planned, ready.cell, baseline)
        except asyncio.CancelledError:
            # The answer is there, and is kept.
            self._settle(undecided(ready.cell))
            raise
        self._settle(cell)

    def _settle(self, cell: Cell) -> None:
        self._ledger.measure(cell)
        self._ledger.release(cell.key)
        self._recorder.add(cell)

    async def _ask_judge(
        self, key: CellKey, message: str, settings: TurnSettings
    ) -> tuple[Answer, TurnError | None]:
        vendor = settings.allowed[0].partition(":")[0]
        pace, since = self._paces.of(vendor), self._loop.time()
        for tries in itertools.count(1):
            while (wait := pace.wait(self._loop.time())) != 0:
                await _set_within(self._freed, wait)
            began = self._loop.time()
            pace.start()
            try:
                answer, error = await self._ask.beside(message, settings)
            finally:
                self._has_ended(vendor)
            self._ledger.spend(key, answer.cost_usd)
            if not is_rate_limit(error):
                if error is None:
                    pace.answered()
                break
            now, pause = self._loop.time(), error.retry_after if error else None
            pace.slowed(began, now, pause)
            if not _is_worth_waiting(tries, now - since, pause):
                break
        return answer, error

    def _has_ended(self, vendor: str) -> None:
        self._paces.of(vendor).end()
        self._look.set()
        self._freed.set()
        self._freed = asyncio.Event()

    def _asks_again(self, planned: Planned, cell: Cell, vendor: str) -> bool:
        """Put it back where it will be asked again; False where this is its result."""
        error, now, tries = cell.error, self._loop.time(), planned.tries + 1
        since = now if planned.since is None else planned.since
        if error is None:
            return False
        if is_rate_limit(error):
            if not _is_worth_waiting(tries, now - since, error.retry_after):
                return False
        elif error.code != _UNREACHED or tries >= CONNECTION_TRIES:
            return False
        else:
            self._paces.of(vendor).pause(now, float(tries))
        self._queue.put_back(replace(planned, tries=tries, since=since))
        return True

    def _is_reached(self, planned: Planned, cell: Cell) -> bool:
        """Hold back what did not reach the server, until it is known whether anything does."""
        if cell.error is None or cell.error.code not in _BROKEN:
            self._has_reached = True
            for held, its_cell in self._unreached:
                self._go_on_with(held, its_cell)
            self._unreached.clear()
            return True
        self._unreached.append((planned, cell))
        if len(self._unreached) >= MOST_BROKEN:
            self._end("interrupted", f"{cell.error.message} {cell.error.advice}".strip())
        return False

    async def _finish(self) -> None:
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)
        if self._unreached and self._ended is None:
            error = self._unreached[-1][1].error
            if self._has_reached:
                for planned, cell in self._unreached:
                    self._go_on_with(planned, cell)
                if self._tasks:
                    await asyncio.wait(self._tasks)
            elif error is not None:
                self._end("interrupted", f"{error.message} {error.advice}".strip())
        for ready in self._rows.left_over():
            self._settle(undecided(ready.cell))
        status, note = self._ended or ("done", "")
        problem = await self._recorder.end(status, note)
        spent = self._ledger.spent
        self._live.become(status=status, in_flight=0, spent_usd=spent, problem=problem or note)
        self._live.finish()

    def _show(self) -> None:
        before, steering = self._live.progress, self._live.steering
        status: RunStatus = "paused" if steering == "pause" else "running"
        is_new = (status, self._ledger.spent) != (before.status, before.spent_usd)
        if is_new or len(self._tasks) != before.in_flight:
            left = self._speed.left(before.total - before.done, before.done, status == "paused")
            self._live.become(
                status=status,
                in_flight=len(self._tasks),
                spent_usd=self._ledger.spent,
                seconds_left=left,
            )


async def _set_within(event: asyncio.Event, seconds: float | None) -> None:
    if seconds is None:
        await event.wait()
        return
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


def _is_worth_waiting(tries: int, waited: float, pause: float | None) -> bool:
    return tries < MOST_TRIES and waited + (pause or 0.0) <= MOST_WAIT
