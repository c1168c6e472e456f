"""What a turn was sent with, in the language that a person chooses."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from playground.look.safe_text import literal
from playground.receipts.request_code import LANGUAGES, Sent
from playground.sessions.turns import Turn
from speko_client.errors import SpekoApiError


def code_view(turn: Turn, sent: Callable[[], Sent]) -> None:
    """Draw a choice of languages, and the code, with a button to copy it."""
    names = {each.name: each for each in LANGUAGES}
    chosen = st.segmented_control(
        "What was sent, as code",
        list(names),
        default=LANGUAGES[0].name,
        required=True,
        key=f"code-{turn.id}",
    )
    language = names[chosen or LANGUAGES[0].name]
    try:
        code = language.write(sent())
    except SpekoApiError as error:
        st.caption(literal(f"This cannot be written as code. {error.message}"))
        return
    st.code(code, language=language.syntax, height=320 if code.count("\n") > 16 else None)
