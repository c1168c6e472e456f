"""A run written to a file, by its format's name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from playground.evaluate.cells import Run
from playground.evaluate.runs import RunStore

Export = Callable[[RunStore, Run], Iterator[bytes]]


def exported(runs: RunStore, run: Run, name: str, path: Path) -> None:
    """Write it to ``path``, whole or not at all. Raises StoreError and OSError."""
    file, made = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(file, "wb") as writing:
            for piece in _EXPORTS[name](runs, run):
                writing.write(piece)
        Path(made).chmod(0o644)
        Path(made).replace(path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise


def _as_json(runs: RunStore, run: Run) -> Iterator[bytes]:
    yield b'{"run": ' + run.model_dump_json(exclude_none=True).encode() + b', "cells": ['
    before = b"\n"
    for cell in runs.cells(run.id):
        yield before + cell.model_dump_json(exclude_none=True).encode()
        before = b",\n"
    yield b"\n]}\n"


_EXPORTS: Final[Mapping[str, Export]] = {"json": _as_json}
FORMATS: Final[Mapping[str, str]] = {"json": "the run and all its cells as JSON"}
"""What each format is, by its name."""
