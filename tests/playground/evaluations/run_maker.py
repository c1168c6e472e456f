"""Makes a run until it is killed; tells its id, and how many cells are done each time it changes.

Run as a script: the store's URL, the server's, and how many cells there are.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from playground.evaluations.live_runs import Evaluations  # noqa: E402
from playground.servers.connection import embedded  # noqa: E402
from playground.sessions.store import Store  # noqa: E402
from playground.teams.owner import MACHINE_OWNER  # noqa: E402
from tests.playground.findings.made_cells import suite  # noqa: E402


def tell(*words: object) -> None:
    """One line to whoever watches."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Until it is killed, or the run is over."""
    url, base_url, cases = sys.argv[1:]
    evaluations = Evaluations(Store(url))
    asked = suite(int(cases), 2)
    live = evaluations.start(MACHINE_OWNER, embedded(base_url, "k-1"), asked, most=8)
    tell("run", live.run.id)
    version = 0
    while not live.over:
        version = live.wait_change(version)
        tell("done", live.progress.done)
    tell("over")


if __name__ == "__main__":
    main()
