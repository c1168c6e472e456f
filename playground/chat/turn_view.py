"""One turn on the page: the message, the answer or the error, chips, and the receipt."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from playground.chat.chips import chips_html
from playground.look.safe_text import safe_markdown
from playground.receipts.parts import InForce
from playground.receipts.receipt_view import receipt_view
from playground.sessions import turn_words
from playground.sessions.turns import Turn

Retry = Callable[[Turn], None]

PERSON = ":material/person:"
ASSISTANT = ":material/alt_route:"

_UNFINISHED = ("failed", "stopped", "interrupted")


def turn_view(
    turn: Turn, retry: Retry, *, can_retry: bool, in_force: InForce | None = None
) -> None:
    """Draw a turn that is not running. ``retry`` asks the same again, as a sibling turn.

    ``in_force``: the snapshot that the server ranks by now, None where that is not known.
    """
    message_view(turn)
    with st.chat_message("assistant", avatar=ASSISTANT):
        if turn.answer.text:
            st.markdown(safe_markdown(turn.answer.text))
        if turn.error is not None:
            _error_view(turn)
        elif note := turn_words.status_note(turn):
            st.caption(f":material/stop_circle: {note}")
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key=f"under-{turn.id}"
        ):
            if turn.answer.provider or turn.drilled:
                st.html(chips_html(turn), width="content")
            receipt_view(turn, in_force)
            if turn.status in _UNFINISHED:
                st.button(
                    "Retry",
                    icon=":material/refresh:",
                    type="tertiary",
                    key=f"retry-{turn.id}",
                    on_click=retry,
                    args=(turn,),
                    disabled=not can_retry,
                )


def message_view(turn: Turn) -> None:
    """What the person wrote."""
    with st.chat_message("user", avatar=PERSON):
        st.markdown(safe_markdown(turn.message))


def _error_view(turn: Turn) -> None:
    error = turn.error
    if error is None:
        return
    lead = "The answer broke off. " if turn.answer.text else ""
    st.error(safe_markdown(f"{lead}{error.message}\n\n{error.advice}"), icon=":material/error:")
