"""The chat page: the conversation, its settings beside it, and who answered each turn."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.browser.guide import SHORTCUTS_SWITCH
from playground.browser.line import LINE
from playground.browser.postponed import draw_postponed
from playground.chat.actions_view import do_asked, turn_buttons
from playground.chat.announcer_view import announce
from playground.chat.chat_view import Chat, open_chat, show_problems
from playground.chat.draft_view import keep_draft
from playground.chat.form_view import settings_form
from playground.chat.live_view import arriving, clear_below, just_sent
from playground.chat.next_message import next_message, next_message_html, waiting_html
from playground.chat.recents_view import recents
from playground.chat.sheets_view import open_sheet
from playground.chat.turn_view import turn_list, undo_line
from playground.chat.turns_html import strip_html
from playground.chat.welcome_view import follow_up, session_line, ways_on, welcome
from playground.compare.elsewhere_view import blind_elsewhere
from playground.connections.facts_view import await_server
from playground.connections.model_offer_view import model_offer
from playground.demos.runs import leave_demo
from playground.look.answer_view import answer_buttons
from playground.look.warm_view import warm_charts

_FORM_HEIGHT = 560


def main() -> None:
    """The parts in the order in which they must run: Stop before the stream, the stream last.

    First what a person waits for. After sending, that is the answer: where many send at once, the
    page is drawn again when its first words are there. On a playground that has just been started
    it is the message box, and in a long session its last turns: the form follows a moment later,
    for the browser would show neither before both.
    """
    chat = open_chat(leave_demo)
    if blind_elsewhere(chat.runtime, chat.view.conversation):
        return
    above = st.bottom.empty()
    message = st.chat_input("Message the router", key="message")
    below = st.bottom.empty()
    # The answer is on its way while the page is drawn.
    waiting = chat.send_at_once(message)
    head, last = st.container(), st.container()
    with last:
        live = just_sent(chat) if message else None
    with head, LINE.drawing():
        page(chat, waiting, above, below)
    with last:
        arriving(chat, live)


def page(chat: Chat, message: str | None, above: DeltaGenerator, below: DeltaGenerator) -> None:
    """All that can be drawn at once; a ``message`` that waits for the form is sent."""
    sheet = do_asked(chat)
    if chat.is_frame and not message:
        sidebar_to_come()
    else:
        sidebar(chat)
        act(chat, message, above)
    announce(chat.view)
    header(chat)
    conversation(chat, below)
    draw_postponed()
    open_sheet(chat, sheet)


def sidebar(chat: Chat) -> None:
    """Sessions, and the form."""
    with st.sidebar:
        recents(chat.runtime, chat.conversation_id)
        chat.keep_form(settings_form(chat))
        st.html(SHORTCUTS_SWITCH)


def sidebar_to_come() -> None:
    """The sidebar's place."""
    with st.sidebar:
        st.skeleton(height=_FORM_HEIGHT)


def act(chat: Chat, message: str | None, above: DeltaGenerator) -> None:
    """Send what was sent from the box; offer Stop above it while an answer arrives."""
    chat.send(message)
    with st.sidebar:
        keep_draft(chat.conversation_id)
        answer_buttons()
        turn_buttons(chat)
        if chat.view.turns and not chat.view.is_live:
            warm_charts()
    if chat.view.is_live:
        above.button(
            "Stop",
            icon=":material/stop_circle:",
            shortcut="Esc",
            on_click=chat.stop,
            key="stop",
        )


def header(chat: Chat) -> None:
    """What is wrong, what is missing, and the session at a glance."""
    await_server(chat.runtime, chat.facts, at_once=chat.is_frame)
    show_problems(chat)
    model_offer(chat.runtime, chat.facts)
    if chat.turns:
        with st.container(key="session-header"):
            session_line(chat)
            st.html(strip_html(chat.turns))


def conversation(chat: Chat, below: DeltaGenerator) -> None:
    """The turns, or the first screen where there are none; below the box, what is next."""
    view = chat.view
    if not chat.turns:
        undo_line(chat)
        welcome(chat)
        beside_send(chat, below)
        return
    turn_list(chat)
    undo_line(chat)
    beside_send(chat, below)
    offer = st.empty()
    if view.is_live or view.elsewhere is not None:
        clear_below()
    elif view.turns:
        with offer.container():
            follow_up(chat)
            ways_on(chat)


def beside_send(chat: Chat, below: DeltaGenerator) -> None:
    """What the next message will take, or why it has to wait."""
    if chat.waits_for or chat.is_frame:
        below.html(waiting_html(chat.waits_for))
    else:
        below.html(next_message_html(next_message(chat.view.turns, chat.form, chat.up_next)))


main()
