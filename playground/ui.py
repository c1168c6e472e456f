"""Page config and navigation, nothing else."""

from __future__ import annotations

import sys
from functools import partial
from itertools import chain
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.browser import url, widgets
from playground.browser.guide import guide
from playground.browser.kept import keep_in_tab
from playground.browser.postponed import draw_postponed, postpone
from playground.drills.banner_view import drill_banner, kept_drill
from playground.look.navigation_view import navigation
from playground.look.page_view import page_style
from playground.real.rows import TITLE
from playground.scores.state import kept_scores
from playground.teams.state import this_owner
from playground.teams.visitor_view import let_in

ASSETS = Path(__file__).with_name("assets")
FIRST_ICON = "🔀"


def images() -> None:
    """The icon in the browser's tab, and the name at the top."""
    st.set_page_config(page_icon=str(ASSETS / "favicon.png"))
    st.logo(
        str(ASSETS / f"logo-{st.context.theme.type or 'light'}.svg"),
        icon_image=str(ASSETS / "favicon.png"),
        size="large",
    )


def around(place: DeltaGenerator) -> None:
    """What stands around a page: the ways to the others, and what the tab keeps."""
    with place:
        navigation(GROUPS, page, url.opened_query(), [REAL])
        keep_in_tab(this_owner(), {"drill": kept_drill(), "scores": kept_scores()})


# Streamlit's images take a sixth of a second to import: the first page of a process comes first.
images_later = "PIL.Image" not in sys.modules
st.set_page_config(
    page_title="Speko Playground",
    page_icon=FIRST_ICON if images_later else None,
    layout="wide",
    initial_sidebar_state=340,
)
if not images_later:
    images()
let_in()
GROUPS = {
    "Try": [
        st.Page("../pages/chat.py", title="Chat", default=True),
        st.Page("../pages/compare.py", title="Compare"),
        st.Page("../pages/evaluate.py", title="Evaluate"),
    ],
    "Understand": [
        st.Page("../pages/routing.py", title="Routing"),
        st.Page("../pages/analytics.py", title="Analytics"),
    ],
    "Keep": [
        st.Page("../pages/sessions.py", title="Sessions"),
    ],
    "Show and set up": [
        st.Page("../pages/demo.py", title="Demo"),
        st.Page("../pages/connections.py", title="Connections"),
    ],
}
REAL = st.Page("../pages/real.py", title=TITLE, visibility="hidden")
page = st.navigation([*chain.from_iterable(GROUPS.values()), REAL], position="hidden")
if page.url_path and url.focused_turn() is not None:
    # Streamlit links to its default page by a bare query, which a new tab opens on another page.
    st.switch_page("../pages/chat.py", query_params=st.query_params.to_dict())
url.carry_over(page.url_path)
page_style(page.url_path)
guide()
postpone(partial(around, st.container(key="around")))
drill_banner()
if page.url_path:
    # The chat says itself when: a message and its answer come before.
    draw_postponed()
is_new = not url.had_frame()
try:
    page.run()
finally:
    draw_postponed()
widgets.run_ended()
if images_later and not (is_new and url.had_frame()):
    # A page that drew only its frame is about to be drawn again.
    images()
