"""A real playground and a real browser, for the journeys and the benchmarks.

The server is `streamlit run app.py` as a person would start it, in a process of its own. The
browser is the system's Chromium or Chrome, driven by Playwright.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.patience import PATIENCE

ROOT = Path(__file__).parent.parent.parent
ARTIFACTS = ROOT / "test-artifacts"
PATIENCE_MS = PATIENCE * 1000
FREE_PORTS = range(20_000, 30_000)
"""Below those that Linux, macOS and Windows hand out by themselves."""

expect.set_options(timeout=PATIENCE_MS)

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
BROWSER_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
)

# Idle: connected, the script at its end, nothing stale, no skeleton, the gateway up; and so for
# 150 ms on end, for between two runs the page looks idle for a moment.
IDLE = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    const idle = app
        && app.dataset.testScriptState === 'notRunning'
        && app.dataset.testConnectionState === 'CONNECTED'
        && !document.querySelector(
            '[data-stale=true], [data-testid=stSkeleton], .st-key-gateway-starting');
    const now = performance.now();
    if (!idle) { window.idleSince = undefined; return false; }
    window.idleSince ??= now;
    return now - window.idleSince >= 150;
}"""


def browser_path() -> str:
    """The system's Chromium or Chrome; `make test` installs one where it may."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None and Path(MAC_CHROME).exists():
        found = MAC_CHROME
    assert found, f"no browser on PATH ({', '.join(BROWSERS)}); `make chromium` says what to do"
    return found


def settle(page: Page) -> None:
    """Wait until the page has drawn all it is going to draw for now."""
    page.evaluate("() => { window.idleSince = undefined; }")
    page.wait_for_function(IDLE, timeout=PATIENCE_MS)


def screenshot(page: Page, name: str) -> Path:
    """The page as it looks, into ``test-artifacts/NAME.png``."""
    path = ARTIFACTS / f"{name}.png"
    page.screenshot(path=path)
    return path


def stays_here(url: str) -> bool:
    """Whether a request of the browser's stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme in {"data", "blob", "about"} or parts.hostname in {"localhost", "127.0.0.1"}


def free_port() -> int:
    """A loopback port nobody listens on, and that no system gives away before our server starts."""
    for port in random.sample(FREE_PORTS, len(FREE_PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError(f"no port is free in {FREE_PORTS}")


class PlaygroundServer:
    """`streamlit run app.py` on a free port, with a data folder and a log of its own.

    It runs in ``folder``, its home too, so that nobody's `.env` or secrets file speaks into a test.
    Without ``model_file`` the local model is absent, as on a first start by the plain way.

    ``kill`` is the crash (SIGKILL to the server alone), ``stop`` is Ctrl-C; ``start`` after either
    is the same playground again: same port, same data.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        model_file: Path | None = None,
        *,
        script: Path = ROOT / "app.py",
    ) -> None:
        self.data_dir = folder / "data"
        models = self.data_dir / "models"
        models.mkdir(parents=True)
        if model_file is not None:
            (models / model_file.name).symlink_to(model_file)
        self.log_path = folder / "server.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._script = script
        self._environment = {
            **os.environ,
            "HOME": str(folder),
            "SPEKO_DATA_DIR": str(self.data_dir),
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """What the server has printed, all starts together."""
        return self.log_path.read_text() if self.log_path.exists() else ""

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self._process is not None
        return self._process.pid

    def start(self, *, wait: bool = True) -> None:
        """Start it; with ``wait``, return once it answers."""
        command = [sys.executable, "-m", "streamlit", "run", str(self._script), "--server.port"]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, str(self.port)],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if wait:
            self._wait_until_it_answers(self._process)

    def kill(self) -> None:
        """End the server as a crash would; what it started has to notice by itself."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End the server as Ctrl-C would."""
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(timeout=PATIENCE)
        finally:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert process.poll() is None, f"the server ended at once:\n{self.log}"
            assert time.monotonic() < deadline, f"the server did not answer:\n{self.log}"
            time.sleep(0.02)  # there is no event to wait for: the server is another process

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=PATIENCE):  # noqa: S310
                return True
        except (URLError, OSError):
            return False
