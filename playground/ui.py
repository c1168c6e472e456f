"""Page config and navigation, nothing else."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

st.set_page_config(
    page_title="Speko Playground",
    page_icon=str(Path(__file__).with_name("assets") / "favicon.png"),
    layout="wide",
    initial_sidebar_state="auto",
)
st.navigation(
    [
        st.Page("../pages/chat.py", title="Chat", icon=":material/forum:", default=True),
        st.Page("../pages/analytics.py", title="Analytics", icon=":material/insights:"),
    ],
    position="top",
).run()
