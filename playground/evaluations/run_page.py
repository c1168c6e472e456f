"""A run as one HTML file, to read, print and hand on: it needs nothing and asks for nothing. Pure.

What may be said of the run comes ready-made (``Findings``). Below it is a table with a row for each
case, then the cells with their answers and checks. It follows the reader's light or dark; it has no
script, and its policy forbids every request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from playground import exports
from playground.evaluations.cell_words import Named
from playground.evaluations.cells import Cell, CellSummary, Run
from playground.evaluations.run_page_answers import answers
from playground.look import words
from playground.look.parts import typed

_STYLE: Final = (Path(exports.__file__).with_name("page.css")).read_text("utf-8") + (
    Path(__file__).with_name("run_page.css").read_text("utf-8")
)
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
_STATUS: Final = {
    "running": "It was still going on",
    "paused": "It was paused",
    "cancelled": "It was cancelled",
    "capped": "It ended at its most cost",
    "interrupted": "It was interrupted",
}


@dataclass(frozen=True, slots=True)
class Findings:
    """What is said of a run: sentences, and a table by arm whose first column names the arm."""

    sentences: Sequence[str] = ()
    headings: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    notes: Sequence[str] = ()


def run_page(
    run: Run, summaries: Sequence[CellSummary], cells: Iterable[Cell], found: Findings
) -> Iterator[bytes]:
    """The page in pieces. ``cells`` come case by case, as the store gives them."""
    for piece in _pieces(run, summaries, cells, found):
        yield piece.replace("\0", "\ufffd").encode("utf-8", "replace")


def _pieces(
    run: Run, summaries: Sequence[CellSummary], cells: Iterable[Cell], found: Findings
) -> Iterator[str]:
    title = escape(run.name or run.suite.name)
    yield (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f"{_about(run)}{_sums(run, summaries)}{_simulated(summaries)}{_findings(found)}"
    )
    yield from _grid(run, summaries)
    yield from answers(run, len(summaries), cells)
    yield "</main></body></html>\n"


def _about(run: Run) -> str:
    until = f" to {run.ended_at:%Y-%m-%d %H:%M}" if run.ended_at else ""
    parts = [
        f"An evaluation of Speko Playground, {run.started_at:%Y-%m-%d %H:%M}{until} UTC.",
        f"Asked of: {run.server}." if run.server else "",
        f"{_STATUS[run.status]}: {run.done:,} of {run.total:,} cells."
        if run.status in _STATUS
        else "",
        run.note,
    ]
    about = f'<p class="q">{escape(" ".join(filter(None, parts)))}</p>'
    described = typed(run.suite.description) if run.suite.description.strip() else ""
    return about + described


def _sums(run: Run, summaries: Sequence[CellSummary]) -> str:
    failed = sum(each.passed is False and each.error is None for each in summaries)
    figures = {
        "Cases": len({each.case_id for each in summaries}),
        "Arms": len({each.arm_id for each in summaries}),
        "Cells": len(summaries),
        "Passed": sum(each.passed is True for each in summaries),
        "Failed": failed,
        "Without an answer": sum(each.error is not None for each in summaries),
        "Not decided": sum(each.passed is None for each in summaries),
        "Failed over": sum(each.failovers > 0 for each in summaries),
        "Simulated": sum(each.simulated for each in summaries),
    }
    always = ("Cases", "Arms", "Cells", "Passed", "Failed")
    shown = {name: f"{n:,}" for name, n in figures.items() if n or name in always}
    if run.spent_usd:
        shown["Cost"] = f"{words.dollars(run.spent_usd)} estimated"
    cells = "".join(f"<div><dt>{n}</dt><dd>{escape(v)}</dd></div>" for n, v in shown.items())
    return f'<dl class="sums">{cells}</dl>'


def _simulated(summaries: Sequence[CellSummary]) -> str:
    count = sum(each.simulated for each in summaries)
    if not count:
        return ""
    of = f"{count:,} of {words.counted(len(summaries), 'answer')}"
    return (
        f'<p class="note"><b>Simulated:</b> {of} came from simulated vendors. They say nothing '
        "about any model's quality.</p>"
    )


def _findings(found: Findings) -> str:
    if not (found.sentences or found.rows):
        return ""
    sentences = "".join(f"<li>{escape(each)}</li>" for each in found.sentences)
    listed = f'<ul class="found">{sentences}</ul>' if sentences else ""
    notes = "".join(f'<p class="q">{escape(note)}</p>' for note in found.notes)
    return f"<h2>What may be said</h2>{listed}{_table(found)}{notes}"


def _table(found: Findings) -> str:
    if not found.rows:
        return ""
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in found.headings)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        f"{''.join(f'<td>{escape(value)}</td>' for value in values)}</tr>"
        for name, *values in found.rows
    )
    return (
        f"{_scrolling('Figures by arm')}<table><caption>Figures by arm</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _scrolling(name: str) -> str:
    """What is wider than a phone scrolls by itself, by keyboard too; ends with ``</div>``."""
    return f'<div class="t" tabindex="0" role="group" aria-label="{escape(name)}">'


def _grid(run: Run, summaries: Sequence[CellSummary]) -> Iterator[str]:
    by_case: dict[str, dict[str, list[CellSummary]]] = {}
    for each in summaries:
        by_case.setdefault(each.case_id, {}).setdefault(each.arm_id, []).append(each)
    arms = list(
        dict.fromkeys([*(arm.id for arm in run.suite.arms), *(s.arm_id for s in summaries)])
    )
    named = Named(run)
    heads = "".join(f'<th scope="col">{escape(named.arm(arm).label)}</th>' for arm in arms)
    yield (
        f"<h2>Cases</h2>{_scrolling('Cases and arms')}<table><caption>How many of each cell passed"
        f'</caption><thead><tr><th scope="col">Case</th>{heads}</tr></thead><tbody>'
    )
    order = [case.id for case in run.suite.cases if case.id in by_case]
    for case_id in dict.fromkeys([*order, *by_case]):
        row = by_case[case_id]
        yield (
            f'<tr><th scope="row">{escape(case_id)}</th>'
            f"{''.join(_of_arm(row.get(arm, ())) for arm in arms)}</tr>"
        )
    yield "</tbody></table></div>"


def _of_arm(repeats: Sequence[CellSummary]) -> str:
    if not repeats:
        return '<td class="q">not asked</td>'
    passed, decided = (
        sum(each.passed is True for each in repeats),
        sum(each.passed is not None for each in repeats),
    )
    served = dict.fromkeys(
        f"{each.provider}:{each.model}" for each in repeats if each.provider and each.model
    )
    notes = [
        *served,
        *(["failed over"] if any(each.failovers for each in repeats) else []),
        *(["simulated"] if any(each.simulated for each in repeats) else []),
        *dict.fromkeys(each.error for each in repeats if each.error),
    ]
    tone = "" if not decided else " good" if passed == decided else " bad"
    amber = " o" if any(each.failovers for each in repeats) else ""
    count = f"{passed} of {decided}" if decided else "not decided"
    return (
        f'<td class="k{tone}{amber}"><b>{count}</b>'
        f'<br><span class="q">{escape(", ".join(notes))}</span></td>'
    )
