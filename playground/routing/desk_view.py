"""What every part of the Routing page works on."""

from __future__ import annotations

from dataclasses import dataclass

from playground.browser import url
from playground.connections.facts_view import ServerFacts, server_facts
from playground.connections.state import ready_connection
from playground.intent.state import (
    adopt_form,
    form_settings,
    has_form_of,
    keep_form,
    replace_form,
    save_form,
)
from playground.routing.scores_choice_view import scores_in_force
from playground.runtime import Runtime, get_runtime
from playground.servers.address_guard import AddressRefusedError
from playground.servers.connection import Connection
from playground.servers.local_gateway import GatewayStartError
from playground.sessions.store import StoreError
from playground.sessions.turns import TurnSettings


@dataclass
class RoutingDesk:
    """The server in force and the intent that is looked at: the form the chat page has too.

    ``connection`` None: no server answers, and ``problem`` says why; or, with ``facts.pending``,
    the gateway is still starting. ``owner`` keys the widgets.
    """

    runtime: Runtime
    connection: Connection | None
    facts: ServerFacts
    owner: str
    form: TurnSettings
    problem: str | None = None

    def keep_form(self, form: TurnSettings) -> None:
        """Remember the form: it is the chat's too, and a reload finds it."""
        self.form = form
        if keep_form(form):
            self._save()

    def set_form(self, form: TurnSettings) -> None:
        """Set the form from code, for callbacks only: its widgets show the new values."""
        self.form = form
        replace_form(self.owner, form)
        self._save()

    def _save(self) -> None:
        self.problem = save_form(self.runtime.store, self.owner, self.form) or self.problem


def open_desk() -> RoutingDesk:
    """The desk of this browser session."""
    runtime = get_runtime()
    try:
        connection, problem = ready_connection(runtime), None
    except (GatewayStartError, AddressRefusedError) as error:
        connection, problem = None, str(error)
    pending = connection is None and problem is None
    facts = server_facts(runtime, connection) if connection else ServerFacts(pending=pending)
    owner, form, store_problem = _open_form(runtime)
    problem = problem or facts.problem or store_problem
    return RoutingDesk(runtime, connection, facts, owner, scores_in_force(form), problem)


def _open_form(runtime: Runtime) -> tuple[str, TurnSettings, str | None]:
    """The form of the conversation that the URL names; of a fresh one where that is not here."""
    wanted = url.conversation_id()
    if wanted and has_form_of(wanted):
        return wanted, form_settings(), None
    stored, problem = None, None
    try:
        stored = runtime.store.load(wanted) if wanted else None
    except StoreError as error:
        problem = str(error)
    known = wanted if stored else None
    owner = known or url.reserve(runtime.store.new_conversation_id())
    return owner, adopt_form(owner, stored.settings if stored else None), problem
