"""The embedded gateway as a child process: started on first use, gone with the playground.

Model work so never holds Streamlit's interpreter lock, and the server is the very one that official
SDKs and curl talk to. Its key is random per start and passes through the child's environment only.
The child ends as soon as its stdin ends, hence also when the playground is killed.
"""

from __future__ import annotations

import atexit
import re
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait

from playground.servers.child import Tail, environment_of, lines_of, spawn
from playground.servers.model_fetch import FetchProgress, fetch_model
from playground.settings import Settings

START_SECONDS = 60.0
"""How long the gateway may take to listen."""

_COMMAND = (sys.executable, "-m", "speko_gateway")
_LISTENING = re.compile(r"Listening on (http://\S+)")
_STOP_SECONDS = 5.0


class GatewayStartError(Exception):
    """The embedded gateway did not start; its text has the end of what the gateway said."""


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
        return fetch_model(self._command, self._settings)

    def _started(self) -> _Child:
        options = ["serve", "--port", "0", "--exit-with-stdin"]
        options += ["--fleet", self._settings.fleet, "--pace", str(self._settings.pace)]
        key = secrets.token_urlsafe(24)
        environment = {**environment_of(self._settings), "SPEKO_GATEWAY_KEY": key}
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
        self._process = spawn(command, environment)
        self._listening = threading.Event()
        self._tail = Tail(self._process.stderr, environment)
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
        _end(self._process)

    def _read(self) -> None:
        for line in lines_of(self._process.stdout):
            found = _LISTENING.match(line)
            if found:
                self.base_url = found[1]
                self._listening.set()
        self._listening.set()


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
