"""The routing page: a decision before it is made, many at once, tried otherwise, and rehearsed."""

from __future__ import annotations

import streamlit as st

from playground.components.routing_desk import open_desk
from playground.components.style import page_style


def main() -> None:
    """The intent, then the view that was chosen."""
    page_style()
    desk = open_desk()
    if desk.problem:
        st.warning(desk.problem, icon=":material/cloud_off:")


main()
