"""A comparison in Analytics: which turns the charts count, and a table by seat."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from playground.compare.bout_view import Bout
from playground.compare.by_seat import FORMATS, HEADINGS, caption, frame, seats_asked, who
from playground.compare.duels import duels
from playground.compare.seats import Comparison
from playground.compare.state import is_passed
from playground.compare.votes import vote_on
from playground.found import Found
from playground.look.page_view import csv_button, spread, table
from playground.look.safe_text import literal
from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Conversation, Turn, utc_now

_ALL = ""


def named_so_far(store: OwnerStore, conversation: Conversation) -> Conversation:
    """A blind session without the two answers whose makers must not be known yet; says so."""
    last = duels(conversation.kept)[-1:]
    if not last or is_passed(last[0].id):
        return conversation
    found = Found.by(lambda: vote_on(store, last[0].id), StoreError)
    if not Bout(last[0], found.value).is_secret(utc_now()):
        return conversation
    st.info("Two answers are left out here until you have voted on them.")
    secret = {last[0].left.id, last[0].right.id}
    kept = tuple(turn for turn in conversation.turns if turn.id not in secret)
    return conversation.model_copy(update={"turns": kept})


def seat_choice(conversation: Conversation, comparison: Comparison) -> str | None:
    """Whose turns the charts count, by the seat's id; None: all of them."""
    asked = seats_asked(comparison, conversation.kept)
    names = {_ALL: "All seats"} | {seat: who(comparison, seat) for seat in asked}
    chosen = st.pills(
        "Turns of",
        list(names),
        default=_ALL,
        required=True,
        format_func=lambda seat: literal(names[seat]),
        key=f"charted-seat-{conversation.id}",
    )
    return chosen or None


def seats_card(comparison: Comparison, turns: Sequence[Turn]) -> None:
    """What is counted, and the seats' figures beside each other."""
    rows = frame(comparison, turns)
    with st.container(border=True, key="card-seats"):
        head = spread()
        head.header("By seat", anchor=False, width="content")
        csv_button(head, rows, "seats")
        st.caption(literal(caption(comparison, turns)).replace("simulated", "[simulated](real)"))
        table(rows, HEADINGS, "The seats' figures beside each other", formats=FORMATS)
