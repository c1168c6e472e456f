"""A blind session on a page that would name who answered: the way to where it is judged."""

from __future__ import annotations

import streamlit as st

from playground.browser import url
from playground.chat.recents_view import recents
from playground.compare.seats import is_blind
from playground.intent.state import new_conversation
from playground.runtime import Runtime
from playground.sessions.turns import Conversation


def blind_elsewhere(runtime: Runtime, opened: Conversation) -> bool:
    """Whether this is a blind session; if so, this is drawn in place of the page."""
    if not is_blind(opened):
        return False
    with st.sidebar:
        recents(runtime, opened.id)
    st.title("Judged blind", anchor=False)
    st.markdown("The chat would show who answered, so this session stays on Compare.")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        url.compare_link("Go on blind", opened.id, view="blind")
        st.button(
            "New session here",
            icon=":material/edit_square:",
            on_click=new_conversation,
            key="new-instead",
        )
    return True
