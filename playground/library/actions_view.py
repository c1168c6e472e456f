"""How many sessions are listed, and what can be done with those that are ticked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from playground.browser import url, widgets
from playground.exports.export_view import export_button
from playground.library.desk_view import LibraryDesk
from playground.library.selection import Selection, as_text
from playground.library.shelf import ShelfPage
from playground.library.state import ask_emptying, emptying, pick, picked
from playground.library.words import count_words
from playground.look.words import counted
from playground.sessions.marks import LONGEST_TAG


def actions(desk: LibraryDesk, selection: Selection, page: ShelfPage) -> None:
    """The line above the list."""
    shown = [each.session.id for each in page.sessions]
    ticked = picked(shown)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="actions"):
        st.markdown(
            f"**{counted(len(ticked), 'session')} selected**"
            if ticked
            else f"**{count_words(page, selection)}**",
            width="content",
        )
        _act(
            "Select none" if ticked else "Select all on this page",
            "deselect" if ticked else "select_all",
            lambda: pick(shown, not ticked),
        )
        if ticked:
            _with_ticked(desk, selection, page, ticked)
        elif selection.place == "bin":
            _emptying(desk)
        if selection.place != "bin":
            _charts(selection.model_copy(update={"ids": tuple(ticked)}) if ticked else selection)


def _with_ticked(
    desk: LibraryDesk, selection: Selection, page: ShelfPage, ticked: Sequence[str]
) -> None:
    if selection.place == "bin":
        _act("Restore", "restore_from_trash", lambda: desk.restore(ticked))
        _act("Delete for good", "delete_forever", lambda: desk.delete(ticked))
        return
    sessions = [each.session for each in page.sessions if each.session.id in ticked]
    pinned = all(each.pinned_at for each in sessions)
    _act("Unpin" if pinned else "Pin", "keep", lambda: desk.pin(ticked, not pinned))
    _tags(desk, ticked, sorted({tag for each in sessions for tag in each.tags}))
    filed = selection.place == "archive"
    _act(
        "Back to the list" if filed else "Archive",
        "unarchive" if filed else "archive",
        lambda: desk.archive(ticked, not filed),
    )
    export_button(
        lambda: desk.loaded(ticked),
        sessions[0].title,
        count=len(ticked),
        key="export-ticked",
        store=desk.store,
    )
    if st.button("Evaluate", icon=":material/science:", type="tertiary", key="act-evaluate"):
        url.go_to_evaluate_all(ticked)
    _act("Delete", "delete", lambda: desk.throw_away(ticked))


def _tags(desk: LibraryDesk, ticked: Sequence[str], known: Sequence[str]) -> None:
    opened = st.popover(
        "Tag", icon=":material/label:", type="tertiary", key="tag", on_change="rerun"
    )
    if not opened.open:
        return

    def add() -> None:
        desk.tag(ticked, widgets.typed("new-tags").split(","), ())
        widgets.put("new-tags", "")

    def remove() -> None:
        desk.tag(ticked, (), widgets.chosen("old-tags"))

    with opened:
        st.text_input(
            "Tags to add, with commas between",
            placeholder="work, to read",
            max_chars=10 * LONGEST_TAG,
            key="new-tags",
            on_change=add,
        )
        st.button("Add", type="primary", on_click=add, key="add-tags")
        if known:
            st.multiselect("Tags to remove", known, placeholder="None", key="old-tags")
            st.button("Remove", on_click=remove, key="remove-tags")


def _emptying(desk: LibraryDesk) -> None:
    if not emptying():
        _act("Empty the bin ...", "delete_forever", lambda: ask_emptying(True))
        return
    st.markdown("Delete all in the bin for good? This cannot be undone.", width="content")
    st.button("Delete for good", type="primary", on_click=desk.empty_bin, key="empty-now")
    st.button("Keep", on_click=ask_emptying, args=(False,), key="empty-not")


def _charts(selection: Selection) -> None:
    url.selection_link("Charts of these", as_text(selection))


def _act(label: str, icon: str, act: Callable[[], None]) -> None:
    key = f"act-{label.lower().replace(' ', '-').strip('-.')}"
    st.button(label, icon=f":material/{icon}:", type="tertiary", on_click=act, key=key)
