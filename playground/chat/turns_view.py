"""The turns that are over: the last ones, earlier ones on demand, and the one a link leads to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from playground.browser import url
from playground.chat.state import show_turns, turns_shown
from playground.chat.turn_view import Retry, turn_view
from playground.receipts.parts import InForce
from playground.sessions.turns import Turn

SHOWN = 20
"""So many turns are drawn at first; a rerun stays quick however long the conversation is."""

_SCROLL = Path(__file__).with_name("scroll.js")


def turn_list(
    owner: str,
    turns: Sequence[Turn],
    retry: Retry,
    *,
    can_retry: bool,
    in_force: InForce | None = None,
) -> None:
    """Draw the turns of one branch, oldest first; ``in_force`` as in ``turn_view``."""
    focused = url.focused_turn()
    count = _count(owner, turns, focused)
    hidden = len(turns) - count
    if hidden > 0:
        st.button(
            f"Show {min(hidden, SHOWN)} earlier of {hidden}",
            icon=":material/expand_less:",
            type="tertiary",
            key="show-earlier",
            on_click=show_turns,
            args=(owner, count + SHOWN),
        )
    for turn in turns[max(hidden, 0) :]:
        with st.container(key=f"turn-{turn.id}"):
            turn_view(turn, retry, can_retry=can_retry, in_force=in_force)
    if any(turn.id == focused for turn in turns):
        _scroll_to(f"turn-{focused}")


def _count(owner: str, turns: Sequence[Turn], focused: str | None) -> int:
    shown = turns_shown(owner, SHOWN)
    place = next((turn.number for turn in turns if turn.id == focused), None)
    needed = shown if place is None else len(turns) - place + 1
    return min(max(shown, needed), len(turns))


def _scroll_to(key: str) -> None:
    component = st.components.v2.component("speko_scroll", js=_SCROLL.read_text("utf-8"))
    component(key="scroll", data={"key": key}, height=0)
