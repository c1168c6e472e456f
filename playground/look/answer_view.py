"""A model's words on the page, finished or still arriving."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from playground.look.answer_html import answer_html
from playground.look.growing_answer import growing_html

CLIPBOARD: Final = Path(__file__).with_name("clipboard.js").read_text("utf-8")
"""``toClipboard(text)``, to be put before a script that copies."""

_SCRIPT: Final = CLIPBOARD + Path(__file__).with_name("answer.js").read_text("utf-8")


def answer_view(text: str, *, partial: bool = False) -> None:
    """Draw the answer; ``partial`` while it still arrives."""
    st.html(growing_html(text) if partial else answer_html(text))


def answer_buttons() -> None:
    """Let the buttons in the page's answers work; once on a page."""
    component = st.components.v2.component("speko_answer", js=_SCRIPT)
    component(key="answer-buttons", height=0)
