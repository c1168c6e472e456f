"""From `streamlit run app.py` to a page that can be used, as a visitor's browser sees it.

The browser is already open, as a person's usually is, with an empty cache. Usable means that the
chat box is there and has accepted some typed text. That text must still be there when the page is
at rest, and a message that is sent right away, before the gateway is up, must be answered: a page
that looks quick but loses a message fails here. The first start of the day also reads the libraries
from disk; here they are in the disk's cache.

In the same alternating rounds, the least that Streamlit can do: an empty page with a chat box.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.processes import tree_cpu_seconds
from benchmarks.report import median, print_heading, print_table, verdict
from tests.e2e.harness import BROWSER_ARGUMENTS, ROOT, PlaygroundServer, browser_path, settle

AIM_SECONDS = 2.0
ROUNDS = 7
TYPED = "Is anybody there?"
BOX_IS_OPEN = """() => {
    const box = document.querySelector('[data-testid=stChatInputTextArea]');
    return box && box.checkVisibility() && !box.disabled;
}"""
BARE = """
import streamlit as st

st.title("Hello")
if message := st.chat_input("Say something"):
    st.chat_message("user").write(message)
"""


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from the command until the page is served, its box can be used, and the end.

    The end is the page at rest, or the answer to the message. ``processor``: processor seconds of
    the server and its children until the box can be used; None if the system does not report them.
    """

    served: float
    usable: float
    ended: float
    processor: float | None


def wait_for_port(port: int) -> None:
    """Return once a server listens there."""
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)


def at_rest(page: Page) -> None:
    """The page has drawn everything, and the typed text is still there."""
    settle(page)
    expect(page.get_by_test_id("stChatInputTextArea")).to_have_value(TYPED)


def answered(page: Page) -> None:
    """The typed text is sent at once, and answered."""
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    turn = page.locator('[class*="st-key-turn-"]')
    expect(turn).to_contain_text("total")


def one_start(browser: Browser, server: PlaygroundServer, end: Callable[[Page], None]) -> Start:
    """Start a server, open its page, type, wait for the end, stop it."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        box = page.get_by_test_id("stChatInputTextArea")
        begun = time.perf_counter()
        server.start(wait=False)
        try:
            wait_for_port(server.port)
            page.goto(server.url, wait_until="commit")
            served = time.perf_counter() - begun
            # Frame by frame: ``expect`` would look only every 0.1, 0.25 and 0.5 s.
            page.wait_for_function(BOX_IS_OPEN, polling="raf", timeout=30_000)
            box.fill(TYPED)
            assert box.input_value() == TYPED
            usable = time.perf_counter() - begun
            processor = tree_cpu_seconds(server.pid)
            end(page)
            return Start(served, usable, time.perf_counter() - begun, processor)
        finally:
            server.stop()


def bare_server(folder: Path) -> PlaygroundServer:
    """Streamlit alone, with the playground's options."""
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
    script = folder / "bare.py"
    script.write_text(BARE, "utf-8")
    return PlaygroundServer(folder, {}, script=script)


def measure() -> tuple[list[Start], list[Start], list[Start]]:
    """Starts of the playground until at rest, until a first answer, and of the empty page."""
    rests, answers, bares = [], [], []
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=browser_path(), args=list(BROWSER_ARGUMENTS)
        ) as browser,
        tempfile.TemporaryDirectory() as parent,
    ):
        for number in range(ROUNDS):
            folders = [Path(parent, f"{name}-{number}") for name in ("rest", "answer", "bare")]
            for folder in folders:
                folder.mkdir()
            rests.append(one_start(browser, PlaygroundServer(folders[0], {}), at_rest))
            quick = PlaygroundServer(folders[1], {"SPEKO_PACE": "0"})
            answers.append(one_start(browser, quick, answered))
            bares.append(one_start(browser, bare_server(folders[2]), at_rest))
    return rests[1:], answers[1:], bares[1:]


def row(name: str, ours: Sequence[float | None], bare: Sequence[float | None]) -> tuple[str, ...]:
    """A table row without an aim."""
    return name, p50(ours), p50(bare), "", ""


def p50(values: Sequence[float | None]) -> str:
    """The median for the table; empty if there are no figures."""
    known = [value for value in values if value is not None]
    return f"{median(known):.2f}" if known else ""


def main() -> None:
    """Measure and print."""
    print_heading("From the command to a usable page")
    rests, answers, bares = measure()
    starts = [*rests, *answers]
    usable, bare = [start.usable for start in starts], [start.usable for start in bares]
    aimed = (AIM_SECONDS, verdict(median(usable), AIM_SECONDS))
    rows = [
        row("page served", [start.served for start in starts], [start.served for start in bares]),
        (*row("usable: the box takes what is typed", usable, bare)[:3], *aimed),
        row("slowest of the starts", [max(usable)], [max(bare)]),
        row(
            "at rest, the gateway up",
            [start.ended for start in rests],
            [start.ended for start in bares],
        ),
        row("answered what was sent at once", [start.ended for start in answers], []),
        row(
            "processor seconds until usable",
            [start.processor for start in starts],
            [start.processor for start in bares],
        ),
    ]
    columns = (f"p50 of {len(starts)} starts", "seconds", "a bare Streamlit page", "aim", "")
    print_table(columns, rows)


if __name__ == "__main__":
    main()
