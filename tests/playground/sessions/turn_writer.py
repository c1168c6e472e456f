"""Runs turns one after the other until it is killed; tells each change, and each saved end.

Run as a script: the store's URL, then how many milliseconds lie between pieces.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from playground.servers.connection import embedded  # noqa: E402
from playground.sessions import engine as engine_module  # noqa: E402
from playground.sessions.engine import Engine  # noqa: E402
from playground.sessions.store import Store  # noqa: E402
from playground.sessions.turns import TurnSettings  # noqa: E402
from playground.teams.owner import MACHINE_OWNER  # noqa: E402
from tests.playground.servers.wire_server import META, USAGE, ThreadedWireServer, Wire  # noqa: E402
from tests.turns import conversation  # noqa: E402

PIECES = tuple(f"piece{index} " for index in range(20))


async def slowly(wire: Wire) -> None:
    """Says its pieces with a pause after each."""
    await wire.start()
    await wire.event("meta", META)
    for piece in PIECES:
        await wire.event("delta", {"text": piece})
        await asyncio.sleep(float(sys.argv[2]) / 1000)
    await wire.event("done", {**META, "text": "".join(PIECES), "usage": USAGE})


def tell(*words: object) -> None:
    """One line to whoever watches."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Until it is killed."""
    engine_module.CHECKPOINT_SECONDS = 0.02
    everyone = Store(sys.argv[1])
    store, engine = everyone.of(MACHINE_OWNER), Engine(everyone)
    with ThreadedWireServer() as wire:
        wire.script = slowly
        connection = embedded(wire.base_url, "k-1")
        while True:
            whole = store.load("c") or conversation()
            leaf = whole.leaf_id
            run = engine.submit(
                MACHINE_OWNER, connection, whole, "Hi", TurnSettings(), parent_id=leaf
            )
            tell("started", run.turn.id)
            version = 0
            while not run.done:
                version = run.wait_change(version)
                tell("changed")
            assert run.save_error is None
            tell("ended", run.turn.id)


if __name__ == "__main__":
    main()
