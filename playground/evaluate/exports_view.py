"""A run's files: CSV, JSON, JUnit, one page to hand on, and its suite. Made on the click."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

import streamlit as st

from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.exporting import pieces
from playground.evaluate.start_view import file_name
from playground.evaluations.cells import Run
from playground.suites.suite_files import write_suite


class _Format(NamedTuple):
    """A format: what it is called, what it is for, its name in ``exporting``, ending and type."""

    label: str
    about: str
    name: str
    ending: str
    mime: str


_FORMATS: Final = (
    _Format("CSV", "A row for each cell, for a spreadsheet", "csv", "csv", "text/csv"),
    _Format("JSON", "All of it, for programs", "json", "json", "application/json"),
    _Format("JUnit", "For a build server", "junit", "xml", "application/xml"),
    _Format("Report", "One page to read, print and hand on", "html", "html", "text/html"),
)


def exports(desk: EvaluateDesk, run: Run) -> None:
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
            made = partial(_written, desk, run, each.name)
            _file(each.label, each.about, made, f"speko-{name}.{each.ending}", each.mime)
        _file(
            "Suite",
            "To run again, here or from the command line",
            lambda: write_suite(run.suite),
            f"{name}.yaml",
            "application/yaml",
        )


def _written(desk: EvaluateDesk, run: Run, name: str) -> bytes:
    return b"".join(pieces(desk.runs, run, name))


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
