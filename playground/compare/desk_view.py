"""What every view of the Compare page works on: the comparison, its turns, and how to ask."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, takewhile

import streamlit as st

from playground.browser import url
from playground.chat.chat_view import in_force, too_long
from playground.chat.state import restore_draft
from playground.compare.seat_words import full_name, winner_is_chosen
from playground.compare.seats import (
    FEWEST,
    Comparison,
    Seat,
    as_token,
    messages,
    parent_of,
    shared_history,
    with_runs,
)
from playground.compare.setup import candidate_of, gone
from playground.connections.facts_view import ServerFacts
from playground.drills.state import drill_state, keep_drill
from playground.found import Found
from playground.intent.fields_view import Fields
from playground.intent.preview_view import first_up, preview
from playground.intent.state import keep_form, save_form
from playground.look.safe_text import literal
from playground.receipts.receipt import InForce
from playground.receipts.request_code import Sent, sent
from playground.routing.saved_what_ifs import saved_what_ifs
from playground.runtime import Runtime
from playground.servers.connection import Connecting, Connection
from playground.servers.pool import candidates
from playground.sessions.database import StoreError
from playground.sessions.engine import AlreadyRunningError
from playground.sessions.rows import NotHereError
from playground.sessions.spending import CapReachedError
from playground.sessions.store import OwnerStore
from playground.sessions.turns import (
    Conversation,
    Place,
    Run,
    Turn,
    TurnSettings,
    new_id,
)
from speko_client.models import ScoredCandidate, WhatIf


@dataclass
class CompareDesk:
    """One look at the page; ``conversation`` has the newest state of its runs in it.

    ``notice`` says what of a link could not be kept, ``waits_for`` what is wrong in the form:
    nothing is sent before it is right. ``up_next`` is who would answer now by the page's form,
    where that is known.
    """

    runtime: Runtime
    store: OwnerStore
    server: Connection | Connecting | None
    facts: ServerFacts
    conversation_id: str
    conversation: Conversation
    comparison: Comparison
    form: TurnSettings
    problem: str | None = None
    notice: str = ""
    waits_for: str = ""
    up_next: ScoredCandidate | None = None

    @property
    def connection(self) -> Connection | None:
        """The server, unless it is still starting."""
        return self.server if isinstance(self.server, Connection) else None

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All turns of the comparison, in order, but for those that were deleted."""
        return self.conversation.kept

    @property
    def runs(self) -> tuple[Run, ...]:
        """The turns that this process runs, or ran until a moment ago."""
        return self.runtime.engine.runs_for(self.store.owner, self.conversation_id)

    @property
    def live(self) -> bool:
        """Whether an answer is still arriving."""
        return any(turn.status == "running" for turn in self.turns)

    @property
    def letters(self) -> set[str | None]:
        """The seats that have turns, those too that are gone."""
        return {turn.seat for turn in self.turns}

    @property
    def in_force(self) -> InForce | None:
        """The snapshot that the server ranks by now; None where that is not known."""
        return in_force(self.connection, self.facts)

    @property
    def what_ifs(self) -> Mapping[str, WhatIf]:
        """The person's saved what-ifs by their ids, where the server takes them."""
        if self.connection is None or not self.connection.embedded:
            return {}
        saved = Found.by(lambda: saved_what_ifs(self.store), StoreError).value or []
        return {each.id: each.what_if for each in saved}

    def keep_form(self, fields: Fields) -> None:
        """Remember the form with the comparison, so that a reload finds it."""
        self.form = fields.form
        self.waits_for = next(iter(fields.problems), "")
        if keep_form(self.form):
            self.problem = save_form(self.store, self.conversation_id, self.form) or self.problem
            self.save(self.comparison)

    def save(self, comparison: Comparison) -> None:
        """Go on with these seats, and keep them in the store and in the URL.

        What a seat that is gone was still answering is stopped.
        """
        self.comparison = comparison
        for run in self.runs:
            if not run.done and run.turn.seat and comparison.seat(run.turn.seat) is None:
                self.stop(run.turn.id)
        url.open_conversation(self.conversation_id)
        named = () if comparison.blind else comparison.seats
        url.name_seats([as_token(seat) for seat in named])
        stored = comparison.model_dump_json()
        try:
            self.store.save_comparison(self.conversation_id, stored)
        except StoreError as error:
            self.problem = str(error)

    def send(self, message: str, seats: Sequence[Seat] | None = None) -> str | None:
        """Ask all seats at once, or these, in an order drawn at random; returns the message's id.

        A message that cannot be sent now goes back into the box, and a sentence says why.
        """
        asked = self.comparison.seats if seats is None else tuple(seats)
        if why := self._refusal(message, asked):
            restore_draft(message)
            st.toast(literal(why), duration="long")
            return None
        parents = [(seat, parent_of(self.comparison, seat, self.turns)) for seat in asked]
        message_id = new_id()
        if not self._ask(message, message_id, parents, self.turns):
            restore_draft(message)
            return None
        return message_id

    def ask_again(self, turns: Sequence[Turn]) -> None:
        """Ask the seats of these turns once more, by the settings as they are now. In callbacks."""
        for turn in turns:
            seat = self.comparison.seat(turn.seat)
            if seat is not None and turn.message_id is not None:
                before = self._before(turn.message_id)
                self._ask(turn.message, turn.message_id, [(seat, turn.parent_id)], before)

    def ask_also(self, seats: Sequence[Seat]) -> None:
        """Ask these seats the last message, which they were not asked yet. For callbacks."""
        last = messages(self.turns)[-1][-1]
        if last.message_id is not None:
            before = self._before(last.message_id)
            parents = [(seat, parent_of(self.comparison, seat, before)) for seat in seats]
            self._ask(last.message, last.message_id, parents, before)

    def stop(self, turn_id: str | None = None) -> None:
        """End one answer, or all that are arriving; the text so far is kept. For callbacks."""
        self.runtime.engine.stop(self.store.owner, self.conversation_id, turn_id)

    def go_on_from(self, turn: Turn) -> None:
        """Have all seats go on from this answer. For callbacks."""
        update = {"threads": "winner", "winner": turn.id}
        self.save(self.comparison.model_copy(update=update))

    def reload(self) -> Conversation:
        """The comparison as it is by now, with what other processes have saved."""
        stored = Found.by(lambda: self.store.load(self.conversation_id), StoreError).value
        return with_runs(stored or self.conversation, self.runs)

    def up_next_at(self, seat: Seat) -> ScoredCandidate | None:
        """Who would answer at this seat now, where that is known."""
        if self.connection is None:
            return None
        if seat.pin is not None and (plain := candidate_of(seat.pin, self.facts.known)):
            return plain
        ranking = preview(self.runtime, self.connection, seat.settings(self.form)).value
        ranked = candidates(ranking) if ranking is not None else []
        down = drill_state().unreachable(datetime.now(UTC)) if self.facts.takes_drills else set()
        up = first_up(ranked, down)
        return None if up is None else ranked[up]

    def _before(self, message_id: str) -> tuple[Turn, ...]:
        """The turns of the messages before this one."""
        groups = takewhile(lambda group: group[0].message_id != message_id, messages(self.turns))
        return tuple(chain.from_iterable(groups))

    def _refusal(self, message: str, asked: Sequence[Seat]) -> str:
        if self.waits_for:
            return f"Not sent yet. {self.waits_for}"
        if why := too_long(message):
            return why
        if len(asked) < FEWEST:
            return "Not sent yet. A comparison has at least two seats: add one."
        for seat, why in gone(asked, self.facts.known):
            who = f"{full_name(seat)} is not asked: {why}."
            return f"Not sent yet. {who} Choose another, or remove it."
        if self._waits_for_winner():
            return (
                "Not sent yet. Choose the answer that all go on from: press “Go on from this” "
                "under it. Or let each seat keep its own thread."
            )
        return ""

    def _waits_for_winner(self) -> bool:
        comparison, turns = self.comparison, self.turns
        return (
            comparison.threads == "winner"
            and bool(turns)
            and not winner_is_chosen(comparison, turns)
        )

    def sent(self, turn: Turn) -> Sent:
        """What went to the server for a seat's turn. Raises SpekoApiError."""
        if turn.threads == "shared" and turn.message_id:
            return sent(turn, shared_history(self._before(turn.message_id)), self.connection)
        return sent(turn, self.conversation.path_to(turn.parent_id), self.connection)

    def _ask(
        self,
        message: str,
        message_id: str,
        parents: Sequence[tuple[Seat, str | None]],
        before: Sequence[Turn],
    ) -> list[Run]:
        """Ask these seats, each after its parent; says why where one cannot be asked."""
        if self.server is None:
            st.toast("Not sent: no server answers. Choose another one, or try again.")
            return []
        now, drill = datetime.now(UTC), drill_state()
        staged = drill.faults(now) if self.facts.takes_drills else ()
        history = shared_history(before) if self.comparison.threads == "shared" else None
        self.save(self.comparison)
        runs: list[Run] = []
        for seat, parent_id in random.sample(parents, len(parents)):
            try:
                run = self.runtime.engine.submit(
                    self.store.owner,
                    self.server,
                    self.conversation,
                    message,
                    seat.settings(self.form).model_copy(update={"drill": staged}),
                    parent_id=parent_id,
                    place=Place(seat.id, message_id, history, self.comparison.threads),
                )
            except (AlreadyRunningError, NotHereError, CapReachedError) as error:
                st.toast(literal(f"{full_name(seat)} was not asked. {error}"), duration="long")
            else:
                runs.append(run)
        if staged and runs:
            keep_drill(drill.sent(now))
        self.conversation = with_runs(self.conversation, runs)
        return runs
