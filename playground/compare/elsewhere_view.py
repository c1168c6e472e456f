"""A blind session on a page that would name who answered: the way to where it is judged."""

from __future__ import annotations

import streamlit as st

from playground.browser import url
from playground.chat.recents_view import recents
from playground.compare.seats import is_blind
from playground.found import Found
from playground.intent.state import new_conversation
from playground.runtime import get_runtime
from playground.sessions.database import StoreError
from playground.teams.state import this_owner


def blind_elsewhere() -> bool:
    """Whether the URL names a blind session; if so, this is drawn in place of the page."""
    runtime, opened = get_runtime(), url.conversation_id()
    store = runtime.store.of(this_owner())
    stored = Found.by(lambda: store.load(opened) if opened else None, StoreError).value
    if stored is None or not is_blind(stored):
        return False
    with st.sidebar:
        recents(runtime, opened)
    st.title("Judged blind", anchor=False)
    st.markdown("The chat would show who answered, so this session stays on Compare.")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        url.compare_link("Go on blind", stored.id, view="blind")
        st.button(
            "New session here",
            icon=":material/edit_square:",
            on_click=new_conversation,
            key="new-instead",
        )
    return True
