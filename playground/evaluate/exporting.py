"""A run written to a file, by its format's name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from playground.evaluations.cells import Run
from playground.evaluations.run_csv import run_csv
from playground.evaluations.run_json import run_json
from playground.evaluations.run_junit import run_junit
from playground.evaluations.run_page import Findings, run_page
from playground.evaluations.runs import RunStore
from playground.findings.measured import Measured, measured
from playground.findings.verdict_words import rate_words, sentences, simulated_words
from playground.findings.verdicts import verdicts
from playground.look import words

Export = Callable[[RunStore, Run], Iterator[bytes]]


def exported(runs: RunStore, run: Run, name: str, path: Path) -> None:
    """Write it to ``path``, whole or not at all. Raises StoreError and OSError."""
    file, made = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(file, "wb") as writing:
            for piece in pieces(runs, run, name):
                writing.write(piece)
        Path(made).chmod(0o644)
        Path(made).replace(path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise


def pieces(runs: RunStore, run: Run, name: str) -> Iterator[bytes]:
    """A run in a format, piece by piece. Raises StoreError."""
    return _EXPORTS[name](runs, run)


def findings_of(run: Run, found: Measured) -> Findings:
    """What may be said of a run, as its web page has it."""
    said = verdicts(found, over=run.status not in ("running", "paused"))
    rows = [
        (
            arm.arm.label,
            rate_words(arm.rate, simulated=arm.simulated > 0),
            "" if arm.ttft_p50_ms is None else words.milliseconds(arm.ttft_p50_ms),
            "" if arm.usd_per_1000 is None else words.dollars(arm.usd_per_1000),
            f"{arm.failed_over:,} of {arm.cells:,}",
            simulated_words(arm),
        )
        for arm in said.arms
    ]
    headings = (
        "Arm",
        "Passed",
        "First token (p50)",
        "Cost per 1,000 cells (estimated, list price)",
        "Failed over",
        "Simulated",
    )
    return Findings(sentences(said), headings, rows)


def _page(runs: RunStore, run: Run) -> Iterator[bytes]:
    summaries = runs.summaries(run.id)
    found = findings_of(run, measured(run.suite, summaries))
    return run_page(run, summaries, runs.cells(run.id), found)


_EXPORTS: Final[Mapping[str, Export]] = {
    "json": lambda runs, run: run_json(run, runs.cells(run.id)),
    "junit": lambda runs, run: run_junit(run, runs.cells(run.id)),
    "csv": lambda runs, run: run_csv(run, runs.cells(run.id)),
    "html": _page,
}
FORMATS: Final[Mapping[str, str]] = {
    "json": "the suite and all cells as JSON",
    "junit": "JUnit XML, as CI reads it",
    "csv": "a row for each cell",
    "html": "one web page, to read and to hand on",
}
"""What each format is, by its name."""
