"""The routing page: a decision before it is made, many at once, tried otherwise, and rehearsed."""

from __future__ import annotations

import streamlit as st

from playground.browser import url
from playground.browser.url import CHAT_PAGE
from playground.connections.facts_view import await_server, forget_server_facts
from playground.intent.fields_view import intent_row
from playground.routing.desk_view import RoutingDesk, open_desk

# As they stand in the URL (``?view=sweep``); the style gives them their capital.
VIEWS = ("decision", "sweep", "what-if", "drill")
_VIEW_HEIGHT = 420


def main() -> None:
    """The intent, then the view that was chosen."""
    desk = open_desk()
    title()
    desk.keep_form(intent_row(desk.owner, desk.form, desk.connection, desk.facts))
    if desk.problem:
        st.warning(desk.problem, icon=":material/cloud_off:")
        st.button("Try again", on_click=forget_server_facts, key="reconnect")
    chosen = st.segmented_control(
        "View",
        VIEWS,
        default="decision",
        required=True,
        label_visibility="collapsed",
        key="view",
        bind="query-params",
    )
    if desk.facts.pending:
        await_server(desk.runtime, desk.facts, at_once=False)
        st.skeleton(height=_VIEW_HEIGHT)
    else:
        show(str(chosen), desk)


def title() -> None:
    """What this page is for, and the way to the chat that has the same form."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"
    ):
        st.header("Routing", anchor=False, width="content")
        st.caption("Who would answer, and why. Nothing is run, nothing is billed.", width="stretch")
        chat = url.chat_link(None)
        st.page_link(
            CHAT_PAGE, label="Ask it in the chat", icon=":material/forum:", query_params=chat
        )


def show(view: str, desk: RoutingDesk) -> None:
    """Run the chosen view, and only that."""
    # Pandas and Plotly are only worth their loading time where something is drawn.
    match view:
        case "sweep":
            from playground.routing.sweep_view import sweep_view

            sweep_view(desk)
        case "what-if":
            from playground.routing.what_if_view import what_if_view

            what_if_view(desk)
        case "drill":
            from playground.drills.drill_view import drill_view

            drill_view(desk)
        case _:
            from playground.routing.decision_view import decision_view

            decision_view(desk)


main()
