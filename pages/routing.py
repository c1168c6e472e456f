"""The routing page: who would answer, for one intent or for all, with other figures, or faults."""

from __future__ import annotations

import streamlit as st

from playground.browser.url import chat_link
from playground.connections.facts_view import await_server, try_again
from playground.intent.fields_view import Fields, intent_row
from playground.look.safe_text import literal
from playground.routing.desk_view import RoutingDesk, open_desk

# As in the URL (``?view=sweep``); the style makes the first letter a capital.
VIEWS = ("ranking", "sweep", "what-if", "scores", "drill")
_VIEW_HEIGHT = 420


def main() -> None:
    """The intent, then the view that was chosen."""
    desk = open_desk()
    title()
    fields = Fields(desk.conversation_id, desk.form, desk.connection, desk.facts)
    intent_row(fields)
    desk.keep_form(fields.form)
    if desk.problem:
        st.warning(literal(desk.problem), icon=":material/cloud_off:")
        try_again()
    chosen = st.segmented_control(
        "View",
        VIEWS,
        default="ranking",
        required=True,
        label_visibility="collapsed",
        key="view",
        bind="query-params",
    )
    if desk.facts.pending:
        await_server(desk.runtime, desk.facts, at_once=False)
        st.skeleton(height=_VIEW_HEIGHT)
    elif fields.problems:
        st.info(
            "Nothing is ranked before the intent above is right.", icon=":material/hourglass_top:"
        )
    else:
        show(str(chosen), desk)


def title() -> None:
    """What this page is for, and a link to the chat, which has the same form."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"
    ):
        st.title("Routing", anchor=False, width="content")
        st.caption("Who would answer, and why. Nothing is run, nothing is billed.", width="stretch")
        chat_link("Ask it in the chat", None)


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
        case "scores":
            from playground.scores.scores_view import scores_view

            scores_view(desk)
        case "drill":
            from playground.drills.drill_view import drill_view

            drill_view(desk)
        case _:
            from playground.routing.ranking_view import ranking_view

            ranking_view(desk)


main()
