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
from playground.chat.reasoning_view import ArrivingReasoning, reasoning_view
from playground.chat.state import show_turns, turns_shown
from playground.chat.turns_html import chips_html
from playground.look import palette
from playground.look.answer_view import answer_view
from playground.look.parts import typed
from playground.look.safe_text import literal, unseen
from playground.receipts.receipt_view import receipt_view
from playground.sessions import turn_words
from playground.sessions.turns import Run, Turn, TurnError

SHOWN = 10
"""So many turns are drawn at first; a rerun stays quick however long the conversation is."""

_PERSON = ":material/person:"
_ASSISTANT = ":material/alt_route:"
FRAME_SECONDS = 1 / 15
_LOOK_SECONDS = 0.5
_SCROLL = Path(__file__).with_name("scroll.js").read_text("utf-8")
UNFINISHED = ("failed", "stopped", "interrupted")


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
    for turn in turns[max(hidden, 0) :]:
        with st.container(key=f"turn-{turn.id}"):
            _turn_view(chat, turn)
    if any(turn.id == focused for turn in turns):
        scroll_to(f"turn-{focused}")


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
        message_view(run.turn.message)
        answer = st.chat_message("assistant", avatar=_ASSISTANT)
    with answer:
        arriving = ArrivingAnswer()
        version = -1
        while True:
            seen = run.wait_change(version, FRAME_SECONDS)
            done = run.done
            if seen != version:
                version = seen
                arriving.draw(run.turn)
            if done:
                break
            cancellation_point()
    LINE.stand_back()
    st.rerun()


def turn_elsewhere(chat: Chat, turn: Turn) -> None:
    """Draw a turn that another process runs, as the store has it, until it is over.

    If that process has died, the store notices within seconds and marks the turn as interrupted.
    """
    message_view(turn.message)
    _branches(chat, turn)
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


def _turn_view(chat: Chat, turn: Turn) -> None:
    """A turn that is not running: the message, the answer or the error, chips, and the receipt."""
    message_view(turn.message)
    _branches(chat, turn)
    with st.chat_message("assistant", avatar=_ASSISTANT):
        answer_body(turn)
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key=f"under-{turn.id}"
        ):
            if turn.answer.provider or turn.drilled:
                st.html(chips_html(turn), width="content")
            receipt_view(turn, chat.in_force)
            if turn.status in UNFINISHED:
                st.button(
                    f"Retry{unseen(f'turn {turn.number}')}",
                    icon=":material/refresh:",
                    type="tertiary",
                    key=f"retry-{turn.id}",
                    on_click=chat.retry,
                    args=(turn,),
                    disabled=chat.view.is_live,
                )
            elif not chat.view.is_live:
                label = f"Compare{unseen(f'turn {turn.number}')}"
                url.compare_link(label, chat.conversation_id, turn.id)


def _branches(chat: Chat, turn: Turn) -> None:
    """Where others were asked at the same place, by a retry or in another tab: the way to them."""
    if turn.parent_id not in chat.view.forks:
        return
    siblings = chat.view.conversation.siblings(turn)
    place = next(place for place, each in enumerate(siblings) if each.id == turn.id)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"branches-{turn.id}"
    ):
        _branch_button(chat, turn, siblings[place - 1] if place else None, "Earlier")
        st.caption(f"{place + 1} of {len(siblings)}", width="content")
        _branch_button(chat, turn, (*siblings, None)[place + 1], "Later")


def _branch_button(chat: Chat, turn: Turn, other: Turn | None, label: str) -> None:
    st.button(
        f"{label}{unseen(f'answer of turn {turn.number}')}",
        icon=":material/chevron_left:" if label == "Earlier" else ":material/chevron_right:",
        icon_position="left" if label == "Earlier" else "right",
        type="tertiary",
        key=f"{label.lower()}-{turn.id}",
        on_click=chat.show_branch,
        args=(other,),
        disabled=other is None or chat.view.is_live,
    )


def message_view(message: str) -> None:
    """What a person typed."""
    with st.chat_message("user", avatar=_PERSON):
        st.html(typed(message))


def answer_body(turn: Turn) -> None:
    """An answer that has ended: its words, and why there are no more."""
    reasoning_view(turn.answer)
    if turn.answer.text:
        answer_view(turn.answer.text)
    if turn.answer.cut:
        st.caption(f":material/content_cut: {literal(turn.answer.cut)}")
    if turn.error is not None:
        _error_view(turn.error, broke_off=bool(turn.answer.text))
    elif note := turn_words.status_note(turn):
        st.caption(f":material/stop_circle: {note}")


def _error_view(error: TurnError, *, broke_off: bool) -> None:
    lead = "The answer broke off. " if broke_off else ""
    st.error(f"{lead}{literal(error.message)}\n\n{literal(error.advice)}", icon=":material/error:")


def _state(turn: Turn) -> str:
    provider, model = turn.answer.provider, turn.answer.model
    if provider is None or model is None:
        return ":material/alt_route: Routing ..."
    does = "thinking" if turn.answer.reasoning and not turn.answer.text else "answering"
    return f":material/stream: {literal(palette.label(provider, model))} is {does} ..."
