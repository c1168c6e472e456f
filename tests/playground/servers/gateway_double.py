"""Stands in for ``python -m speko_gateway`` where only starting and stopping matter.

Run as a script. Its first argument says how it behaves, the rest is the gateway's command line.
"""

from __future__ import annotations

import json
import os
import sys


def serve(options: list[str]) -> None:
    """Says that it listens, and to what it was told; ends with its stdin."""
    port = 40_000 + os.getpid() % 20_000
    told = {
        "options": options,
        "pid": os.getpid(),
        "environment": {k: v for k, v in os.environ.items() if k.startswith(("SPEKO_", "OPENAI_"))},
    }
    with open(os.path.join(os.environ["SPEKO_DATA_DIR"], f"{port}.json"), "w") as file:
        json.dump(told, file)
    sys.stdout.write(f"Warming up\nListening on http://127.0.0.1:{port}\n")
    sys.stdout.flush()
    sys.stdin.read()


def refuse() -> None:
    """Ends with an explanation that has the keys in it."""
    key = os.environ["SPEKO_GATEWAY_KEY"]
    sys.stderr.write(f"The snapshot is broken.\nkeys: {key} {os.environ.get('OPENAI_API_KEY')}\n")
    sys.exit(3)


def fetch(ending: str) -> None:
    """Tells its progress, then how it ended."""
    for done in (0, 50, 100):
        sys.stdout.write(json.dumps({"done": done, "total": 100}) + "\n")
    if ending == "fetch":
        sys.stdout.write(json.dumps({"path": "model.gguf"}) + "\n")
    elif ending == "fetch-error":
        sys.stdout.write(json.dumps({"error": "The hash does not match. Try again."}) + "\n")
        sys.exit(1)
    elif ending == "fetch-dies":
        sys.stderr.write("Killed by something.\n")
        sys.exit(9)
    elif ending == "fetch-waits":
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    behaviour, command, *rest = sys.argv[1:]
    if behaviour == "serve":
        serve([command, *rest])
    elif behaviour == "refuse":
        refuse()
    elif behaviour == "silent":
        sys.stdin.read()
    else:
        fetch(behaviour)
