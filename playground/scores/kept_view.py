"""The chosen scores over a reload: the tab keeps their id, and every page asks it for that."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Final

import streamlit as st

from playground.browser import widgets
from playground.connections.state import choose_scores, chosen_scores, scores_are_settled
from playground.runtime import get_runtime
from playground.scores import own_files
from playground.teams.state import this_owner

_KEPT: Final = "scores-kept"
_SCRIPT: Final = Path(__file__).with_name("keep.js").read_text("utf-8")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def keep_scores() -> None:
    """Have the tab keep them, or tell of those that it has kept. Once on every page."""
    component = st.components.v2.component("speko_scores", js=_SCRIPT)
    component(
        key=_KEPT,
        data={
            # A name, so that whoever signs in next in this tab finds none of it.
            "owner": sha256(this_owner().encode()).hexdigest()[:16],
            "scores": chosen_scores(),
            "settled": scores_are_settled(),
        },
        on_kept_change=_find,
        height=0,
    )


def _find() -> None:
    """What the tab says is checked like any visitor's input; one that is gone is told of later."""
    kept = widgets.sent(_KEPT, "kept").get("scores")
    if scores_are_settled() or not isinstance(kept, str) or not _ID.fullmatch(kept):
        return
    folder = own_files.own_folder(get_runtime().settings)
    if kept not in own_files.of_others(folder, this_owner()):
        choose_scores(kept)
