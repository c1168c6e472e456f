"""What every part of the Routing page works on."""

from __future__ import annotations

from dataclasses import dataclass

from playground.browser import url
from playground.connections.facts_view import ServerFacts, server_facts
from playground.connections.state import ready_connection
from playground.found import Found
from playground.intent.state import (
    adopt_form,
    form_settings,
    has_form_of,
    keep_form,
    replace_form,
    save_form,
)
from playground.routing.saved_what_ifs_view import scores_in_force
from playground.runtime import Runtime, get_runtime
from playground.servers.address_guard import AddressRefusedError
from playground.servers.connection import Connection
from playground.servers.local_gateway import GatewayStartError
from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore
from playground.sessions.turns import TurnSettings
from playground.teams.state import this_owner


@dataclass
class RoutingDesk:
    """The server in use and the intent on view: the form is the same as on the chat page.

    ``connection`` None: no server answers, and ``problem`` says why; or, with ``facts.pending``,
    the gateway is still starting. ``conversation_id`` keys the widgets.
    """

    runtime: Runtime
    store: OwnerStore
    connection: Connection | None
    facts: ServerFacts
    conversation_id: str
    form: TurnSettings
    problem: str | None = None

    def keep_form(self, form: TurnSettings) -> None:
        """Remember the form, for the chat and for a reload."""
        self.form = form
        if keep_form(form):
            self._save()

    def set_form(self, form: TurnSettings) -> None:
        """Set the form from code, for callbacks only: its widgets show the new values."""
        self.form = form
        replace_form(self.conversation_id, form)
        self._save()

    def _save(self) -> None:
        self.problem = save_form(self.store, self.conversation_id, self.form) or self.problem


def open_desk() -> RoutingDesk:
    """The desk of this browser session."""
    runtime = get_runtime()
    store = runtime.store.of(this_owner())
    server = Found.by(lambda: ready_connection(runtime), GatewayStartError, AddressRefusedError)
    pending = server.value is None and server.problem is None
    facts = server_facts(runtime, server.value) if server.value else ServerFacts(pending=pending)
    conversation_id, form, store_problem = _open_form(store)
    problem = server.problem or facts.problem or store_problem
    return RoutingDesk(
        runtime, store, server.value, facts, conversation_id, scores_in_force(form), problem
    )


def _open_form(store: OwnerStore) -> tuple[str, TurnSettings, str | None]:
    """The form of the conversation that the URL names; of a new one if that is not here."""
    wanted = url.conversation_id()
    if wanted and has_form_of(wanted):
        return wanted, form_settings(), None
    found = Found.by(lambda: store.load(wanted) if wanted else None, StoreError)
    stored = found.value
    conversation_id = stored.id if stored else url.reserve(store.new_conversation_id())
    return (
        conversation_id,
        adopt_form(conversation_id, stored.settings if stored else None),
        found.problem,
    )
