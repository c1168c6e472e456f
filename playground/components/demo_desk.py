"""What the demo page works on: the server in force, and the demo that is open."""

from __future__ import annotations

from dataclasses import dataclass

from playground import session
from playground.address_guard import AddressRefusedError
from playground.components.server import ServerFacts, server_facts
from playground.connections import Connection
from playground.demo_runs import DemoRun
from playground.demos import DemoScript
from playground.local_gateway import GatewayStartError
from playground.runtime import Runtime, get_runtime


@dataclass
class DemoDesk:
    """``connection`` None: no server answers, and ``problem`` says why."""

    runtime: Runtime
    connection: Connection | None
    facts: ServerFacts
    problem: str | None = None

    @property
    def takes_drills(self) -> bool:
        """Whether the server takes the faults of a script."""
        return bool(self.facts.fleet and self.facts.fleet.drills)

    @property
    def run(self) -> DemoRun | None:
        """The demo that the URL's session is."""
        return self.runtime.demos.find(session.conversation_id())

    def start(self, script: DemoScript) -> None:
        """Begin a script and show it. In callbacks."""
        session.new_conversation()
        session.open_conversation(self.runtime.demos.start(script).conversation_id)


def open_demo_desk() -> DemoDesk:
    """The desk of this browser session."""
    runtime = get_runtime()
    try:
        connection, problem = session.connection(runtime), None
    except (GatewayStartError, AddressRefusedError) as error:
        connection, problem = None, str(error)
    facts = server_facts(runtime, connection) if connection else ServerFacts()
    return DemoDesk(runtime, connection, facts, problem or facts.problem)
