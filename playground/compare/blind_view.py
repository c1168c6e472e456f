"""Blind: two answers without names, a vote, and who it was.

Before the vote nothing on the page says who answers: no name, no chip, no colour, and both texts
grow at one pace (``duels.shown_until``).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.browser.guide import focus_on, say
from playground.browser.slots import cancellation_point
from playground.chat.live_view import FRAME_SECONDS
from playground.chat.turn_view import message_view
from playground.chat.turns_html import chips_html
from playground.compare.blind_start_view import blind_start
from playground.compare.bout_view import Bout, ask_two, open_bout
from playground.compare.desk_view import CompareDesk
from playground.compare.duels import Duel, asked_of_list, next_prompt, shown_until, undo_left
from playground.compare.labels import label_name
from playground.compare.ratings import Outcome
from playground.compare.state import name_both, pass_on
from playground.compare.votes import CastVote, Reason, add_votes, delete_votes, give_reason
from playground.found import Found
from playground.look.answer_view import answer_view
from playground.look.safe_text import literal
from playground.receipts.receipt_view import receipt_view
from playground.sessions.database import StoreError
from playground.sessions.rows import NotHereError
from playground.sessions.turns import Run, Turn, utc_now

_LOOK_SECONDS: Final = 0.5
_COUNTDOWN_SECONDS: Final = 1.0
_CHOICES: Final[tuple[tuple[Outcome, str, str], ...]] = (
    ("left", "Left is better", ":material/arrow_back:"),
    ("right", "Right is better", ":material/arrow_forward:"),
    ("tie", "Tie", ":material/equal:"),
    ("both_bad", "Both are bad", ":material/thumb_down:"),
)
_SAID: Final[dict[Outcome, str]] = {
    "left": "You chose the left answer.",
    "right": "You chose the right answer.",
    "tie": "You called it a tie.",
    "both_bad": "You called both bad.",
}
_NOT_RATED: Final = {
    "rated": "",
    "same words": "Both are simulated and share one local model's words: this vote counts for the "
    "A/A check, not for the ratings.",
    "scripted": "The answers are simulated and scripted: this vote is kept out of the ratings.",
}


def blind_view(desk: CompareDesk) -> None:
    """What is to be asked, or the two answers and what to do about them."""
    bout = open_bout(desk)
    if bout.problem:
        st.error(literal(bout.problem), icon=":material/error:")
    if bout.duel is None:
        blind_start(desk)
        return
    _progress(desk)
    with st.container(key="blind-prompt"):
        message_view(bout.duel.left.message)
    if bout.is_secret(utc_now()):
        # Also so that this replaces the answers of before, whose names stay on the page until a
        # run is at its end; that is why there are empty places, too.
        st.caption("Two answers, without names. Which one is better?")
    with st.container(key="blind-answers"):
        left, right = st.columns(2, gap="medium")
    if bout.duel.live:
        _arriving(desk, bout.duel, left, right)
    else:
        _judge(desk, bout, bout.duel, left, right)


def _progress(desk: CompareDesk) -> None:
    """How far the list has come, where there is one."""
    if prompts := desk.comparison.prompts:
        asked = asked_of_list(desk.comparison, desk.turns)
        st.progress(asked / len(prompts), text=f"{asked} of {len(prompts)}")


def _arriving(desk: CompareDesk, duel: Duel, left: DeltaGenerator, right: DeltaGenerator) -> None:
    """Both texts as they grow, then the page again."""
    _stop_bar(desk)
    texts = [_place(each, side).empty() for each, side in ((left, "Left"), (right, "Right"))]
    for text in texts:
        text.caption(":material/hourglass_top: Waiting until both have begun ...")
    say("Two answers arrive", f"{duel.id} begins")
    runs = {run.turn.id: run for run in desk.runs}
    if not {duel.left.id, duel.right.id} <= runs.keys():
        # Another process runs it, or this one has only just ended it.
        time.sleep(_LOOK_SECONDS)
        st.rerun()
    both = runs[duel.left.id], runs[duel.right.id]
    _grow(duel, both, texts)
    for run in both:
        run.wait(_LOOK_SECONDS)
    st.rerun()


def _grow(duel: Duel, runs: tuple[Run, Run], texts: Sequence[DeltaGenerator]) -> None:
    """Show both up to the same place, until both are whole."""
    shown, drawn, at = 0.0, 0, time.monotonic()
    while duel.live or drawn < duel.length:
        duel = replace(duel, left=runs[0].turn, right=runs[1].turn)
        now = time.monotonic()
        shown, at = shown_until(shown, now - at, duel), now
        if int(shown) > drawn:
            drawn = int(shown)
            for text, turn in zip(texts, (duel.left, duel.right), strict=True):
                with text:
                    answer_view(turn.answer.text[:drawn], partial=True)
        cancellation_point()
        time.sleep(FRAME_SECONDS)


def _stop_bar(desk: CompareDesk) -> None:
    with st.bottom, st.container(key="blind-bar"):
        st.button(
            "Stop",
            icon=":material/stop_circle:",
            shortcut="Esc",
            on_click=_stop,
            args=(desk,),
            key="blind-stop",
        )
    st.bottom.empty()
    st.bottom.empty()


def _stop(desk: CompareDesk) -> None:
    desk.stop()
    focus_on("blind-next")


def _place(column: DeltaGenerator, side: str) -> DeltaGenerator:
    place = column.container(border=True, key=f"blind-{side.lower()}")
    place.markdown(f"**{side}**")
    return place


def _judge(
    desk: CompareDesk, bout: Bout, duel: Duel, left: DeltaGenerator, right: DeltaGenerator
) -> None:
    """Both whole texts; below, what there is to do."""
    secret = bout.is_secret(utc_now())
    for column, side, turn in ((left, "Left", duel.left), (right, "Right", duel.right)):
        place = _place(column, side)
        with place:
            _answer(desk, turn, secret=secret)
    if bout.vote is None and secret:
        _vote_bar(desk, duel)
    elif bout.vote is not None and secret:
        _undo_bar(desk, duel, bout.vote)
    else:
        _named_bar(desk, duel, bout.vote)


def _answer(desk: CompareDesk, turn: Turn, *, secret: bool) -> None:
    if turn.answer.text:
        answer_view(turn.answer.text)
    if secret:
        return
    if turn.error is not None:
        st.caption(f":material/error: {literal(turn.error.message)}")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if turn.answer.provider:
            st.html(chips_html(turn), width="content")
        receipt_view(turn, desk.in_force, partial(desk.sent, turn))


def _vote_bar(desk: CompareDesk, duel: Duel) -> None:
    say("Both answers are there: vote", f"{duel.id} there")
    with st.bottom, st.container(horizontal=True, gap="small", key="blind-bar"):
        for number, (outcome, label, icon) in enumerate(_CHOICES, 1):
            st.button(
                label,
                icon=icon,
                shortcut=str(number),
                key=f"vote-{outcome}",
                on_click=_vote,
                args=(desk, duel, outcome),
            )


def _vote(desk: CompareDesk, duel: Duel, outcome: Outcome) -> None:
    try:
        stored = desk.store.load(duel.left.conversation_id)
        here = {turn.id for turn in stored.turns} if stored else set()
        if not {duel.left.id, duel.right.id} <= here:
            raise NotHereError
        add_votes(desk.store, [duel.vote(desk.comparison, outcome, utc_now())])
    except (StoreError, ValueError) as error:
        st.toast(f"Your vote was not kept. {literal(str(error))}", duration="long")
    focus_on("blind-next")


def _undo_bar(desk: CompareDesk, duel: Duel, vote: CastVote) -> None:
    with st.bottom:
        st.fragment(_undo, run_every=_COUNTDOWN_SECONDS)(desk, duel, vote)


def _undo(desk: CompareDesk, duel: Duel, vote: CastVote) -> None:
    """Ten seconds to take it back and to say why; then, or on a click, who is who."""
    left = undo_left(vote, utc_now())
    if left <= 0:
        focus_on("blind-next")
        st.rerun()
    reason = st.pills(
        "Why? (optional)",
        get_args(Reason),
        default=vote.reason,
        format_func=str.capitalize,
        key=f"reason-{duel.id}",
    )
    if reason != vote.reason and _kept(lambda: give_reason(desk.store, vote, reason)):
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="blind-bar"):
        st.markdown(_SAID[vote.outcome], width="content")
        if st.button(f"Undo ({math.ceil(left)} s)", icon=":material/undo:", key="blind-undo"):
            _take_back(desk, duel)
        if st.button("Show who is who", icon=":material/visibility:", key="blind-names"):
            name_both(duel.id)
            focus_on("blind-next")
            st.rerun()
        _next(desk, duel)


def _take_back(desk: CompareDesk, duel: Duel) -> None:
    if _kept(lambda: delete_votes(desk.store, [duel.id])):
        focus_on("blind-bar")
        st.rerun()


def _named_bar(desk: CompareDesk, duel: Duel, vote: CastVote | None) -> None:
    """Who it was, or why it is not rated; then what is next."""
    with st.bottom:
        if vote is None:
            st.warning(literal(duel.flag or ""), icon=":material/flag:")
        else:
            names = f"Left: {label_name(vote.left)}. Right: {label_name(vote.right)}."
            st.markdown(f"{_SAID[vote.outcome]} **{literal(names)}**")
            if _NOT_RATED[vote.rated]:
                st.caption(f":material/science: {_NOT_RATED[vote.rated]}")
            say(names, f"{duel.id} named")
        with st.container(horizontal=True, gap="small", key="blind-bar"):
            _next(desk, duel)


def _next(desk: CompareDesk, duel: Duel) -> None:
    """The list's next prompt, or the box for another one."""
    prompt = next_prompt(desk.comparison, desk.turns)
    with st.container(width="content", key="blind-next"):
        label = "Next" if prompt or not desk.comparison.prompts else "Finish the list"
        if not st.button(label, icon=":material/skip_next:", type="primary", key="blind-go-on"):
            return
    if prompt is None:
        pass_on(duel.id)
        focus_on("blind-message")
    elif not ask_two(desk, prompt):
        return
    st.rerun()


def _kept(change: Callable[[], object]) -> bool:
    """Whether the store took it; else a sentence says why not."""
    problem = Found.by(change, StoreError).problem
    if problem:
        st.toast(literal(problem), icon=":material/error:")
    return problem is None
