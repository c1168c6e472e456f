"""A small app with the navigation of nine pages, as many as are planned; its pages are empty."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import Page

from playground.look.frames import styles_html
from playground.look.navigation_view import navigation
from playground.look.page_view import page_style

GROUPS = {
    "Try": ("Chat", "Compare", "Prompts", "Evaluate"),
    "Understand": ("Routing", "Analytics"),
    "Keep": ("Sessions",),
    "Show and set up": ("Demo", "Connections"),
}


def page_named(name: str) -> Page:
    """A page that says its name."""

    def draw() -> None:
        st.title(name, anchor=False)

    return st.Page(draw, title=name, url_path=name.lower(), default=name == "Chat")


def main() -> None:
    """The navigation beside a sidebar, over the page."""
    st.set_page_config(layout="wide", initial_sidebar_state=340)
    st.logo(":material/alt_route:")
    groups = {group: [page_named(name) for name in names] for group, names in GROUPS.items()}
    page = st.navigation([page for pages in groups.values() for page in pages], position="hidden")
    st.html(styles_html(page.url_path))
    page_style(page.url_path)
    navigation(groups, page, {})
    st.sidebar.text("Something")
    page.run()


if __name__ == "__main__":
    main()
