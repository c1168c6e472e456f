"""The way between the pages: a bar with their names, or a labelled menu where there is no room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import chain
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import streamlit as st
from streamlit.navigation.page import Page

Groups = Mapping[str, Sequence[Page]]
"""The pages, by what a person wants from them."""

_SCRIPT: Final = Path(__file__).with_name("navigation.js").read_text("utf-8")


def navigation(
    groups: Groups, page: Page, query: Mapping[str, str], unlisted: Sequence[Page] = ()
) -> None:
    """Draw the ways to all pages.

    ``page`` is the open one; ``query`` goes along. To the ``unlisted`` pages lead links in the
    pages' own HTML and texts, by their bare path.

    A click goes on to one of Streamlit's own links, which nobody sees: it changes the page in one
    run, and ends what the old page repeats. ``st.switch_page`` takes two runs, and between them a
    fragment of the old page could clear the new one.
    """
    with st.container(key="pages"):
        st.html(navigation_html(groups))
    listed = [*chain.from_iterable(groups.values()), *unlisted]
    with st.container(key="ways"):
        for each in listed:
            st.page_link(each, query_params=query)
    component = st.components.v2.component("speko_pages", js=_SCRIPT)
    component(
        key="pages-component",
        data={
            "current": page.url_path,
            "title": page.title,
            "query": f"?{urlencode(query)}" if query else "",
            "ways": [each.url_path for each in listed],
            "unlisted": [each.url_path for each in unlisted],
        },
        height=0,
    )


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
        f'<li><a data-page="{escape(page.url_path)}" href="./{escape(page.url_path)}">'
        f"{escape(page.title)}</a></li>"
        for page in pages
    )
    return (
        f'<div class="nav-group"><span id="nav-group-{number}">{escape(name)}</span>'
        f'<ul aria-labelledby="nav-group-{number}">{links}</ul></div>'
    )
