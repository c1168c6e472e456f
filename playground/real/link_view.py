"""The way from any label to the page that explains it, on every page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

REAL_PAGE = "../pages/real.py"
TITLE = "What is real here"

_SCRIPT = Path(__file__).with_name("link.js")


def real_link() -> None:
    """What a click on a label follows; it is not seen itself."""
    with st.container(key="real-link"):
        st.page_link(REAL_PAGE, label=TITLE)
        component = st.components.v2.component("speko_real_link", js=_SCRIPT.read_text("utf-8"))
        component(key="real-link-script", height=0)
