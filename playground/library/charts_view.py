"""Several sessions in charts: the same cards as one session has, and what happened on each day."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from playground.analytics.session_view import chart_card, lead_to, session_charts
from playground.browser import url
from playground.compare.by_seat_view import named_so_far
from playground.compare.seats import read
from playground.library.gathered import MOST_TURNS, gathered
from playground.library.over_time import MEASURES, Measure, card, days
from playground.library.selection import Selection, from_text
from playground.library.shelf import MOST_COUNTED, ids_of
from playground.look.safe_text import literal
from playground.look.words import counted
from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Conversation


def selection_charts(store: OwnerStore, selected: str) -> None:
    """The charts of the sessions that a link names."""
    selection = from_text(selected)
    if selection is None:
        st.info("This link names no sessions. Choose some on the page Sessions.")
        url.sessions_link("Go to Sessions")
        return
    try:
        _charts(store, selection)
    except StoreError as error:
        st.error(literal(str(error)), icon=":material/error:")


def _charts(store: OwnerStore, selection: Selection) -> None:
    ids = ids_of(store, selection, MOST_COUNTED + 1)
    turns = gathered(_loaded(store, ids))
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        some = f"{MOST_COUNTED}+ sessions" if len(ids) > MOST_COUNTED else None
        st.markdown(f"**{some or counted(len(ids), 'session')}**", width="content")
        url.sessions_link("Back to Sessions")
    if not turns:
        st.info("These sessions have no finished turn. Charts begin with the first answer.")
        return
    measure: Measure = st.segmented_control(
        "Over time", MEASURES, default=MEASURES[0], required=True, key="over-time-measure"
    )
    chart_card(card(days(store, selection), measure), lead_to(turns))
    if len(turns) == MOST_TURNS:
        st.caption(f"From here on: the newest {MOST_TURNS:,} turns of these sessions.")
    session_charts(turns)


def _loaded(store: OwnerStore, ids: list[str]) -> Iterator[Conversation]:
    for each in ids:
        conversation = store.load(each)
        if conversation is None:
            continue
        comparison = read(conversation.comparison)
        if comparison is not None and comparison.blind:
            conversation = named_so_far(store, conversation)
        yield conversation
