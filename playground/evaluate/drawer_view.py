"""The drawer of one square: what was asked, each answer with its checks and its receipt.

From here the square's cells can be run again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from playground.evaluate.cell_turn import asked_of, case_named, named, others_of, turn_of
from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.progress_view import LIVE
from playground.evaluate.state import Opened, open_square
from playground.evaluations.cells import Cell, CellKey, Run
from playground.found import Found
from playground.look import palette, parts, words
from playground.look.answer_html import answer_html
from playground.look.differences import difference_html
from playground.look.parts import Tone
from playground.look.safe_text import literal, unseen
from playground.receipts.receipt import receipt
from playground.receipts.receipt_view import receipt_html
from playground.sessions.database import StoreError
from playground.suites.check_result import CheckResult
from playground.suites.suite import Arm, Case, SuiteError


def drawer(desk: EvaluateDesk, run: Run, opened: Opened) -> None:
    """Open it; nothing where the square is not of this run."""
    case, arm = case_named(run.suite.cases, opened.case_id), named(run.suite.arms, opened.arm_id)
    if opened.run_id != run.id or case is None or arm is None:
        return

    @st.dialog(f"{literal(arm.label)} on {literal(case.id)}", width="medium", position="right")
    def show() -> None:
        _body(desk, run, case, arm)

    show()


def _body(desk: EvaluateDesk, run: Run, case: Case, arm: Arm) -> None:
    found = Found.by(lambda: _cells(desk, run, case.id, arm.id), StoreError)
    if found.problem:
        st.error(literal(found.problem), icon=":material/error:")
        return
    cells = found.value or []
    _asked(run, case, arm)
    for cell in cells:
        _cell(run, case, arm, cell)
    if not cells:
        st.info("This cell is still to come.")
    if any(cell.answer.text for cell in cells):
        _difference(desk, run, case, arm, cells[0])
    if cells and st.button(
        f"Run again{unseen(f'{arm.label} on {case.id}')}",
        icon=":material/refresh:",
        disabled=run.status in LIVE,
        help="Asks this arm this case once more. The new answer takes the old one's place.",
        key="drawer-again",
    ):
        with st.spinner("Asking again …"):
            problem = desk.again(run, [cell.key for cell in cells])
        if problem:
            st.error(literal(problem), icon=":material/error:")
        else:
            open_square(Opened(run.id, case.id, arm.id))
            st.rerun()


def _asked(run: Run, case: Case, arm: Arm) -> None:
    with st.expander("What was asked", expanded=True, key="drawer-asked"):
        asked = Found.by(lambda: asked_of(run.suite, arm, case), SuiteError)
        if asked.problem:
            st.warning(literal(asked.problem))
        for message in asked.value or ():
            st.caption(message.role.capitalize())
            st.html(parts.typed(message.content))
        if case.ideal:
            st.caption("Ideal answer")
            st.html(parts.typed(case.ideal))


def _cells(desk: EvaluateDesk, run: Run, case_id: str, arm_id: str) -> list[Cell]:
    keys = [CellKey(case_id, arm_id, repeat) for repeat in range(run.suite.repeats)]
    return [cell for key in keys if (cell := desk.runs.cell(run.id, key)) is not None]


def _cell(run: Run, case: Case, arm: Arm, cell: Cell) -> None:
    if run.suite.repeats > 1:
        st.subheader(f"Repeat {cell.repeat + 1}", anchor=False)
    answer = cell.answer
    st.html(_facts(cell))
    if cell.error is not None:
        st.error(literal(f"{cell.error.message} {cell.error.advice}"), icon=":material/error:")
    if answer.text:
        st.html(answer_html(answer.text))
    if cell.checks:
        st.html(checks_html(cell.checks))
    label = f"Receipt{unseen(f'of repeat {cell.repeat + 1}')}"
    opened = st.expander(
        label,
        icon=":material/receipt_long:",
        key=f"drawer-receipt-{cell.repeat}",
        on_change="rerun",
    )
    if opened.open:
        found = Found.by(lambda: turn_of(run, arm, case, cell), SuiteError)
        if found.value is not None:
            opened.html(receipt_html(receipt(found.value), answer.notes))
        else:
            opened.info(literal(found.problem or ""))


def _facts(cell: Cell) -> str:
    """Who answered, whether for real, how fast and for how much."""
    answer = cell.answer
    chips = []
    if answer.provider:
        chips.append(parts.model_chip(answer.provider, answer.model or ""))
    if answer.simulated:
        chips.append(parts.source_chip("simulated"))
    if answer.failover_count:
        chips.append(parts.chip(words.failover_label(answer.failover_count), "amber"))
    if cell.predicted and cell.served and cell.predicted != cell.served:
        vendor, _, model = cell.predicted.partition(":")
        chips.append(parts.chip(f"predicted: {palette.label(vendor, model)}", "amber"))
    if answer.timing and answer.timing.ttft_ms is not None:
        chips.append(parts.chip(f"first token {words.milliseconds(answer.timing.ttft_ms)}"))
    if answer.timing and answer.timing.total_ms is not None:
        chips.append(parts.chip(f"in all {words.milliseconds(answer.timing.total_ms)}"))
    if answer.cost_usd is not None:
        chips.append(parts.chip(words.dollars(answer.cost_usd)))
    return parts.chips(chips, "About this answer")


_VERDICTS: Mapping[bool | None, tuple[Tone, str]] = {
    True: ("good", "✓ passed"),
    False: ("bad", "✕ not passed"),
    None: ("", "not decided"),
}


def checks_html(checks: Sequence[CheckResult]) -> str:
    """Each check with what became of it, and why."""
    rows = []
    for check in checks:
        tone, verdict = _VERDICTS[check.passed]
        detail = f"<small>{escape(check.detail)}</small>" if check.detail else ""
        rows.append(f"<li>{parts.chip(verdict, tone)} {parts.name(check.name)}{detail}</li>")
    return f'<ul class="eval-checks">{"".join(rows)}</ul>'


def _difference(desk: EvaluateDesk, run: Run, case: Case, arm: Arm, cell: Cell) -> None:
    """This answer beside another arm's, word by word."""
    others = others_of(run.suite.arms, arm.id)
    if not others:
        return
    opened = st.expander(
        "Difference to another arm",
        icon=":material/difference:",
        key="drawer-difference",
        on_change="rerun",
    )
    if not opened.open:
        return
    with opened:
        other = st.selectbox(
            "The other arm",
            list(others),
            format_func=lambda each: others[each].label,
            key="drawer-other",
        )
        found = _cells(desk, run, case.id, other)
        text = found[0].answer.text if found else ""
        if not text:
            st.info("That arm has no answer to this case.")
        elif text == cell.answer.text:
            st.info("Both say the same, word for word.")
        else:
            st.caption("~~Struck through~~: only here. Underlined: only in the other arm's answer.")
            st.html(difference_html(cell.answer.text, text))
