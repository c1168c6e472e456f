"""`python -m benchmarks [NAME ...]`: all of them, or the named ones, one after the other."""

from __future__ import annotations

import subprocess
import sys

NAMES = (
    "gateway",
    "sweep",
    "startup",
    "rerun",
    "preview",
    "felt",
    "compare",
    "library",
    "evaluate",
    "local_engine",
)


def main(names: list[str]) -> None:
    """Run each benchmark in a process of its own; the first failure ends the run."""
    unknown = set(names) - set(NAMES)
    if unknown:
        sys.exit(f"No benchmark named {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}.")
    for name in names or NAMES:
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            sys.exit(f"The benchmark {name} failed.")


if __name__ == "__main__":
    main(sys.argv[1:])
