"""The bin as other pages meet it: an undo after a deletion, and a session that lies in it."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from playground.browser.zone import zone
from playground.chat.state import just_binned, offer_undo
from playground.look.safe_text import literal
from playground.look.words import counted
from playground.sessions.database import StoreError
from playground.sessions.marks import BIN_DAYS
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Conversation


def undo_offer(store: OwnerStore) -> None:
    """After sessions were deleted: where they are, and a button that brings them back."""
    ids = just_binned()
    if not ids:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="undo-offer"):
        st.markdown(f"{counted(len(ids), 'session')} moved to the bin.", width="content")
        st.button(
            "Undo",
            icon=":material/undo:",
            type="tertiary",
            on_click=_restore,
            args=(store, *ids),
            key="undo-delete",
        )


def in_bin(store: OwnerStore, conversation: Conversation) -> None:
    """Of a session that lies in the bin: until when, and a button that brings it back."""
    if conversation.binned_at is None:
        return
    until = (conversation.binned_at + timedelta(days=BIN_DAYS)).astimezone(zone())
    with st.container(key="in-bin"):
        st.warning(
            "This session is in the bin. It is deleted for good on "
            f"{until.day} {until:%B %Y}, unless you restore it.",
            icon=":material/delete:",
        )
        st.button(
            "Restore it",
            icon=":material/restore_from_trash:",
            on_click=_restore,
            args=(store, conversation.id),
            key="restore-open",
        )


def _restore(store: OwnerStore, *ids: str) -> None:
    try:
        store.restore(ids)
    except StoreError as error:
        st.toast(literal(str(error)), icon=":material/error:")
        return
    offer_undo(())
    st.toast(f"Restored: {counted(len(ids), 'session')}.", icon=":material/restore_from_trash:")
