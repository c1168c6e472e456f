"""A run written to a file, by its format's name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from playground.evaluate.arms_html import HEADINGS, row_words
from playground.evaluate.cells import Run
from playground.evaluate.measured import measured
from playground.evaluate.run_csv import run_csv
from playground.evaluate.run_json import run_json
from playground.evaluate.run_junit import run_junit
from playground.evaluate.run_page import Findings, run_page
from playground.evaluate.runs import RunStore
from playground.evaluate.verdict_words import sentences
from playground.evaluate.verdicts import verdicts

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


def _page(runs: RunStore, run: Run) -> Iterator[bytes]:
    summaries = runs.summaries(run.id)
    is_over = run.status not in ("running", "paused")
    said = verdicts(measured(run.suite, summaries), over=is_over)
    found = Findings(sentences(said), HEADINGS, [row_words(arm) for arm in said.arms])
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
