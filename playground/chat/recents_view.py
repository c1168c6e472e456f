"""A new session, and the visitor's latest ones, in the sidebar: to open, and to delete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import streamlit as st

from playground.browser import url
from playground.browser.guide import focus_on
from playground.browser.zone import zone
from playground.chat.bin_view import undo_offer
from playground.chat.state import (
    ask_deletion,
    deletion_asked,
    list_sessions,
    offer_undo,
    sessions_listed,
)
from playground.intent.state import new_conversation
from playground.look.safe_text import literal, unseen
from playground.look.times import when
from playground.runtime import Runtime
from playground.sessions.database import StoreError
from playground.sessions.engine import Engine
from playground.sessions.loaded import ConversationSummary
from playground.sessions.marks import BIN_DAYS
from playground.sessions.store import OwnerStore
from playground.sessions.turns import utc_now
from playground.teams.state import this_owner

_RECENT = 8
_MORE = 20
_TITLE_LENGTH = 34
_ALL: Final = "all"
"""Stands for every session where one is asked about; no session has this id."""


@dataclass(frozen=True)
class _Sessions:
    """What the list works on; ``open_id`` is the session on the page.

    ``compared``: comparisons open on this page, other sessions on the chat's; else the reverse.
    """

    store: OwnerStore
    engine: Engine
    open_id: str | None
    compared: bool

    def delete(self, conversation_id: str) -> None:
        """Move one to the bin, or ``_ALL``; what is answered there is stopped. For callbacks."""
        ask_deletion(None)
        one = None if conversation_id == _ALL else conversation_id
        self.engine.forget(self.store.owner, one)
        try:
            offer_undo(self.store.bin(one and [one]))
        except StoreError as error:
            st.toast(literal(str(error)), icon=":material/error:")
            return
        if one in (None, self.open_id):
            new_conversation()
        focus_on("undo-delete", "recent-sessions")


def recents(runtime: Runtime, open_id: str | None, *, compared: bool = False) -> None:
    """The button for a new session, and links to the latest, titled by their first message.

    ``compared``: the page is that of comparisons.
    """
    st.button(
        "New comparison" if compared else "New session",
        icon=":material/edit_square:",
        on_click=new_conversation,
        width="stretch",
        key="new-session",
    )
    sessions = _Sessions(runtime.store.of(this_owner()), runtime.engine, open_id, compared)
    count = sessions_listed(_RECENT)
    try:
        summaries = sessions.store.recent(count + 1)
    except StoreError as error:
        st.warning(literal(str(error)))
        return
    undo_offer(sessions.store)
    if not summaries:
        url.sessions_link("All sessions")
        return
    with st.expander("Recent sessions", icon=":material/history:", key="recent-sessions"):
        for summary in summaries[:count]:
            _row(sessions, summary)
        if len(summaries) > count:
            _quiet("Show more", "expand_more", lambda: list_sessions(count + _MORE), "show-more")
        if deletion_asked() == _ALL:
            _confirm(sessions)
        else:
            _quiet("Delete all ...", "delete_sweep", lambda: ask_deletion(_ALL), "delete-all")
    url.sessions_link("All sessions")


def _row(sessions: _Sessions, summary: ConversationSummary) -> None:
    title = _short(summary.title)
    with st.container(horizontal=True, vertical_alignment="center", gap=None):
        with st.container(gap=None, width="stretch", key=f"recent-{summary.id}"):
            _open(sessions, summary, title)
            st.caption(when(summary.updated_at, utc_now(), zone()))
        _quiet(
            unseen(f"Delete {summary.title[:_TITLE_LENGTH]}").strip(),
            "delete",
            lambda: sessions.delete(summary.id),
            f"delete-{summary.id}",
        )


def _open(sessions: _Sessions, summary: ConversationSummary, title: str) -> None:
    if summary.compared != sessions.compared:
        with st.container(key=f"open-{summary.id}"):
            lead = url.compare_link if summary.compared else url.chat_link
            lead(title, summary.id)
        return
    st.button(
        title,
        key=f"open-{summary.id}",
        type="tertiary",
        disabled=summary.id == sessions.open_id,
        on_click=url.open_conversation,
        args=(summary.id,),
        width="stretch",
    )


def _confirm(sessions: _Sessions) -> None:
    st.markdown(f"Move all your sessions to the bin? There they stay for {BIN_DAYS} days.")
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Delete", type="primary", on_click=sessions.delete, args=(_ALL,), key="delete-now"
        )
        st.button("Keep", on_click=ask_deletion, args=(None,), key="delete-not")


def _quiet(label: str, icon: str, act: Callable[[], None], key: str) -> None:
    st.button(label, icon=f":material/{icon}:", type="tertiary", on_click=act, key=key)


def _short(title: str) -> str:
    plain = " ".join(title.split()) or "Untitled"
    cut = plain if len(plain) <= _TITLE_LENGTH else f"{plain[: _TITLE_LENGTH - 1].rstrip()}…"
    return literal(cut)
