"""One's votes: the list, to take along, to add other people's, to delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from playground.browser import widgets
from playground.compare.labels import label_name
from playground.compare.vote_files import VoteFileError, exported, imported
from playground.compare.votes import CastVote, add_votes, delete_votes, texts_of
from playground.found import Found
from playground.look import words
from playground.look.page_view import table
from playground.look.safe_text import literal
from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore

_LISTED = "votes-listed"
_COUNTS = {"rated": "ratings", "same words": "A/A check", "scripted": "nothing"}
_HEADINGS = {
    "at": "When (UTC)",
    "left": "Left",
    "right": "Right",
    "outcome": "Vote",
    "reason": "Why",
    "counts": "Counts for",
}


def votes_files(store: OwnerStore, votes: Sequence[CastVote]) -> None:
    """Draw the list, folded, and what can be done with it."""
    with st.expander(f"Your votes ({len(votes):,})", icon=":material/how_to_vote:"):
        if votes:
            _list(store, votes)
            _export(store, votes)
        _import(store)


def _list(store: OwnerStore, votes: Sequence[CastVote]) -> None:
    newest = list(reversed(votes))
    rows = pd.DataFrame(
        {
            "at": f"{vote.at:%Y-%m-%d %H:%M}",
            "left": label_name(vote.left),
            "right": label_name(vote.right),
            "outcome": vote.outcome.replace("_", " "),
            "reason": vote.reason,
            "counts": _COUNTS[vote.rated],
        }
        for vote in newest
    )
    table(
        rows,
        _HEADINGS,
        "Your votes, the newest first; choose rows to delete them.",
        key=_LISTED,
        height=min(320, 38 + 35 * len(rows)),
        on_select="rerun",
        selection_mode="multi-row",
    )
    places = widgets.selection(_LISTED).get("rows", [])
    picked = [newest[place].id for place in places if place < len(newest)]
    with st.container(horizontal=True, gap="small"):
        if st.button(
            f"Delete {words.counted(len(picked), 'vote')}" if picked else "Delete chosen votes",
            icon=":material/delete:",
            disabled=not picked,
            key="votes-delete",
        ):
            _then_again(lambda: delete_votes(store, picked))
        with st.popover("Delete all votes", icon=":material/delete_forever:"):
            st.markdown(f"All {len(votes):,} votes are deleted for good.")
            if st.button("Delete them all", type="primary", key="votes-delete-all"):
                _then_again(lambda: delete_votes(store))


def _export(store: OwnerStore, votes: Sequence[CastVote]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        texts = st.checkbox("With prompts and answers", key="votes-texts")
        st.download_button(
            "Export as JSONL",
            lambda: exported(votes, texts_of(store, votes) if texts else None),
            file_name="speko-votes.jsonl",
            mime="application/jsonl",
            icon=":material/download:",
            on_click="ignore",
            key="votes-export",
        )


def _import(store: OwnerStore) -> None:
    file = st.file_uploader("Add votes from a JSONL file", "jsonl", key="votes-file")
    if file is None or not st.button("Import", icon=":material/upload:", key="votes-import"):
        return
    try:
        read = imported(file.getvalue())
        added = add_votes(store, read.votes)
    except (VoteFileError, StoreError) as error:
        st.warning(literal(str(error)), icon=":material/error:")
        return
    here = len(read.votes) - added
    known = f" {here:,} {'was' if here == 1 else 'were'} here already." if here else ""
    st.toast(f"{words.counted(added, 'vote')} added.{known}", duration="long")
    if read.problem:
        st.toast(read.problem, duration="long", icon=":material/error:")
    if added:
        st.rerun()


def _then_again(change: Callable[[], object]) -> None:
    problem = Found.by(change, StoreError).problem
    if problem:
        st.error(literal(problem), icon=":material/error:")
    else:
        st.rerun()
