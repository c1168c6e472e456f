"""The sweep: every preset, language and vertical ranked at once, as a map and as a table."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, cast, get_args

import streamlit as st

from playground.browser import widgets
from playground.connections.state import choice_revision
from playground.found import Found
from playground.intent import languages
from playground.look import palette, parts, words
from playground.look.page_view import chart, csv_button, spread, table, theme
from playground.look.picture_view import picture_buttons, picture_script
from playground.look.safe_text import literal
from playground.routing import sweeps
from playground.routing.desk_view import RoutingDesk
from playground.routing.state import choose_cell, chosen_cell
from playground.routing.sweep_figure import sweep_figure
from playground.routing.sweeps import Against, Cell
from playground.runtime import Runtime
from speko_client.errors import SpekoApiError
from speko_client.models import Sweep, SweepRequest, Vertical, WhatIf

if TYPE_CHECKING:
    import pandas as pd

    from playground.servers.connection import Connection

_MAP, _TABLE = "sweep-map", "sweep-table"
_PICTURE = "Who wins, by language and preset"
_EVERY = "every"
_AGAINST: dict[Against, str] = {"preset": "the balanced preset's", "language": "English's"}


@dataclass(frozen=True)
class Swept:
    """``milliseconds`` it took, including the question before it."""

    sweep: Sweep
    milliseconds: float


def sweep_view(desk: RoutingDesk) -> None:
    """Draw the map; one line where the server ranks one intent at a time."""
    if desk.connection is None:
        return
    found = _sweep(desk, desk.connection)
    swept = found.value
    if swept is None:
        st.info(literal(found.problem or ""), icon=":material/grid_off:")
        return
    every = sweeps.sweep_frame(swept.sweep)
    vertical, against = _controls()
    place = st.container(key="sweep-chosen")
    frame = sweeps.of_vertical(every, vertical)
    took = f"Ranked in {swept.milliseconds:,.0f} ms."
    line = f"{sweeps.summary(frame, against)} {took}"
    _legend(frame, against, desk)
    with st.container(key="sweep-fit" if vertical else "sweep-scroll"):
        _map(desk, frame, against, line)
    _foot(desk, frame, line)
    with place:
        _chosen(desk, every, line)


def _sweep(desk: RoutingDesk, connection: Connection) -> Found[Swept]:
    what_if = desk.form.what_if if connection.embedded else None

    def ask(request: SweepRequest) -> Found[Swept]:
        key = connection.base_url, choice_revision(), repr((request, what_if))
        return _ask(*key, desk.runtime, connection, request, what_if)

    probed = ask(sweeps.probe(desk.form.language))
    if probed.value is None:
        return probed
    tags = sweeps.worth_showing(probed.value.sweep, desk.form.language)
    found = ask(sweeps.request_for(tags, desk.form.region, desk.form.allowed))
    if found.value is None:
        return found
    return Found(Swept(found.value.sweep, probed.value.milliseconds + found.value.milliseconds))


@st.cache_data(ttl=8, show_spinner=False, scope="session", max_entries=20)
def _ask(
    base_url: str,
    revision: str,
    asked: str,
    _runtime: Runtime,
    _to: Connection,
    _request: SweepRequest,
    _what_if: WhatIf | None,
) -> Found[Swept]:
    begun = time.perf_counter()
    try:
        with _runtime.client(_to) as client:
            sweep = client.sweep(_request, _what_if)
    except SpekoApiError as error:
        if error.status in (404, 405):
            only = "This server ranks one intent at a time. The embedded gateway has the sweep."
            return Found(problem=only)
        return Found(problem=f"No sweep now: {_to.redact(error.message)}")
    return Found(Swept(sweep, 1000 * (time.perf_counter() - begun)))


def _controls() -> tuple[Vertical | None, Against]:
    left, right = st.columns((1.3, 1), vertical_alignment="bottom")
    vertical = left.segmented_control(
        "Vertical",
        (_EVERY, *get_args(Vertical)),
        default=_EVERY,
        format_func=lambda each: "All" if each == _EVERY else words.VERTICALS[each],
        required=True,
        key="sweep-vertical",
        persist_state="session",
    )
    against = right.segmented_control(
        "Outlined: the winner differs from",
        tuple(_AGAINST),
        default="preset",
        format_func=_AGAINST.__getitem__,
        required=True,
        key="sweep-against",
        persist_state="session",
    )
    chosen = None if vertical == _EVERY else cast("Vertical", vertical)
    return chosen, against


def _legend(frame: pd.DataFrame, against: Against, desk: RoutingDesk) -> None:
    won = Counter(frame["provider"].dropna().map(str)).most_common()
    entries = [
        f"{parts.mark(vendor)}{escape(palette.display_name(vendor))} {count}"
        for vendor, count in won
    ]
    entries += [
        f'<span class="sweep-frame"></span>differs from {escape(_AGAINST[against])}',
        '<span class="sweep-frame sweep-own"></span>the form’s intent',
        '<span class="sp-quiet">stronger colour: further ahead</span>',
    ]
    if frame["stood_in"].any():
        entries.append('<i class="sp-quiet">pale, italic: broader figures were used</i>')
    st.html(parts.legend([*entries, *_labels(desk)], "sweep"))


def _labels(desk: RoutingDesk) -> Iterator[str]:
    """Chips that say whose figures these are, and whether they are only a what-if."""
    fleet, what_if = desk.facts.fleet, desk.form.what_if
    if fleet is not None and fleet.demo:
        yield parts.source_chip("simulated vendors")
    if what_if is not None:
        yield parts.chip(f"what-if: {what_if.name}", "what-if")
    elif fleet is not None:
        yield parts.chip(fleet.snapshot.label)


def _in_words(desk: RoutingDesk) -> str:
    """Whose figures these are, for a picture without the page's chips."""
    fleet, what_if = desk.facts.fleet, desk.form.what_if
    vendors = "Simulated vendors. " if fleet is not None and fleet.demo else ""
    if what_if is not None:
        return f"{vendors}What-if: {what_if.name}."
    return f"{vendors}{fleet.snapshot.label}." if fleet is not None else vendors


def _map(desk: RoutingDesk, frame: pd.DataFrame, against: Against, line: str) -> None:
    form = desk.form
    current = Cell(form.language, form.vertical or "general", form.optimize_for)
    figure = sweep_figure(frame, theme(), against, current)
    alt = f"{_PICTURE}. {line} The table holds the same cells."
    chart(figure, _MAP, alt, on_select=_take_from_map, selection_mode="points")


def _take_from_map() -> None:
    points = widgets.selection(_MAP).get("points", [])
    data = points[0].get("customdata") if points else None
    values = list(data.values()) if isinstance(data, dict) else list(data or ())
    choose_cell(tuple(str(value) for value in values[:3]))


def _foot(desk: RoutingDesk, frame: pd.DataFrame, line: str) -> None:
    foot = spread()
    shown = foot.toggle("Table", key="table-sweep")
    files = foot.container(horizontal=True, gap="xsmall", width="content")
    picture_buttons(files, _MAP, _PICTURE, f"{line} {_in_words(desk)}")
    csv_button(files, frame, "sweep")
    picture_script()
    if not shown:
        return

    def take() -> None:
        rows = widgets.selection(_TABLE).get("rows", [])
        choose_cell(sweeps.cell_at(frame, rows[0]) if rows else None)

    st.caption(
        "Choose a row by its checkbox, or by keyboard: the arrow keys, then Shift and Space."
    )
    table(
        sweeps.table(frame),
        sweeps.TABLE,
        "Who wins each cell, as a table; a selected row is the chosen cell",
        formats={"Margin": "%.3f"},
        height=420,
        on_select=take,
        selection_mode="single-row",
        key=_TABLE,
    )


def _chosen(desk: RoutingDesk, every: pd.DataFrame, line: str) -> None:
    """The chosen cell in words and a button to use its intent; else a summary of the map."""
    chosen = chosen_cell()
    cell = Cell(*chosen) if chosen else None  # type: ignore[arg-type]
    row = sweeps.row_of(every, cell) if cell else None
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        if cell is None or row is None:
            st.html(f"<span>{escape(line)} <b>Choose a cell to see who wins it.</b></span>")
            return
        st.html(
            f"<span>{escape(languages.label(cell.language))}, "
            f"{words.VERTICALS[cell.vertical]}, {words.OPTIMIZE_FOR[cell.optimize_for]}: "
            f"<b>{escape(sweeps.winner_clause(row))}</b></span>"
        )
        form = desk.form.model_copy(update=cell._asdict())
        st.button(
            "Use this intent",
            icon=":material/input:",
            type="primary",
            disabled=form == desk.form,
            help="The form has this intent already." if form == desk.form else None,
            on_click=desk.set_form,
            args=(form,),
            key="use-intent",
        )
