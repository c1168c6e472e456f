"""Side by side: one message, and the answers of all seats as they arrive.

One loop draws all columns, twenty times a second: each column has its own run's turn, so that no
text can stand under another's label.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.browser import url
from playground.browser.guide import say
from playground.browser.slots import cancellation_point
from playground.chat.draft_view import keep_draft
from playground.chat.next_message import next_message
from playground.chat.samples import samples_for
from playground.chat.state import (
    Asked,
    ask_to_send,
    show_turns,
    take_asked,
    turns_shown,
    watch,
    watched,
)
from playground.chat.turn_view import answer_body, message_view, scroll_to
from playground.chat.turns_html import chips_html
from playground.chat.welcome_view import fleet_line, pills
from playground.compare.answer_view import Arriving, Column, column_view
from playground.compare.desk_view import CompareDesk
from playground.compare.difference_view import difference_view
from playground.compare.estimate import together_html
from playground.compare.figures import medals
from playground.compare.seat_words import asked_then, full_name, state
from playground.compare.seats import Seat, messages, parent_of, shared_history
from playground.compare.seats_html import head_html, tabs_html
from playground.compare.seats_view import seats_line
from playground.compare.state import place_for, wide_seat
from playground.compare.together_view import together
from playground.intent.state import replace_form
from playground.look import words
from playground.look.safe_text import literal
from playground.sessions.turns import Turn

SHOWN: Final = 3
"""So many messages are drawn at first."""

_LOOK_SECONDS: Final = 0.5
_FRAME_SECONDS: Final = 1 / 20
"""From the beginning of one picture to that of the next, drawing included."""
_LEAST_PAUSE: Final = 0.02
"""For everybody else's pages, however long drawing takes."""
_ACROSS: Final = {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3}
"""Columns in a row, by the number of seats."""
_SCRIPT: Final = Path(__file__).with_name("columns.js").read_text("utf-8")


def columns_view(desk: CompareDesk) -> None:
    """The seats and the message box below, the messages with all their answers above them."""
    above = st.bottom.empty()
    message = st.chat_input("Message all seats", key="compare-message")
    below = st.bottom.empty()
    seats_line(desk)
    _send(desk, message)
    keep_draft(desk.conversation_id, follows=False)
    if desk.live:
        _stop_all(desk, above)
    _announce(desk)
    tabs = st.container(key="compare-tabs").empty()
    _draw_tabs(desk, desk.turns, tabs)
    for unsaved in {run.save_error for run in desk.runs if run.save_error}:
        st.warning(f"Not every answer is saved. {literal(unsaved)}")
    with _place(desk):
        if not desk.turns:
            _first_screen(desk)
        arriving = _messages(desk)
    led_to = None if desk.live else _led_to(desk)
    scroll_to(_key(led_to) if led_to else _top(desk), mark=led_to is not None)
    if desk.connection is not None:
        below.html(_estimate(desk))
    if desk.live:
        _follow(desk, arriving, tabs)
    elif desk.turns:
        together(desk)
    st.components.v2.component("speko_columns", js=_SCRIPT)(key="columns", height=0)


def _place(desk: CompareDesk) -> DeltaGenerator:
    """A place for the columns where no others stand.

    Streamlit keeps what stands at a place until it is drawn anew, piece by piece: for a moment one
    column's head would stand above another's text.
    """
    shown = wide_seat() or "".join(seat.id for seat in desk.comparison.seats)
    shown = shown if desk.turns else "first screen"
    places = st.empty(), st.empty()
    return places[place_for(f"{desk.conversation_id} {shown}")].container()


def _top(desk: CompareDesk) -> str:
    """What is to stand at the top: the last message, or the page's own beginning."""
    last = next(reversed(messages(desk.turns)), None)
    return _key(last) if last else "compare-title"


def _led_to(desk: CompareDesk) -> list[Turn] | None:
    """The answers to the message that a link led to; None where it was another link."""
    focused = url.focused_answer()
    return next((group for group in messages(desk.turns) if focused in {t.id for t in group}), None)


def _key(turns: Sequence[Turn]) -> str:
    """What the answers to one message are drawn under."""
    return f"message-{turns[0].message_id or turns[0].id}"


def _send(desk: CompareDesk, message: str | None) -> None:
    asked = take_asked(desk.conversation_id)
    text = message or (asked.message if asked else "")
    if text.strip():
        desk.send(text)


def _stop_all(desk: CompareDesk, place: DeltaGenerator) -> None:
    place.button(
        "Stop all",
        icon=":material/stop_circle:",
        shortcut="Esc",
        on_click=desk.stop,
        key="stop",
    )


def _announce(desk: CompareDesk) -> None:
    """Say aloud that answers arrive, and how many have come; of earlier ones, nothing."""
    last = next(reversed(messages(desk.turns)), [])
    name = last[-1].id if last else ""
    if desk.live:
        watch(name)
        say(f"{words.counted(len(last), 'seat')} asked", f"{name} begins")
    elif last and watched() == name:
        done = sum(turn.status == "done" for turn in last)
        say(f"{done} of {words.counted(len(last), 'seat')} answered", f"{name} ends")
    else:
        say("", "")


def _first_screen(desk: CompareDesk) -> None:
    """What this is, who would be asked, and messages to begin with."""
    fleet_line(desk.connection, desk.facts)
    samples = {each.message: each for each in samples_for(desk.form.language)}

    def send(message: str) -> None:
        replace_form(desk.conversation_id, samples[message].intent_in(desk.form))
        ask_to_send(Asked(desk.conversation_id, message, None))

    _row(desk, [], is_last=True, name="first")
    pills("Ask all of them", list(samples), send, "compare-sample", desk.conversation_id)


def _messages(desk: CompareDesk) -> list[Arriving]:
    """The last messages with their answers; returns the columns that still grow."""
    groups = messages(desk.turns)
    shown = turns_shown(desk.conversation_id, SHOWN)
    hidden = max(len(groups) - shown, 0)
    if (led_to := _led_to(desk)) is not None:
        hidden = min(hidden, groups.index(led_to))
    if hidden:
        st.button(
            f"Show {min(hidden, SHOWN)} earlier of {hidden}",
            icon=":material/expand_less:",
            type="tertiary",
            key="show-earlier",
            on_click=show_turns,
            args=(desk.conversation_id, shown + SHOWN),
        )
    arriving: list[Arriving] = []
    for turns in groups[hidden:]:
        name = turns[0].message_id or turns[0].id
        with st.container(key=_key(turns)):
            message_view(turns[0].message)
            if turns[0].message_id is None:
                _from_chat(turns[0])
            else:
                arriving += _row(desk, turns, is_last=turns is groups[-1], name=name)
                _of_removed(desk, turns, name)
                difference_view(turns)
    return arriving


def _from_chat(turn: Turn) -> None:
    """What was asked in the chat has one answer."""
    with st.container(border=True, key=f"cell-{turn.id}"):
        st.caption(":material/forum: In the chat")
        answer_body(turn)
        st.html(chips_html(turn))


def _row(desk: CompareDesk, turns: Sequence[Turn], *, is_last: bool, name: str) -> list[Arriving]:
    """All columns of one message, or the one that has the whole width."""
    seats = desk.comparison.seats
    wide = desk.comparison.seat(wide_seat())
    shown = (wide,) if wide is not None else seats
    latest = [tries[-1] for seat in seats if (tries := _tries(turns, seat))]
    is_live = any(turn.status == "running" for turn in latest)
    said = {} if is_live else medals(latest)
    arriving: list[Arriving] = []
    with st.container(key=f"answers-{_ACROSS[len(shown)] if shown else 1}-{name}"):
        for seat in shown:
            tries = _tries(turns, seat)
            with st.container(border=True, key=f"cell-{seat.id}-{name}"):
                of = said.get(tries[-1].id, []) if tries else []
                found = column_view(desk, Column(seat, tries, is_last, of))
            arriving += [found] if found is not None else []
    return arriving


def _of_removed(desk: CompareDesk, turns: Sequence[Turn], name: str) -> None:
    """The answers of seats that are gone, where somebody asks for them."""
    theirs = [turn for turn in turns if desk.comparison.seat(turn.seat) is None]
    if not theirs:
        return
    opened = st.expander(
        f"{words.counted(len(theirs), 'answer')} of seats that were removed",
        icon=":material/person_off:",
        key=f"removed-{name}",
        on_change="rerun",
    )
    if opened.open:
        with opened:
            for turn in theirs:
                st.html(head_html(asked_then(turn)))
                answer_body(turn)
                st.html(chips_html(turn))


def _tries(turns: Sequence[Turn], seat: Seat) -> list[Turn]:
    return [turn for turn in turns if turn.seat == seat.id]


def _follow(desk: CompareDesk, arriving: Sequence[Arriving], tabs: DeltaGenerator) -> None:
    """Draw what arrives until all of it has ended, then draw the page again."""
    watching = {run.turn.id: run for run in desk.runs}
    elsewhere = {turn.id for turn in desk.turns if turn.status == "running"} - watching.keys()
    looked, states = time.monotonic(), ""
    turns = {turn.id: turn for turn in desk.turns}
    while True:
        due = time.monotonic() + _FRAME_SECONDS
        over = all(run.done for run in watching.values())
        turns |= {turn_id: run.turn for turn_id, run in watching.items()}
        if elsewhere and time.monotonic() - looked > _LOOK_SECONDS:
            looked = time.monotonic()
            stored = {turn.id: turn for turn in desk.reload().turns}
            turns |= {turn_id: stored[turn_id] for turn_id in elsewhere if turn_id in stored}
        for column in arriving:
            column.draw(turns[column.turn_id])
        now = tabs_html(_states(desk, [*turns.values()]))
        if now != states:
            states = now
            tabs.html(states)
        if over and not any(turns[turn_id].status == "running" for turn_id in elsewhere):
            break
        cancellation_point()
        time.sleep(max(due - time.monotonic(), _LEAST_PAUSE))
    st.rerun()


def _draw_tabs(desk: CompareDesk, turns: Sequence[Turn], tabs: DeltaGenerator) -> None:
    tabs.html(tabs_html(_states(desk, turns)))


def _states(desk: CompareDesk, turns: Sequence[Turn]) -> list[tuple[Seat, str]]:
    """Each seat with how far its answer to the last message is."""
    last = next(reversed(messages(turns)), [])
    return [
        (seat, state(tries[-1]) if (tries := _tries(last, seat)) else "")
        for seat in desk.comparison.seats
    ]


def _estimate(desk: CompareDesk) -> str:
    """What a message to all seats would take; each seat is sent its own thread."""
    return together_html(
        [
            (
                full_name(seat),
                next_message(_thread(desk, seat), seat.settings(desk.form), desk.up_next_at(seat)),
            )
            for seat in desk.comparison.seats
        ]
    )


def _thread(desk: CompareDesk, seat: Seat) -> Sequence[Turn]:
    if desk.comparison.threads == "shared":
        return shared_history(desk.turns)
    return desk.conversation.path_to(parent_of(desk.comparison, seat, desk.turns))
