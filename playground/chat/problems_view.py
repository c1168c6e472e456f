"""What went wrong on the chat page that is not one turn's own error."""

from __future__ import annotations

import streamlit as st

from playground.chat.state import restore_draft
from playground.connections.facts import ServerFacts
from playground.connections.facts_view import forget_server_facts
from playground.sessions.runs import OpenSession


def show_problems(
    problem: str | None, facts: ServerFacts, view: OpenSession, *, can_reconnect: bool
) -> None:
    """Draw what is wrong with the server, the store or the link, and what to do about it."""
    if problem:
        st.error(problem, icon=":material/error:")
    if facts.problem:
        st.warning(facts.problem, icon=":material/cloud_off:")
    if can_reconnect:
        st.button("Try again", on_click=forget_server_facts, key="reconnect")
    if view.missing:
        st.info("This session is not here: it was deleted, or it is on another machine.")
    if view.run is not None and view.run.save_error:
        st.warning(f"The last turn is not saved. {view.run.save_error}")


def not_sent(message: str, why: str) -> None:
    """Put the message back into its box, and say why."""
    restore_draft(message)
    st.toast(why)
