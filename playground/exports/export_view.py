"""The button "Export", wherever sessions are: their files, and a link to one of them.

Nothing is loaded or made before it is asked for: the popover builds when it is opened, a file when
it is clicked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from playground.exports.formats import FORMATS, PAGE, Format
from playground.found import Found
from playground.look.safe_text import literal, unseen
from playground.look.words import counted
from playground.runtime import get_runtime
from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Conversation

Load = Callable[[], Sequence[Conversation]]
"""The sessions as they are now."""


def export_button(
    load: Load, title: str, *, count: int = 1, key: str = "export", store: OwnerStore | None = None
) -> None:
    """Draw the button; what it opens has a file of ``count`` sessions in each format.

    ``title`` is that of one session. With its ``store``, one session can also be shared by a link.
    """
    opened = st.popover(
        f"Export{unseen(title if count == 1 else counted(count, 'session'))}",
        icon=":material/ios_share:",
        type="tertiary",
        key=key,
        on_change="rerun",
    )
    if opened.open:
        with opened:
            _body(load, title, count, key, store)


def _body(load: Load, title: str, count: int, key: str, store: OwnerStore | None) -> None:
    with st.container(gap="xsmall", key=f"{key}-files"):
        for form in FORMATS:
            _file(form, load, title, count, key)
    if count == 1 and store is not None and get_runtime().settings.shares:
        from playground.shares.shares_view import share_view

        st.markdown("**Share by a link**")
        found = Found[Sequence[Conversation]].by(load, StoreError)
        for conversation in found.value or ():
            share_view(store, conversation.id, title, lambda: PAGE.file(load()).decode("utf-8"))
        if found.problem:
            st.warning(literal(found.problem))


def _file(form: Format, load: Load, title: str, count: int, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.download_button(
            form.label,
            lambda: form.file(load()),
            file_name=form.file_name(title, count),
            mime=form.mime_of(count),
            icon=":material/download:",
            on_click="ignore",
            key=f"{key}-{form.key}",
            width=140,
        )
        st.caption(form.about, width="stretch")
