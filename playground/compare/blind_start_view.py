"""Before two are asked: who may be drawn, a prompt of one's own, or a list of them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from playground.chat.draft_view import keep_draft
from playground.compare.bout_view import ask_two, begin
from playground.compare.desk_view import CompareDesk
from playground.compare.duels import asked_of_list, label_of, next_prompt
from playground.compare.labels import label_name
from playground.compare.prompt_lists import PromptListError, built_in, from_csv, from_lines
from playground.compare.seats import FEWEST, MOST, Seat
from playground.look.safe_text import literal
from playground.servers import pool

_WHAT = (
    "Your prompt goes to two, drawn at random. You judge their answers without their names; then "
    "you see whose they were. Your votes become ratings."
)
_SIMULATED = (
    "These vendors are [simulated](real): they share one local model's words, or have scripted "
    "ones. A vote on them says nothing about the real ones, so it is kept out of the ratings. It "
    "is an A/A check instead: a model against itself should find no winner."
)
_OWN, _PASTED, _CSV = "Built-in list", "Paste", "CSV file"


def blind_start(desk: CompareDesk) -> None:
    """Draw it, and ask what was sent."""
    with st.container(key="blind-start"):
        st.markdown(_WHAT)
        seats = _pool(desk)
        if any(row.simulated for row in desk.facts.known):
            st.caption(f":material/theater_comedy: {_SIMULATED}")
        prompts = _list(desk)
    message = st.chat_input("Ask two at random", key="blind-message")
    keep_draft(desk.conversation_id)
    if prompts:
        begin(desk, seats, prompts)
        message = next_prompt(desk.comparison, desk.turns)
    elif message and message.strip():
        begin(desk, seats)
    if message and message.strip() and ask_two(desk, message):
        st.rerun()


def _pool(desk: CompareDesk) -> list[Seat]:
    """Who may be drawn; the page's seats at first."""
    every = {label_of(seat): seat for seat in desk.comparison.seats}
    every.setdefault("router", Seat(id="a"))
    for row in pool.remaining(desk.facts.known, ()):
        every.setdefault(row.id, Seat(id="a", pin=row.id))
    chosen = st.multiselect(
        "Drawn from",
        list(every),
        default=[label_of(seat) for seat in desk.comparison.seats],
        format_func=label_name,
        max_selections=MOST,
        key=f"blind-pool-{desk.conversation_id}",
    )
    if len(chosen) < FEWEST:
        st.caption(":material/info: Choose at least two.")
    return [every[label] for label in chosen]


def _list(desk: CompareDesk) -> Sequence[str]:
    """A list that is going on, or a new one; returns the prompts of one that was started now."""
    comparison, turns = desk.comparison, desk.turns
    prompts = comparison.prompts if comparison.blind else ()
    if prompts and next_prompt(comparison, turns):
        asked = asked_of_list(comparison, turns)
        st.progress(asked / len(prompts), text=f"Your list: {asked} of {len(prompts)}")
        if st.button("Go on with the list", icon=":material/skip_next:", key="blind-list-on"):
            return prompts
    with st.expander("Judge a list of prompts", icon=":material/format_list_numbered:"):
        return _new_list(desk)


def _new_list(desk: CompareDesk) -> Sequence[str]:
    kind = st.segmented_control(
        "Where the prompts come from",
        (_OWN, _PASTED, _CSV),
        default=_OWN,
        required=True,
        label_visibility="collapsed",
        key="blind-list-kind",
    )
    text = st.text_area("Prompts, one in each line", key="blind-text") if kind == _PASTED else ""
    column = "A CSV file, its prompts in the column “prompt” or in the first one"
    file = st.file_uploader(column, "csv", key="blind-csv") if kind == _CSV else None
    own = built_in(desk.form.language)
    if kind == _OWN:
        st.caption(f"{len(own)} short everyday prompts of ours.")
    if not st.button("Start the list", icon=":material/play_arrow:", key="blind-list-start"):
        return ()
    try:
        if kind == _PASTED:
            return from_lines(text)
        return from_csv(file.getvalue() if file else b"") if kind == _CSV else own
    except PromptListError as error:
        st.warning(literal(str(error)), icon=":material/format_list_bulleted:")
        return ()
