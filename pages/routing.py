"""The routing page: a decision before it is made, many at once, tried otherwise, and rehearsed."""

from __future__ import annotations

import streamlit as st

from playground import session
from playground.components.chart_card import CHAT_PAGE
from playground.components.intent_fields import intent_row
from playground.components.routing_desk import RoutingDesk, open_desk
from playground.components.server import await_server, forget_server_facts
from playground.components.style import page_style, wide_style

# As they stand in the URL (``?view=sweep``); the style gives them their capital.
VIEWS = ("decision", "sweep", "what-if", "drill")
_VIEW_HEIGHT = 420


def main() -> None:
    """The intent, then the view that was chosen."""
    page_style()
    wide_style()
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
        chat = session.chat_link(None)
        st.page_link(
            CHAT_PAGE, label="Ask it in the chat", icon=":material/forum:", query_params=chat
        )


def show(view: str, desk: RoutingDesk) -> None:
    """Run the chosen view, and only that."""
    # Pandas and Plotly are only worth their loading time where something is drawn.
    match view:
        case "sweep":
            from playground.components.routing_sweep import sweep_view

            sweep_view(desk)
        case "what-if":
            from playground.components.routing_what_if import what_if_view

            what_if_view(desk)
        case "drill":
            from playground.components.routing_drill import drill_view

            drill_view(desk)
        case _:
            from playground.components.routing_decision import decision_view

            decision_view(desk)


main()
