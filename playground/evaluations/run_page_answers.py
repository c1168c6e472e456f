"""The cells of a run's page: what was asked, what each arm answered, and its checks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby, islice
from typing import Final

from playground.evaluations.cell_words import Named, labels, outcome, said
from playground.evaluations.cells import Cell, Run
from playground.look import palette, words
from playground.look.parts import typed
from playground.suites.questions import conversation_for
from playground.suites.suite import Arm, SuiteError

MOST_SHOWN: Final = 2_000
"""So many cells are shown with their answers; of a larger run, those that did not simply pass."""
LONGEST: Final = 4_000
"""Characters of an answer that are shown."""
_NOT_ALL: Final = (
    f"This run has more than {MOST_SHOWN:,} cells: shown are those that failed, had no answer or "
    f"failed over, {MOST_SHOWN:,} at most. All are in the JSON and the CSV."
)
_DECIDED: Final = {True: ("passed", "good"), False: ("failed", "bad")}


def answers(run: Run, count: int, cells: Iterable[Cell]) -> Iterator[str]:
    """The cells of a run with ``count`` of them, case by case, as HTML in pieces."""
    everything = count <= MOST_SHOWN
    kind = "" if everything else f'<p class="q">{_NOT_ALL}</p>'
    yield f"<h2>Answers</h2>{kind}"
    named = Named(run)
    left = MOST_SHOWN
    chosen = (cell for cell in cells if everything or _is_of_note(cell))
    for case_id, group in groupby(chosen, lambda cell: cell.case_id):
        if left <= 0:
            return
        some = list(islice(group, left))
        left -= len(some)
        yield f"<section><h3>{escape(case_id)}</h3>{_question(named, some[0])}"
        yield from (_cell(cell, named, some[0]) for cell in some)
        yield "</section>"


def _is_of_note(cell: Cell) -> bool:
    return cell.passed is False or bool(cell.answer.failover_count)


def _question(named: Named, cell: Cell) -> str:
    case, arm = named.case(cell.case_id), named.arm(cell.arm_id)
    try:
        history, _ = conversation_for(named.suite, arm, case)
    except SuiteError:
        history = ()
    before = "".join(
        f"{typed(turn.message) if turn.message else ''}{typed(turn.answer.text)}"
        for turn in history
    )
    folded = f"<details><summary>Said before, in “{escape(case.id)}”</summary>{before}</details>"
    ideal = (
        f"<details><summary>Ideal of “{escape(case.id)}”</summary>{typed(case.ideal)}</details>"
        if case.ideal
        else ""
    )
    return (
        f'<div class="m">{typed(named.asked(case.id, arm.id))}</div>'
        f"{folded if before else ''}{ideal}"
    )


def _cell(cell: Cell, named: Named, first: Cell) -> str:
    arm = named.arm(cell.arm_id)
    asked = named.asked(cell.case_id, cell.arm_id)
    own = asked if asked != named.asked(first.case_id, first.arm_id) else ""
    parts = [
        _who(cell, arm),
        f"<p>Asked otherwise:</p>{typed(own)}" if own else "",
        _text(cell),
        "".join(_check(check.passed, said(check)) for check in cell.checks),
    ]
    return f'<div class="a">{"".join(parts)}</div>'


def _who(cell: Cell, arm: Arm) -> str:
    answer = cell.answer
    repeat = f", repeat {cell.repeat + 1}" if cell.repeat else ""
    name = palette.label(answer.provider, answer.model or "") if answer.provider else "nobody"
    chips = [(outcome(cell), ""), *((label, "") for label in labels(cell, arm))]
    if answer.failover_count:
        chips.append((words.failover_label(answer.failover_count), " o"))
    if cell.predicted and cell.served and cell.predicted != cell.served:
        chips.append((f"predicted {cell.predicted}", " o"))
    labelled = "".join(f'<span class="c{tone}">{escape(chip)}</span>' for chip, tone in chips)
    timing = answer.timing
    figures = [
        f"first token {words.milliseconds(timing.ttft_ms)}"
        if timing and timing.ttft_ms is not None
        else "",
        words.dollars(answer.cost_usd) if answer.cost_usd is not None else "",
    ]
    return (
        f'<div class="w"><span>{escape(arm.label)}{repeat}: {escape(name)}</span>{labelled}'
        f'<span class="q">{escape(", ".join(filter(None, figures)))}</span></div>'
    )


def _text(cell: Cell) -> str:
    if cell.error is not None:
        words_of_it = f"{cell.error.message} {cell.error.advice}".strip()
        return f'<p class="bad">{escape(words_of_it)}</p>'
    text = cell.answer.text
    cut = (
        f'<p class="q">These are the first {LONGEST:,} of {len(text):,} characters.</p>'
        if len(text) > LONGEST
        else ""
    )
    return typed(text[:LONGEST]) + cut


def _check(passed: bool | None, text: str) -> str:
    word, tone = ("undecided", "q") if passed is None else _DECIDED[passed]
    return f'<p class="check"><b class="{tone}">{word}</b> {escape(text)}</p>'
