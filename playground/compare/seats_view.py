"""The seats, above the message box: who is asked next, and each one's settings behind its name."""

from __future__ import annotations

import streamlit as st

from playground.browser import widgets
from playground.chat.form_view import sampling
from playground.chat.state import take_choice
from playground.compare.desk_view import CompareDesk
from playground.compare.seat_words import (
    THREADS,
    choice_label,
    full_name,
    letter,
    name,
    own_settings,
    predicted,
)
from playground.compare.seats import MOST, Seat
from playground.compare.seats_html import below_html
from playground.compare.setup import choices, every_vendor, gone, token_of
from playground.intent.fields_view import Fields, intent_fields
from playground.intent.preview_view import preview
from playground.look import words
from playground.look.safe_text import literal, unseen
from playground.servers.pool import by_id


def seats_line(desk: CompareDesk) -> None:
    """A button for each seat, which opens its settings; one to add a seat; what they go on from."""
    missing = {seat.id: why for seat, why in gone(desk.comparison.seats, desk.facts.known)}
    with st.container(horizontal=True, vertical_alignment="top", gap="small", key="seats"):
        for seat in desk.comparison.seats:
            with st.container(width="content", gap=None):
                _seat(desk, seat, missing.get(seat.id, ""))
        _add(desk)
        if desk.turns:
            _threads(desk)


def _seat(desk: CompareDesk, seat: Seat, missing: str) -> None:
    """Its button; below it, what may change while its settings are open: they would close."""
    opened = st.popover(
        f"**{letter(seat.id)}** {literal(name(seat))}", key=f"seat-{seat.id}", on_change="rerun"
    )
    if opened.open:
        with opened:
            if missing:
                st.warning(f"{literal(full_name(seat))} is not asked: {literal(missing)}.")
            _who(desk, seat)
            seat = _own_settings(desk, seat)
            _place(desk, seat)
    up = predicted(seat, desk.up_next_at(seat))
    st.html(below_html(up, own_settings(seat, desk.form), missing))


def _who(desk: CompareDesk, seat: Seat) -> None:
    offered = choices(desk.facts.known, desk.what_ifs)
    token = token_of(seat, offered)
    offered = offered if token in offered else {token: seat, **offered}
    known = by_id(desk.facts.known)
    key = widgets.seed(f"who-{seat.id}-{desk.conversation_id}", token, offered)

    def change() -> None:
        chosen = offered[widgets.typed(key)].model_copy(update={"own": seat.own})
        desk.save(desk.comparison.exchanged(seat.id, chosen, desk.letters))

    st.selectbox(
        "Who is asked",
        list(offered),
        format_func=lambda each: choice_label(offered[each], known),
        key=key,
        on_change=change,
    )


def _own_settings(desk: CompareDesk, seat: Seat) -> Seat:
    """The fields, where it has its own; returns the seat as they say."""
    scope = f"{seat.id}-{desk.conversation_id}"
    key = widgets.seed(f"own-{scope}", seat.own is not None)

    def change() -> None:
        own = desk.form if widgets.typed(key) else None
        desk.save(desk.comparison.replaced(seat.model_copy(update={"own": own})))

    st.toggle("Settings of its own", key=key, help="Off: the page's.", on_change=change)
    if seat.own is None:
        return seat
    fields = Fields(scope, seat.own, desk.connection, desk.facts)
    intent_fields(fields, routed=seat.pin is None and seat.optimize_for is None)
    sampling(fields)
    if fields.problems:
        desk.waits_for = f"{full_name(seat)}: {fields.problems[0]}"
    if fields.form != seat.own:
        seat = seat.model_copy(update={"own": fields.form})
        desk.save(desk.comparison.replaced(seat))
    return seat


def _place(desk: CompareDesk, seat: Seat) -> None:
    comparison, whose = desk.comparison, unseen(full_name(seat))
    place, last = comparison.seats.index(seat), len(comparison.seats) - 1
    moves = (
        ("Move left", "arrow_back", comparison.moved(seat.id, -1), place == 0),
        ("Move right", "arrow_forward", comparison.moved(seat.id, 1), place == last),
        ("Duplicate", "content_copy", comparison.added(seat, used=desk.letters), last + 1 >= MOST),
        ("Remove", "close", comparison.removed(seat.id), last == 0),
    )
    with st.container(horizontal=True, gap="small"):
        for label, icon, then, off in moves:
            st.button(
                f"{label}{whose}",
                icon=f":material/{icon}:",
                type="tertiary",
                disabled=off,
                key=f"{label.lower().replace(' ', '-')}-{seat.id}",
                on_click=desk.save,
                args=(then,),
            )


def _add(desk: CompareDesk) -> None:
    opened = st.popover("Add a seat", icon=":material/add:", key="add-seat", on_change="rerun")
    if opened.open:
        with opened:
            _add_one(desk)
            st.button(
                "All healthy providers",
                icon=":material/groups:",
                key="add-everyone",
                on_click=_everyone,
                args=(desk,),
            )
            st.caption("The router stays. Each vendor that can answer now gets a pinned seat.")


def _add_one(desk: CompareDesk) -> None:
    if len(desk.comparison.seats) >= MOST:
        st.info(f"All {MOST} seats are taken. Remove one to add another.")
        return
    offered = choices(desk.facts.known, desk.what_ifs)
    known = by_id(desk.facts.known)
    key = f"add-{desk.conversation_id}"
    once = "".join(seat.id for seat in desk.comparison.seats)

    def add() -> None:
        if (token := take_choice(key, once)) is not None:
            desk.save(desk.comparison.added(offered[token], used=desk.letters))

    st.selectbox(
        "Who else is asked",
        list(offered),
        index=None,
        placeholder="The router, or a provider",
        format_func=lambda each: choice_label(offered[each], known),
        key=key,
        on_change=add,
    )


def _everyone(desk: CompareDesk) -> None:
    ranking = None
    if desk.connection is not None:
        ranking = preview(desk.runtime, desk.connection, desk.form).value
    comparison, too_many = every_vendor(desk.comparison, desk.facts.known, ranking, desk.letters)
    if not comparison.seats:
        st.toast("Nobody can answer here yet. Add a key on the Connections page.")
        return
    if too_many:
        st.toast(
            f"A comparison has at most {MOST} seats: {words.counted(too_many, 'provider')} had no "
            "room, those that the router ranks last."
        )
    desk.save(comparison)


def _threads(desk: CompareDesk) -> None:
    key = widgets.seed(f"threads-{desk.conversation_id}", desk.comparison.threads)

    def change() -> None:
        threads = widgets.typed(key) or "own"
        desk.save(desk.comparison.model_copy(update={"threads": threads}))

    st.segmented_control(
        "What each seat goes on from",
        list(THREADS),
        format_func=THREADS.__getitem__,
        label_visibility="collapsed",
        required=True,
        key=key,
        on_change=change,
    )
