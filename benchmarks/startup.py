"""From `streamlit run app.py` to a page that can be used, as a visitor's browser sees it.

The browser is already open (a person's is), its cache is empty. Usable: the chat box is there and
the page has drawn all it is going to draw. The first start of a machine's day also reads the
libraries from disk; here they are warm.
"""

from __future__ import annotations

import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from benchmarks.report import median, print_heading, print_table, verdict
from tests.e2e.harness import BROWSER_ARGUMENTS, PlaygroundServer, browser_path, settle

AIM_SECONDS = 2.0
ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds since the command: the page is served, the chat box shows, the page is at rest."""

    served: float
    box: float
    usable: float


def wait_for_port(port: int) -> None:
    """Return once somebody listens there."""
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)


def one_start(browser: Browser, folder: Path) -> Start:
    """Start a playground, open it, stop it."""
    server = PlaygroundServer(folder, {})
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        begun = time.perf_counter()
        server.start(wait=False)
        try:
            wait_for_port(server.port)
            page.goto(server.url, wait_until="commit")
            served = time.perf_counter() - begun
            expect(page.get_by_test_id("stChatInput")).to_be_visible(timeout=30_000)
            box = time.perf_counter() - begun
            settle(page)
            return Start(served, box, time.perf_counter() - begun)
        finally:
            server.stop()


def measure() -> list[Start]:
    """Several starts, each with a data folder of its own."""
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=browser_path(), args=list(BROWSER_ARGUMENTS)
        ) as browser,
    ):
        starts = []
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory() as folder:
                starts.append(one_start(browser, Path(folder)))
    return starts[1:]


def main() -> None:
    """Measure and print."""
    print_heading("From the command to a usable page")
    starts = measure()
    usable = median([start.usable for start in starts])
    rows = [
        ("page served", f"{median([start.served for start in starts]):.2f}", "", ""),
        ("chat box shows", f"{median([start.box for start in starts]):.2f}", "", ""),
        ("usable: at rest", f"{usable:.2f}", AIM_SECONDS, verdict(usable, AIM_SECONDS)),
        ("slowest of the starts", f"{max(start.usable for start in starts):.2f}", "", ""),
    ]
    print_table((f"p50 of {len(starts)} starts", "seconds", "aim", ""), rows)


if __name__ == "__main__":
    main()
