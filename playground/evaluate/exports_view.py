"""A run's files: CSV, JSON, JUnit, one page to hand on, and its suite. Made on the click."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

import streamlit as st

from playground.evaluate.arms_html import HEADINGS, row_words
from playground.evaluate.cells import Cell, CellSummary, Run
from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.run_csv import run_csv
from playground.evaluate.run_json import run_json
from playground.evaluate.run_junit import run_junit
from playground.evaluate.run_page import Findings, run_page
from playground.evaluate.start_view import file_name
from playground.evaluate.suite_files import write_suite
from playground.evaluate.verdict_words import sentences
from playground.evaluate.verdicts import Verdicts


class _Format(NamedTuple):
    """A format of cells: its name, what it is for, its ending and type, and its writer."""

    label: str
    about: str
    ending: str
    mime: str
    write: Callable[[Run, Iterable[Cell]], Iterator[bytes]]


_FORMATS: Final = (
    _Format("CSV", "A row for each cell, for a spreadsheet", "csv", "text/csv", run_csv),
    _Format("JSON", "All of it, for programs", "json", "application/json", run_json),
    _Format("JUnit", "For a build server", "xml", "application/xml", run_junit),
)


def exports(desk: EvaluateDesk, run: Run, cells: Sequence[CellSummary], found: Verdicts) -> None:
    """The button, and what it opens; nothing is read before a file is clicked."""
    opened = st.popover(
        "Export",
        icon=":material/ios_share:",
        type="tertiary",
        key="evaluate-export",
        on_change="rerun",
    )
    if not opened.open:
        return
    name = file_name(run.suite)
    with opened, st.container(gap="xsmall", key="evaluate-export-files"):
        for each in _FORMATS:
            _file(
                each.label,
                each.about,
                partial(_written, each, desk, run),
                f"speko-{name}.{each.ending}",
                each.mime,
            )
        _file(
            "Report",
            "One page to read, print and hand on",
            lambda: b"".join(run_page(run, cells, desk.runs.cells(run.id), findings_of(found))),
            f"speko-{name}.html",
            "text/html",
        )
        _file(
            "Suite",
            "To run again, here or from the command line",
            lambda: write_suite(run.suite),
            f"{name}.yaml",
            "application/yaml",
        )


def _written(form: _Format, desk: EvaluateDesk, run: Run) -> bytes:
    return b"".join(form.write(run, desk.runs.cells(run.id)))


def _file(label: str, about: str, make: Callable[[], bytes], name: str, mime: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.download_button(
            label,
            make,
            file_name=name,
            mime=mime,
            icon=":material/download:",
            on_click="ignore",
            key=f"evaluate-export-{label}",
            width=140,
        )
        st.caption(about, width="stretch")


def findings_of(found: Verdicts) -> Findings:
    """What is said of the run, for its report."""
    return Findings(
        sentences=sentences(found),
        headings=HEADINGS,
        rows=[row_words(each) for each in found.arms],
    )
