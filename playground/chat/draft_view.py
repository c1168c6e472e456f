"""What is typed in the message box: kept across a reload, and put back where it was refused."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from playground.chat.state import draft_to_restore

_KEEP_DRAFT = Path(__file__).with_name("draft.js").read_text("utf-8")


def keep_draft(scope: str, *, follows: bool = True) -> None:
    """Watch the message box of conversation ``scope``; put back a text that was refused.

    ``follows``: who sends is led to the end of the page.
    """
    component = st.components.v2.component("speko_draft", js=_KEEP_DRAFT)
    restore_id, restore = draft_to_restore()
    component(
        key="draft",
        data={"scope": scope, "follows": follows, "restore": restore, "restoreId": restore_id},
        height=0,
    )
