"""How another snapshot differs from the one in force: who wins, in words first, then the tables."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from playground.found import Found
from playground.look.page_view import csv_button, spread, table
from playground.look.safe_text import literal
from playground.routing.desk_view import RoutingDesk
from playground.scores import asking_view, differences, listing
from playground.scores.listing import Shown
from playground.servers.connection import Connection
from speko_client.models import ScoresRows, Sweep


def difference_view(desk: RoutingDesk, connection: Connection, every: Sequence[Shown]) -> None:
    """Draw it, once another snapshot is picked; nothing where there is no other."""
    in_force = next((each for each in every if each.in_force), None)
    others = [each for each in every if not each.in_force]
    if in_force is None or not others:
        return
    st.header("What another one changes", anchor=False)
    names = listing.labels(every)
    picked = st.selectbox(
        f"Other scores, beside “{literal(in_force.snapshot.label)}” in force",
        [each.snapshot.id for each in others],
        index=None,
        placeholder="Choose scores",
        format_func=lambda each: names.get(each, each),
        key=f"scores-other-{in_force.snapshot.id}",
        width=420,
    )
    if picked is None:
        return
    ids = (in_force.snapshot.id, picked)
    both = [asking_view.rows(desk.runtime, connection, each) for each in ids]
    before, after = (each.value for each in both)
    if before is None or after is None:
        _problem(*both)
        return
    _winners(desk, connection, before, after)
    _figures(before, after)


def _winners(
    desk: RoutingDesk, connection: Connection, before: ScoresRows, after: ScoresRows
) -> None:
    request = differences.intents(before, after, desk.form)
    swept = [
        asking_view.winners(desk.runtime, connection, each.snapshot.id, request)
        for each in (before, after)
    ]
    old, new = (each.value for each in swept)
    if old is None or new is None:
        _problem(*swept)
        return
    _changed_winners(old, new)


def _changed_winners(old: Sweep, new: Sweep) -> None:
    changed = differences.winners_changed(old, new)
    head = spread(key="scores-winners")
    words = differences.winners_words(changed, len(new.cells))
    head.markdown(f"**{literal(words)}**", width="stretch")
    if not changed.empty:
        csv_button(head, changed, "winners")
        table(
            differences.winners_table(changed),
            differences.WINNERS_TABLE,
            "Intents that get another winner",
            formats={"Margin": "%.3f"},
            height=_height(len(changed)),
            key="scores-winners-table",
        )


def _figures(before: ScoresRows, after: ScoresRows) -> None:
    changed = differences.figures_changed(before, after)
    head = spread(key="scores-figures")
    words = differences.figures_words(changed, before, after)
    head.markdown(literal(words), width="stretch")
    if not changed.empty:
        csv_button(head, changed, "figures")
        table(
            differences.figures_table(changed),
            differences.FIGURES_TABLE,
            "Figures that differ",
            height=_height(len(changed)),
            key="scores-figures-table",
        )


def _problem(*found: Found[ScoresRows] | Found[Sweep]) -> None:
    problem = next((each.problem for each in found if each.problem), "")
    st.info(literal(problem or ""), icon=":material/compare_arrows:")


def _height(rows: int) -> int:
    return min(420, 38 + 35 * rows)
