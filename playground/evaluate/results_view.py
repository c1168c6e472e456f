"""Results: the runs there are, and one of them: how far it is, what it says, its grid."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from playground.browser import url
from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.drawer_view import drawer
from playground.evaluate.exports_view import exports
from playground.evaluate.findings_view import findings
from playground.evaluate.grid import grid
from playground.evaluate.grid_view import grid_clicks, grid_view
from playground.evaluate.progress_view import LIVE, STATUS, progress
from playground.evaluate.state import take_opened
from playground.evaluate.two_runs_view import two_runs
from playground.evaluate.use_scores_view import use_scores
from playground.evaluations.cells import CellSummary, Run, RunHead
from playground.found import Found
from playground.look import parts, words
from playground.look.safe_text import literal, unseen
from playground.sessions.database import StoreError

_LOOK_SECONDS = 1.5
_MANY, _MANY_SECONDS = 1_000, 5.0
"""With more cells than these the page looks less often while they arrive."""


def results_view(desk: EvaluateDesk) -> None:
    """The run that the URL names, or all of them."""
    run_id = url.run_id()
    if run_id is None:
        _all(desk)
        return
    found = Found[Run | None].by(lambda: desk.runs.load(run_id), StoreError)
    run = found.value
    if run is None:
        st.info(
            literal(
                found.problem or "This run is not here: it was deleted, or it is somebody else's."
            )
        )
        _to_all()
        return
    _one(desk, run)


def _to_all() -> None:
    st.button(
        "All runs",
        icon=":material/list:",
        type="tertiary",
        on_click=url.show_run,
        args=(None, "results"),
        key="evaluate-all-runs",
    )


def _all(desk: EvaluateDesk) -> None:
    found = Found[list[RunHead]].by(desk.runs.runs, StoreError)
    if found.problem:
        st.error(literal(found.problem), icon=":material/error:")
    heads = found.value or []
    if not heads:
        st.info("No run yet. Set one up: a starter set has its first result within a minute.")
        return
    with st.container(key="evaluate-runs", gap="small"):
        for head in heads:
            _listed(desk, head)


def _listed(desk: EvaluateDesk, head: RunHead) -> None:
    with st.container(border=True, key=f"evaluated-{head.id}"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            begun = f"{head.started_at:%d %b %H:%M:%S}"
            label = f"**{literal(head.name or head.suite_name)}**{unseen(begun)}"
            st.button(
                label,
                type="tertiary",
                on_click=url.show_run,
                args=(head.id, "results"),
                key=f"open-run-{head.id}",
            )
            with st.popover(f"Delete{unseen(f'{head.name} of {begun}')}", type="tertiary"):
                st.write("Delete this run with all its answers? This cannot be undone.")
                st.button(
                    f"Delete it for good{unseen(head.id)}",
                    on_click=_delete,
                    args=(desk, head.id),
                    key=f"delete-run-{head.id}",
                )
        st.html(run_html(head))


def run_html(head: RunHead) -> str:
    """A run in a line: how it stands, how large it is, what it cost."""
    decided = head.passed + head.failed
    chips = [
        parts.chip(STATUS[head.status].words, STATUS[head.status].tone),
        parts.chip(f"{words.counted(head.cases, 'case')} × {words.counted(head.arms, 'arm')}"),
        parts.chip(f"{head.done:,} of {head.total:,} cells"),
    ]
    if decided:
        chips.append(parts.chip(f"{head.passed:,} of {decided:,} passed"))
    if head.spent_usd:
        chips.append(parts.chip(words.dollars(head.spent_usd)))
    when = f"{head.started_at:%d %b %Y, %H:%M} UTC, asked of {head.server}"
    return f'<div class="sp-small sp-quiet">{escape(when)}</div>{parts.chips(chips)}'


def _delete(desk: EvaluateDesk, run_id: str) -> None:
    problem = Found.by(lambda: desk.delete(run_id), StoreError).problem
    st.toast(literal(problem or "The run is deleted."))


def _one(desk: EvaluateDesk, run: Run) -> None:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.header(literal(run.name or run.suite.name), anchor=False, width="content")
        _to_all()
    progress(desk, run)
    grid_clicks(run)
    if run.status in LIVE:
        seconds = _LOOK_SECONDS if run.total <= _MANY else _MANY_SECONDS
        st.fragment(_arriving, run_every=seconds)(desk, run)
    else:
        _over(desk, run)
    if (opened := take_opened()) is not None:
        drawer(desk, run, opened)


def _arriving(desk: EvaluateDesk, run: Run) -> None:
    """What is known so far; drawn anew by itself."""
    cells = _cells(desk, run)
    if cells:
        findings(desk, run, cells)
        _case_by_case(run, cells)
    elif cells is not None:
        st.caption("The first answers are on their way …")


def _over(desk: EvaluateDesk, run: Run) -> None:
    """All that a run says, and what can be made of it."""
    cells = _cells(desk, run)
    if not cells:
        return
    findings(desk, run, cells)
    use_scores(desk, run, cells)
    two_runs(desk, run, cells)
    exports(desk, run)
    st.fragment(_case_by_case)(run, cells)


def _cells(desk: EvaluateDesk, run: Run) -> list[CellSummary] | None:
    """The run's cells without their words; None where they cannot be read."""
    found = Found.by(lambda: desk.runs.summaries(run.id), StoreError)
    if found.problem:
        st.error(literal(found.problem), icon=":material/error:")
    return found.value


def _case_by_case(run: Run, cells: Sequence[CellSummary]) -> None:
    st.header("Case by case", anchor=False)
    grid_view(run, grid(run.suite, cells))
