"""A new session, and the visitor's own ones, in the sidebar: to open, and to delete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import streamlit as st

from playground.browser import url
from playground.chat.state import ask_deletion, deletion_asked, list_sessions, sessions_listed
from playground.intent.state import new_conversation
from playground.look.safe_text import literal, unseen
from playground.runtime import Runtime
from playground.sessions.database import StoreError
from playground.sessions.engine import Engine
from playground.sessions.loaded import ConversationSummary
from playground.sessions.store import OwnerStore
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
        """Delete one for good, or ``_ALL``; what is answered there is stopped. For callbacks."""
        ask_deletion(None)
        one = None if conversation_id == _ALL else conversation_id
        self.engine.forget(self.store.owner, one)
        try:
            self.store.delete_all() if one is None else self.store.delete(one)
        except StoreError as error:
            st.toast(literal(str(error)), icon=":material/error:")
            return
        if one in (None, self.open_id):
            new_conversation()
        st.toast("Deleted.", icon=":material/delete:")


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
    if not summaries:
        return
    with st.expander("Recent sessions", icon=":material/history:", key="recent-sessions"):
        for summary in summaries[:count]:
            _row(sessions, summary)
        if len(summaries) > count:
            _quiet("Show more", "expand_more", lambda: list_sessions(count + _MORE), "show-more")
        if deletion_asked() == _ALL:
            _confirm(sessions, _ALL, "Delete all your sessions? This cannot be undone.")
        else:
            _quiet("Delete all ...", "delete_sweep", lambda: ask_deletion(_ALL), "delete-all")


def _row(sessions: _Sessions, summary: ConversationSummary) -> None:
    title = _short(summary.title)
    if deletion_asked() == summary.id:
        _confirm(sessions, summary.id, f"Delete “{title}”? This cannot be undone.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap=None):
        _open(sessions, summary, title)
        ask = unseen(f"Delete {summary.title[:_TITLE_LENGTH]}").strip()
        _quiet(ask, "delete", lambda: ask_deletion(summary.id), f"delete-{summary.id}")


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


def _confirm(sessions: _Sessions, what: str, question: str) -> None:
    st.markdown(question)
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Delete", type="primary", on_click=sessions.delete, args=(what,), key="delete-now"
        )
        st.button("Keep", on_click=ask_deletion, args=(None,), key="delete-not")


def _quiet(label: str, icon: str, act: Callable[[], None], key: str) -> None:
    st.button(label, icon=f":material/{icon}:", type="tertiary", on_click=act, key=key)


def _short(title: str) -> str:
    plain = " ".join(title.split()) or "Untitled"
    cut = plain if len(plain) <= _TITLE_LENGTH else f"{plain[: _TITLE_LENGTH - 1].rstrip()}…"
    return literal(cut)
