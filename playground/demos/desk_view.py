"""What the demo page works on: the server in force, and the demo that is open."""

from __future__ import annotations

from dataclasses import dataclass

from playground.browser import url
from playground.connections.facts_view import ServerFacts, server_facts
from playground.connections.state import connection_in_force
from playground.demos.runs import TITLE, DemoRun, demo_runs
from playground.demos.script import DemoScript
from playground.found import Found
from playground.intent.state import new_conversation
from playground.runtime import Runtime, get_runtime
from playground.servers.address_guard import AddressRefusedError
from playground.servers.connection import Connection
from playground.servers.local_gateway import GatewayStartError
from playground.sessions.database import StoreError


@dataclass
class DemoDesk:
    """``connection`` None: no server answers, and ``problem`` says why."""

    runtime: Runtime
    connection: Connection | None
    facts: ServerFacts
    problem: str | None = None

    @property
    def run(self) -> DemoRun | None:
        """The demo of the session in the URL, if that is one."""
        return demo_runs(self.runtime).find(url.conversation_id())

    @property
    def past(self) -> str | None:
        """The session in the URL, if it is a demo that this process no longer runs."""
        session_id = url.conversation_id()
        # The chat page says what is wrong with the store.
        stored = Found.by(
            lambda: self.runtime.store.load(session_id) if session_id else None, StoreError
        ).value
        return stored.id if stored and stored.title.startswith(TITLE) else None

    def start(self, script: DemoScript) -> None:
        """Start a script and show it. In callbacks."""
        new_conversation()
        url.open_conversation(demo_runs(self.runtime).start(script).conversation_id)


def open_demo_desk() -> DemoDesk:
    """The desk of this browser session."""
    runtime = get_runtime()
    server = Found.by(lambda: connection_in_force(runtime), GatewayStartError, AddressRefusedError)
    facts = server_facts(runtime, server.value) if server.value else ServerFacts()
    return DemoDesk(runtime, server.value, facts, server.problem or facts.problem)
