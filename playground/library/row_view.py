"""One session in the list: a box to tick, its title, its figures, where the words stand, a menu."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from playground.browser import url, widgets
from playground.browser.zone import zone
from playground.library.desk_view import LibraryDesk
from playground.library.hits import Hits
from playground.library.selection import Place
from playground.library.shelf import Listed
from playground.library.state import PICK, rename, renamed
from playground.library.words import figures_html, snippet_markdown, title_of
from playground.look.safe_text import literal, unseen
from playground.look.words import counted
from playground.sessions.loaded import ConversationSummary
from playground.sessions.turns import utc_now


@dataclass(frozen=True)
class Row:
    """A session, where the words stand in it that were looked for, and which list it is in."""

    listed: Listed
    hits: Hits | None
    place: Place

    @property
    def session(self) -> ConversationSummary:
        """What the list knows of it."""
        return self.listed.session


def session_row(desk: LibraryDesk, row: Row) -> None:
    """Draw one session."""
    session = row.session
    with st.container(border=True, key=f"session-{session.id}", gap="small"):
        if renamed() == session.id:
            _rename(desk, session)
        else:
            _head(desk, row)
        st.html(figures_html(row.listed, utc_now(), zone()))
        if row.hits is not None:
            _snippets(session, row.hits)


def _head(desk: LibraryDesk, row: Row) -> None:
    session = row.session
    title = title_of(session)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.checkbox(
            f"Select “{literal(title)}”",
            label_visibility="collapsed",
            key=f"{PICK}{session.id}",
        )
        lead = url.compare_link if session.compared else url.chat_link
        with st.container(key=f"title-of-{session.id}", width="stretch"):
            lead(literal(title), session.id)
        _menu(desk, row)


def _rename(desk: LibraryDesk, session: ConversationSummary) -> None:
    key = f"title-{session.id}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            "Title",
            key=widgets.seed(key, " ".join(session.title.split())),
            max_chars=200,
            on_change=desk.save_title,
            args=(session.id,),
        )
        st.button(
            "Save", type="primary", on_click=desk.save_title, args=(session.id,), key="title-save"
        )
        st.button("Keep the old title", on_click=rename, args=(None,), key="title-keep")


def _menu(desk: LibraryDesk, row: Row) -> None:
    session, key = row.session, f"menu-{row.session.id}"
    ways = _ways(desk, row)

    def act() -> None:
        if way := ways.get(widgets.typed(key)):
            way()

    st.menu_button(
        f"More{unseen(f'for {title_of(session)}')}",
        [*ways],
        icon=":material/more_horiz:",
        type="tertiary",
        key=key,
        on_click=act,
    )


def _ways(desk: LibraryDesk, row: Row) -> Mapping[str, Callable[[], None]]:
    session = row.session
    ids, pinned = [session.id], session.pinned_at is not None
    if row.place == "bin":
        return {
            "Restore": lambda: desk.restore(ids),
            "Delete for good": lambda: desk.delete(ids),
        }
    filed = row.place == "archive"
    return {
        "Rename": lambda: rename(session.id),
        "Duplicate": lambda: desk.duplicate(session.id),
        "Unpin" if pinned else "Pin": lambda: desk.pin(ids, not pinned),
        "Back to the list" if filed else "Archive": lambda: desk.archive(ids, not filed),
        "Delete": lambda: desk.throw_away(ids),
    }


def _snippets(session: ConversationSummary, hits: Hits) -> None:
    lead = url.answer_link if session.compared else _chat_turn
    with st.container(key=f"hits-{session.id}", gap=None):
        for snippet in hits.snippets:
            lead(snippet_markdown(snippet), session.id, snippet.turn_id)
        if hits.more:
            st.caption(f"and in {counted(hits.more, 'more turn')}")


def _chat_turn(label: str, conversation: str, turn: str) -> None:
    url.chat_link(label, conversation, turn, ":material/arrow_outward:")
