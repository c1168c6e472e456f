"""The routes that a session's turns took, and links to the turns of one of them.

A Sankey's nodes and links cannot be selected in Streamlit, nor reached by keyboard: this can.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from playground.analytics.paths import Route
from playground.browser.url import chat_link
from playground.look.words import counted

SHOWN = 24
"""So many turns of one route are linked, the last ones; the table has them all."""


def turn_links(routes: Sequence[Route], conversation: str) -> None:
    """A list of the routes, and below it the turns of the one that is chosen."""
    chosen = st.selectbox(
        "Turns by route",
        range(len(routes)),
        format_func=lambda place: _with_count(routes[place]),
        key="flow-route",
    )
    route = routes[chosen or 0]
    hidden = len(route.turns) - SHOWN
    with st.container(horizontal=True, gap="small", key="flow-turns"):
        if hidden > 0:
            st.caption(f"{counted(hidden, 'earlier turn')} in the table;", width="content")
        pairs = zip(route.turns, route.turn_ids, strict=True)
        for number, turn_id in list(pairs)[max(hidden, 0) :]:
            chat_link(f"Turn {number}", conversation, turn_id, ":material/arrow_outward:")


def _with_count(route: Route) -> str:
    return f"{route.label} ({counted(len(route.turns), 'turn')})"
