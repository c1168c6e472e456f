"""A playground that simply ends while a turn runs. Run as a script, from the repository."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from playground.runtime import get_runtime
from playground.servers.connection import embedded
from playground.sessions.turns import TurnSettings
from playground.teams.owner import MACHINE_OWNER
from tests.playground.servers.wire_server import ThreadedWireServer, holds
from tests.turns import conversation


def main() -> None:
    """Start a turn, see its first text, end."""
    wire = ThreadedWireServer().__enter__()
    wire.script = holds("Part")
    connection = embedded(wire.base_url, "k-1")
    engine = get_runtime().engine
    run = engine.submit(
        MACHINE_OWNER, connection, conversation(), "Hi", TurnSettings(), parent_id=None
    )
    version = 0
    while not run.turn.answer.text:
        version = run.wait_change(version)


if __name__ == "__main__":
    main()
