"""The runs that this process makes now, for all pages: started, gone on with, steered, ended.

They have a loop of their own: a run of 256 calls at once must not delay the words of a chat.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from playground.evaluations import judging
from playground.evaluations.again import made_again, planned_in
from playground.evaluations.caps import CappedAsk
from playground.evaluations.cell_asking import Ask, ServerAsk
from playground.evaluations.cells import Cell, CellKey, Run
from playground.evaluations.order import MOST_CELLS, Planned, total_of
from playground.evaluations.progress import LiveRun
from playground.evaluations.running import AT_ONCE, Running, Work
from playground.evaluations.runs import RunGoneError, RunStore
from playground.runtime import Runtime
from playground.servers.connection import Connecting, Connection
from playground.servers.local_gateway import GatewayStartError
from playground.sessions.asking import connected
from playground.sessions.background_loop import run_loop
from playground.sessions.database import StoreError
from playground.sessions.spending import NO_CAPS, Caps, Spending
from playground.sessions.store import Store
from playground.sessions.totals import Price, estimate
from playground.sessions.turn_words import internal_error
from playground.sessions.turns import utc_now
from playground.suites.suite import Suite, SuiteError
from playground.teams.owner import MACHINE_OWNER, Owner

MOST_PER_OWNER: Final = 4
"""So many runs of one owner at once."""

_KEPT: Final = 8
_ENDS_WITHIN: Final = 5.0
_LOG = logging.getLogger(__name__)

Server = Connection | Connecting
AskOf = Callable[[Suite, Connection], Ask]
"""What makes cells in place of this process: workers of a cluster."""


class Evaluations:
    """All runs of this process; safe from several threads. An owner sees and steers only their own.
    A visitor's run has ``AT_ONCE`` calls in flight at most.

    ``price`` estimates an answer's cost; it may block at its first use.
    """

    def __init__(self, store: Store, *, caps: Caps = NO_CAPS, price: Price = estimate) -> None:
        self._store = store
        self._caps = caps
        self._spending = Spending(store.database, caps, now=utc_now)
        self._price = price
        self._live: dict[str, tuple[Owner, LiveRun]] = {}
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def runs(self, owner: Owner) -> RunStore:
        """What of this owner's runs is in the store."""
        return RunStore(self._store.of(owner))

    def start(
        self,
        owner: Owner,
        server: Server,
        suite: Suite,
        *,
        most: int = AT_ONCE,
        max_cost_usd: float | None = None,
        expected: Mapping[str, float] | None = None,
        seed: int | None = None,
        ask: AskOf | None = None,
    ) -> LiveRun:
        """Begin a new run and return at once.

        ``max_cost_usd`` is the suite's own where None. ``expected`` is what one cell of an arm may
        cost (``estimate``). ``seed`` orders the arms, drawn where None. Raises SuiteError where the
        suite cannot be run, and StoreError.
        """
        check_runnable(suite)
        self._refuse_too_many(owner)
        cap = suite.max_cost_usd if max_cost_usd is None else max_cost_usd
        runner = secrets.token_hex(8)
        run = self.runs(owner).create(
            suite,
            total_of(suite),
            runner=runner,
            seed=secrets.randbelow(2**31) if seed is None else seed,
            server=server.name,
            max_cost_usd=cap,
        )
        work = Work(run, runner, expected=expected or {}, most=most)
        return self._begin(owner, server, work, ask)

    def go_on(
        self,
        owner: Owner,
        server: Server,
        run_id: str,
        *,
        most: int = AT_ONCE,
        max_cost_usd: float | None = None,
        expected: Mapping[str, float] | None = None,
        ask: AskOf | None = None,
    ) -> LiveRun:
        """Make the cells that a run lacks; ``max_cost_usd`` is the run's own where None.

        Raises RunGoneError, RunTakenError where another process makes them, and StoreError.
        """
        self._refuse_too_many(owner)
        runs, runner = self.runs(owner), secrets.token_hex(8)
        runs.claim(run_id, runner)
        run = runs.load(run_id)
        if run is None:
            raise RunGoneError
        if max_cost_usd is not None:
            run = run.model_copy(update={"max_cost_usd": max_cost_usd})
            runs.raise_cap(run_id, max_cost_usd)
        work = Work(run, runner, runs.keys(run_id), expected or {}, most)
        return self._begin(owner, server, work, ask)

    def again(self, owner: Owner, server: Server, run_id: str, key: CellKey) -> Cell:
        """Make one cell of a run again, in the place of the earlier one; waits for it.

        Raises StoreError, SuiteError where the run has no such cell, and CapReachedError.
        """
        runs = self.runs(owner)
        run = runs.load(run_id)
        if run is None:
            raise RunGoneError
        making = self._made_again(owner, server, run, planned_in(run.suite, key))
        return asyncio.run_coroutine_threadsafe(making, self._started_loop()).result()

    def live(self, owner: Owner, run_id: str) -> LiveRun | None:
        """The run, while this process makes its cells, and a while after."""
        with self._lock:
            whose, live = self._live.get(run_id, (None, None))
        return live if whose == owner else None

    def delete(self, owner: Owner, run_id: str) -> None:
        """End the run where it is on its way, and delete it for good. Raises StoreError."""
        live = self.live(owner, run_id)
        if live is not None:
            live.cancel()
            live.wait(_ENDS_WITHIN)
        self.runs(owner).delete(run_id)
        with self._lock:
            if live is not None:
                self._live.pop(run_id, None)

    def close(self, timeout: float = 5.0) -> None:
        """End all runs as interrupted, and the loop; waits at most ``timeout`` seconds."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
            lives = [live for _, live in self._live.values()]
        if loop is None or thread is None:
            return
        deadline = time.monotonic() + timeout
        for live in lives:
            live.interrupt()
        for live in lives:
            live.wait(max(0.0, deadline - time.monotonic()))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout)

    def _begin(self, owner: Owner, server: Server, work: Work, ask: AskOf | None) -> LiveRun:
        if owner != MACHINE_OWNER:
            work = replace(work, most=min(work.most, AT_ONCE))
        live = LiveRun(work.run)
        with self._lock:
            for over in [key for key, (_, each) in self._live.items() if each.over][:-_KEPT]:
                del self._live[over]
            self._live[work.run.id] = (owner, live)
        driving = self._drive(owner, server, work, live, ask)
        asyncio.run_coroutine_threadsafe(driving, self._started_loop())
        return live

    async def _drive(
        self, owner: Owner, server: Server, work: Work, live: LiveRun, ask_of: AskOf | None
    ) -> None:
        runs = self.runs(owner)
        problem = ""
        try:
            connection = await connected(server)
            suite = work.run.suite
            of_server = ServerAsk(suite, connection, self._price)
            making = ask_of(suite, connection) if ask_of is not None else of_server
            ask = self._capped(owner, connection, making)
            try:
                await Running(work, ask, live, runs).drive()
            finally:
                await ask.close()
        except GatewayStartError as error:
            problem = str(error)
        except Exception as error:
            # A bug here must not hide on a background thread.
            _LOG.exception("A run could not be made")
            problem = internal_error(error).message
        finally:
            if not live.over:
                await self._gave_up(runs, work, live, problem)

    async def _gave_up(self, runs: RunStore, work: Work, live: LiveRun, problem: str) -> None:
        with suppress(StoreError):
            end = partial(runs.end, work.run.id, work.runner, "interrupted", problem)
            await asyncio.to_thread(end)
        live.become(status="interrupted", in_flight=0, problem=problem)
        live.finish()

    async def _made_again(self, owner: Owner, server: Server, run: Run, planned: Planned) -> Cell:
        connection = await connected(server)
        of_server = ServerAsk(run.suite, connection, self._price)
        ask = self._capped(owner, connection, of_server)
        try:
            return await made_again(ask, run.suite, planned, self.runs(owner), run.id)
        finally:
            await ask.close()

    def _capped(self, owner: Owner, connection: Connection, ask: Ask) -> Ask:
        if owner == MACHINE_OWNER or self._caps.none:
            return ask
        return CappedAsk(ask, self._spending, owner, connection)

    def _refuse_too_many(self, owner: Owner) -> None:
        with self._lock:
            now = sum(whose == owner and not each.over for whose, each in self._live.values())
        if now >= MOST_PER_OWNER:
            raise SuiteError(f"{now} of your runs are on their way. Let one end first.")

    def _started_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = new_loop()
                self._thread = threading.Thread(target=run_loop, args=(self._loop,), daemon=True)
                self._thread.name = "evaluate"
                self._thread.start()
            return self._loop


def check_runnable(suite: Suite) -> None:
    """Raises SuiteError where there is nothing to ask, too much, or a judge that must not judge."""
    if not suite.cases:
        raise SuiteError("This suite has no cases. Add one.")
    if not suite.arms:
        raise SuiteError("This suite has no arms. Add one: who is to answer?")
    if (total := total_of(suite)) > MOST_CELLS:
        raise SuiteError(
            f"This would be {total:,} cells, and a run has {MOST_CELLS:,} at most. Take fewer "
            "cases, arms or repeats."
        )
    if (refused := judging.refusal(suite)) is not None:
        raise SuiteError(refused)


def new_loop() -> asyncio.AbstractEventLoop:
    """The fastest event loop that there is here."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def evaluations(runtime: Runtime) -> Evaluations:
    """This process's runs; they end with the runtime."""
    settings = runtime.settings
    caps = Caps(settings.turns_per_hour, settings.usd_per_visitor, settings.usd_per_day)
    return runtime.shared(Evaluations, lambda: Evaluations(runtime.store, caps=caps))
