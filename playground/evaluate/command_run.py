"""One run from the command line: begun or gone on with, watched, compared, written to files."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from playground.evaluate import command_words as words
from playground.evaluate.exporting import exported
from playground.evaluations.cells import Run, RunHead
from playground.evaluations.earlier import measured_in, winners_now
from playground.evaluations.estimate import Estimate, estimated
from playground.evaluations.live_runs import AskOf, Evaluations, check_runnable, evaluations
from playground.evaluations.progress import LiveRun
from playground.evaluations.running import AT_ONCE
from playground.evaluations.runs import RunStore
from playground.findings.measured import measured
from playground.findings.two_runs import Regression, regression
from playground.runtime import Runtime
from playground.servers import connection as connections
from playground.servers.connection import Connection
from playground.sessions.totals import estimate
from playground.suites.suite import Suite
from playground.suites.suite_files import read_suite
from playground.teams.owner import MACHINE_OWNER

FAILED: Final = 100
"""The exit status where checks failed, or where the run is a regression."""
MOST_BYTES: Final = 10_000_000
"""The largest suite file that is read."""
_LOOK_SECONDS: Final = 0.5


class CommandError(Exception):
    """The command cannot do what it was asked; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """As ``run`` was called. ``resume``: a run's id, an empty text for the latest, None for a new
    one. ``files`` are paths by format."""

    suite: Path
    name: str = ""
    server: str | None = None
    max_cost_usd: float | None = None
    resume: str | None = None
    most: int = AT_ONCE
    seed: int | None = None
    baseline: str | None = None
    fail_on: Set[str] = frozenset({"checks"})
    dask: str | None = None
    files: Mapping[str, Path] = field(default_factory=dict)


def run_suite(runtime: Runtime, options: RunOptions) -> int:
    """Run it to its end; returns the exit status.

    Raises CommandError, SuiteError, StoreError and GatewayStartError.
    """
    suite = _suite(options.suite)
    check_runnable(suite)
    runs_here = evaluations(runtime)
    runs = runs_here.runs(MACHINE_OWNER)
    before = _baseline(runs, options)
    connection = _connection(runtime, options)
    resumed = _resumed(runs, suite, options)
    live = _begin(runtime, runs_here, connection, suite, resumed, options)
    if options.name:
        runs.rename(live.run.id, options.name)
    _watch(live)
    run = words.require(runs.load(live.run.id), live.run.id)
    return _report(runs, run, before, options)


def _suite(path: Path) -> Suite:
    if path.stat().st_size > MOST_BYTES:
        raise CommandError(f"{path} is larger than {MOST_BYTES:,} bytes, the most that is read.")
    return read_suite(path.read_bytes(), path.name)


def _baseline(runs: RunStore, options: RunOptions) -> Run | None:
    if options.baseline is None:
        if "regression" in options.fail_on:
            raise CommandError("--fail-on regression needs --baseline RUN to compare with.")
        return None
    return words.require(runs.load(options.baseline), options.baseline)


def _connection(runtime: Runtime, options: RunOptions) -> Connection:
    if options.server is None:
        return runtime.connection()
    settings = runtime.settings
    return connections.other(
        options.server, settings.api_key, takes_vertical=settings.takes_vertical
    )


def _resumed(runs: RunStore, suite: Suite, options: RunOptions) -> str | None:
    """The run to go on with; None for a new one."""
    if options.resume is None:
        return None
    if options.resume:
        return words.require(runs.load(options.resume), options.resume).id
    unfinished = (head for head in runs.runs() if _is_unfinished(head, suite))
    found = (run for head in unfinished if (run := runs.load(head.id)) and run.suite == suite)
    run = next(found, None)
    if run is None:
        words.warn("No run of this suite is unfinished, so a new one begins.")
    return run.id if run else None


def _is_unfinished(head: RunHead, suite: Suite) -> bool:
    return head.suite_name == suite.name and head.done < head.total


def _begin(
    runtime: Runtime,
    runs_here: Evaluations,
    connection: Connection,
    suite: Suite,
    resumed: str | None,
    options: RunOptions,
) -> LiveRun:
    store = runtime.store.of(MACHINE_OWNER)
    done = 0
    if resumed is not None:
        run = words.require(runs_here.runs(MACHINE_OWNER).load(resumed), resumed)
        suite, done = run.suite, run.done
    winners = winners_now(runtime.client, connection, suite)
    found = estimated(suite, winners, measured_in(store), estimate, most=options.most, done=done)
    _say(found)
    ask = _on_dask(options)
    if resumed is not None:
        words.warn(f"Going on with {resumed}: {done:,} cells are done.")
        return runs_here.go_on(
            MACHINE_OWNER,
            connection,
            resumed,
            most=options.most,
            max_cost_usd=options.max_cost_usd,
            expected=found.per_cell,
            ask=ask,
        )
    return runs_here.start(
        MACHINE_OWNER,
        connection,
        suite,
        most=options.most,
        max_cost_usd=options.max_cost_usd,
        expected=found.per_cell,
        seed=options.seed,
        ask=ask,
    )


def _say(found: Estimate) -> None:
    words.warn(*words.estimate_lines(found))


def _on_dask(options: RunOptions) -> AskOf | None:
    if options.dask is None:
        return None
    from playground.evaluations.on_dask import DaskMissingError, on_cluster

    try:
        return on_cluster(options.dask, options.server)
    except DaskMissingError as error:
        raise CommandError(str(error)) from error


def _watch(live: LiveRun) -> None:
    watching, version = words.Watching(), 0
    try:
        while not live.over:
            version = live.wait_change(version, _LOOK_SECONDS)
            watching.show(live.progress)
    except KeyboardInterrupt:
        live.interrupt()
        live.wait()
        raise
    finally:
        watching.end()


def _report(runs: RunStore, run: Run, before: Run | None, options: RunOptions) -> int:
    found = measured(run.suite, runs.summaries(run.id))
    words.tell(*words.head_lines(run), *words.found_lines(found))
    compared: Regression | None = None
    if before is not None:
        compared = regression(measured(before.suite, runs.summaries(before.id)), found)
        words.tell(f"Against {before.name} ({before.id}): {compared.message}")
    for name, path in options.files.items():
        exported(runs, run, name, path)
    if run.status != "done":
        raise CommandError(
            f"The run is not done: {run.status}, {run.done:,} of {run.total:,} cells. "
            f"{run.note} Go on with --resume {run.id}.".replace("  ", " ")
        )
    has_failed = "checks" in options.fail_on and any(
        head.failed for head in runs.runs() if head.id == run.id
    )
    is_worse = "regression" in options.fail_on and compared is not None and compared.is_one
    return FAILED if has_failed or is_worse else 0
