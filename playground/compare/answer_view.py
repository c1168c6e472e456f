"""One column of a message: a seat's answer as it arrives or as it ended, and what one can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.browser import widgets
from playground.browser.url import CHAT_PAGE, link
from playground.chat.live_view import ArrivingAnswer
from playground.chat.turn_html import UNFINISHED
from playground.chat.turn_view import answer_body
from playground.chat.turns_html import chips_html
from playground.compare.desk_view import CompareDesk
from playground.compare.seat_words import full_name, goes_on, own_settings, predicted, went_on
from playground.compare.seats import Seat
from playground.compare.seats_html import copy_html, head_html, medals_html
from playground.compare.state import wide_seat, widen
from playground.look.safe_text import literal, unseen
from playground.receipts.receipt_view import receipt_view
from playground.sessions.database import StoreError
from playground.sessions.turns import Turn

_IN_CHAT = "Go on with this one in the chat"
_REMOVE = "Remove this seat"


@dataclass(frozen=True)
class Column:
    """A seat's turns for one message, the latest try last; none where it was not asked.

    ``is_last``: nothing was asked after this message. ``said``: first at what, or how far behind.
    """

    seat: Seat
    tries: Sequence[Turn]
    is_last: bool
    said: Sequence[str] = ()


class Arriving:
    """A column whose answer still arrives: ``draw`` it until it has ended."""

    def __init__(self, desk: CompareDesk, column: Column, place: DeltaGenerator) -> None:
        self._desk, self._column, self._place = desk, column, place
        self._drawn: Turn | None = None
        self.turn_id = column.tries[-1].id
        with place.container():
            self._answer = ArrivingAnswer()

    def draw(self, turn: Turn) -> None:
        """Draw what is there by now; at its end, all that an answer has."""
        if turn is self._drawn:
            return
        self._drawn = turn
        if turn.status == "running":
            self._answer.draw(turn)
            return
        with self._place.container():
            _ended(self._desk, Column(self._column.seat, [turn], self._column.is_last))


def column_view(desk: CompareDesk, column: Column) -> Arriving | None:
    """Draw the column; returns it where its answer still arrives."""
    seat, tries = column.seat, column.tries
    notes = own_settings(seat, desk.form) if column.is_last else []
    if tries and (after := went_on(tries[-1], desk.turns)):
        notes = [*notes, after]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(head_html(seat, notes), width="stretch")
        if tries and tries[-1].status == "running":
            # Here, where it does not move as the answer grows.
            _stop_button(desk, column)
        _width_button(desk, column)
    if not tries:
        _not_asked(desk, column)
    elif tries[-1].status == "running":
        return Arriving(desk, column, st.empty())
    else:
        with st.empty().container():
            _ended(desk, column)
    return None


def _width_button(desk: CompareDesk, column: Column) -> None:
    if len(desk.comparison.seats) < 2 or not desk.turns:
        return
    seat, is_wide = column.seat, wide_seat() == column.seat.id
    key = f"{column.tries[-1].id if column.tries else 'none'}-{seat.id}"
    st.button(
        unseen(f"{'All columns' if is_wide else 'Full width'}, {full_name(seat)}, {key[:4]}"),
        icon=":material/close_fullscreen:" if is_wide else ":material/open_in_full:",
        type="tertiary",
        key=f"wide-{key}",
        on_click=widen,
        args=(None if is_wide else seat.id,),
    )


def _stop_button(desk: CompareDesk, column: Column) -> None:
    turn = column.tries[-1]
    st.button(
        f"Stop{unseen(full_name(column.seat))}",
        icon=":material/stop_circle:",
        type="tertiary",
        key=f"stop-{turn.id}",
        on_click=desk.stop,
        args=(turn.id,),
    )


def _not_asked(desk: CompareDesk, column: Column) -> None:
    seat = column.seat
    if not desk.turns:
        up = predicted(seat, desk.up_next_at(seat))
        st.caption(f"{literal(up)} would answer now." if up else _pinned(seat))
        return
    st.caption("Not asked.")
    if column.is_last:
        st.button(
            f"Ask now{unseen(full_name(seat))}",
            icon=":material/send:",
            type="tertiary",
            key=f"ask-{seat.id}",
            on_click=desk.ask_also,
            args=([seat],),
        )


def _pinned(seat: Seat) -> str:
    if seat.pin is None:
        return "The router chooses who answers."
    return "Pinned: nobody steps in when it fails."


def _ended(desk: CompareDesk, column: Column) -> None:
    turn = column.tries[-1]
    answer_body(turn)
    if turn.answer.provider or turn.drilled:
        st.html(chips_html(turn) + medals_html(column.said))
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"under-{turn.id}"
    ):
        receipt_view(turn, desk.in_force, partial(desk.sent, turn), full_name(column.seat))
        if turn.answer.text:
            st.html(copy_html(turn, full_name(column.seat)), width="content")
        _retry(desk, column)
        if column.is_last:
            _go_on_from(desk, column)
        _more(desk, column)
        if len(column.tries) > 1:
            _earlier(column)
        if column.is_last:
            st.caption(goes_on(desk.comparison, column.seat, desk.turns), width="content")


def _retry(desk: CompareDesk, column: Column) -> None:
    turn = column.tries[-1]
    if turn.status in UNFINISHED:
        st.button(
            f"{_again(column.seat)}{unseen(full_name(column.seat))}",
            icon=":material/refresh:",
            type="tertiary",
            key=f"retry-{turn.id}",
            on_click=desk.ask_again,
            args=([turn],),
        )


def _again(seat: Seat) -> str:
    return "Retry" if seat.pin else "Let the router choose again"


def _go_on_from(desk: CompareDesk, column: Column) -> None:
    turn, comparison = column.tries[-1], desk.comparison
    if comparison.threads == "winner" and comparison.winner == turn.id:
        st.badge("All go on from this", icon=":material/trophy:", color="green")
    elif turn.answer.text:
        st.button(
            f"Go on from this{unseen(full_name(column.seat))}",
            icon=":material/trophy:",
            type="tertiary",
            key=f"winner-{turn.id}",
            on_click=_choose,
            args=(desk, turn),
        )


def _choose(desk: CompareDesk, turn: Turn) -> None:
    widgets.put(f"threads-{desk.conversation_id}", "winner")
    desk.go_on_from(turn)


def _more(desk: CompareDesk, column: Column) -> None:
    """What is not asked for every day."""
    turn, seat = column.tries[-1], column.seat
    key = f"more-{turn.id}"
    again = [] if turn.status in UNFINISHED else [_again(seat)]

    def act() -> None:
        match widgets.typed(key):
            case option if option in again:
                desk.ask_again([turn])
            case option if option == _REMOVE:
                desk.save(desk.comparison.removed(seat.id))

    chosen = st.menu_button(
        f"More{unseen(f'for {full_name(seat)}')}",
        [*again, _IN_CHAT, _REMOVE],
        icon=":material/more_horiz:",
        type="tertiary",
        key=key,
        on_click=act,
    )
    if chosen == _IN_CHAT:
        _to_chat(desk, turn)


def _to_chat(desk: CompareDesk, turn: Turn) -> None:
    try:
        desk.store.show_branch(desk.conversation_id, turn.id)
    except StoreError as error:
        st.toast(literal(str(error)), icon=":material/error:")
        return
    st.switch_page(CHAT_PAGE, query_params=link(desk.conversation_id))


def _earlier(column: Column) -> None:
    """What the seat answered before it was asked again."""
    turn = column.tries[-1]
    opened = st.popover(
        f"Earlier tries{unseen(full_name(column.seat))}",
        icon=":material/history:",
        type="tertiary",
        key=f"tries-{turn.id}",
        on_change="rerun",
    )
    if opened.open:
        with opened:
            for each in reversed(column.tries[:-1]):
                answer_body(each)
                st.html(chips_html(each))
