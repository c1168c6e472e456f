"""The open conversation as the chat page works on it: what is shown, and what a person can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from playground.browser import url
from playground.browser.guide import focus_on
from playground.chat.bin_view import in_bin
from playground.chat.samples import Sample
from playground.chat.state import (
    Asked,
    ask_to_send,
    had_form,
    keep_box_sent,
    restore_draft,
    take_asked,
)
from playground.connections.facts_view import ServerFacts, server_facts, try_again
from playground.connections.state import private_allowed, ready_connection, server_choice
from playground.drills.state import drill_state, keep_drill
from playground.found import Found
from playground.intent.fields_view import Fields
from playground.intent.state import (
    adopt_form,
    keep_form,
    note_drawn,
    replace_form,
    save_form,
    waits_as_drawn,
)
from playground.look.safe_text import literal
from playground.receipts.receipt import InForce
from playground.receipts.request_code import Sent, sent
from playground.runtime import Runtime, get_runtime
from playground.servers import connection as connections
from playground.servers.address_guard import AddressRefusedError
from playground.servers.connection import Connecting, Connection
from playground.servers.local_gateway import GatewayStartError
from playground.sessions.database import StoreError
from playground.sessions.engine import AlreadyRunningError
from playground.sessions.rows import NOT_HERE, NotHereError
from playground.sessions.spending import CapReachedError
from playground.sessions.store import OwnerStore
from playground.sessions.turns import (
    Conversation,
    OpenSession,
    Turn,
    TurnSettings,
    new_conversation,
    open_session,
)
from playground.teams.owner import Owner
from playground.teams.state import this_owner
from speko_client.models import ScoredCandidate

LONGEST_MESSAGE = 200_000
"""Characters; longer than any provider's context, and short enough for the page to stay quick."""

_LONG = 4
"""With more turns than that a session is long: its form takes as long to draw as its last turns."""


@dataclass
class Chat:
    """One look at the page; ``view`` follows what ``send`` begins.

    ``waits_for`` says what is wrong in the form: nothing is sent before it is right. ``up_next`` is
    who would answer now, where that is known.
    ``server`` is where messages go, None where there is none; ``connection`` is it once it is up.
    ``on_sent`` gets the conversation that a message went into.
    """

    runtime: Runtime
    store: OwnerStore
    server: Connection | Connecting | None
    facts: ServerFacts
    conversation_id: str
    view: OpenSession
    form: TurnSettings
    on_sent: Callable[[str], None]
    problem: str | None = None
    waits_for: str = ""
    up_next: ScoredCandidate | None = None

    @property
    def connection(self) -> Connection | None:
        """The server, unless it is still starting."""
        return self.server if isinstance(self.server, Connection) else None

    @property
    def title(self) -> str:
        """What the session is called: its first message; empty on its first screen."""
        return (self.view.conversation.title or self.turns[0].message) if self.turns else ""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Those that are over, and the one that runs here or elsewhere."""
        return self.view.conversation.path()

    @property
    def is_frame(self) -> bool:
        """Whether this is the first look, and the form follows a moment later.

        So it is while the gateway is starting, and in a long session, whose last turns are what a
        person opens it for.
        """
        waits = self.facts.pending or (len(self.turns) > _LONG and not had_form())
        return waits and not url.had_frame()

    @property
    def in_force(self) -> InForce | None:
        """The snapshot that the server ranks by now; None where that is not known."""
        return in_force(self.connection, self.facts)

    def keep_form(self, fields: Fields) -> None:
        """Remember the form with the conversation, so that a reload finds it."""
        had_form(drawn=True)
        self.form = fields.form
        self.waits_for = next(filter(None, [*fields.problems, fields.nobody]), "")
        note_drawn(self.waits_for)
        if keep_form(self.form):
            self.problem = save_form(self.store, self.conversation_id, self.form) or self.problem

    def send_at_once(self, message: str | None) -> str | None:
        """Ask before the form is drawn, where it says what it said when it was drawn last.

        Returns the message if it has to wait for the form.
        """
        waits_for = waits_as_drawn() if message else None
        if waits_for is None:
            return message
        self.waits_for = waits_for
        self.send(message)
        return None

    def send(self, message: str | None) -> None:
        """Ask, by the form as it stands; a message that cannot be sent now goes back into the box.

        Without a message: ask what a click wants to ask, if anything.
        """
        if message:
            self._submit(Asked(self.conversation_id, message, self.view.last))
        elif asked := take_asked(self.conversation_id):
            self._submit(asked)
            self._focus_answer()

    def send_sample(self, sample: Sample) -> None:
        """Ask a sample prompt, with its intent set in the form. For callbacks."""
        replace_form(self.conversation_id, sample.intent_in(self.form))
        self.go_on(sample.message)

    def go_on(self, message: str) -> None:
        """Ask this next, by the form as it is. For callbacks."""
        ask_to_send(Asked(self.conversation_id, message, self.view.last))

    def turn(self, turn_id: str) -> Turn | None:
        """The turn, unless it was deleted; also where another branch is shown."""
        return next((each for each in self.view.conversation.kept if each.id == turn_id), None)

    def stop(self) -> None:
        """End the answer that is arriving; the text so far is kept."""
        self.runtime.engine.stop(self.store.owner, self.conversation_id)
        self._focus_answer()

    def look_again(self) -> None:
        """Show the session as it is in the store now."""
        if (stored := _load(self.store, self.conversation_id).value) is not None:
            self.view = open_session(_led_to(stored), self.view.run)

    def sent(self, turn: Turn) -> Sent:
        """What went to the server for this turn. Raises SpekoApiError where none can be written."""
        return sent(turn, self.view.conversation.path_to(turn.parent_id), self.connection)

    def look_elsewhere(self) -> Turn | None:
        """The turn that another process runs, as the store has it now."""
        stored = _load(self.store, self.conversation_id).value
        turns = stored.path() if stored else ()
        return turns[-1] if turns else None

    def _focus_answer(self) -> None:
        """What was pressed is gone from the page; the answer is what a person looks at."""
        if (run := self.view.run) is not None:
            focus_on(f"turn-{run.turn.id}", f"live-{run.turn.id}")

    def _submit(self, asked: Asked) -> None:
        message = asked.message
        if not message.strip():
            return  # Enter on an empty line
        if self.waits_for and asked.settings is None:
            _not_sent(asked, f"Not sent yet. {self.waits_for}")
            return
        if self.server is None:
            _not_sent(asked, "")
            return
        if why := too_long(message):
            _not_sent(asked, why)
            return
        if asked.parent_id and not self.view.conversation.path_to(asked.parent_id):
            _not_sent(asked, "The turn before it was deleted. Send it again from here.")
            return
        now, drill = datetime.now(UTC), drill_state()
        staged = drill.faults(now) if self.facts.takes_drills else ()
        form = (asked.settings or self.form).model_copy(update={"drill": staged})
        try:
            run = self.runtime.engine.submit(
                self.store.owner,
                self.server,
                self.view.conversation,
                message,
                form,
                parent_id=asked.parent_id,
            )
        except AlreadyRunningError:
            _not_sent(asked, "An answer is still arriving. Stop it first, or wait for it.")
            return
        except (NotHereError, CapReachedError) as error:
            _not_sent(asked, str(error))
            return
        if staged:
            keep_drill(drill.sent(now))
        keep_box_sent(asked.box)
        self.on_sent(self.conversation_id)
        url.open_conversation(self.conversation_id)
        self.view = replace(open_session(self.view.conversation, run), missing=False)


def open_chat(on_sent: Callable[[Runtime, Owner, str], None]) -> Chat:
    """The conversation the URL names, or a fresh one, with the server that will answer."""
    runtime = get_runtime()
    store = runtime.store.of(this_owner())
    server = connect(runtime)
    facts = facts_of(runtime, server)
    wanted = url.conversation_id()
    found = _load(store, wanted)
    stored = found.value
    run = runtime.engine.run_for(store.owner, wanted) if wanted else None
    missing = wanted is not None and stored is None and run is None
    conversation_id = wanted if wanted and not missing else url.reserve(store.new_conversation_id())
    form = adopt_form(conversation_id, stored.settings if stored else None)
    conversation = _led_to(stored) if stored else new_conversation(conversation_id, form)
    # Where the store cannot be read, nobody knows whether it has the session.
    view = open_session(conversation, run, missing=missing and found.problem is None)
    return Chat(
        runtime,
        store,
        server.value,
        facts,
        conversation_id,
        view,
        form,
        partial(on_sent, runtime, store.owner),
        server.problem or found.problem,
    )


def _led_to(conversation: Conversation) -> Conversation:
    """The conversation with the branch of the turn that a link leads to, where it names one."""
    focused = url.focused_turn()
    turn = next((each for each in conversation.kept if each.id == focused), None)
    if turn is None or any(each.id == focused for each in conversation.path()):
        return conversation
    return conversation.model_copy(update={"leaf_id": conversation.latest_below(turn).id})


def show_problems(chat: Chat) -> None:
    """Draw what is wrong with the server, the store or the link, and what to do about it."""
    facts, view = chat.facts, chat.view
    if chat.problem:
        st.error(literal(chat.problem), icon=":material/error:")
    if facts.problem:
        st.warning(literal(facts.problem), icon=":material/cloud_off:")
    if facts.problem or (chat.connection is None and not facts.pending):
        try_again()
    if view.missing:
        st.info(NOT_HERE)
    in_bin(chat.store, view.conversation)
    if view.run is not None and view.run.save_error:
        st.warning(f"The last turn is not saved. {literal(view.run.save_error)}")


def connect(runtime: Runtime) -> Found[Connection | Connecting]:
    """The server that messages go to, also while it is still starting, and what is wrong."""
    try:
        return Found(ready_connection(runtime) or _connecting(runtime))
    except GatewayStartError as error:
        # The next message tries again, and is kept.
        return Found(_connecting(runtime), str(error))
    except AddressRefusedError as error:
        return Found(problem=str(error))


def facts_of(runtime: Runtime, server: Found[Connection | Connecting]) -> ServerFacts:
    """What this server says of itself; nothing yet where it is still starting."""
    if isinstance(server.value, Connection):
        return server_facts(runtime, server.value)
    return ServerFacts(pending=server.problem is None)


def in_force(connection: Connection | None, facts: ServerFacts) -> InForce | None:
    """The snapshot that the server ranks by now; None where that is not known."""
    if connection is None or facts.fleet is None:
        return None
    snapshot = facts.fleet.snapshot
    return InForce(connection.name, snapshot.id, snapshot.label)


def too_long(message: str) -> str:
    """Why a message of this length is not sent; empty where it is."""
    if len(message) <= LONGEST_MESSAGE:
        return ""
    return (
        f"This message has {len(message):,} characters, and {LONGEST_MESSAGE:,} is the most. "
        "Shorten it, then send it again."
    )


def _connecting(runtime: Runtime) -> Connecting:
    choice, private = server_choice(), private_allowed(runtime)
    return Connecting(
        connections.EMBEDDED, lambda: runtime.connection(choice, private_allowed=private)
    )


def _load(store: OwnerStore, conversation: str | None) -> Found[Conversation]:
    if conversation is None:
        return Found()
    return Found.by(lambda: store.load(conversation), StoreError)


def _not_sent(asked: Asked, why: str) -> None:
    if not asked.of_turn:
        restore_draft(asked.message)
    if why:
        st.toast(literal(why), duration="long")
