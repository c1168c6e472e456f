"""The comparison on the page: its seats, what they answered, and what a person can do with them."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from playground.browser import url
from playground.browser.slots import Slot
from playground.chat.chat_view import Chat, open_chat
from playground.chat.state import restore_draft
from playground.compare.seats import (
    FEWEST,
    Comparison,
    Seat,
    as_token,
    from_tokens,
    messages,
    parent_of,
    read,
    shared_history,
)
from playground.demos.runs import leave_demo
from playground.found import Found
from playground.intent.preview_view import preview
from playground.intent.state import keep_form
from playground.look.safe_text import literal
from playground.servers import pool
from playground.sessions.database import StoreError
from playground.sessions.engine import AlreadyRunningError
from playground.sessions.rows import NotHereError
from playground.sessions.spending import CapReachedError
from playground.sessions.turns import Conversation, Place, Run, Turn, TurnSettings, with_runs

CHAT_PAGE = "../pages/chat.py"
_SEATS_IN_URL = "seats"
_BEGUN = Slot[tuple[str, str]]("comparison_begun", tuple)
"""A comparison that is not in the store yet: the session that it is for, and its JSON."""


@dataclass
class Desk:
    """One look at the page. Callbacks change the comparison; ``send`` and ``retry`` begin runs."""

    chat: Chat
    comparison: Comparison
    conversation: Conversation
    runs: tuple[Run, ...]

    @property
    def live(self) -> tuple[Run, ...]:
        """The answers that are arriving."""
        return tuple(run for run in self.runs if not run.done)

    @cached_property
    def messages(self) -> list[list[Turn]]:
        """Every message with the turns that answer it."""
        return messages(self.conversation.turns)

    def settings(self, seat: Seat) -> TurnSettings:
        """What the seat's next turn is sent with."""
        return seat.settings(self.chat.form)

    def change(self, comparison: Comparison) -> None:
        """Keep it as it is now, for this page and for a reload. For callbacks."""
        self.comparison = comparison
        stored = comparison.model_dump_json(exclude_defaults=True)
        _BEGUN.set((self.chat.conversation_id, stored))
        st.query_params[_SEATS_IN_URL] = [as_token(seat) for seat in comparison.seats]
        if not self.conversation.turns:
            return
        store = self.chat.store
        kept = Found.by(
            lambda: store.save_comparison(self.chat.conversation_id, stored), StoreError
        )
        if kept.problem:
            st.toast(literal(kept.problem), icon=":material/error:")

    def send(self, message: str) -> None:
        """Ask every seat, in an order drawn at random; what cannot be sent goes back into the box."""
        if not message.strip():
            return
        if problem := self.problem:
            restore_draft(message)
            st.toast(literal(problem), duration="long")
            return
        message_id, turns = secrets.token_urlsafe(9), self.conversation.turns
        drawn = random.sample(self.comparison.seats, len(self.comparison.seats))
        for seat in drawn:
            self._ask(seat, message, parent_of(self.comparison, seat, turns), message_id)
        self._opened()

    def retry(self, turn: Turn) -> None:
        """Ask this seat the same again. For callbacks."""
        seat = self.comparison.seat(turn.seat)
        if seat is not None and turn.message_id is not None:
            self._ask(seat, turn.message, turn.parent_id, turn.message_id)

    def stop(self, turn_id: str | None = None) -> None:
        """Stop one answer, or all. For callbacks."""
        owner = self.chat.store.owner
        self.chat.runtime.engine.stop(owner, self.chat.conversation_id, turn_id)

    def go_on_from(self, turn: Turn) -> None:
        """Have all go on from this answer. For callbacks."""
        won = {"threads": "winner", "winner": turn.id}
        self.change(self.comparison.model_copy(update=won))

    @property
    def problem(self) -> str:
        """Why nothing can be sent now; empty where it can."""
        if self.live:
            return "Answers are still arriving. Stop them first, or wait for them."
        if self.chat.waits_for:
            return f"Not sent yet. {self.chat.waits_for}"
        if len(self.comparison.seats) < FEWEST:
            return "A comparison needs two seats at least. Add one."
        return "" if self.chat.server else "No server answers. See Connections, then try again."

    def _ask(self, seat: Seat, message: str, parent_id: str | None, message_id: str) -> None:
        chat = self.chat
        if chat.server is None:
            return
        shared = self.comparison.threads == "shared"
        before = [turn for turn in self.conversation.turns if turn.message_id != message_id]
        place = Place(seat.id, message_id, shared_history(before) if shared else None)
        try:
            run = chat.runtime.engine.submit(
                chat.store.owner,
                chat.server,
                self.conversation,
                message,
                self.settings(seat),
                parent_id=parent_id,
                place=place,
            )
        except (AlreadyRunningError, NotHereError, CapReachedError) as error:
            restore_draft(message)
            st.toast(literal(str(error)), duration="long")
            return
        self.runs = (*self.runs, run)
        self.conversation = with_runs(self.conversation, self.runs)
        vars(self).pop("messages", None)

    def _opened(self) -> None:
        url.open_conversation(self.chat.conversation_id)
        self.change(self.comparison)


def open_desk() -> Desk:
    """The comparison that the URL names, or a new one."""
    chat = open_chat(leave_demo)
    conversation = chat.view.conversation
    runs = chat.runtime.engine.runs_for(chat.store.owner, chat.conversation_id)
    comparison = read(conversation.comparison) or _begun(chat) or _first(chat)
    return Desk(chat, comparison, with_runs(conversation, runs), runs)


def all_healthy(desk: Desk) -> Comparison:
    """The router, and the best of each vendor that can answer now, as many as there is room for."""
    return Comparison(threads=desk.comparison.threads).added(
        Seat(id="a"), *(Seat(id="a", pin=pin) for pin in best_of_each_vendor(desk.chat))
    )


def best_of_each_vendor(chat: Chat) -> list[str]:
    """``vendor:model`` of each vendor's best for the page's intent, the best vendor first."""
    if chat.connection is None:
        return []
    ranking = preview(chat.runtime, chat.connection, chat.form).value
    best: dict[str, str] = {}
    for each in pool.candidates(ranking) if ranking else ():
        best.setdefault(each.provider_id, f"{each.provider_id}:{each.model_id}")
    return list(best.values())


def _begun(chat: Chat) -> Comparison | None:
    begun = _BEGUN.get()
    if begun and begun[0] == chat.conversation_id:
        return read(begun[1])
    tokens: Sequence[str] = st.query_params.get_all(_SEATS_IN_URL)
    named = from_tokens(tokens, chat.form)
    return named if len(named.seats) >= FEWEST else None


def _first(chat: Chat) -> Comparison:
    """The router beside the best of two vendors: something to press Send on."""
    keep_form(chat.form)
    others = best_of_each_vendor(chat)[1:3] or best_of_each_vendor(chat)
    return Comparison().added(Seat(id="a"), *(Seat(id="a", pin=pin) for pin in others))
