"""The analytics page: the open session in charts, or several sessions."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten

import streamlit as st

from playground.analytics.counted import counted_turns
from playground.browser import url
from playground.chat.bin_view import in_bin
from playground.chat.recents_view import recents
from playground.compare.seats import Comparison, is_blind, read
from playground.look.safe_text import literal
from playground.runtime import get_runtime
from playground.sessions.database import StoreError
from playground.sessions.loaded import ConversationSummary
from playground.sessions.rows import NOT_HERE
from playground.sessions.turns import Conversation
from playground.teams.state import this_owner

LOOK_SECONDS = 0.5


def main() -> None:
    """The session's charts, or the way to a session that has some."""
    opened = url.conversation_id()
    with st.sidebar:
        recents(get_runtime(), opened)
    st.title("Analytics", anchor=False)
    if (selected := url.selected()) is not None:
        several(selected)
        return
    conversation = stored(opened) if opened else None
    if conversation is None:
        no_session(opened)
        return
    in_bin(get_runtime().store.of(this_owner()), conversation)
    charts(conversation)
    if is_answering(conversation):
        look_again(conversation.id)


def several(selected: str) -> None:
    """The charts of the sessions that a link names."""
    from playground.library.charts_view import selection_charts

    selection_charts(get_runtime().store.of(this_owner()), selected)


def is_answering(conversation: Conversation) -> bool:
    """Whether one of the turns that count still runs, here or in another process."""
    return any(turn.status == "running" for turn in counted_turns(conversation))


@st.fragment(run_every=LOOK_SECONDS)
def look_again(conversation_id: str) -> None:
    """Draw the page again as soon as the answer that is arriving is over."""
    conversation = stored(conversation_id)
    if conversation is None or not is_answering(conversation):
        st.rerun()


def stored(conversation_id: str) -> Conversation | None:
    """The conversation from the store; where it cannot be read, the page says why and ends."""
    try:
        return get_runtime().store.of(this_owner()).load(conversation_id)
    except StoreError as error:
        st.error(literal(str(error)), icon=":material/error:")
        st.stop()


def charts(conversation: Conversation) -> None:
    """Totals and cards, once there is a turn to show."""
    # Pandas and Plotly are only worth their loading time where something is drawn.
    from playground.analytics.branches_view import turns_of_choice
    from playground.analytics.frames import ended
    from playground.analytics.session_view import session_charts

    comparison = read(conversation.comparison)
    if is_blind(conversation):
        from playground.compare.by_seat_view import named_so_far

        conversation = named_so_far(get_runtime().store.of(this_owner()), conversation)
    if not (turns := ended(counted_turns(conversation))):
        st.info(nothing_to_draw(conversation))
        way_back("Go to its", conversation, comparison)
        return
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.text(shorten(conversation.title, 90, placeholder=" ..."), width="content")
        way_back("Back to the", conversation, comparison)
        url.selection_link("Charts of all sessions", "{}")
    turns = ended(turns_of_choice(conversation))
    if comparison is not None and any(turn.seat for turn in turns):
        from playground.compare.by_seat_view import seat_choice, seats_card

        seats_card(comparison, turns)
        turns = ended(counted_turns(conversation, seat_choice(conversation, comparison)))
    session_charts(turns)


def nothing_to_draw(conversation: Conversation) -> str:
    """Why a session has no charts yet."""
    if any(turn.origin is not None for turn in conversation.turns):
        return "This session was imported. Charts begin with the first answer that it gets here."
    return "This session has no finished turn yet. Charts begin with its first answer."


def way_back(words: str, conversation: Conversation, comparison: Comparison | None) -> None:
    """A link to where the session goes on."""
    if comparison is None:
        url.chat_link(f"{words} chat", conversation.id)
    else:
        url.compare_link(f"{words} comparison", conversation.id)


def no_session(opened: str | None) -> None:
    """Nothing is open, or not here: what this page is for, and how to fill it."""
    if opened:
        st.info(NOT_HERE)
    st.markdown(
        "A session becomes charts here: who answered, how fast, at what estimated cost, and where "
        "it failed over."
    )
    with st.container(horizontal=True):
        for latest in recent_sessions():
            label = shorten(latest.title, 60, placeholder=" ...") or "Untitled"
            st.button(
                f"Show “{literal(label)}”",
                icon=":material/insights:",
                type="primary",
                on_click=url.open_conversation,
                args=(latest.id,),
                key="show-latest",
            )
        url.selection_link("Charts of all sessions", "{}")
        url.chat_link("Begin one in the chat", None)
        url.way_on("demo", "Play a demo", ":material/slideshow:")


def recent_sessions() -> Sequence[ConversationSummary]:
    """The latest session, if there is one."""
    try:
        return get_runtime().store.of(this_owner()).recent(1)
    except StoreError:
        return ()  # the sidebar says why


main()
