"""The choice of what a session's charts count: the branch that is open, or all of them."""

from __future__ import annotations

from typing import Final

import streamlit as st

from playground.analytics.counted import counted_turns, is_branched
from playground.sessions.turns import Conversation, Turn

_OPEN, _ALL = "The open branch", "All branches"
_NOTE: Final = "Turns are numbered in the order in which they were asked, over all branches."


def turns_of_choice(conversation: Conversation) -> tuple[Turn, ...]:
    """Draw the choice where there is one; the turns that are counted by it."""
    shown = counted_turns(conversation)
    if not is_branched(conversation):
        return shown
    every = counted_turns(conversation, all_branches=True)
    chosen = st.segmented_control(
        f"Counted: {len(shown)} of {len(every)} turns are on the open branch",
        [_OPEN, _ALL],
        default=_OPEN,
        required=True,
        key=f"counted-{conversation.id}",
    )
    if chosen != _ALL:
        return shown
    st.caption(_NOTE)
    return every
