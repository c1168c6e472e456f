"""What the command line says: results on stdout, all else on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence

from playground.evaluations.cells import Run, RunHead
from playground.evaluations.estimate import Estimate
from playground.evaluations.progress import Progress
from playground.evaluations.runs import RunGoneError
from playground.findings.judged import judgement_words, judgements
from playground.findings.measured import Measured
from playground.findings.verdict_words import arm_words, sentences
from playground.findings.verdicts import verdicts
from playground.look.words import counted, dollars

_EVERY_SECONDS = 0.1


def tell(*lines: str) -> None:
    """What was asked for."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def warn(*lines: str) -> None:
    """What a person should know, and a program need not."""
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    sys.stderr.flush()


def require(run: Run | None, run_id: str) -> Run:
    """The run. Raises RunGoneError where there is none."""
    if run is None:
        raise RunGoneError(f"There is no run {run_id!r} here. “list” says which there are.")
    return run


class Watching:
    """One line on stderr that follows a run; nothing where nobody is looking."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._shown = sys.stderr.isatty()
        self._at = float("-inf")

    def show(self, progress: Progress) -> None:
        """The run as it is now."""
        if self._shown and self._clock() - self._at >= _EVERY_SECONDS:
            self._at = self._clock()
            sys.stderr.write(f"\r\x1b[K{progress_line(progress)}")
            sys.stderr.flush()

    def end(self) -> None:
        """Leave no half a line."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def progress_line(progress: Progress) -> str:
    """``40 of 60 cells, 8 in flight, $0.0123 spent, about 20 s left``."""
    parts = [
        f"{progress.done:,} of {counted(progress.total, 'cell')}",
        f"{progress.in_flight} in flight",
        f"{dollars(progress.spent_usd)} spent",
    ]
    if progress.seconds_left is not None:
        parts.append(f"about {duration(progress.seconds_left)} left")
    if progress.problem:
        parts.append(progress.problem)
    return ", ".join(parts)


def estimate_lines(found: Estimate) -> list[str]:
    """Calls, cost and time before a run, and what is assumed."""
    judged = f" and {counted(found.judge_calls, 'call')} of the judge" if found.judge_calls else ""
    cost = "at a cost that is not known"
    if found.usd is not None:
        low, high = found.usd
        cost = f"{dollars(low)} to {dollars(high)}" if high > 0 else "free"
    took = ""
    if found.seconds is not None:
        took = f", {duration(found.seconds[0])} to {duration(found.seconds[1])}"
    lines = [f"{counted(found.calls, 'call')}{judged}: {cost}{took} (estimated)."]
    if found.unpriced:
        named = ", ".join(found.unpriced)
        lines.append(f"No price is known for {named}: it is in no sum, and no cap holds it.")
    return lines


def listed(heads: Sequence[RunHead]) -> list[str]:
    """A line a run."""
    if not heads:
        return ["No run yet. Start one: python -m playground.evaluate run suite.yaml"]
    return [
        f"{head.id}  {head.started_at:%Y-%m-%d %H:%M}  {head.status:<11}  "
        f"{head.done:,}/{head.total:,} cells  {head.passed:,} passed  {head.failed:,} failed  "
        f"{dollars(head.spent_usd)}  {head.name}"
        for head in heads
    ]


def head_lines(run: Run) -> list[str]:
    """What a run is, and how far it came."""
    lines = [
        f"{run.name} ({run.id}): {run.status}, {run.done:,} of {counted(run.total, 'cell')}, "
        f"{dollars(run.spent_usd)}, {run.server}, {run.started_at:%Y-%m-%d %H:%M} UTC"
    ]
    return [*lines, run.note] if run.note else lines


def found_lines(found: Measured, *, over: bool = True) -> Iterable[str]:
    """Each arm's figures, then what may be said of their differences, and what a judge said."""
    said = verdicts(found, over=over)
    yield from map(arm_words, said.arms)
    yield from sentences(said)
    if said.baseline is not None:
        name = said.baseline.label
        yield from (judgement_words(each, name) for each in judgements(found))


def duration(seconds: float) -> str:
    """``20 s``, ``5 min``, ``2.5 h``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"
