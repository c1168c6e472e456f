"""The view "Scores": the snapshots, which of them is in force, and files of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from playground.connections.state import choose_scores, chosen_scores
from playground.look import parts
from playground.look.page_view import spread
from playground.look.safe_text import literal, unseen
from playground.routing.desk_view import RoutingDesk
from playground.scores import asking_view, listing, own_files, own_view
from playground.scores.listing import Shown
from playground.scores.state import take_notice
from playground.servers.connection import Connection
from playground.teams.state import this_owner


def scores_view(desk: RoutingDesk) -> None:
    """Draw it; one line where the server does not tell its scores."""
    connection = desk.connection
    if connection is None:
        return
    if not connection.embedded:
        st.info(
            f"{literal(connection.name)} does not tell which scores it ranks by. The embedded "
            "gateway does, and lets you choose.",
            icon=":material/visibility_off:",
        )
        return
    found = asking_view.snapshots(desk.runtime, connection)
    if found.value is None:
        st.info(literal(found.problem or ""), icon=":material/visibility_off:")
        return
    folder, owner = own_files.own_folder(desk.runtime.settings), this_owner()
    others = own_files.of_others(folder, owner)
    every = listing.shown(found.value, own_files.own(folder, owner), others)
    if notice := take_notice():
        st.warning(literal(notice), icon=":material/error:")
    _head(desk)
    _list(folder, every)
    for problem in listing.problems(found.value, others):
        st.warning(literal(problem), icon=":material/error:")
    own_view.import_panel(folder, owner)
    _details(desk, connection, every)


def _head(desk: RoutingDesk) -> None:
    with spread(key="scores-head"):
        st.markdown(
            "Every turn, preview and comparison of this browser session is ranked by the scores "
            "in force. Other people on this server keep theirs.",
            width="stretch",
        )
        if chosen_scores() is not None:
            st.button(
                "Back to the server's own",
                icon=":material/undo:",
                on_click=choose_scores,
                args=(None,),
                key="scores-server",
            )
    if (what_if := desk.form.what_if) is not None:
        st.caption(
            f"The chat also uses the what-if “{literal(what_if.name)}”, on top of these scores."
        )


def _list(folder: Path, every: Sequence[Shown]) -> None:
    own_view.deleted_notice(folder)
    for each in every:
        found = each.snapshot
        with spread(border=True, key=f"scores-row-{found.id}"):
            st.html(snapshot_html(each), width="stretch")
            with st.container(horizontal=True, width="content", gap="small"):
                _use_button(each)
                if each.mine:
                    own_view.delete_button(folder, each)


def snapshot_html(each: Shown) -> str:
    """A snapshot: its label and chips, where it is from, what it covers; the rest is folded."""
    chips = [parts.chip(*each.origin)]
    if each.in_force:
        chips.insert(0, parts.chip("✓ in force", "good"))
    found = each.snapshot
    rows = "".join(f"<dt>{escape(n)}</dt><dd>{escape(v)}</dd>" for n, v in each.more)
    return (
        f'<div class="scores-one"><div><b>{escape(found.label)}</b>{"".join(chips)}</div>'
        f"<p>{escape(found.source)}</p><p>{escape(each.at_a_glance)}</p>"
        f"{parts.folded('More about it', f'<dl>{rows}</dl>')}</div>"
    )


def _use_button(each: Shown) -> None:
    st.button(
        f"{'In force' if each.in_force else 'Use'}{unseen(each.snapshot.label)}",
        icon=":material/check:" if each.in_force else ":material/swap_horiz:",
        disabled=each.in_force,
        on_click=choose_scores,
        args=(each.snapshot.id,),
        key=f"scores-use-{each.snapshot.id}",
    )


def _details(desk: RoutingDesk, connection: Connection, every: Sequence[Shown]) -> None:
    from playground.scores.coverage_view import coverage_view
    from playground.scores.difference_view import difference_view

    coverage_view(desk, connection, every)
    difference_view(desk, connection, every)
