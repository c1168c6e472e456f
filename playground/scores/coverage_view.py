"""What a snapshot knows: the map of its figures and gaps, the same as a table, and as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.browser import url
from playground.look import parts
from playground.look.page_view import chart, csv_button, spread, table, theme
from playground.look.picture_view import picture_buttons, picture_script
from playground.look.safe_text import literal, unseen
from playground.routing.desk_view import RoutingDesk
from playground.scores import asking_view, coverage, listing, own_files, reading
from playground.scores.coverage import AXES, By, Grid
from playground.scores.coverage_figure import MOST_ROWS, coverage_figure
from playground.scores.listing import Shown
from playground.scores.own_files import ScoresError
from playground.servers.connection import Connection
from playground.teams.state import this_owner
from speko_client.models import Axis, Scope, ScoresRows

OptionT = TypeVar("OptionT", bound=str)

_MAP = "scores-map"
_BY: dict[By, str] = {"language": "Languages", "vertical": "Verticals"}


def coverage_view(desk: RoutingDesk, connection: Connection, every: Sequence[Shown]) -> None:
    """Draw it for the snapshot in force, or for another that is picked."""
    st.header("What is known", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", key="scores-known"):
        looked_at = _looked_at(every)
        axis = _one_of("Figure", AXES, "scores-axis")
        by = _one_of("Across", _BY, "scores-by")
    if looked_at is None:
        return
    found = asking_view.rows(desk.runtime, connection, looked_at.snapshot.id)
    if found.value is None:
        st.info(literal(found.problem or ""), icon=":material/grid_off:")
        return
    form = desk.form
    scope = Scope(form.language, form.vertical or "general", form.region or "global")
    shown = coverage.grid(found.value, by, scope)
    frame = coverage.coverage_frame(found.value, axis, shown)
    line = coverage.summary(frame, axis)
    st.markdown(literal(line))
    _measure_link(frame, axis, scope)
    if not frame.empty:
        _legend(axis)
        _map(frame, axis, shown, line)
    foot = spread()
    opened = not frame.empty and foot.toggle("Table", key="table-scores")
    files = foot.container(horizontal=True, gap="xsmall", width="content")
    if not frame.empty:
        picture_buttons(files, _MAP, "What is known", f"{looked_at.snapshot.label}. {line}")
        csv_button(files, frame, "scores")
        picture_script()
    _download_button(files, desk, looked_at, found.value)
    if opened:
        _table(frame, shown.by)


def _looked_at(every: Sequence[Shown]) -> Shown | None:
    names = listing.labels(every)
    in_force = next((each.snapshot.id for each in every if each.in_force), None)
    chosen = st.selectbox(
        "Scores",
        list(names),
        index=list(names).index(in_force) if in_force in names else 0,
        format_func=lambda each: names.get(each, each),
        # Another one in force is looked at next; until then, what the person picked.
        key=f"scores-looked-at-{in_force}",
        width=340,
    )
    return next((each for each in every if each.snapshot.id == chosen), None)


def _one_of(label: str, options: Mapping[OptionT, str], key: str) -> OptionT:
    return st.segmented_control(
        label,
        list(options),
        default=next(iter(options)),
        format_func=options.__getitem__,
        required=True,
        key=key,
        persist_state="session",
    )


def _legend(axis: Axis) -> None:
    better = "higher" if axis == "accuracy" else "lower"
    st.html(
        parts.legend(
            [
                f"{coverage.UNITS[axis]}; stronger colour: {better}, so better",
                "<i>pale, italic: a broader figure stands in</i>",
                '<span class="scores-gap"></span>gap: no figure',
            ],
            "sweep",
        )
    )


def _map(frame: pd.DataFrame, axis: Axis, shown: Grid, line: str) -> None:
    # On a phone many columns are as wide as they need, and the map can be moved.
    with st.container(key="sweep-scroll" if len(shown.columns) > 5 else "scores-fit"):
        figure = coverage_figure(frame, axis, shown.by, theme())
        chart(figure, _MAP, f"What is known, as a map. {line} The table has the same cells.")
    drawn = frame[["provider", "model"]].drop_duplicates()
    left_out = []
    if len(drawn) > MOST_ROWS:
        left_out.append(f"The map has the first {MOST_ROWS} of {len(drawn)} candidates.")
    if shown.left_out:
        left_out.append(f"{shown.left_out} more languages have figures.")
    if left_out:
        st.caption(" ".join(left_out))


def _measure_link(frame: pd.DataFrame, axis: Axis, scope: Scope) -> None:
    found = coverage.to_measure(frame, scope) if axis != "cost" else None
    if found is not None:
        url.measure_link(found.words, found.candidates, found.language, found.vertical)


def _table(frame: pd.DataFrame, by: By) -> None:
    wide = coverage.table(frame, by)
    headings = {str(name): str(name) for name in wide.columns}
    alt = "What is known, candidate by candidate: a figure, a broader figure, or a gap"
    table(wide, headings, alt, key="scores-table", height=min(420, 38 + 35 * len(wide)))


def _download_button(
    place: DeltaGenerator, desk: RoutingDesk, looked_at: Shown, found: ScoresRows
) -> None:
    own = looked_at.mine
    place.download_button(
        f"Download JSON{unseen(f'of {looked_at.snapshot.label}')}",
        lambda: _content(desk, looked_at, found),
        file_name=f"{looked_at.snapshot.id}.json",
        mime="application/json",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        disabled=not (own or any(row.figures for row in found.rows)),
        key="scores-download",
    )


def _content(desk: RoutingDesk, looked_at: Shown, found: ScoresRows) -> bytes:
    """Its own file where it has one of this visitor's; else what the server knows by it."""
    if looked_at.mine:
        folder = own_files.own_folder(desk.runtime.settings)
        try:
            return own_files.as_json(own_files.read(looked_at.snapshot.id, folder, this_owner()))
        except ScoresError:
            # It was deleted meanwhile, in another tab.
            pass
    return own_files.as_json(reading.as_file(found))
