"""The turns on the page: those that are over, and the one that is being answered.

Of a conversation the last turns are drawn, earlier ones on demand, and the one a link leads to. The
answer that arrives is drawn until it ends or the page is left: the work runs on the engine's loop,
and here it is only looked at, fifteen times a second, of the ways that were measured the cheapest.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from playground.browser import url
from playground.browser.line import LINE
from playground.browser.slots import cancellation_point
from playground.chat.chat_view import Chat
from playground.chat.reasoning_view import ArrivingReasoning
from playground.chat.state import last_deleted, show_turns, turns_shown
from playground.chat.turn_html import body_html, deleted_html, fork_html, message_html, turn_html
from playground.chat.turn_menu import others
from playground.intent.preview_view import preview
from playground.look import palette
from playground.look.answer_view import answer_view
from playground.look.safe_text import literal
from playground.servers.pool import candidates
from playground.sessions import tree
from playground.sessions.turns import Run, Turn
from speko_client.models import ScoredCandidate

SHOWN = 10
"""So many turns are drawn at first; a rerun stays quick however long the conversation is."""

_ASSISTANT = ":material/alt_route:"
FRAME_SECONDS = 1 / 15
_LOOK_SECONDS = 0.5
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
            st.html(turn_html(turn, _siblings(chat, turn), others(turn, ranked)))
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


def _siblings(chat: Chat, turn: Turn) -> tuple[Turn, ...]:
    """All turns at its place, where there are several."""
    if turn.parent_id not in chat.view.forks:
        return ()
    return chat.view.conversation.siblings(turn)


class ArrivingAnswer:
    """An answer that still arrives, to be drawn again and again at one place."""

    def __init__(self) -> None:
        self._thoughts, self._text, self._state = ArrivingReasoning(), st.empty(), st.empty()
        self._said = ""

    def draw(self, turn: Turn) -> None:
        """Draw what is there by now; only what is new goes to the browser."""
        self._thoughts.draw(turn.answer)
        if turn.answer.text:
            with self._text:
                answer_view(turn.answer.text, partial=True)
        if (said := _state(turn)) != self._said:
            self._said = said
            self._state.caption(said)


def live_turn(run: Run) -> None:
    """Draw ``run`` until it is done, then draw the page again."""
    with st.container(key=f"live-{run.turn.id}"):
        st.html(message_html(run.turn.message))
        answer = st.chat_message("assistant", avatar=_ASSISTANT)
    with answer, LINE.following():
        arriving = ArrivingAnswer()
        version = -1
        while True:
            seen, done = run.wait_change(version, FRAME_SECONDS), run.done
            if seen != version:
                version = seen
                arriving.draw(run.turn)
            if done:
                break
            cancellation_point()
            run.wait(LINE.pause(FRAME_SECONDS))
    LINE.stand_back()
    st.rerun()


def turn_elsewhere(chat: Chat, turn: Turn) -> None:
    """Draw a turn that another process runs, as the store has it, until it is over.

    If that process has died, the store notices within seconds and marks the turn as interrupted.
    """
    st.html(message_html(turn.message) + fork_html(turn, _siblings(chat, turn)))
    with st.chat_message("assistant", avatar=_ASSISTANT):
        arriving = ArrivingAnswer()
        latest: Turn | None = turn
        while latest is not None and latest.status == "running":
            arriving.draw(latest)
            time.sleep(_LOOK_SECONDS)
            cancellation_point()
            latest = chat.look_elsewhere()
    st.rerun()


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


def _state(turn: Turn) -> str:
    provider, model = turn.answer.provider, turn.answer.model
    if provider is None or model is None:
        return ":material/alt_route: Routing ..."
    does = "thinking" if turn.answer.reasoning and not turn.answer.text else "answering"
    return f":material/stream: {literal(palette.label(provider, model))} is {does} ..."
