"""The grid of a run on the page: filters, a hundred rows at a time, and clicks on its squares."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from playground.browser import widgets
from playground.evaluate.grid import FILTERS, ROWS_PER_PAGE, Filter, Grid, filtered, pages_of
from playground.evaluate.grid_html import grid_html
from playground.evaluate.state import Opened, grid_page, open_square, turn_to
from playground.evaluations.cells import Run
from playground.look.words import counted

_KEY: Final = "evaluate-grid"
_SCRIPT: Final = Path(__file__).with_name("grid.js").read_text("utf-8")


def grid_view(run: Run, grid: Grid) -> None:
    """The rows that the filter leaves, and the pages of them."""
    counts = {name: len(filtered(grid.rows, name)) for name in FILTERS}
    chosen = st.segmented_control(
        "Cases",
        list(FILTERS),
        default="all",
        required=True,
        format_func=lambda name: f"{name.capitalize()} ({counts[name]:,})",
        key="evaluate-filter",
        persist_state="session",
    )
    by: Filter = chosen or "all"
    rows = filtered(grid.rows, by)
    if not rows:
        st.info("No case is like that.")
        return
    of = (run.id, by)
    page = min(grid_page(of), pages_of(len(rows)) - 1)
    first = page * ROWS_PER_PAGE
    shown = rows[first : first + ROWS_PER_PAGE]
    st.html(grid_html(grid, shown, grid.simulated_arms()))
    if pages_of(len(rows)) > 1:
        _pages(of, page, len(rows))


def _pages(of: tuple[object, ...], page: int, rows: int) -> None:
    first = page * ROWS_PER_PAGE + 1
    last = min(first + ROWS_PER_PAGE - 1, rows)
    with st.container(horizontal=True, vertical_alignment="center", key="evaluate-pages"):
        st.button(
            "Earlier cases",
            icon=":material/chevron_left:",
            disabled=page == 0,
            on_click=turn_to,
            args=(of, page - 1),
            key="evaluate-earlier",
        )
        st.caption(f"{first:,} to {last:,} of {counted(rows, 'case')}", width="content")
        st.button(
            "Later cases",
            icon=":material/chevron_right:",
            disabled=page + 1 >= pages_of(rows),
            on_click=turn_to,
            args=(of, page + 1),
            key="evaluate-later",
        )


def grid_clicks(run: Run) -> None:
    """Let the squares be clicked; once on the page, outside of what is drawn by itself."""
    st.components.v2.component("speko_grid", js=_SCRIPT)(
        key=_KEY, on_square_change=lambda: _clicked(run.id), height=0
    )


def _clicked(run_id: str) -> None:
    sent = widgets.sent(_KEY, "square")
    if sent:
        open_square(Opened(run_id, str(sent.get("case") or ""), str(sent.get("arm") or "")))
