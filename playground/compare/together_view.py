"""Below the last answers: whom to ask again, and the figures side by side."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from playground.chat.turn_html import UNFINISHED
from playground.compare.desk_view import CompareDesk
from playground.compare.figures import seat_figures
from playground.compare.seats import Seat, messages
from playground.compare.seats_html import figures_html
from playground.exports.export_view import export_button
from playground.sessions.turns import Turn


def together(desk: CompareDesk) -> None:
    """Draw it, once all answers are there."""
    last = messages(desk.turns)[-1]
    latest = {turn.seat: turn for turn in last}
    answers = [
        (seat, turn) for seat in desk.comparison.seats if (turn := latest.get(seat.id)) is not None
    ]
    _left_to_ask(desk, answers)
    if not answers:
        return
    st.html(
        figures_html(
            [(seat, seat_figures(seat.id, desk.turns)) for seat, _ in answers],
            simulated=any(turn.answer.simulated for turn in desk.turns),
        )
    )
    title = desk.conversation.title or desk.turns[0].message
    export_button(lambda: [desk.conversation], title, store=desk.store)


def _left_to_ask(desk: CompareDesk, answers: Sequence[tuple[Seat, Turn]]) -> None:
    failed = [turn for _, turn in answers if turn.status in UNFINISHED]
    asked = {seat.id for seat, _ in answers}
    others = [seat for seat in desk.comparison.seats if seat.id not in asked]
    with st.container(horizontal=True, gap="small", key="left-to-ask"):
        if len(failed) > 1:
            st.button(
                f"Retry all {len(failed)} that did not answer",
                icon=":material/refresh:",
                key="retry-failed",
                on_click=desk.ask_again,
                args=(failed,),
            )
        if len(others) > 1:
            st.button(
                f"Ask the other {len(others)} seats",
                icon=":material/send:",
                key="ask-others",
                on_click=desk.ask_also,
                args=(others,),
            )
