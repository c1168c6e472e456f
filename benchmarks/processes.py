"""Child processes that say ``Listening on URL`` and end when their stdin ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Child:
    """A running server: where it listens, and its process id."""

    url: str
    pid: int

    def cpu_seconds(self) -> float | None:
        """Processor seconds so far, user and system; None if the system does not report them."""
        stat = Path(f"/proc/{self.pid}/stat")
        if not stat.exists():
            return None
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory_mb(self) -> float | None:
        """Resident memory in megabytes; None if the system does not report it."""
        status = Path(f"/proc/{self.pid}/status")
        if not status.exists():
            return None
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
        return int(found[1]) / 1000 if found else None


def tree_cpu_seconds(pid: int) -> float | None:
    """Processor seconds so far of a process and those of its children that still run."""
    own = Child("", pid).cpu_seconds()
    if own is None:
        return None
    children = [
        int(child)
        for told in Path(f"/proc/{pid}/task").glob("*/children")
        for child in told.read_text().split()
    ]
    return own + sum(tree_cpu_seconds(child) or 0.0 for child in children)


@contextmanager
def listening(
    *arguments: str, environment: Mapping[str, str] | None = None, folder: Path = ROOT
) -> Iterator[Child]:
    """Run ``python -m ARGUMENTS`` in this checkout for as long as the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a line per request, and nobody reads it
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        said = iter(process.stdout)
        found = next(filter(None, (re.match(r"Listening on (http://\S+)", line) for line in said)))
        yield Child(found[1], process.pid)
    finally:
        process.stdin.close()
        process.wait(timeout=20)
