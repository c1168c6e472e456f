"""A message sent while its server is still starting waits for it, and is never lost."""

from __future__ import annotations

import threading

from playground.servers.connection import EMBEDDED, Connecting, Connection
from playground.servers.local_gateway import GatewayStartError
from playground.sessions.engine import Engine
from playground.sessions.store import OwnerStore
from playground.sessions.turns import TurnSettings
from playground.teams.owner import MACHINE_OWNER
from tests.patience import PATIENCE
from tests.playground.running import stored
from tests.playground.servers.wire_server import ThreadedWireServer
from tests.turns import conversation

FORM = TurnSettings()


def test_it_is_kept_at_once_and_answered_when_the_server_is_up(
    engine: Engine, gateway: Connection, store: OwnerStore, wire: ThreadedWireServer
) -> None:
    up = threading.Event()

    def connect() -> Connection:
        assert up.wait(PATIENCE)
        return gateway

    run = engine.submit(
        MACHINE_OWNER, Connecting(EMBEDDED, connect), conversation(), "Hi", FORM, parent_id=None
    )
    assert stored(store).path()[0].message == "Hi"
    assert stored(store).path()[0].status == "running"
    assert wire.asked == []
    up.set()
    assert run.wait(PATIENCE)
    assert (run.turn.status, run.turn.answer.text) == ("done", "Hello there.")
    assert stored(store).path() == (run.turn,)


def test_where_the_server_does_not_start_the_turn_says_why(
    engine: Engine, store: OwnerStore
) -> None:
    def connect() -> Connection:
        raise GatewayStartError("The embedded gateway ended at once.")

    run = engine.submit(
        MACHINE_OWNER, Connecting(EMBEDDED, connect), conversation(), "Hi", FORM, parent_id=None
    )
    assert run.wait(PATIENCE)
    turn = stored(store).path()[0]
    assert (turn.message, turn.status) == ("Hi", "failed")
    assert turn.error is not None
    assert turn.error.message == "The embedded gateway ended at once."
    assert turn.error.advice == "Retry starts the gateway again."


def test_it_can_be_stopped_while_it_waits(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    up = threading.Event()

    def connect() -> Connection:
        up.wait(PATIENCE)
        return gateway

    run = engine.submit(
        MACHINE_OWNER, Connecting(EMBEDDED, connect), conversation(), "Hi", FORM, parent_id=None
    )
    engine.stop(MACHINE_OWNER, "c")
    assert run.wait(PATIENCE)
    assert run.turn.status == "stopped"
    up.set()
    assert wire.asked == []
