"""A new session, and the most recent ones, in the sidebar."""

from __future__ import annotations

import streamlit as st

from playground.browser import url
from playground.intent.state import new_conversation
from playground.look.safe_text import literal
from playground.sessions.database import StoreError
from playground.sessions.store import Store

_RECENT = 8
_TITLE_LENGTH = 38


def recents(store: Store, open_id: str | None) -> None:
    """The button for a new session, and links to the latest, titled by their first message."""
    st.button(
        "New session",
        icon=":material/edit_square:",
        on_click=new_conversation,
        width="stretch",
        key="new-session",
    )
    try:
        summaries = store.recent(_RECENT)
    except StoreError as error:
        st.warning(literal(str(error)))
        return
    if not summaries:
        return
    with st.expander("Recent sessions", icon=":material/history:", key="recent-sessions"):
        for summary in summaries:
            st.button(
                _short(summary.title),
                key=f"open-{summary.id}",
                type="tertiary",
                disabled=summary.id == open_id,
                on_click=url.open_conversation,
                args=(summary.id,),
                width="stretch",
            )


def _short(title: str) -> str:
    plain = " ".join(title.split()) or "Untitled"
    cut = plain if len(plain) <= _TITLE_LENGTH else f"{plain[: _TITLE_LENGTH - 1].rstrip()}…"
    return literal(cut)
