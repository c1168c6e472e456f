"""Page config and navigation, nothing else."""

from __future__ import annotations

import streamlit as st

st.set_page_config(
    page_title="Speko Playground",
    page_icon=":material/alt_route:",
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
