"""The ranking for the intent, in full: who, by how much, out of which figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import streamlit as st

from playground.intent.figure_sources import snapshot_words
from playground.intent.preview_view import preview
from playground.look import parts
from playground.look.page_view import csv_button, spread, table
from playground.look.safe_text import literal
from playground.routing import ranking_frames
from playground.routing.desk_view import RoutingDesk
from playground.routing.ranking_html import ranking_html
from speko_client.models import RoutingPreview

_PARTS = ("accuracy_part", "latency_part", "cost_part", "score")
_DECIMALS = {"quality": "%.1f", "ttft_ms": "%.0f"} | dict.fromkeys(
    ("cost", "accuracy", "latency", "cost_score", *_PARTS), "%.3f"
)


def ranking_view(desk: RoutingDesk) -> None:
    """Draw it; one line where the server has no routing preview."""
    if desk.connection is None:
        return
    seen = preview(desk.runtime, desk.connection, desk.form)
    if seen.value is None:
        st.info(literal(seen.problem or ""), icon=":material/visibility_off:")
        return
    _verdict(seen.value)
    if html := ranking_html(seen.value):
        with st.container(border=True, key="ranking"):
            st.html(html)
    _small(seen.value.notes or ())
    _table(seen.value)
    _filtered_out(seen.value)
    if seen.value.snapshot or seen.value.scores_run_id:
        _small([f"Scores: {_scores(seen.value)}"])


def _verdict(ranking: RoutingPreview) -> None:
    name = ranking_frames.winner_name(ranking)
    if name is None:
        st.warning("Nobody is left to answer this. Allow another provider, or connect one.")
        return
    lead = escape(ranking_frames.lead(ranking))
    trade = escape(ranking_frames.trade(ranking) or "")
    with st.container(key="verdict"):
        st.html(
            f'<p class="verdict"><b>{escape(name)}</b> would answer, {lead}.</p>'
            f"<p>{trade}</p>{parts.chips(_labels(ranking))}"
        )


def _labels(ranking: RoutingPreview) -> Iterator[str]:
    """Chips that say whose figures these are, and whether they are only a what-if."""
    if ranking.winner is not None and ranking.winner.kind == "simulated":
        yield parts.source_chip("simulated vendors")
    if ranking.snapshot is not None and ranking.snapshot.what_if:
        yield parts.chip("what-if", "what-if")
    if ranking.snapshot is not None:
        yield parts.chip(ranking.snapshot.label)


def _small(lines: Sequence[str]) -> None:
    """Lines from the server as they are, not as markdown."""
    if rows := "".join(f"<div>{escape(line)}</div>" for line in lines):
        st.html(f'<div class="sp-small sp-quiet">{rows}</div>')


def _filtered_out(ranking: RoutingPreview) -> None:
    frame = ranking_frames.filtered_frame(ranking)
    if frame.empty:
        return
    st.markdown(f"**Filtered out** :gray[:small[{len(frame)}, each with its reason]]")
    shown = {"provider": "Provider", "model": "Model", "reason": "Why"}
    alt = "Candidates that were filtered out, with the reason"
    table(frame, shown, alt, key="filtered-out")


def _table(ranking: RoutingPreview) -> None:
    frame = ranking_frames.ranking_frame(ranking)
    if frame.empty:
        return
    head = spread()
    head.markdown("**Every figure**", width="content")
    csv_button(head, frame, "ranking")
    names = ranking_frames.headings(ranking.weights or {})
    alt = "The pool with every figure that went into the ranking"
    formats = {names[column]: decimals for column, decimals in _DECIMALS.items()}
    table(frame, names, alt, formats=formats, key="ranking-table")


def _scores(ranking: RoutingPreview) -> str:
    """The snapshot in one line, with its source; another server sends an id only."""
    snapshot = ranking.snapshot
    if snapshot is None:
        return ranking.scores_run_id or ""
    what_if = "what-if on top of the server's own" if snapshot.what_if else None
    told = (snapshot.label, what_if, snapshot.id, snapshot_words(snapshot))
    return " · ".join(part for part in told if part)
