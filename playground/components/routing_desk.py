"""What every part of the Routing page works on."""

from __future__ import annotations

from dataclasses import dataclass

from playground import session
from playground.address_guard import AddressRefusedError
from playground.components.server import ServerFacts, server_facts
from playground.connections import Connection
from playground.local_gateway import GatewayStartError
from playground.runtime import Runtime, get_runtime
from playground.turns import TurnSettings


@dataclass
class RoutingDesk:
    """The server in force and the intent that is looked at: the form the chat page has too.

    ``connection`` None: no server answers, and ``problem`` says why. ``owner`` keys the widgets.
    """

    runtime: Runtime
    connection: Connection | None
    facts: ServerFacts
    owner: str
    form: TurnSettings
    problem: str | None = None


def open_desk() -> RoutingDesk:
    """The desk of this browser session."""
    runtime = get_runtime()
    try:
        connection, problem = session.connection(runtime), None
    except (GatewayStartError, AddressRefusedError) as error:
        connection, problem = None, str(error)
    facts = server_facts(runtime, connection) if connection else ServerFacts()
    owner = session.conversation_id() or session.reserve(runtime.store.new_conversation_id())
    form = session.form_settings()
    return RoutingDesk(runtime, connection, facts, owner, form, problem or facts.problem)
