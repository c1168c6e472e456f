"""A run as JSON, made as its cells come: the suite as its file has it, and every cell. Pure.

``format`` and ``version`` say how it is to be read. Rankings are left out: one of them has every
candidate, and there is one for each cell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from playground.evaluations.cell_words import Named, labels, outcome
from playground.evaluations.cells import Cell, Run
from playground.suites.suite_files import suite_value

FORMAT: Final = "speko-evaluation"
VERSION: Final = 1


def run_json(run: Run, cells: Iterable[Cell]) -> Iterator[bytes]:
    """The file in pieces; each cell stands in a line of its own."""
    named = Named(run)
    head = {
        "format": FORMAT,
        "version": VERSION,
        "run": run.model_dump(mode="json", exclude={"suite"}),
        "suite": suite_value(run.suite),
    }
    yield f'{_json(head)[:-1]}, "cells": [\n'.encode("utf-8", "replace")
    comma = ""
    for cell in cells:
        yield f"{comma}{_json(_cell(cell, named))}".encode("utf-8", "replace")
        comma = ",\n"
    yield b"\n]}\n"


def _cell(cell: Cell, named: Named) -> dict[str, Any]:
    return {
        "case_id": cell.case_id,
        "arm_id": cell.arm_id,
        "repeat": cell.repeat,
        "outcome": outcome(cell),
        "passed": cell.passed,
        "served": cell.served,
        "predicted": cell.predicted,
        "simulated": cell.answer.simulated,
        "labels": labels(cell, named.arm(cell.arm_id)),
        "message": named.asked(cell.case_id, cell.arm_id),
        **cell.model_dump(
            mode="json",
            include={"checks", "verdict", "judge_cost_usd", "error", "started_at", "ended_at"},
        ),
        "answer": cell.answer.model_dump(mode="json"),
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
