"""The chat page: the conversation, its settings beside it, and who answered each turn."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.browser.guide import SHORTCUTS_SWITCH
from playground.browser.line import LINE
from playground.chat.actions_view import do_asked, turn_buttons
from playground.chat.announcer_view import announce
from playground.chat.chat_view import Chat, open_chat, show_problems
from playground.chat.draft_view import keep_draft
from playground.chat.form_view import settings_form
from playground.chat.next_message import next_message, next_message_html, waiting_html
from playground.chat.recents_view import recents
from playground.chat.sheets_view import open_sheet
from playground.chat.turn_view import live_turn, turn_elsewhere, turn_list, undo_line
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

    On a playground that has just been started a person waits for the message box, and in a long
    session for its last turns. These come first, and the form follows a moment later: the browser
    would show neither before both.
    """
    chat = open_chat(leave_demo)
    if blind_elsewhere(chat.runtime, chat.view.conversation):
        return
    above = st.bottom.empty()
    message = st.chat_input("Message the router", key="message")
    below = st.bottom.empty()
    # The answer is on its way while the page is drawn.
    waiting = chat.send_at_once(message)
    with LINE.drawing():
        page(chat, waiting, above, below)
    arriving(chat)


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
    # Before the live answer: what comes after a stream would stay on the page until its end.
    offer = st.empty()
    if view.turns and not view.is_live and view.elsewhere is None:
        with offer.container():
            follow_up(chat)
            ways_on(chat)


def arriving(chat: Chat) -> None:
    """The answer that arrives, if one does; last, for it lasts."""
    view = chat.view
    if view.run is not None and view.is_live:
        live_turn(view.run)
    elif view.elsewhere is not None:
        turn_elsewhere(chat, view.elsewhere)


def beside_send(chat: Chat, below: DeltaGenerator) -> None:
    """What the next message will take, or why it has to wait."""
    if chat.waits_for or chat.is_frame:
        below.html(waiting_html(chat.waits_for))
    else:
        below.html(next_message_html(next_message(chat.view.turns, chat.form, chat.up_next)))


main()
