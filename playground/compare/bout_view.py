"""Where a blind session stands: what is asked, judged, or named now.

Whoever judges must not see a name: the page asks ``is_secret`` before it draws anything that has
one.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from playground.browser.guide import focus_on
from playground.compare.desk_view import CompareDesk
from playground.compare.duels import Duel, draw, duels, undo_left
from playground.compare.seats import FEWEST, Comparison, Seat
from playground.compare.state import is_named, is_passed
from playground.compare.votes import CastVote, vote_on, votes_of
from playground.found import Found
from playground.intent.state import save_form
from playground.sessions.database import StoreError
from playground.sessions.turns import new_conversation


@dataclass(frozen=True)
class Bout:
    """The duel on view and the vote on it, as far as they are there; ``problem`` is the store's."""

    duel: Duel | None = None
    vote: CastVote | None = None
    problem: str | None = None

    def is_secret(self, now: datetime) -> bool:
        """Whether who is who must not be known yet."""
        duel, vote = self.duel, self.vote
        if duel is None:
            return False
        if vote is not None:
            return undo_left(vote, now) > 0 and not is_named(duel.id)
        return duel.live or duel.flag is None


def open_bout(desk: CompareDesk) -> Bout:
    """The session's last duel, unless it is behind."""
    last = (duels(desk.turns) if desk.comparison.blind else [])[-1:]
    if not last or is_passed(last[0].id):
        return Bout()
    found = Found.by(lambda: vote_on(desk.store, last[0].id), StoreError)
    return Bout(last[0], found.value, found.problem)


def begin(desk: CompareDesk, seats: Sequence[Seat], prompts: Sequence[str] = ()) -> None:
    """Go on in a blind session with these seats: this one, or a new one where it is another kind.

    With ``prompts``, they become its list.
    """
    before = desk.comparison
    if desk.turns and not before.blind:
        _leave(desk)
    kept = [seat for seat in before.seats if seat in seats]
    comparison = Comparison(blind=True, seats=tuple(kept), prompts=before.prompts)
    comparison = comparison.added(*(seat for seat in seats if seat not in kept))
    desk.save(comparison.model_copy(update={"prompts": tuple(prompts)} if prompts else {}))


def ask_two(desk: CompareDesk, message: str) -> bool:
    """Have two of the seats, drawn at random, answer; returns whether they were asked."""
    seats = desk.comparison.seats
    if len(seats) < FEWEST:
        return desk.send(message, seats) is not None
    votes = Found.by(lambda: votes_of(desk.store), StoreError).value or []
    drawn = draw(seats, votes, random.SystemRandom())
    desk.comparison = desk.comparison.model_copy(update={"chance": drawn.chance})
    focus_on("blind-prompt")
    return desk.send(message, (drawn.left, drawn.right)) is not None


def blind_session(desk: CompareDesk) -> None:
    """In place of a view that would name everybody: the way to one beside this session."""
    st.info("This session is judged blind: its answers are not shown beside their names.")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        to_view("Go on blind", "blind")
        side_by_side = st.button(
            "Ask the same seats side by side", icon=":material/view_column:", key="unblind"
        )
    if side_by_side:
        _leave(desk)
        desk.save(Comparison(seats=desk.comparison.seats))
        st.rerun()


def _leave(desk: CompareDesk) -> None:
    """Go on in a new session, by the same form."""
    desk.conversation_id = desk.store.new_conversation_id()
    desk.conversation = new_conversation(desk.conversation_id, desk.form)
    desk.problem = save_form(desk.store, desk.conversation_id, desk.form) or desk.problem


def to_view(label: str, view: str) -> None:
    """A button that does what a click on the page's control of views does (``guide.js``).

    Neither a link nor a value set from code is sure to last: Streamlit may send the old one again.
    """
    html = f'<button class="compare-view" data-view="{view}">{label}</button>'
    st.html(html, width="content")
