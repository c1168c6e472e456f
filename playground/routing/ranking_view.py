"""The ranking for the intent, in full: who, by how much, out of which figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import streamlit as st

from playground.intent.preview_view import preview as ask_preview
from playground.look import parts
from playground.look.csv_view import csv_button
from playground.routing import ranking_frames
from playground.routing.desk_view import RoutingDesk
from playground.routing.ranking_html import ranking_html
from speko_client.models import RoutingPreview, SnapshotInfo

_DECIMALS = {
    "quality": "%.0f",
    "ttft_ms": "%.0f",
    "cost": "%.3f",
    "accuracy": "%.3f",
    "latency": "%.3f",
    "cost_score": "%.3f",
    "accuracy_part": "%.3f",
    "latency_part": "%.3f",
    "cost_part": "%.3f",
    "score": "%.3f",
}


def ranking_view(desk: RoutingDesk) -> None:
    """Draw it; one line where the server has no routing preview."""
    if desk.connection is None:
        return
    seen = ask_preview(desk.runtime, desk.connection, desk.form)
    if seen.value is None:
        st.info(seen.problem, icon=":material/visibility_off:")
        return
    _verdict(seen.value)
    if html := ranking_html(seen.value):
        with st.container(border=True, key="ranking"):
            st.html(html)
    _small(seen.value.notes or ())
    _table(seen.value)
    _filtered_out(seen.value)
    _snapshot(seen.value)


def _verdict(preview: RoutingPreview) -> None:
    name = ranking_frames.winner_name(preview)
    if name is None:
        st.warning("Nobody is left to answer this. Allow another provider, or connect one.")
        return
    lead = escape(ranking_frames.lead(preview))
    trade = escape(ranking_frames.trade(preview) or "")
    st.html(
        f'<p class="verdict"><b>{escape(name)}</b> would answer, {lead}.</p>'
        f"<p>{trade}</p>{parts.chips(_labels(preview))}"
    )


def _labels(preview: RoutingPreview) -> Iterator[str]:
    """What not everybody would guess: whose figures these are, and what is only tried."""
    if preview.winner is not None and preview.winner.kind == "simulated":
        yield parts.chip("simulated vendors", "dashed")
    if preview.snapshot is not None and preview.snapshot.what_if:
        yield parts.chip("what-if", "what-if")
    if preview.snapshot is not None:
        yield parts.chip(preview.snapshot.label)


def _small(lines: Sequence[str]) -> None:
    """Lines from the server, as they are: their characters mean nothing here."""
    rows = "".join(f"<div>{escape(line)}</div>" for line in lines)
    if rows:
        st.html(f'<div style="font-size:.85rem;opacity:.75;line-height:1.5">{rows}</div>')


def _filtered_out(preview: RoutingPreview) -> None:
    frame = ranking_frames.filtered_frame(preview)
    if frame.empty:
        return
    st.markdown(f"**Filtered out** :gray[:small[{len(frame)}, each with its reason]]")
    shown = {"provider": "Provider", "model": "Model", "reason": "Why"}
    st.dataframe(
        frame[list(shown)].rename(columns=shown),
        hide_index=True,
        placeholder="–",
        height="auto",
        alt="Candidates that were filtered out, with the reason",
        key="filtered-out",
    )


def _table(preview: RoutingPreview) -> None:
    frame = ranking_frames.ranking_frame(preview)
    if frame.empty:
        return
    head = st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    )
    head.markdown("**Every figure**", width="content")
    csv_button(head, frame, "ranking")
    names = ranking_frames.headings(preview.weights or {})
    st.dataframe(
        frame[list(names)].rename(columns=names),
        hide_index=True,
        placeholder="–",
        height="auto",
        column_config={
            names[column]: st.column_config.NumberColumn(format=decimals)
            for column, decimals in _DECIMALS.items()
        },
        alt="The pool with every figure that went into the ranking",
        key="ranking-table",
    )


def _snapshot(preview: RoutingPreview) -> None:
    if preview.snapshot is not None:
        _small([f"Scores: {snapshot_line(preview.snapshot)}"])
    elif preview.scores_run_id:
        _small([f"Scores: {preview.scores_run_id}"])


def snapshot_line(snapshot: SnapshotInfo) -> str:
    """Label, id, date and source in one line."""
    what_if = "what-if on top of the server's own" if snapshot.what_if else None
    parts = (snapshot.label, what_if, snapshot.id, snapshot.date, snapshot.source)
    return " · ".join(part for part in parts if part)
