"""A command of the gateway as a child process: its environment, its start, its last words."""

from __future__ import annotations

import os
import subprocess
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from playground.settings import Settings
from speko_client.redaction import redacted, secrets_in

_ROOT = Path(__file__).resolve().parents[2]
_TAIL_LINES = 12
_NOT_THE_CHILDS = ("SPEKO_API_KEY", "SPEKO_BASE_URL", "SPEKO_DATABASE_URL")


class Tail:
    """The last lines a child writes to stderr, without the keys in its environment."""

    def __init__(self, stream: IO[str] | None, environment: Mapping[str, str]) -> None:
        self._lines: deque[str] = deque(maxlen=_TAIL_LINES)
        self._secrets = secrets_in(environment)
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def text(self) -> str:
        """What it wrote last; call once the child has ended."""
        self._thread.join(1.0)
        said = redacted("\n".join(self._lines).strip(), self._secrets)
        return f"It said:\n{said}" if said else "It said nothing."

    def _read(self, stream: IO[str] | None) -> None:
        for line in lines_of(stream):
            self._lines.append(line.rstrip())


def environment_of(settings: Settings) -> dict[str, str]:
    """What a child sees of this process's environment, and of the settings."""
    environment = {k: v for k, v in os.environ.items() if k not in _NOT_THE_CHILDS}
    environment["SPEKO_DATA_DIR"] = str(settings.data_dir)
    if settings.model_path is not None:
        environment["SPEKO_MODEL_PATH"] = str(settings.model_path)
    # The playground may have been started from any folder.
    paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return environment


def spawn(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start the command. Raises OSError."""
    return subprocess.Popen(  # noqa: S603 (our own interpreter, no shell, nothing from outside)
        command,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        # Ctrl-C in the terminal goes to the playground: it ends its turns, then the gateway.
        start_new_session=True,
    )


def lines_of(stream: IO[str] | None) -> Iterator[str]:
    """The stream's lines; closes it at its end."""
    if stream is not None:
        with stream:
            yield from stream
