"""Side by side: one message, and the answers of all seats as they arrive."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from playground.browser.slots import cancellation_point
from playground.chat.chat_view import keep_draft
from playground.chat.turn_view import FRAME_SECONDS, ArrivingAnswer, answer_body, message_view
from playground.chat.turns_html import chips_html
from playground.compare.desk_view import CompareDesk
from playground.compare.seats import messages
from playground.look.safe_text import literal
from playground.sessions.turns import Turn


def columns_view(desk: CompareDesk) -> None:
    """The message box, the answers so far, and those that arrive, last."""
    message = st.chat_input("Message all seats", key="compare-message")
    if message and message.strip():
        desk.send(message)
    keep_draft(desk.conversation_id)
    arriving: dict[str, ArrivingAnswer] = {}
    for turns in messages(desk.turns):
        _message(desk, turns, arriving)
    if arriving:
        _follow(desk, arriving)


def _message(desk: CompareDesk, turns: Sequence[Turn], arriving: dict[str, ArrivingAnswer]) -> None:
    message_view(turns[0].message)
    with st.container(key=f"answers-{min(len(turns), 3)}-{turns[0].id}"):
        for turn in turns:
            with st.container(key=f"answer-{turn.id}", border=True):
                seat = desk.comparison.seat(turn.seat)
                who = (seat.pin or "Router") if seat else "Removed"
                st.markdown(f"**{(turn.seat or '').upper()}** {literal(who)}")
                if turn.status == "running":
                    arriving[turn.id] = ArrivingAnswer()
                else:
                    answer_body(turn)
                    st.html(chips_html(turn))


def _follow(desk: CompareDesk, arriving: dict[str, ArrivingAnswer]) -> None:
    runs = {run.turn.id: run for run in desk.runs}
    versions: dict[str, int] = {}
    while True:
        done = all(runs[turn_id].done for turn_id in arriving if turn_id in runs)
        for turn_id, answer in arriving.items():
            if turn_id in runs and versions.get(turn_id) != (version := runs[turn_id].version):
                versions[turn_id] = version
                answer.draw(runs[turn_id].turn)
        if done:
            break
        cancellation_point()
        time.sleep(FRAME_SECONDS)
    st.rerun()
