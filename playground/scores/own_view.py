"""Snapshots of one's own in the view: brought as a file, deleted, put back."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from playground.connections.facts_view import forget_server_facts
from playground.connections.state import choose_scores, chosen_scores
from playground.found import Found
from playground.look.page_view import spread
from playground.look.safe_text import literal, unseen
from playground.scores import own_files
from playground.scores.listing import Shown
from playground.scores.own_files import ScoresError
from playground.scores.reading import read_file
from playground.scores.state import deleted, keep_deleted, next_upload, say, upload_key
from playground.teams.owner import Owner
from playground.teams.state import this_owner

_MEGABYTES = own_files.MOST_BYTES // 2**20


def import_panel(folder: Path, owner: Owner) -> None:
    """Draw the field for a file, folded; one that can be used is kept, and can be chosen."""
    with st.expander("Add scores of your own", icon=":material/upload_file:"):
        st.caption(
            "A JSON file with rows of figures, as docs/scores.md describes it. Only you see it, "
            "and it ranks nothing until you choose it."
        )
        file = st.file_uploader("Scores file", "json", key=upload_key(), max_upload_size=_MEGABYTES)
        if file is None or not st.button("Add", icon=":material/add:", key="scores-add"):
            return
        try:
            snapshot = read_file(file.getvalue())
            own_files.save(snapshot, folder, owner)
        except ScoresError as error:
            st.warning(literal(str(error)), icon=":material/error:")
            return
    next_upload()
    forget_server_facts()
    st.toast(f"“{literal(snapshot.label)}” is added.", icon=":material/check:")
    st.rerun()


def delete_button(folder: Path, each: Shown) -> None:
    """Draw it; what it deletes can be put back."""
    st.button(
        f"Delete{unseen(each.snapshot.label)}",
        icon=":material/delete:",
        type="tertiary",
        on_click=_delete,
        args=(folder, each.snapshot.id),
        key=f"scores-delete-{each.snapshot.id}",
    )


def deleted_notice(folder: Path) -> None:
    """What was deleted last, and a button to put it back."""
    snapshot = deleted()
    if snapshot is None:
        return
    with spread(key="scores-deleted"):
        st.markdown(f"“{literal(snapshot.label)}” is deleted.", width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            st.button("Undo", icon=":material/undo:", on_click=_put_back, args=(folder,))
            st.button("Dismiss", type="tertiary", on_click=keep_deleted, args=(None,))


def _delete(folder: Path, snapshot_id: str) -> None:
    owner = this_owner()
    kept = Found.by(lambda: own_files.read(snapshot_id, folder, owner), ScoresError).value
    try:
        own_files.delete(snapshot_id, folder, owner)
    except ScoresError as error:
        say(str(error))
        return
    keep_deleted(kept)
    if chosen_scores() == snapshot_id:
        choose_scores(None)
        say("It was in force. Now the server's own scores are again.")
    forget_server_facts()


def _put_back(folder: Path) -> None:
    snapshot = deleted()
    if snapshot is None:
        return
    try:
        own_files.keep(snapshot, folder, this_owner())
    except ScoresError as error:
        say(str(error))
        return
    keep_deleted(None)
    forget_server_facts()
