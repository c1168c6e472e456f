"""Keeps an unsent message: across a reload, and when it could not be sent."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from playground.chat.state import draft_to_restore

_SCRIPT = Path(__file__).with_name("draft.js")


def keep_draft(scope: str) -> None:
    """Watch the message box of conversation ``scope``; put back a text that was refused."""
    component = st.components.v2.component("speko_draft", js=_SCRIPT.read_text("utf-8"))
    restore_id, restore = draft_to_restore()
    component(
        key="draft",
        data={"scope": scope, "restore": restore, "restoreId": restore_id},
        height=0,
    )
