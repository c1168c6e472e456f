"""The gateway as people start it: a process of its own, ended with the test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent.parent
KEY = "test-key"
COMMAND = (sys.executable, "-m", "speko_gateway")
FAST_DEMO = ("--fleet", "demo", "--pace", "0", "--words", "scripted")
READY = "Listening on "


def environment(data: Path, **more: str) -> dict[str, str]:
    """This process's environment, with a data folder of its own and hence no local model."""
    inherited = {name: value for name, value in os.environ.items() if name != "SPEKO_MODEL_PATH"}
    quiet = {"SPEKO_LOG_LEVEL": "warning"}
    return {**inherited, "SPEKO_DATA_DIR": str(data), "SPEKO_GATEWAY_KEY": KEY, **quiet, **more}


@dataclass(frozen=True)
class Running:
    """A gateway process that listens at ``url``."""

    process: subprocess.Popen[str]
    url: str
    said: tuple[str, ...]

    @property
    def output(self) -> IO[str]:
        """What it still prints."""
        assert self.process.stdout is not None
        return self.process.stdout


@contextmanager
def running(data: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Serve with these options on a free port until the context ends."""
    with subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", *options],
        cwd=ROOT,
        env=dict(env or environment(data)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield _ready(process)
        finally:
            process.kill()


def _ready(process: subprocess.Popen[str]) -> Running:
    said: list[str] = []
    for line in process.stdout or ():
        said.append(line.rstrip("\n"))
        if line.startswith(READY):
            return Running(process, line.removeprefix(READY).strip(), tuple(said))
    raise AssertionError("the gateway did not start: " + "\n".join(said))
