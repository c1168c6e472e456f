"""Importing: choose a file, look at what would come, choose, and see what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from playground.browser import url, widgets
from playground.imports.job import ImportJob, ImportQueue
from playground.imports.preview import KNOWN, Candidate, Preview, day, summary
from playground.imports.state import keep_import, leave_import, open_import, upload_key
from playground.imports.storing import Outcome, Report
from playground.look.page_view import table
from playground.look.safe_text import literal
from playground.look.words import counted
from playground.runtime import Runtime
from playground.sessions.turns import utc_now
from playground.teams.state import this_owner

_POLL_SECONDS: Final = 0.5
_MEGABYTE: Final = 1_000_000
_ROW: Final = 35
_TALLEST: Final = 420
_LINKED: Final = 5
_CHOSEN: Final = "import-chosen"
_HEADINGS: Final = {
    "title": "Title",
    "tool": "From",
    "turns": "Turns",
    "branches": "Branches",
    "begun": "First turn",
    "ended": "Last turn",
    "notes": "Left out or changed",
}


def import_panel(runtime: Runtime) -> None:
    """The whole way of an import, whichever step it is at."""
    job = open_import()
    if job is None:
        _upload(runtime)
        return
    awaited = job.running
    st.fragment(_step, run_every=_POLL_SECONDS if awaited else None)(job, awaited)


def _upload(runtime: Runtime) -> None:
    st.markdown(
        "Bring conversations from elsewhere: the export of **ChatGPT** or **Claude** (the ZIP as "
        "it came, or its JSON), of **Open WebUI**, **LibreChat** or this playground, **ShareGPT** "
        "files, and messages as JSONL. You see what would come before anything is stored."
    )
    file = st.file_uploader("File to import", ["json", "jsonl", "ndjson", "zip"], key=upload_key())
    if file is None:
        return
    queue = runtime.shared(ImportQueue, ImportQueue)
    store = runtime.store.of(this_owner())
    keep_dates = runtime.settings.retention_days is None
    job = ImportJob(file, file.name, store, queue, utc_now, keep_dates=keep_dates)
    job.read()
    keep_import(job)
    st.rerun()


def _step(job: ImportJob, awaited: bool) -> None:
    """``awaited``: it was at work when the page was drawn, which draws its begin and end, once.

    A click redraws only this part; that another file is wanted is for the whole page.
    """
    running = job.running
    if running != awaited or open_import() is not job:
        st.rerun()
    with st.container(border=True, key="import-panel"):
        if running:
            _progress(job)
        elif job.report is not None:
            _report(job.report)
        elif job.problem is not None:
            st.error(literal(job.problem), icon=":material/error:")
            _leave("Choose another file")
        elif job.preview is not None:
            _preview(job, job.preview)
        else:
            st.info("The import was cancelled. Nothing was stored.")
            _leave("Choose another file")


def _progress(job: ImportJob) -> None:
    progress = job.progress
    does = "Importing" if job.storing else "Reading"
    if not progress.total:
        st.progress(0.0, text=f"{does} {literal(job.name)} …")
    else:
        done, total = progress.done / _MEGABYTE, progress.total / _MEGABYTE
        st.progress(
            progress.share,
            text=f"{does} {literal(job.name)}: {done:,.0f} of {total:,.0f} MB, "
            f"{counted(progress.found, 'conversation')}",
        )
    st.button("Cancel", icon=":material/close:", on_click=job.cancel, key="import-cancel")


def _preview(job: ImportJob, preview: Preview) -> None:
    new = preview.new
    st.markdown(f"**{literal(summary(preview))}**")
    for ended in preview.ended:
        st.warning(literal(f"{ended.name}: {ended.problem}"), icon=":material/warning:")
    chosen = _choice(new) if new else []
    _left_out(preview)
    with st.container(horizontal=True, gap="small"):
        if new:
            st.button(
                f"Import {counted(len(chosen), 'conversation')}",
                icon=":material/download_done:",
                type="primary",
                on_click=job.store,
                args=([each.number for each in chosen],),
                disabled=not chosen,
                key="import-store",
            )
        _leave("Choose another file")


def _choice(new: Sequence[Candidate]) -> list[Candidate]:
    """All of them are chosen at first."""
    rows = pd.DataFrame(
        {
            "title": each.title,
            "tool": each.tool,
            "turns": each.turns,
            "branches": each.branches,
            "begun": day(each.begun),
            "ended": day(each.ended),
            "notes": "; ".join(each.notes) or None,
        }
        for each in new
    )
    table(
        rows,
        _HEADINGS,
        "What would be imported; choose rows to import only some.",
        key=_CHOSEN,
        height=min(_TALLEST, 38 + _ROW * len(rows)),
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": list(range(len(new)))}},
    )
    places = widgets.selection(_CHOSEN).get("rows", [])
    return [new[place] for place in places if place < len(new)]


def _left_out(preview: Preview) -> None:
    """Which are not offered, and why."""
    reasons = [(each.title, KNOWN[each.known]) for each in preview.known if each.known]
    reasons += [(each.title, each.problem or "") for each in preview.broken]
    if reasons:
        with st.expander(
            f"{counted(len(reasons), 'conversation')} left out", key="import-left-out"
        ):
            _reasons(reasons, "Conversations of the file that are left out, and why")


def _reasons(reasons: Sequence[tuple[str, str]], alt: str) -> None:
    rows = pd.DataFrame(reasons, columns=["title", "reason"])
    headings = {"title": "Title", "reason": "Why"}
    table(rows, headings, alt, height=min(_TALLEST, 38 + _ROW * len(rows)))


def _report(report: Report) -> None:
    imported = report.imported
    turns = counted(sum(each.turns for each in imported), "turn")
    said = f"{counted(len(imported), 'conversation')} imported, with {turns}."
    if imported:
        st.success(said, icon=":material/check:")
    else:
        st.warning("Nothing was imported.", icon=":material/warning:")
    if report.stopped:
        st.warning(literal(report.stopped), icon=":material/warning:")
    for each in imported[:_LINKED]:
        if each.conversation_id:
            url.chat_link(literal(each.title), each.conversation_id)
    if len(imported) > _LINKED:
        st.caption(f"And {len(imported) - _LINKED:,} more, in the list of your sessions.")
    _what_became(report.outcomes)
    _leave("Import another file")


def _what_became(outcomes: Sequence[Outcome]) -> None:
    reasons = [
        (each.title, each.problem or "; ".join(each.notes))
        for each in outcomes
        if each.problem or each.notes
    ]
    if reasons:
        label = f"{counted(len(reasons), 'conversation')} with something left out or changed"
        with st.expander(label, key="import-report"):
            _reasons(reasons, "What was left out, by conversation")


def _leave(label: str) -> None:
    st.button(label, icon=":material/upload_file:", on_click=leave_import, key="import-leave")
