"""The ways that a session's turns took, and links to the turns of one of them.

A Sankey's nodes and links cannot be selected in Streamlit, nor reached by keyboard: this can.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from playground.analytics.flow import Route
from playground.browser.url import chat_link

SHOWN = 24
"""So many turns of one way are linked, the last ones; the table has them all."""


def turn_links(routes: Sequence[Route], conversation: str) -> None:
    """A list of the ways, and below it the turns of the one that is chosen."""
    chosen = st.selectbox(
        "Turns that went",
        range(len(routes)),
        format_func=lambda place: _told(routes[place]),
        key="flow-route",
    )
    route = routes[chosen or 0]
    hidden = len(route.turns) - SHOWN
    with st.container(horizontal=True, gap="small", key="flow-turns"):
        if hidden > 0:
            st.caption(f"{hidden} earlier, in the table;", width="content")
        pairs = zip(route.turns, route.turn_ids, strict=True)
        for number, turn_id in list(pairs)[max(hidden, 0) :]:
            chat_link(f"Turn {number}", conversation, turn_id, ":material/arrow_outward:")


def _told(route: Route) -> str:
    count = len(route.turns)
    return f"{route.label} ({count} turn{'' if count == 1 else 's'})"
