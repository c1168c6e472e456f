"""A run made into a scores snapshot, so that the router ranks by what was measured. Pure.

A candidate's quality is the share of its cells that passed, for each language and vertical of the
cases. What is not measured there is not in the file: how the router falls back is its own rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

import numpy as np

from playground.evaluations.cells import CellKey, CellSummary, Run
from playground.findings.measured import Measured, measured, outcomes
from playground.findings.pinned import Intent, LeftOut, intents, pinned, served
from playground.findings.right import other_checks
from playground.findings.statistics import rate
from playground.look import palette
from playground.look.words import counted
from playground.suites.checks import checks_for
from playground.suites.suite import Suite
from speko_client.models import SnapshotFile, SnapshotRow

FEWEST: Final = 5
"""So many cases a figure of quality needs, and so many answers one of time."""


@dataclass(frozen=True, slots=True)
class AsScores:
    """The snapshot, None where nothing is left for one, and what was left out of it."""

    file: SnapshotFile | None
    left_out: tuple[LeftOut, ...]


def as_scores(
    run: Run,
    summaries: Sequence[CellSummary],
    right: Mapping[CellKey, bool | None] | None = None,
) -> AsScores:
    """The run's scores, origin ``measured``; whoever saves them gives the id.

    Where the suite has ``right.other_checks``, ``right`` (``right.right``) says of each cell if its
    answer is right; without it these checks count as well, and the file's notes say so.

    The cells of pinned arms count; without such arms, those of routed ones, for who answered.
    Simulated cells never do, nor arms under a drill, nor cells that failed over. Who has fewer than
    five cases in a scope, or no answer to most of them, is left out there and named.
    """
    if right is not None:
        summaries = [each._replace(passed=right.get(each.key)) for each in summaries]
    found = measured(run.suite, summaries)
    known = pinned(found) if any(each.arm.pin for each in found.arms) else served(found)
    out, rows = list(known.left_out), list[SnapshotRow]()
    for name, cells in sorted(known.cells.items()):
        real = [each for each in cells if not each.simulated]
        if len(real) < len(cells):
            some = f"{len(cells) - len(real):,} of its {len(cells):,}" if real else "its"
            out.append(LeftOut(_label(name), f"{some} answers are simulated"))
        for scope, some_cells in _by_scope(real, found).items():
            made = _row(name, scope, some_cells)
            if isinstance(made, str):
                out.append(LeftOut(f"{_label(name)}, {_scope(scope)}", made))
            else:
                rows.append(made)
    return AsScores(_file(run, rows, right is not None) if rows else None, tuple(out))


def _by_scope(
    cells: Sequence[CellSummary], found: Measured
) -> Mapping[Intent, Sequence[CellSummary]]:
    scope_of = dict(zip(found.cases, intents(found), strict=True))
    scopes: dict[Intent, list[CellSummary]] = {}
    for each in cells:
        scopes.setdefault(scope_of[each.case_id], []).append(each)
    return scopes


def _row(name: str, scope: Intent, cells: Sequence[CellSummary]) -> SnapshotRow | str:
    """The candidate's figures in this scope, or why it has none there."""
    cases = {case: place for place, case in enumerate(dict.fromkeys(c.case_id for c in cells))}
    failed = sum(each.error is not None for each in cells)
    if len(cases) < FEWEST:
        return f"{counted(len(cases), 'case')}, and {FEWEST} are needed"
    if 2 * failed > len(cells):
        return f"{failed:,} of {counted(len(cells), 'cell')} got no answer"
    got = outcomes(cells, cases)
    passed = rate(got.passed, got.decided)
    if passed is not None and passed.cases < FEWEST:
        passed = None
    times = [each.ttft_ms for each in cells if each.ttft_ms is not None]
    ttft = float(np.median(times)) if len(times) >= FEWEST else None
    if passed is None and ttft is None:
        return "nothing was checked or timed"
    vendor, _, model = name.partition(":")
    return SnapshotRow.model_validate(
        {
            "provider": vendor,
            "model": model,
            "language": scope[0],
            "vertical": scope[1],
            "quality": passed and round(100 * passed.value, 2),
            "quality_low": passed and round(100 * passed.low, 2),
            "quality_high": passed and round(100 * passed.high, 2),
            "n": passed and passed.cases,
            "ttft_ms": ttft and round(ttft, 1),
        }
    )


def _file(run: Run, rows: Sequence[SnapshotRow], of_answers: bool) -> SnapshotFile:
    suite, name = run.suite, run.name or run.suite.name
    day = (run.ended_at or run.started_at).astimezone(UTC).date()
    candidates = {(row.provider, row.model) for row in rows}
    size = f"{counted(len(suite.cases), 'case')}, {counted(len(candidates), 'candidate')}"
    return SnapshotFile(
        id=f"measured-{re.sub(r'[^A-Za-z0-9._-]+', '-', run.id)[:80]}",
        label=f"{name}, measured",
        source=f"Evaluate: run {run.id} of the suite “{suite.name}”, {size}",
        date=day,
        scale="the share of the suite's cases that passed, 0 to 100, with its 95% interval",
        origin="measured",
        notes=tuple(_notes(suite, of_answers)),
        rows=tuple(rows),
    )


def _notes(suite: Suite, of_answers: bool) -> Iterator[str]:
    if any(each.type == "judge" for case in suite.cases for each in checks_for(suite, case)):
        judge = f" ({suite.judge.pin})" if suite.judge else ""
        yield f"A judge model{judge} decided some of the checks."
    if other := other_checks(suite):
        how = "do not count" if of_answers else "count as well"
        yield f"Checks of time, cost or routing {how}: {', '.join(other)}."
    if suite.repeats > 1:
        yield f"Each case was asked {suite.repeats} times; n counts cases."


def _label(name: str) -> str:
    vendor, _, model = name.partition(":")
    return palette.label(vendor, model)


def _scope(scope: Intent) -> str:
    return " ".join(scope)
