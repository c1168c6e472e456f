"""The turns on the page that are over.

Of a conversation the last ones are drawn, earlier ones on demand, and the one a link leads to.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from playground.browser import url
from playground.chat.chat_view import Chat
from playground.chat.state import last_deleted, show_turns, turns_shown
from playground.chat.turn_html import body_html, deleted_html, message_html, turn_html
from playground.chat.turn_menu import others
from playground.intent.preview_view import preview
from playground.servers.pool import candidates
from playground.sessions import tree
from playground.sessions.turns import Turn
from speko_client.models import ScoredCandidate

SHOWN = 10
"""So many turns are drawn at first; a rerun stays quick however long the conversation is."""

_SCROLL = Path(__file__).with_name("scroll.js").read_text("utf-8")


def turn_list(chat: Chat) -> None:
    """Draw the turns that are over, oldest first."""
    turns, focused = chat.view.turns, url.focused_turn()
    count = _count(chat.conversation_id, turns, focused)
    hidden = len(turns) - count
    if hidden > 0:
        st.button(
            f"Show {min(hidden, SHOWN)} earlier of {hidden}",
            icon=":material/expand_less:",
            type="tertiary",
            key="show-earlier",
            on_click=show_turns,
            args=(chat.conversation_id, count + SHOWN),
        )
    ranked = _ranked_now(chat)
    with st.container(key="turns"):
        for turn in turns[max(hidden, 0) :]:
            st.html(turn_html(turn, siblings_at(chat, turn), others(turn, ranked)))
    if any(turn.id == focused for turn in turns):
        scroll_to(f"turn-{focused}")


def undo_line(chat: Chat) -> None:
    """What was deleted last, and the way back; where all was, also after a reload."""
    turns = chat.view.conversation.turns
    gone = last_deleted(chat.conversation_id)
    if gone is None and not chat.turns:
        gone = next((turn.id for turn in reversed(tree.deletions(turns))), None)
    if gone and (found := [turn for turn in turns if turn.removed == gone]):
        st.html(deleted_html(gone, found))


def _ranked_now(chat: Chat) -> list[ScoredCandidate]:
    """Who could be asked now, best first, as the form's preview says."""
    if chat.connection is None or chat.facts.problem:
        return []
    seen = preview(chat.runtime, chat.connection, chat.form).value
    return candidates(seen) if seen else []


def siblings_at(chat: Chat, turn: Turn) -> tuple[Turn, ...]:
    """All turns at its place, where there are several."""
    if turn.parent_id not in chat.view.forks:
        return ()
    return chat.view.conversation.siblings(turn)


def _count(conversation_id: str, turns: Sequence[Turn], focused: str | None) -> int:
    shown = turns_shown(conversation_id, SHOWN)
    place = next((turn.number for turn in turns if turn.id == focused), None)
    needed = shown if place is None else len(turns) - place + 1
    return min(max(shown, needed), len(turns))


def scroll_to(key: str, *, mark: bool = True) -> None:
    """Bring what is drawn under this key to the top, and ``mark`` it as what a link led to."""
    component = st.components.v2.component("speko_scroll", js=_SCROLL)
    component(key="scroll", data={"key": key, "mark": mark}, height=0)


def message_view(message: str) -> None:
    """What a person typed."""
    st.html(message_html(message))


def answer_body(turn: Turn) -> None:
    """An answer that has ended: its words, and why there are no more."""
    st.html(body_html(turn))
