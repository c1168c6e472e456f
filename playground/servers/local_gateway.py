"""The embedded gateway as a child process: started on first use, gone with the playground.

Model work so never holds Streamlit's interpreter lock, and the server is the very one that official
SDKs and curl talk to. Its key is random per start and passes through the child's environment only.
The child ends as soon as its stdin ends, hence also when the playground is killed. Another child
fetches the local model's file.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import secrets
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from playground.settings import Settings
from speko_client.redaction import redacted, secrets_in

START_SECONDS = 60.0
"""How long the gateway may take to listen."""
SCORES_FOLDER = "scores"
"""Under the data folder: the snapshots of one's own."""

_COMMAND = (sys.executable, "-m", "speko_gateway")
_LISTENING = re.compile(r"Listening on (http://\S+)")
_STOP_SECONDS = 5.0
_ROOT = Path(__file__).resolve().parents[2]
_TAIL_LINES = 12
_NOT_THE_CHILDS = ("SPEKO_API_KEY", "SPEKO_BASE_URL", "SPEKO_DATABASE_URL")


class GatewayStartError(Exception):
    """The embedded gateway did not start; its text has the end of what the gateway said."""


class ModelFetchError(Exception):
    """The local model's file could not be fetched; its text says why."""


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """Bytes fetched so far, and in all."""

    done: int
    total: int


class LocalGateway:
    """Starts, restarts and stops the embedded gateway; safe from several threads.

    ``command`` runs ``speko_gateway``; its arguments follow.
    """

    def __init__(self, settings: Settings, *, command: Sequence[str] = _COMMAND) -> None:
        self._settings = settings
        self._command = tuple(command)
        self._child: _Child | None = None
        self._lock = threading.Lock()
        self._start: Future[tuple[str, str]] | None = None
        self._looking = threading.Lock()

    @property
    def starting(self) -> bool:
        """Whether a start that ``ready`` began is still under way."""
        return self._start is not None and not self._start.done()

    def ready(self) -> tuple[str, str] | None:
        """The running gateway's base URL and key, at once; None while it is starting.

        Where it neither runs nor starts, a start begins in the background. Raises
        GatewayStartError, once, where the last one failed; the next look begins another.
        """
        child = self._child
        if child is not None and child.alive:
            return child.base_url, child.key
        with self._looking:
            start, self._start = self._start, None
            if start is None or (start.done() and start.exception() is None):
                start = _in_background(self.ensure)
            if start.done():
                return start.result()
            self._start = start
            return None

    def ensure(self) -> tuple[str, str]:
        """The running gateway's base URL and key; starts it where it does not run.

        Raises GatewayStartError.
        """
        with self._lock:
            if self._child is None or not self._child.alive:
                self._child = self._started()
            return self._child.base_url, self._child.key

    def stop(self) -> None:
        """End the gateway; the next ``ensure`` starts another."""
        if self._start is not None:
            wait([self._start])
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.stop()

    def fetch_model(self) -> Iterator[FetchProgress]:
        """Fetch the local model's file, and report the progress. Raises ModelFetchError."""
        environment = _environment_of(self._settings)
        try:
            command = (*self._command, "pull-model", "--progress", "json")
            child = _spawn(command, environment)
        except OSError as error:
            raise ModelFetchError(f"The fetch could not be started: {error.strerror}.") from error
        with child:
            tail = _Tail(child.stderr, environment)
            try:
                yield from _progress(child.stdout)
                failed = child.wait(_STOP_SECONDS) != 0
            finally:
                child.kill()
            if failed:
                raise ModelFetchError(f"The fetch failed. {tail.text()}")

    def _started(self) -> _Child:
        options = ["serve", "--port", "0", "--exit-with-stdin"]
        options += ["--fleet", self._settings.fleet, "--pace", str(self._settings.pace)]
        if self._settings.scores != "auto":
            options += ["--snapshot", self._settings.scores]
        data = self._settings.data_dir
        options += ["--scores-folder", str(data / SCORES_FOLDER), "--data-folder", str(data)]
        key = secrets.token_urlsafe(24)
        environment = {**_environment_of(self._settings), "SPEKO_GATEWAY_KEY": key}
        try:
            return _Child((*self._command, *options), environment, key)
        except OSError as error:
            raise GatewayStartError(
                f"The embedded gateway could not be started: {error.strerror}."
            ) from error


def _in_background(start: Callable[[], tuple[str, str]]) -> Future[tuple[str, str]]:
    future: Future[tuple[str, str]] = Future()

    def work() -> None:
        try:
            future.set_result(start())
        except Exception as error:
            future.set_exception(error)

    threading.Thread(target=work, name="gateway-start", daemon=True).start()
    return future


class _Child:
    """One run of the gateway, start to end. Raises GatewayStartError where it never listens."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], key: str) -> None:
        self.key = key
        self.base_url = ""
        self._process = _spawn(command, environment)
        self._listening = threading.Event()
        self._tail = _Tail(self._process.stderr, environment)
        threading.Thread(target=self._read, name="gateway-output", daemon=True).start()
        atexit.register(self.stop)
        in_time = self._listening.wait(START_SECONDS)
        if not self.base_url:
            self.stop()
            how = "ended at once" if in_time else f"was not ready within {START_SECONDS:.0f} s"
            raise GatewayStartError(f"The embedded gateway {how}. {self._tail.text()}")

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Ask it to end by closing its stdin; kill it after a while."""
        atexit.unregister(self.stop)
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        for line in _lines_of(self._process.stdout):
            found = _LISTENING.match(line)
            if found:
                self.base_url = found[1]
                self._listening.set()
        self._listening.set()


class _Tail:
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
        for line in _lines_of(stream):
            self._lines.append(line.rstrip())


def _environment_of(settings: Settings) -> dict[str, str]:
    """What a child sees of this process's environment, and of the settings."""
    environment = {k: v for k, v in os.environ.items() if k not in _NOT_THE_CHILDS}
    environment["SPEKO_DATA_DIR"] = str(settings.data_dir)
    if settings.model_path is not None:
        environment["SPEKO_MODEL_PATH"] = str(settings.model_path)
    # The playground may have been started from any folder.
    paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return environment


def _spawn(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
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


def _lines_of(stream: IO[str] | None) -> Iterator[str]:
    """The stream's lines; closes it at its end."""
    if stream is not None:
        with stream:
            yield from stream


def _progress(stream: IO[str] | None) -> Iterator[FetchProgress]:
    for line in _lines_of(stream):
        report = json.loads(line)
        if "error" in report:
            raise ModelFetchError(str(report["error"]))
        if "total" in report:
            yield FetchProgress(int(report["done"]), int(report["total"]))
