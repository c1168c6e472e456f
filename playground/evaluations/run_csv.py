"""The cells of a run as CSV, a row each, made as the cells come. Pure.

UTF-8 with a byte order mark. Columns keep their names and their order; new ones go to the end. What
is not known is empty, never 0. A text that a spreadsheet would run begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from playground.evaluations.cell_words import Named, failed_checks, labels, outcome
from playground.evaluations.cells import Cell, Run
from playground.look.safe_text import plain_cell

COLUMNS: Final = (
    "run_id",
    "suite",
    "case_id",
    "arm_id",
    "arm",
    "repeat",
    "outcome",
    "passed",
    "checks_passed",
    "checks_decided",
    "failed_checks",
    "message",
    "answer",
    "ideal",
    "language",
    "vertical",
    "tags",
    "provider",
    "model",
    "labels",
    "simulated",
    "predicted",
    "failovers",
    "ttft_ms",
    "total_ms",
    "tokens_in",
    "tokens_out",
    "tokens_estimated",
    "cost_usd",
    "judge_cost_usd",
    "verdict",
    "scores_run_id",
    "finish_reason",
    "error_code",
    "error",
    "started_at",
    "ended_at",
)
_NUMBERS: Final = (int, float, bool)


def run_csv(run: Run, cells: Iterable[Cell]) -> Iterator[bytes]:
    """The file in pieces, the head first."""
    named = Named(run)
    yield b"\xef\xbb\xbf" + _line(dict(zip(COLUMNS, COLUMNS, strict=True)))
    for cell in cells:
        yield _line({"run_id": run.id, "suite": run.suite.name, **_row(cell, named)})


def _line(row: dict[str, Any]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerow(map(_value, (row[n] for n in COLUMNS)))
    return buffer.getvalue().encode("utf-8", "replace")


def _value(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, _NUMBERS) else plain_cell(value)


def _row(cell: Cell, named: Named) -> dict[str, Any]:
    case, arm = named.case(cell.case_id), named.arm(cell.arm_id)
    decided = [check.passed for check in cell.checks if check.passed is not None]
    return {
        "case_id": cell.case_id,
        "arm_id": cell.arm_id,
        "arm": arm.label,
        "repeat": cell.repeat,
        "outcome": outcome(cell),
        "passed": cell.passed,
        "checks_passed": sum(decided),
        "checks_decided": len(decided),
        "failed_checks": "; ".join(failed_checks(cell)) or None,
        "message": named.asked(cell.case_id, cell.arm_id),
        "ideal": case.ideal,
        "language": case.language or named.suite.language,
        "vertical": case.vertical or named.suite.vertical,
        "tags": ", ".join(case.tags) or None,
        "labels": ", ".join(labels(cell, arm)) or None,
        "predicted": cell.predicted,
        "judge_cost_usd": cell.judge_cost_usd,
        "verdict": cell.verdict,
        "error_code": cell.error.code if cell.error else None,
        "error": cell.error.message if cell.error else None,
        "started_at": _time(cell.started_at),
        "ended_at": _time(cell.ended_at),
        **_answer(cell),
    }


def _answer(cell: Cell) -> dict[str, Any]:
    answer, usage, timing = cell.answer, cell.answer.usage, cell.answer.timing
    return {
        "answer": answer.text or None,
        "provider": answer.provider,
        "model": answer.model,
        "simulated": answer.simulated,
        "failovers": answer.failover_count,
        "ttft_ms": timing.ttft_ms if timing else None,
        "total_ms": timing.total_ms if timing else None,
        "tokens_in": usage.prompt_tokens if usage else None,
        "tokens_out": usage.completion_tokens if usage else None,
        "tokens_estimated": usage.estimated if usage else None,
        "cost_usd": answer.cost_usd,
        "scores_run_id": answer.scores_run_id,
        "finish_reason": answer.finish_reason,
    }


def _time(moment: datetime) -> str:
    return moment.isoformat()
