"""The list of sessions: search, filters, what can be done with those that are ticked, and pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import streamlit as st

from playground.browser import url
from playground.chat.bin_view import undo_offer
from playground.library.actions_view import actions
from playground.library.desk_view import LibraryDesk
from playground.library.filters_view import selection_of
from playground.library.hits import hits_in
from playground.library.row_view import Row, session_row
from playground.library.selection import Place, Selection
from playground.library.shelf import Key, ShelfPage, choices, page_of
from playground.library.state import keys_before, turn_page
from playground.look.safe_text import literal
from playground.look.words import counted
from playground.runtime import Runtime
from playground.sessions.database import StoreError
from playground.sessions.segments import phrases
from playground.teams.state import this_owner

_EMPTY: Final[Mapping[Place, str]] = {
    "library": "Every session that you begin in the chat, in Compare or in a demo is kept here: to "
    "find again, to sort, and to go on with.",
    "archive": "Sessions that you archive lie here, out of the way. The search under All leaves "
    "them out; the search here finds them.",
    "bin": "What you delete lies here for 30 days. Then it is deleted for good.",
}


def list_view(runtime: Runtime, place: Place) -> None:
    """The sessions in this place."""
    desk = LibraryDesk(runtime, runtime.store.of(this_owner()))
    try:
        _list(desk, place)
    except StoreError as error:
        st.error(literal(str(error)), icon=":material/error:")


def _list(desk: LibraryDesk, place: Place) -> None:
    selection = selection_of(place, choices(desk.store))
    undo_offer(desk.store)
    keys = keys_before(selection)
    page = page_of(desk.store, selection, keys[-1] if keys else None)
    if page.unindexed:
        st.info(
            f"{counted(page.unindexed, 'session')} of an earlier version cannot be searched and "
            "filtered yet. That goes on in the background.",
            icon=":material/hourglass_top:",
        )
    if not page.sessions:
        _nothing(selection)
        return
    actions(desk, selection, page)
    hits = hits_in(desk.store, page.sessions, selection.query)
    with st.container(key="library-list", gap="small"):
        for listed in page.sessions:
            session_row(desk, Row(listed, hits.get(listed.session.id), place))
    _pages(selection, page, keys)


def _nothing(selection: Selection) -> None:
    if selection.query.strip() and not phrases(selection.query):
        st.info("Type a word or a number to search for.")
    elif selection.query.strip() or selection.filters:
        st.info("No session here has all of that. Try fewer words, or fewer filters.")
    else:
        st.markdown(_EMPTY[selection.place])
        if selection.place == "library":
            url.chat_link("Begin one in the chat", None)
            url.way_on("sessions", "Import some", ":material/upload_file:", how="import")


def _pages(selection: Selection, page: ShelfPage, keys: Sequence[Key]) -> None:
    if not keys and page.following is None:
        return
    with st.container(horizontal=True, horizontal_alignment="center", key="library-pages"):
        _page_button("Newer", "chevron_left", turn_page, selection, keys[:-1], off=not keys)
        st.markdown(f"Page {len(keys) + 1}", width="content")
        following = [*keys, *([page.following] if page.following else [])]
        _page_button(
            "Older", "chevron_right", turn_page, selection, following, off=page.following is None
        )


def _page_button(
    label: str,
    icon: str,
    act: Callable[[Selection, Sequence[Key]], None],
    selection: Selection,
    keys: Sequence[Key],
    *,
    off: bool,
) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        icon_position="right" if label == "Older" else "left",
        type="tertiary",
        disabled=off,
        on_click=act,
        args=(selection, keys),
        key=f"page-{label.lower()}",
    )
