"""What every view of the Compare page works on: the comparison, its turns, and how to ask."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from playground.browser import url
from playground.chat.chat_view import LONGEST_MESSAGE, connect
from playground.chat.state import restore_draft
from playground.compare.seats import (
    FEWEST,
    Comparison,
    Seat,
    as_token,
    parent_of,
    read,
    shared_history,
    with_runs,
)
from playground.compare.setup import first_seats, opened
from playground.connections.facts_view import ServerFacts, server_facts
from playground.drills.state import drill_state, keep_drill
from playground.found import Found
from playground.intent.fields_view import Fields
from playground.intent.preview_view import preview
from playground.intent.state import adopt_form, keep_form, save_form
from playground.look.safe_text import literal
from playground.runtime import Runtime, get_runtime
from playground.servers.connection import Connecting, Connection
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
    new_conversation,
    new_id,
)
from playground.teams.state import this_owner
from speko_client.models import ScoredCandidate

_NO_SERVER = "Not sent: no server answers. Choose another one, or try again."


@dataclass
class CompareDesk:
    """One look at the page; ``conversation`` has the newest state of its runs in it.

    ``waits_for`` says what is wrong in the form: nothing is sent before it is right. ``up_next`` is
    who would answer now by the page's form, where that is known.
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
    waits_for: str = ""
    up_next: ScoredCandidate | None = None

    @property
    def connection(self) -> Connection | None:
        """The server, unless it is still starting."""
        return self.server if isinstance(self.server, Connection) else None

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All turns of the comparison, in order."""
        return self.conversation.turns

    @property
    def runs(self) -> tuple[Run, ...]:
        """The turns that this process runs, or ran until a moment ago."""
        return self.runtime.engine.runs_for(self.store.owner, self.conversation_id)

    @property
    def live(self) -> bool:
        """Whether an answer is still arriving."""
        return any(turn.status == "running" for turn in self.turns)

    def keep_form(self, fields: Fields) -> None:
        """Remember the form with the comparison, so that a reload finds it."""
        self.form = fields.form
        self.waits_for = next(iter(fields.problems), "")
        if keep_form(self.form):
            self.problem = save_form(self.store, self.conversation_id, self.form) or self.problem
            self.save(self.comparison)

    def save(self, comparison: Comparison) -> None:
        """Go on with these seats, and keep them in the store and in the URL."""
        self.comparison = comparison
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
        asked = list(self.comparison.seats if seats is None else seats)
        why = self._refusal(message, asked)
        if why or self.server is None:
            restore_draft(message)
            st.toast(literal(why or _NO_SERVER), duration="long")
            return None
        random.shuffle(asked)
        self.save(self.comparison)
        message_id = new_id()
        refused = self._ask(self.server, message, message_id, asked)
        if len(refused) == len(asked):
            restore_draft(message)
            return None
        return message_id

    def _refusal(self, message: str, asked: Sequence[Seat]) -> str:
        if self.waits_for:
            return f"Not sent yet. {self.waits_for}"
        if len(message) > LONGEST_MESSAGE:
            return (
                f"This message has {len(message):,} characters, and {LONGEST_MESSAGE:,} is the "
                "most. Shorten it, then send it again."
            )
        if len(asked) < FEWEST:
            return "A comparison has at least two seats. Add one, then send it again."
        return ""

    def _ask(
        self,
        server: Connection | Connecting,
        message: str,
        message_id: str,
        asked: Sequence[Seat],
    ) -> list[Seat]:
        """Ask these seats; returns those that could not be asked."""
        now, drill = datetime.now(UTC), drill_state()
        staged = drill.faults(now) if self.facts.takes_drills else ()
        before = self.turns
        history = shared_history(before) if self.comparison.threads == "shared" else None
        refused, runs = [], []
        for seat in asked:
            try:
                run = self.runtime.engine.submit(
                    self.store.owner,
                    server,
                    self.conversation,
                    message,
                    seat.settings(self.form).model_copy(update={"drill": staged}),
                    parent_id=parent_of(self.comparison, seat, before),
                    place=Place(seat.id, message_id, history),
                )
            except (AlreadyRunningError, NotHereError, CapReachedError) as error:
                refused.append(seat)
                st.toast(literal(str(error)), duration="long")
            else:
                runs.append(run)
        if staged and runs:
            keep_drill(drill.sent(now))
        self.conversation = with_runs(self.conversation, runs)
        return refused


def open_desk() -> CompareDesk:
    """The comparison that the URL names, or a fresh one, with the server that will answer."""
    runtime = get_runtime()
    store = runtime.store.of(this_owner())
    server = connect(runtime)
    if isinstance(server.value, Connection):
        facts = server_facts(runtime, server.value)
    else:
        facts = ServerFacts(pending=server.problem is None)
    found = _load(store)
    conversation_id = found.value.id if found.value else url.reserve(store.new_conversation_id())
    form = adopt_form(conversation_id, found.value.settings if found.value else None)
    conversation = with_runs(
        found.value or new_conversation(conversation_id, form),
        runtime.engine.runs_for(store.owner, conversation_id),
    )
    first = Comparison()
    if isinstance(server.value, Connection) and read(conversation.comparison) is None:
        first = first_seats(facts.known, preview(runtime, server.value, form).value)
    return CompareDesk(
        runtime,
        store,
        server.value,
        facts,
        conversation_id,
        conversation,
        opened(conversation, url.seat_tokens(), form, first),
        form,
        server.problem or facts.problem or found.problem,
    )


def _load(store: OwnerStore) -> Found[Conversation]:
    """The open session, where it is a comparison, or can become one as it has no turns yet."""
    wanted = url.conversation_id()
    found = Found.by(lambda: store.load(wanted) if wanted else None, StoreError)
    session = found.value
    if session is not None and session.turns and session.comparison is None:
        return Found()
    return found
