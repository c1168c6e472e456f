"""The way between the pages: a bar with their names, or a labelled menu where there is no room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import streamlit as st
from streamlit.navigation.page import Page

Groups = Mapping[str, Sequence[Page]]
"""The pages, by what a person wants from them."""

_SCRIPT: Final = Path(__file__).with_name("navigation.js").read_text("utf-8")
_STYLE: Final = Path(__file__).with_name("navigation.css").read_text("utf-8")


def navigation(
    groups: Groups, page: Page, query: Mapping[str, str], unlisted: Sequence[Page] = ()
) -> None:
    """Draw the ways to all pages, and go where one leads that was clicked.

    ``page`` is the open one; ``query`` goes along when a link is opened in a new tab. To the
    ``unlisted`` pages lead links in the pages' own HTML and texts, by their bare path.
    """
    component = st.components.v2.component(
        "speko_pages",
        js=_SCRIPT,
        css=_STYLE,
        isolate_styles=False,
    )
    link = f"?{urlencode(query)}" if query else ""
    with st.container(key="pages"):
        clicked = component(
            key="pages-component",
            data={
                "html": navigation_html(groups),
                "current": page.url_path,
                "title": page.title,
                "query": link,
                "unlisted": [each.url_path for each in unlisted],
            },
            on_page_change=lambda: None,
        ).page
    ways = {each.url_path: each for pages in [*groups.values(), unlisted] for each in pages}
    if clicked in ways:
        st.switch_page(ways[clicked], query_params=query)


def navigation_html(groups: Groups) -> str:
    """The bar, which is the menu's content as well; the browser marks the open page."""
    lists = "".join(_group(number, *group) for number, group in enumerate(groups.items()))
    return (
        '<nav class="nav" aria-label="Pages">'
        '<button type="button" class="nav-menu" popovertarget="nav-pages">'
        'Menu: <b class="nav-here"></b></button>'
        f'<div class="nav-pages" id="nav-pages" popover>{lists}</div></nav>'
    )


def _group(number: int, name: str, pages: Sequence[Page]) -> str:
    links = "".join(
        f'<li><a data-page="{escape(page.url_path)}" href="">{escape(page.title)}</a></li>'
        for page in pages
    )
    return (
        f'<div class="nav-group"><span id="nav-group-{number}">{escape(name)}</span>'
        f'<ul aria-labelledby="nav-group-{number}">{links}</ul></div>'
    )
