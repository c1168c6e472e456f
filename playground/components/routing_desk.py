"""What every part of the Routing page works on."""

from __future__ import annotations

from dataclasses import dataclass

from playground import session
from playground.address_guard import AddressRefusedError
from playground.components.kept_form import save_form
from playground.components.scores_choice import scores_in_force
from playground.components.server import ServerFacts, server_facts
from playground.connections import Connection
from playground.local_gateway import GatewayStartError
from playground.runtime import Runtime, get_runtime
from playground.store import StoreError
from playground.turns import TurnSettings


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
        if session.keep_form(form):
            self._save()

    def set_form(self, form: TurnSettings) -> None:
        """Set the form from code, for callbacks only: its widgets show the new values."""
        self.form = form
        session.replace_form(self.owner, form)
        self._save()

    def _save(self) -> None:
        self.problem = save_form(self.runtime.store, self.owner, self.form) or self.problem


def open_desk() -> RoutingDesk:
    """The desk of this browser session."""
    runtime = get_runtime()
    try:
        connection, problem = session.ready_connection(runtime), None
    except (GatewayStartError, AddressRefusedError) as error:
        connection, problem = None, str(error)
    pending = connection is None and problem is None
    facts = server_facts(runtime, connection) if connection else ServerFacts(pending=pending)
    owner, form, store_problem = _open_form(runtime)
    problem = problem or facts.problem or store_problem
    return RoutingDesk(runtime, connection, facts, owner, scores_in_force(form), problem)


def _open_form(runtime: Runtime) -> tuple[str, TurnSettings, str | None]:
    """The form of the conversation that the URL names; of a fresh one where that is not here."""
    wanted = session.conversation_id()
    if wanted and session.has_form_of(wanted):
        return wanted, session.form_settings(), None
    stored, problem = None, None
    try:
        stored = runtime.store.load(wanted) if wanted else None
    except StoreError as error:
        problem = str(error)
    known = wanted if stored else None
    owner = known or session.reserve(runtime.store.new_conversation_id())
    return owner, session.adopt_form(owner, stored.settings if stored else None), problem
